"""Doses, single time points, intervals and sums over cycles."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gepnet.prrt.dosimetry.absorbed import NoDose, gram_coefficient
from gepnet.prrt.dosimetry.choose import Request
from gepnet.prrt.dosimetry.columns import as_csv, result_columns
from gepnet.prrt.dosimetry.decay import LN2
from gepnet.prrt.dosimetry.question import Stated
from gepnet.prrt.dosimetry.report import report
from gepnet.prrt.dosimetry.run import Dosimetry, MonteCarlo, run
from gepnet.tables import plain
from tests.prrt.dosimetry.tables import HEAD, STATED, fall, packaged, rows, series

DATA = packaged()
TIMES = [4.0, 24, 48, 96, 168]


def view(result: Dosimetry) -> dict[str, Any]:
    return plain(report(result, curves=False), details=False)


def note_ids(curve: dict[str, Any]) -> set[str]:
    return {note["id"] for note in curve["notes"]}


# Absorbed dose -----------------------------------------------------------------------------------


def test_dose_goes_with_one_over_the_mass(tmp_path: Path) -> None:
    lines = rows("spleen", TIMES, fall(60), 150) + rows("spleen", TIMES, fall(60), 300, 2)
    result = run(series(tmp_path, lines), DATA)
    assert result.dose.value[0] == pytest.approx(2 * result.dose.value[1])


def test_both_kidneys_together_are_like_each_of_them(tmp_path: Path) -> None:
    both = DATA.physics.region("kidneys")
    assert both is not None
    male = DATA.physics.phantom("male")
    per_gram = gram_coefficient(male, both)
    left, right = male.organs[:2]
    assert left.gy_g_per_mbq_h < per_gram < right.gy_g_per_mbq_h
    lines = rows("kidneys", TIMES, fall(50, 200), 310)
    dose = run(series(tmp_path, lines), DATA).dose.value[0]
    assert dose == pytest.approx(200 * 50 / LN2 * per_gram / 310)


def test_dose_from_other_regions_where_it_is_known(tmp_path: Path) -> None:
    kidney, spleen = rows("kidney_left", TIMES, fall(50), 150), rows("spleen", TIMES, fall(60))
    result = run(series(tmp_path, kidney + spleen), DATA)
    # OpenDose, adult male, left kidney from spleen: 3.4350e-7 mGy/(MBq s)
    assert result.cross_gy[0] == pytest.approx(100 * 60 / LN2 * 3600 * 3.4350e-7 / 1000)
    assert result.cross_gy[1] == 0
    other_cycle = rows("spleen", TIMES, fall(60), cycle=2)
    assert run(series(tmp_path, kidney + other_cycle), DATA).cross_gy[0] == 0
    female = run(series(tmp_path, kidney + spleen, replace(STATED, sex="female")), DATA)
    assert female.cross_gy[0] == 0


def test_a_lesion_needs_no_phantom(tmp_path: Path) -> None:
    lines = rows("lesion_2", TIMES, fall(90), 20) + rows("tumour", TIMES, fall(90), 5)
    result = run(series(tmp_path, lines, Stated(decay_corrected=False)), DATA)
    delta = DATA.physics.electron_dose_constant.value
    assert result.dose.value[0] == pytest.approx(delta * 100 * 90 / LN2 / 20)
    large, small = view(result)["curves"]
    assert "small-lesion" not in note_ids(large)
    assert "small-lesion" in note_ids(small)


@pytest.mark.parametrize(
    ("region", "mass", "stated", "reason", "said"),
    [
        ("spleen", "", STATED, NoDose.NO_MASS, "mass_g"),
        ("spleen", 150, Stated(decay_corrected=False), NoDose.NO_SEX, "--sex"),
        ("splen", 150, STATED, NoDose.NO_S_VALUE, "did you mean 'spleen'"),
        (
            "liver",
            1500,
            replace(STATED, liver_lesions=None),
            NoDose.LIVER_LESIONS_UNSTATED,
            "--liver-lesions",
        ),
    ],
)
def test_no_dose_without_what_it_needs(
    tmp_path: Path, region: str, mass: object, stated: Stated, reason: NoDose, said: str
) -> None:
    result = run(series(tmp_path, rows(region, TIMES, fall(60), mass), stated), DATA)
    assert result.no_dose[0] == reason
    assert np.isnan(result.dose.value[0]) and result.tia.value[0] > 0
    (curve,) = view(result)["curves"]
    assert said in curve["no_dose"] and curve["dose_gy"]["value"] is None


def test_a_liver_with_lesions_is_no_healthy_liver(tmp_path: Path) -> None:
    stated = replace(STATED, liver_lesions="included", administered_gbq=7.4)
    lines = rows("liver", TIMES, fall(68, 3000), 1500)
    (curve,) = view(run(series(tmp_path, lines, stated), DATA))["curves"]
    assert "liver-with-lesions" in note_ids(curve)
    assert "implausible" not in note_ids(curve)  # the range is that of a liver without tumour


def test_millicurie_in_a_column_of_megabecquerel(tmp_path: Path) -> None:
    stated = replace(STATED, administered_gbq=7.4)
    right = rows("kidney_left", TIMES, fall(52, 105), 155)
    wrong = rows("kidney_left", TIMES, fall(52, 105 / 37), 155)
    (good,) = view(run(series(tmp_path, right, stated), DATA))["curves"]
    (bad,) = view(run(series(tmp_path, wrong, stated), DATA))["curves"]
    assert "implausible" not in note_ids(good)
    told = [note["text"] for note in bad["notes"] if note["id"] == "implausible"]
    assert len(told) == 1 and "mCi" in told[0]


# One scan ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["haenscheid_2018", "population"])
def test_one_scan_and_the_range_of_its_error(tmp_path: Path, method: str) -> None:
    lines = rows("kidney_left", [96], fall(50))
    result = run(series(tmp_path, lines), DATA, single=method)  # type: ignore[arg-type]
    truth = 100 * 50 / LN2
    assert result.tia.low[0] < truth < result.tia.high[0]
    for half_life in (40, 45, 55, 60):  # whatever usual half-life is the true one
        one = run(
            series(tmp_path, rows("kidney_left", [96], fall(half_life))),
            DATA,
            single=method,  # type: ignore[arg-type]
        )
        true = 100 * half_life / LN2
        assert one.tia.low[0] * (1 - 1e-9) <= true <= one.tia.high[0] * (1 + 1e-9)
    assert np.isnan(result.bed.value[0]) == (method == "haenscheid_2018")


@pytest.mark.parametrize(
    ("region", "time", "method", "said"),
    [
        ("kidney_left", 24, "haenscheid_2018", "0.75 to 2.5 effective half-lives"),
        ("lesion", 24, "haenscheid_2018", "0.75 to 2.5 effective half-lives"),
        ("kidney_left", 168, "population", "can exceed 30 %"),
        ("pancreas", 96, "population", "no effective half-life on file"),
        ("blood", 96, "population", "no effective half-life on file"),
        ("kidney_left", 96, "previous_cycle", "no earlier cycle"),
    ],
)
def test_one_scan_at_the_wrong_time_is_refused(
    tmp_path: Path, region: str, time: float, method: str, said: str
) -> None:
    lines = rows(region, [time], fall(50))
    result = run(series(tmp_path, lines), DATA, single=method)  # type: ignore[arg-type]
    (curve,) = view(result)["curves"]
    assert curve["status"] == "refused" and said in curve["reason"]
    assert curve["tia_mbq_h"]["value"] is None and curve["dose_gy"]["value"] is None


def test_the_half_life_of_the_latest_earlier_cycle(tmp_path: Path) -> None:
    lines = [
        *rows("spleen", TIMES, fall(60), cycle=1),
        *rows("spleen", TIMES, fall(70), cycle=2),
        *rows("spleen", [96], fall(70), cycle=3),
        *rows("spleen", TIMES, fall(90), cycle=4),
        *rows("spleen", [96], fall(70), patient="P2", cycle=3),
    ]
    stated = replace(STATED, activity_cv_percent=3)
    result = run(series(tmp_path, lines, stated), DATA, single="previous_cycle")
    assert result.half_life.value[2] == pytest.approx(70, rel=1e-6)
    assert result.tia.value[2] == pytest.approx(100 * 70 / LN2, rel=1e-6)
    assert np.isnan(result.tia.value[4])  # another patient's half-life is none
    # The one measurement's own error is in the interval: 1.96 x 3 % and the half-life's.
    assert result.tia.high[2] / result.tia.value[2] > 1.058


# Intervals ---------------------------------------------------------------------------------------


def noisy(times: list[float], half_life: float, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return rows("spleen", times, lambda t: fall(half_life)(t) * np.exp(0.05 * random.normal()))


def test_monte_carlo_agrees_with_the_covariance(tmp_path: Path) -> None:
    data = series(tmp_path, noisy([4, 24, 72, 120, 168, 240], 60, 5))
    by_covariance = run(data, DATA)
    drawn = run(data, DATA, monte_carlo=MonteCarlo(20_000, 1))
    for quantity in ("tia", "half_life", "dose"):
        ours, theirs = getattr(by_covariance, quantity), getattr(drawn, quantity)
        assert theirs.value[0] == ours.value[0]
        width = ours.high[0] - ours.low[0]
        assert theirs.low[0] == pytest.approx(ours.low[0], abs=0.08 * width)
        assert theirs.high[0] == pytest.approx(ours.high[0], abs=0.08 * width)


def test_monte_carlo_of_a_curve_with_uptake(tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    times = [1.0, 4, 12, 24, 48, 96, 168, 240]
    lines = rows(
        "lesion",
        times,
        lambda t: 70 * (2 ** (-t / 88) - 2 ** (-t / 6)) * np.exp(0.05 * random.normal()),
        20,
    )
    data = series(tmp_path, lines, replace(STATED, activity_cv_percent=5))
    ours = run(data, DATA)
    drawn = run(data, DATA, monte_carlo=MonteCarlo(4000, 2))
    width = ours.tia.high[0] - ours.tia.low[0]
    assert drawn.tia.low[0] == pytest.approx(ours.tia.low[0], abs=0.1 * width)
    assert drawn.tia.high[0] == pytest.approx(ours.tia.high[0], abs=0.1 * width)


def test_the_same_seed_gives_the_same_interval(tmp_path: Path) -> None:
    data = series(tmp_path, noisy(TIMES, 60, 6))
    first, again, other = (
        run(data, DATA, monte_carlo=MonteCarlo(200, seed)).dose.high[0] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_draws_that_cannot_be_integrated_leave_the_interval_open(tmp_path: Path) -> None:
    # Three points with 40 % error each: in some draws the activity does not fall.
    lines = rows("spleen", [4, 24, 96], fall(150))
    data = series(tmp_path, lines, replace(STATED, activity_cv_percent=40))
    result = run(data, DATA, monte_carlo=MonteCarlo(400, 1))
    assert np.isinf(result.tia.high[0])
    (curve,) = view(result)["curves"]
    assert curve["tia_mbq_h"]["high"] is None
    assert curve["draws_not_integrable"] > 0.025


def test_the_error_of_the_mass_widens_the_dose_alone(tmp_path: Path) -> None:
    stated = replace(STATED, activity_cv_percent=5)
    sure = run(series(tmp_path, rows("spleen", TIMES, fall(60)), stated), DATA)
    unsure = run(
        series(tmp_path, rows("spleen", TIMES, fall(60)), replace(stated, mass_cv_percent=10)),
        DATA,
    )
    assert unsure.tia.high[0] == sure.tia.high[0]
    widths = [np.log(r.dose.high[0] / r.dose.value[0]) for r in (sure, unsure)]
    assert widths[1] ** 2 - widths[0] ** 2 == pytest.approx((1.959964 * 0.10) ** 2, rel=1e-5)


def test_a_stated_error_that_the_points_belie(tmp_path: Path) -> None:
    lines = rows("spleen", TIMES, lambda t: fall(60)(t) * (1.3 if t == 48 else 1))
    (curve,) = view(run(series(tmp_path, lines, replace(STATED, activity_cv_percent=2)), DATA))[
        "curves"
    ]
    assert "misfit" in note_ids(curve)
    (free,) = view(run(series(tmp_path, lines), DATA, Request("mono")))["curves"]
    assert "misfit" not in note_ids(free)


def test_scatter_that_asks_for_another_form(tmp_path: Path) -> None:
    lines = rows("spleen", TIMES, lambda t: fall(60)(t) * (2 if t == 48 else 1))
    (curve,) = view(run(series(tmp_path, lines), DATA, Request("mono")))["curves"]
    assert "scatter" in note_ids(curve)


# Sums --------------------------------------------------------------------------------------------


def test_sums_say_which_cycles_are_not_in_them(tmp_path: Path) -> None:
    lines = [
        *rows("spleen", TIMES, fall(60), cycle=1),
        *rows("spleen", [4, 24], lambda t: t, cycle=2),
        *rows("spleen", TIMES, fall(60), cycle=3),
        *rows("kidney_left", TIMES, fall(50), cycle=1),
    ]
    result = run(series(tmp_path, lines, replace(STATED, administered_gbq=7.4)), DATA)
    spleen, kidney = (
        next(item for item in view(result)["cumulative"] if item["region"] == name)
        for name in ("spleen", "kidney_left")
    )
    assert (spleen["cycles"], spleen["cycles_without_dose"]) == ([1, 3], [2])
    assert not spleen["complete"]
    assert spleen["administered_gbq"] == pytest.approx(14.8)
    assert kidney["cycles_without_dose"] == [2, 3]
    assert spleen["dose_gy"]["value"] == pytest.approx(result.dose.value[0] * 2)


def test_intervals_of_sums_by_both_ways(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    lines = [
        line
        for cycle in (1, 2, 3, 4)
        for line in rows(
            "kidney_left",
            TIMES,
            lambda t: fall(50)(t) * np.exp(0.05 * random.normal()),
            cycle=cycle,
        )
    ]
    data = series(tmp_path, lines, replace(STATED, activity_cv_percent=5))
    ours = run(data, DATA).sums
    drawn = run(data, DATA, monte_carlo=MonteCarlo(8000, 3)).sums
    for quantity in ("dose", "bed"):
        a, b = getattr(ours, quantity), getattr(drawn, quantity)
        width = a.high[0] - a.low[0]
        assert b.low[0] == pytest.approx(a.low[0], abs=0.1 * width)
        assert b.high[0] == pytest.approx(a.high[0], abs=0.1 * width)
    # Independent cycles: half as wide, relatively, as one.
    one = run(data, DATA).dose
    relative = (one.high[0] - one.low[0]) / one.value[0]
    total = (ours.dose.high[0] - ours.dose.low[0]) / ours.dose.value[0]
    assert total == pytest.approx(relative / 2, rel=0.05)


def test_advisory_limits(tmp_path: Path) -> None:
    def kidney(level: float) -> dict[str, str]:
        lines = [
            line
            for cycle in (1, 2, 3, 4)
            for line in rows("kidney_left", TIMES, fall(50, level), 150, cycle)
        ]
        data = series(tmp_path, lines, replace(STATED, activity_cv_percent=5))
        (item,) = view(run(data, DATA))["cumulative"]
        return {limit["id"]: limit["state"] for limit in item["limits"]}

    per_gy = 150 / DATA.physics.phantom("male").organs[0].gy_g_per_mbq_h * LN2 / 50
    low, high = kidney(4 * per_gy), kidney(6 * per_gy)  # 16 and 24 Gy
    assert set(low.values()) == {"below"}
    assert high["kidney-absorbed-dose"] == "reached"
    assert high["kidney-bed-no-risk"] == "below"
    assert kidney(5.7 * per_gy)["kidney-absorbed-dose"] == "within the interval"  # 22.8 Gy


def test_marrow_says_that_it_is_self_dose(tmp_path: Path) -> None:
    lines = [f"{line},0.42" for line in rows("blood", TIMES, fall(30, 0.01), 1)]
    result = run(series(tmp_path, lines, STATED, f"{HEAD},haematocrit"), DATA)
    plain = run(series(tmp_path, rows("blood", TIMES, fall(30, 0.01), 1)), DATA)
    assert result.dose.value[0] / plain.dose.value[0] == pytest.approx(0.19 / 0.58)
    (curve,) = view(result)["curves"]
    assert "marrow-self-dose" in note_ids(curve)


def test_what_a_register_shows_is_what_the_patients_show(tmp_path: Path) -> None:
    lines = [
        *rows("spleen", TIMES, fall(60), 150, 1),
        *rows("spleen", [96], fall(60), 150, 2),
        *rows("lesion_1", [4, 24], lambda t: t, 20, 1),
        *rows("spleen", TIMES, fall(80), 150, 1, "P2"),
        *rows("pancreas", TIMES, fall(80), 150, 1, "P2"),
    ]
    stated = replace(STATED, administered_gbq=7.4, activity_cv_percent=5)
    result = run(series(tmp_path, lines, stated), DATA, single="previous_cycle")
    table = list(csv.DictReader(as_csv(result_columns(result)).splitlines()))
    whole = plain(report(result))
    assert len(table) == len(whole["curves"]) == 5
    for row, curve in zip(table, whole["curves"], strict=True):
        assert (row["patient_id"], row["region"]) == (curve["patient_id"], curve["region"])
        assert (row["status"], row["model"]) == (curve["status"], curve["model"] or "")
        for name in ("tia_mbq_h", "dose_gy"):
            for end, column in (("value", name), ("low", f"{name}_low"), ("high", f"{name}_high")):
                expected = curve[name][end]
                assert (row[column] == "") == (expected is None)
                if expected is not None:
                    assert float(row[column]) == pytest.approx(expected, rel=1e-6)
    assert [row["refusal"] for row in table] == ["", "", "only_uptake", "", ""]
    assert table[4]["no_dose"] == "no_s_value"
    spleen, lesion, pancreas = whole["overview"]
    assert (spleen["patients"], spleen["curves"]) == (2, 3)
    assert spleen["models"] == {"mono": 2, "previous_cycle": 1}
    assert lesion["refused"] == {"only_uptake": 1}
    assert pancreas["no_dose"] == {"no_s_value": 1}
    assert spleen["effective_half_life_h"]["median"] == pytest.approx(60, rel=1e-6)
    assert set(plain(report(result, detailed=False))) == {"settings", "constants", "overview"}


def test_results_do_not_depend_on_the_order_of_curves(tmp_path: Path) -> None:
    blocks = [
        noisy(TIMES, 60, 1),
        rows("kidney_left", TIMES, fall(50), cycle=1),
        rows("kidney_left", TIMES, fall(52), cycle=2),
        rows("liver", TIMES, fall(68), 1500, patient="P2"),
    ]
    there = run(series(tmp_path, [line for block in blocks for line in block]), DATA)
    back = run(series(tmp_path, [line for block in blocks[::-1] for line in block]), DATA)
    for name in ("tia", "dose", "bed", "half_life"):
        for end in ("value", "low", "high"):
            one, other = (getattr(getattr(r, name), end) for r in (there, back))
            assert one == pytest.approx(other[::-1], rel=1e-9, nan_ok=True)


def test_each_curve_says_itself_in_a_sentence(tmp_path: Path) -> None:
    lines = rows("spleen", TIMES, fall(60)) + rows("lesion", [4, 24], lambda t: t, 20)
    fitted, refused = view(run(series(tmp_path, lines), DATA))["curves"]
    assert fitted["sentence"].startswith("mono-exponential, effective half-life 60 h (60 to 60)")
    assert refused["sentence"].startswith("refused: the activity is highest at the last point")


def test_the_view_is_json_with_units_and_a_band(tmp_path: Path) -> None:
    result = run(series(tmp_path, noisy(TIMES, 60, 9)), DATA)
    whole = plain(report(result))
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole
    curve = whole["curves"][0]["curve"]
    assert curve["time_h"][0] == 0 and curve["time_h"][-1] > TIMES[-1]
    for low, middle, high in zip(
        curve["low_mbq"], curve["activity_mbq"], curve["high_mbq"], strict=True
    ):
        assert low < middle < high
    free = whole["curves"][0]["model_free_tia_mbq_h"]
    assert free["effective_tail"] < free["physical_tail"]
    assert free["effective_tail"] == pytest.approx(
        whole["curves"][0]["tia_mbq_h"]["value"], rel=0.15
    )
