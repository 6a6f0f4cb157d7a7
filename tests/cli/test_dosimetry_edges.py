"""Inputs that went wrong in dosimetry and course, each with the kind of fault it stands for."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

EDGES = Path(__file__).with_name("edges")


def data(run: Run, *arguments: str | Path) -> Any:
    done = run(*arguments, "--format", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def limits(view: Any) -> dict[tuple[str, str], Any]:
    return {(one["id"], one["organ"]): one for one in view["limits"]}


# A lower bound is no total --------------------------------------------------------------------


def test_a_lower_bound_counts_three_cycles_of_four_are_over_their_limits(run: Run) -> None:
    asked = ("prrt", "cumulative", EDGES / "three_of_four.yaml")
    found = limits(data(run, *asked, "--doses", EDGES / "three_of_four.csv"))
    told = {name: (one["standing"], one["at_least"]) for name, one in found.items()}
    assert told["kidney-absorbed-dose", "kidneys"] == ("over", 24)
    assert told["kidney-bed-risk", "kidneys"] == ("over", 30)
    assert told["kidney-bed-no-risk", "kidneys"] == ("unknown", 30)
    assert told["marrow-absorbed-dose", "bone_marrow"] == ("over", 2.4)
    assert all(one["total"] is None for name, one in found.items() if name[1])
    table = run(*asked, "--doses", EDGES / "three_of_four.csv").out
    assert "at least 24" in table


def test_a_lower_bound_is_no_total_a_cycle_without_dose_leaves_a_limit_unknown(run: Run) -> None:
    asked = ("prrt", "dosimetry", EDGES / "second_without_dose.csv")
    (total,) = data(run, *asked)["cumulative"]
    assert (total["complete"], total["cycles_without_dose"]) == (False, [2])
    assert {limit["state"] for limit in total["limits"]} == {"unknown"}
    assert "unknown (no dose in cycle 2)" in run(*asked).out


@pytest.mark.parametrize(("numbers", "gap"), [((1, 3), [2]), ((2, 3), [1]), ((4,), [1, 2, 3])])
def test_a_lower_bound_is_no_total_a_number_of_a_cycle_left_out_leaves_a_limit_unknown(
    run: Run, tmp_path: Path, numbers: tuple[int, ...], gap: list[int]
) -> None:
    """Before a third cycle there was a second: what the file lacks was given all the same."""
    header = (EDGES / "second_without_dose.csv").read_text().splitlines()[0]
    rows = [
        f"a,{number},kidneys,{hour},{activity},310,no,7.4,female"
        for number in numbers
        for hour, activity in ((24, 150), (96, 60))
    ]
    file = tmp_path / "gap.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (total,) = data(run, "prrt", "dosimetry", file)["cumulative"]
    assert (total["complete"], total["cycles_without_dose"]) == (False, gap)
    assert {limit["state"] for limit in total["limits"]} == {"unknown"}
    doses = tmp_path / "doses.csv"
    run("prrt", "dosimetry", file, "-o", doses)
    outlooks = data(run, "prrt", "another-cycle", doses)["outlooks"]
    assert all(one["at_most"] and one["cycles_without_dose"] == gap for one in outlooks)
    assert run("prrt", "another-cycle", doses).out.count("at least") >= 2 * len(outlooks)


def test_the_activity_of_another_cycle_is_asked_about_as_that_of_one_given(
    run: Run, tmp_path: Path
) -> None:
    doses = tmp_path / "doses.csv"
    doses.write_text(
        "patient_id,cycle,region,dose_gy,administered_gbq\np,1,kidneys,5,7.4\np,2,kidneys,6,7.4\n"
    )
    call = ("prrt", "another-cycle", doses, "--activity-gbq", "7400")
    refused = run(*call)
    assert refused.code == 2 and "as MBq it would be 7.4 GBq" in refused.err
    said = "administered_gbq=7400 by Dr A: a made-up number"
    assert run(*call, "--accept", said).code == 0


@pytest.mark.parametrize("left_out", ["c1", "c2", "c3"])
def test_a_lower_bound_of_activity_where_a_number_of_a_cycle_is_left_out(
    run: Run, tmp_path: Path, left_out: str
) -> None:
    """Of four cycles the record has three: the fourth number says that four were given."""
    lines = (EDGES / "three_of_four.yaml").read_text().splitlines(keepends=True)
    file = tmp_path / "gap.yaml"
    file.write_text("".join(line for line in lines if f"id: {left_out}," not in line))
    view = data(run, "prrt", "cumulative", file)
    lifetime = limits(view)["lifetime-activity", None]
    assert (view["total_gbq"], lifetime["standing"]) == (None, "unknown")
    assert lifetime["at_least"] == pytest.approx(22.2)
    assert "In all: at least 22.2 GBq" in run("prrt", "cumulative", file).out
    assert view["number"] == 4
    assert view["cycles"][-1]["sum_gbq"] is None
    # The first dose is that of cycle 1: without it, some day before the first that is known.
    facts = {one["id"]: one for g in data(run, "facts", "of", file) for one in g["facts"]}
    told = str(facts["prrt_first_dose_date"]["value"])
    assert ("/" in told) is (left_out == "c1")


def test_a_lower_bound_of_activity_where_a_course_does_not_say(run: Run, tmp_path: Path) -> None:
    record = (EDGES / "three_of_four.yaml").read_text()
    record += (
        "- {id: other, kind: treatment, option: lu177_dotatate, start: 2024-01-08, "
        "stop: 2024-07-01, cycles: 4}\n"
    )
    file = tmp_path / "silent.yaml"
    file.write_text(record, encoding="utf-8")
    view = data(run, "prrt", "cumulative", file)
    lifetime = limits(view)["lifetime-activity", None]
    assert (view["total_gbq"], lifetime["at_least"], lifetime["standing"]) == (
        None,
        29.6,
        "unknown",
    )
    sure = "accepted_by: Dr Bell, reason: measured twice"
    more = record.replace("7.4}", f"{{value: 18, {sure}}}}}").replace("200,", f"430, {sure},")
    file.write_text(more, encoding="utf-8")
    lifetime = limits(data(run, "prrt", "cumulative", file))["lifetime-activity", None]
    assert (lifetime["at_least"], lifetime["standing"]) == (59.31, "over")


# What one command writes another reads ------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_two_readers_what_the_dosimetry_writes_the_totals_read(
    run: Run, tmp_path: Path, ending: str
) -> None:
    doses = tmp_path / f"doses.{ending}"
    single = ("--single-time-point", "previous_cycle")
    written = data(run, "prrt", "dosimetry", EDGES / "two_cycles.csv", *single, "-o", doses)
    found = limits(data(run, "prrt", "cumulative", EDGES / "two_of_four.yaml", "--doses", doses))
    sums = {one["region"]: one["dose_gy"] for one in written["cumulative"]}
    for side in ("kidney_left", "kidney_right"):
        one = found["kidney-absorbed-dose", side]
        assert one["at_least"] == pytest.approx(sums[side]["low"], rel=1e-5)
        assert (one["total"], one["standing"]) == (None, "unknown"), "two cycles are missing"
    assert found["marrow-absorbed-dose", "bone_marrow"]["at_least"] > 0.1


def test_two_readers_an_older_table_of_the_dosimetry_is_read(run: Run) -> None:
    doses = EDGES / "doses_from_product.csv"
    view = data(run, "prrt", "cumulative", EDGES / "two_of_four.yaml", "--doses", doses)
    found = limits(view)["kidney-absorbed-dose", "kidney_left"]
    assert found["at_least"] == pytest.approx(8.608, abs=0.001)


def test_a_dose_of_a_cycle_that_was_not_given_is_named(run: Run, tmp_path: Path) -> None:
    doses = tmp_path / "doses.csv"
    shutil.copy(EDGES / "three_of_four.csv", doses)
    with doses.open("a") as file:
        file.write("mr-l,5,kidneys,8,10\n")
    done = run("prrt", "cumulative", EDGES / "three_of_four.yaml", "--doses", doses)
    assert done.code == 2
    assert "field cycle, value 5" in done.err and "4 in the record" in done.err


def test_a_hint_keeps_the_value_the_left_kidney_is_not_both(run: Run) -> None:
    view = data(run, "prrt", "dosimetry", EDGES / "left_kidney.csv")
    (curve,) = view["curves"]
    assert curve["region"] == "kidney_left"
    assert curve["dose_gy"]["value"] == pytest.approx(4.37, abs=0.01)


@pytest.mark.parametrize(
    "written",
    ["Left Kidney", "kidney-left", "L kidney", "Kidney (left)", "kidney L", "left_kidney"],
)
def test_spellings_of_a_side_are_that_side(run: Run, tmp_path: Path, written: str) -> None:
    file = tmp_path / "written.csv"
    file.write_text((EDGES / "left_kidney.csv").read_text().replace("left kidney", written))
    (curve,) = data(run, "prrt", "dosimetry", file)["curves"]
    assert curve["region"] == "kidney_left"


# Numbers that are likely to be slips ------------------------------------------------------------


def test_plausibility_a_mass_in_kilograms_and_times_in_days_are_questioned(run: Run) -> None:
    file = EDGES / "kg_and_days.csv"
    done = run("prrt", "dosimetry", file)
    assert done.code == 2
    assert "value 0.158: expected 40 to 600 g for kidney_left; as kg it would be 158 g" in done.err
    assert "last_time_h 4: expected 20 to 400 h; as d it would be 96 h" in done.err
    assert "--accept 'mass_g=0.158 by WHO: WHY'" in done.err
    mass = "kg:mass_g=0.158 by Dr Bell: weighed"
    accept = ("--accept", mass, "--accept", "last_time_h=4 by Dr Bell: sampled for four hours")
    view = data(run, "prrt", "dosimetry", file, *accept)
    assert [one["reason"] for one in view["settings"]["accepted"]] == [
        "weighed",
        "sampled for four hours",
    ]
    told = [note["text"] for curve in view["curves"] for note in curve["notes"]]
    assert any("as d it would be" in text and "effective half-life" in text for text in told)


def test_plausibility_a_patient_has_one_sex(run: Run) -> None:
    done = run("prrt", "dosimetry", EDGES / "sex_changes.csv")
    assert done.code == 2
    assert "one sex of a patient (female on line 2)" in done.err


def test_plausibility_a_plan_that_starts_two_years_ago_is_questioned(run: Run) -> None:
    asked = ("prrt", "plan", "--start", "2024-01-15", "--at", "2026-01-05")
    done = run(*asked)
    assert done.code == 2
    assert "721 days before: is the year right?" in done.err
    right = "start=2024-01-15"
    assert f"--accept '{right} by WHO: WHY'" in done.err
    assert run(*asked, "--accept", f"{right} by Dr Bell: entered afterwards").code == 0
    assert run("prrt", "plan", "--start", "2027-02-01", "--at", "2026-01-05").code == 2


def test_plausibility_a_dose_in_milligray_is_questioned(run: Run, tmp_path: Path) -> None:
    doses = tmp_path / "doses.csv"
    doses.write_text(
        (EDGES / "three_of_four.csv").read_text().replace("kidneys,8,10", "kidneys,8000,10000")
    )
    asked = ("prrt", "cumulative", EDGES / "three_of_four.yaml", "--doses", doses)
    done = run(*asked)
    assert done.code == 2
    assert "as mGy it would be 8 Gy" in done.err


def test_another_cycle_says_how_likely_the_kidney_stays_under_the_limit(
    run: Run, tmp_path: Path
) -> None:
    doses = tmp_path / "doses.csv"
    single = ("--single-time-point", "previous_cycle")
    assert run("prrt", "dosimetry", EDGES / "two_cycles.csv", *single, "-o", doses).code == 0
    view = data(run, "prrt", "another-cycle", doses, "--limit", "13")
    shares = {one["organ"]: one["probability"] for one in view["outlooks"]}
    assert shares["kidney_left"] == pytest.approx(0.31, abs=0.03)
    assert shares["kidney_right"] == pytest.approx(0.79, abs=0.03)
    done = run("prrt", "another-cycle", doses)
    assert done.code == 0
    assert "It stays under 23 Gy with a probability of" in " ".join(done.out.split())


# The form of a curve from few points -------------------------------------------------------------


def test_model_choice_at_seven_points_sees_the_two_phases_of_blood(run: Run) -> None:
    (curve,) = data(run, "prrt", "dosimetry", EDGES / "blood7.csv")["curves"]
    assert curve["model"] == "bi_washout"
    assert 2.6 <= curve["tia_mbq_h"]["value"] <= 2.8
    assert curve["weights"]["bi_washout"] > 0.99


def test_model_choice_over_forty_simulated_curves_is_right_in_the_mean(run: Run) -> None:
    found = data(run, "prrt", "dosimetry", EDGES / "blood7_simulated40.csv")["curves"]
    tia = [curve["tia_mbq_h"] for curve in found]
    assert sum(one["value"] for one in tia) / len(tia) == pytest.approx(2.885, rel=0.01)
    assert sum(one["low"] <= 2.885 <= one["high"] for one in tia) >= 36
    assert {curve["model"] for curve in found} == {"bi_washout"}


# Order and files ----------------------------------------------------------------------------------


def results(view: Any) -> dict[tuple[str, int, str], Any]:
    names = ("dose_gy", "bed_gy", "tia_mbq_h", "effective_half_life_h")
    found = {}
    for c in view["curves"]:
        numbers = [c[name][end] for name in names for end in ("value", "low", "high")]
        words = [c["status"], c["model"]]
        found[c["patient_id"], c["cycle"], c["region"]] = (
            words,
            [-1.0 if number is None else number for number in numbers],
        )
    return found


def test_the_order_of_rows_and_the_files_they_stand_in_change_nothing(
    run: Run, tmp_path: Path
) -> None:
    head, *rows = (EDGES / "two_cycles.csv").read_text().splitlines()
    other = [row.replace("P01", "P02") for row in rows if "kidney" in row]
    whole, alone = tmp_path / "whole.csv", tmp_path / "alone.csv"
    mixed = rows + other
    random.Random(3).shuffle(mixed)
    whole.write_text("\n".join([head, *mixed]) + "\n")
    alone.write_text("\n".join([head, *other]) + "\n")
    single = ("--single-time-point", "previous_cycle")
    together = results(data(run, "prrt", "dosimetry", whole, *single))
    for file in (EDGES / "two_cycles.csv", alone):
        for key, (words, numbers) in results(data(run, "prrt", "dosimetry", file, *single)).items():
            assert together[key] == (words, pytest.approx(numbers, rel=1e-6))
