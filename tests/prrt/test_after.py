"""Totals, kidney slope, marrow signals and next dates, against hand-worked and second answers."""

from __future__ import annotations

import datetime
import itertools
import math
import statistics
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gepnet.knowledge import InputError
from gepnet.knowledge.course_models import AdvisoryLimit, MarrowSignal
from gepnet.prrt.after.cumulative import (
    against_limits,
    to_mci,
    total_activity,
)
from gepnet.prrt.after.doses import OrganDose, read_doses
from gepnet.prrt.after.due import Appointment, next_due, timeline
from gepnet.prrt.after.kidney import (
    Clearance,
    Slope,
    against_references,
    clearances,
    kidney_function,
    slope,
)
from gepnet.prrt.after.marrow import signal
from gepnet.prrt.after.samples import Sample, series_of, since
from gepnet.prrt.dosimetry.data import Physics
from gepnet.prrt.given import GivenCycle
from gepnet.prrt.limits import Against, Total
from gepnet.record import Measured
from gepnet.vocabulary import Interval, load_vocabulary, parse_date
from tests.prrt.plans import d, given, knowledge, settings

PHYSICS = Physics.read(knowledge().measures)
LIMITS = {limit.id: limit for limit in knowledge().advisory_limits}
SIGNALS = {rule.id: rule for rule in knowledge().marrow_signals}


# Totals ------------------------------------------------------------------------------------------


@hypothesis_given(
    st.lists(st.decimals(Decimal("0.1"), Decimal(15), places=2), max_size=8).map(
        lambda values: [GivenCycle(n, d("2026-01-05"), v) for n, v in enumerate(values, 1)]
    )
)
def test_the_total_is_the_sum(cycles: list[GivenCycle]) -> None:
    thousandths = sum(int(cycle.activity_gbq * 1000) for cycle in cycles)
    assert total_activity(cycles) * 1000 == thousandths
    assert total_activity(cycles) == total_activity(list(reversed(cycles)))


@pytest.mark.parametrize(
    ("gbq", "mci"), [("7.4", 200), ("29.6", 800), ("59.2", 1600), ("3.7", 100)]
)
def test_millicuries_of_the_label_and_the_review(gbq: str, mci: int) -> None:
    # US label 2.1: 7.4 GBq = 200 mCi; review topic: about 1,600 mCi in eight courses.
    assert to_mci(Decimal(gbq), knowledge().measures) == mci


def test_eight_doses_are_at_the_lifetime_limit_and_not_over_it() -> None:
    limit = LIMITS["lifetime-activity"]
    eight = total_activity([GivenCycle(n, d("2026-01-05"), Decimal("7.4")) for n in range(1, 9)])
    at = Against(limit, None, Total.exactly(eight))
    assert (at.standing, at.left) == ("at", 0)
    more, less = eight + Decimal("0.1"), eight - Decimal("0.1")
    assert Total.exactly(more).against(limit.value) == "over"
    assert Total.exactly(less).against(limit.value) == "below"
    assert Total.from_(less).against(limit.value) == "unknown"
    assert Total.from_(eight).against(limit.value) == "at_or_over"
    assert Total.from_(more).against(limit.value) == "over"


def limits_by_id(
    doses: list[OrganDose], cycles: int, activity: str | None = "29.6"
) -> dict[str, tuple[str, Decimal | None]]:
    total = Total.from_(Decimal(0)) if activity is None else Total.exactly(Decimal(activity))
    found = against_limits(total, cycles, doses, knowledge().advisory_limits)
    return {one.limit.id: (one.standing, one.total) for one in found}


def test_an_organ_total_needs_every_cycle() -> None:
    doses = [OrganDose("p", n, "kidneys", Decimal("5.75"), Decimal("6.5")) for n in range(1, 5)]
    whole = limits_by_id(doses, 4)
    assert whole["kidney-absorbed-dose"] == ("at", Decimal(23))
    assert whole["kidney-bed-risk"] == ("below", Decimal(26))
    assert whole["marrow-absorbed-dose"] == ("unknown", None)
    part = limits_by_id(doses[:3], 4)
    assert part["kidney-absorbed-dose"] == ("unknown", None), "three of four are a lower bound"
    assert limits_by_id(doses[:3], 0)["kidney-absorbed-dose"] == ("unknown", None)
    assert limits_by_id(doses, 0)["kidney-absorbed-dose"] == ("at_or_over", None)


def test_no_limit_is_shown_without_its_source() -> None:
    assert {
        limit.id for limit in knowledge().advisory_limits if limit.verification == "primary"
    } >= {
        "lifetime-activity",
        "kidney-absorbed-dose",
        "marrow-absorbed-dose",
    }
    assert LIMITS["kidney-bed-risk"].verification == "unverified"
    assert isinstance(LIMITS["kidney-bed-risk"], AdvisoryLimit)


def test_a_file_of_doses_is_read_or_every_fault_of_it_named(tmp_path: Path) -> None:
    good = tmp_path / "doses.csv"
    good.write_text(
        "patient_id,cycle,region,dose_gy,bed_gy\np,1,kidneys,4.8,5.3\np,1,bone_marrow,0.3,\n"
    )
    assert read_doses(good, PHYSICS) == [
        OrganDose("p", 1, "kidneys", Decimal("4.8"), Decimal("5.3")),
        OrganDose("p", 1, "bone_marrow", Decimal("0.3"), None),
    ]
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "patient_id,cycle,region,dose_gy,bed_gy\n"
        "p,1,kidneys,4.8,5.3\np,1,kidneys,4.8,5.3\np,0,kidney,-1,2\n,2,kidneys,4,3\n"
    )
    with pytest.raises(InputError) as caught:
        read_doses(bad, PHYSICS)
    told = [str(problem) for problem in caught.value.problems]
    assert any("bad.csv:3" in t and "one dose for kidneys" in t for t in told)
    assert any("bad.csv:4" in t and "did you mean 'kidneys'" in t for t in told)
    assert any("bad.csv:4" in t and "field dose_gy" in t for t in told)
    assert any("bad.csv:5" in t and "field patient_id" in t for t in told)
    assert any("bad.csv:5" in t and "field bed_gy" in t for t in told)
    headless = tmp_path / "headless.csv"
    headless.write_text("patient,cycle,organ,dose_gy\n")
    with pytest.raises(InputError, match="field patient_id"):
        read_doses(headless, PHYSICS)


# Kidney slope ------------------------------------------------------------------------------------


def points(*pairs: tuple[str, float]) -> list[Clearance]:
    return [Clearance(d(day), Decimal(str(value)), "recorded") for day, value in pairs]


def falling(percent: float, years: int, noise: list[float] | None = None) -> list[Clearance]:
    """A clearance that loses ``percent`` a year, sampled every half year."""
    start = d("2022-01-01")
    found = []
    for n in range(2 * years + 1):
        day = start + datetime.timedelta(days=round(n * 365.25 / 2))
        elapsed = (day - start).days / 365.25
        value = 90 * (1 - percent / 100) ** elapsed
        value *= math.exp(noise[n] if noise else 0)
        found.append(Clearance(day, Decimal(repr(value)), "recorded"))
    return found


@pytest.mark.parametrize("percent", [0.5, 3.4, 10, 25])
def test_a_known_loss_is_found(percent: float) -> None:
    found = slope(falling(percent, 3), settings().kidney_slope)
    assert isinstance(found, Slope)
    assert found.percent_a_year == pytest.approx(-percent, abs=1e-9)
    assert found.low == pytest.approx(found.high, abs=1e-6)


def test_the_interval_agrees_with_scipy() -> None:
    from scipy import stats

    noise = [0.03, -0.05, 0.01, 0.04, -0.02, -0.06, 0.05]
    data = falling(5, 3, noise)
    found = slope(data, settings().kidney_slope)
    assert isinstance(found, Slope)
    x = [(p.day - data[0].day).days / 365.25 for p in data]
    line = stats.linregress(x, [math.log(float(p.value)) for p in data])
    reach = stats.t.ppf(0.975, len(x) - 2) * line.stderr
    assert found.percent_a_year == pytest.approx(100 * math.expm1(line.slope), rel=1e-9)
    assert found.low == pytest.approx(100 * math.expm1(line.slope - reach), rel=1e-9)
    assert found.high == pytest.approx(100 * math.expm1(line.slope + reach), rel=1e-9)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """2,000 series of 9 samples with 5 % noise: 95 % intervals cover in 93-97 %."""
    import numpy as np

    generator = np.random.default_rng(20260105)
    noises = generator.normal(0, 0.05, (2000, 9))
    covered = 0
    for noise in noises:
        found = slope(falling(3.4, 4, noise.tolist()), settings().kidney_slope)
        assert isinstance(found, Slope)
        covered += found.low <= -3.4 <= found.high
    assert 0.93 <= covered / 2000 <= 0.97


def test_too_little_gives_the_reason_and_no_slope() -> None:
    few = points(("2025-01-01", 90), ("2025-07-01", 88), ("2026-01-01", 86))
    assert slope(few, settings().kidney_slope) == "3 clearances; at least 4 are needed"
    short = points(*((f"2025-01-{day:02d}", 90.0 - day) for day in (1, 8, 15, 22)))
    refused = slope(short, settings().kidney_slope)
    assert isinstance(refused, str)
    assert "21 days from first to last" in refused
    zero = points(("2025-01-01", 0))
    assert slope(zero, settings().kidney_slope) == "a clearance of 0 has no logarithm"


def test_the_least_samples_over_the_least_span_give_a_slope_with_its_dates() -> None:
    rule = settings().kidney_slope
    start, n = d("2025-01-01"), rule.least_samples
    steps = [*range(n - 1), rule.least_span_days]
    days = [start + datetime.timedelta(days=step) for step in steps]
    # 1 mL/min is little, and has a logarithm.
    values = [Clearance(day, Decimal(1 + n - i), "recorded") for i, day in enumerate(days, 1)]
    found = slope(values, rule)
    assert isinstance(found, Slope)
    assert (found.samples, found.first, found.last) == (n, start, days[-1])
    earlier = Clearance(days[-1] - datetime.timedelta(days=1), Decimal(1), "recorded")
    assert isinstance(slope([*values[:-1], earlier], rule), str)
    zero = Clearance(days[-1], Decimal(0), "recorded")
    assert slope([*values[:-1], zero], rule) == "a clearance of 0 has no logarithm"


def test_a_loss_beside_the_published_ones_is_open_where_the_interval_includes_them() -> None:
    def faster(low: float, high: float) -> dict[str, bool | None]:
        found = Slope((low + high) / 2, low, high, 0.95, 6, d("2022-01-01"), d("2025-01-01"))
        compared = against_references(found, knowledge().kidney_references)
        return {one.reference.id: one.faster for one in compared}

    assert faster(-6, -4) == {"bergsma-mean": True, "bergsma-never": False}
    assert faster(-6, -3) == {"bergsma-mean": None, "bergsma-never": False}
    assert faster(-6, -3.4)["bergsma-mean"] is None, "the published loss belongs to the interval"
    assert faster(-3.4, 1) == {"bergsma-mean": False, "bergsma-never": False}
    assert faster(-30, -21) == {"bergsma-mean": True, "bergsma-never": True}


def lab(name: str, day: str, value: float, lln: float | None = None) -> Sample:
    bound = None if lln is None else Decimal(str(lln))
    number = Decimal(str(value))
    return Sample(d(day), name, Interval(number, number), bound, "e")


def test_a_creatinine_without_a_weight_of_its_day_gives_no_clearance() -> None:
    samples = {
        "creatinine_umol_l": [
            lab("creatinine_umol_l", "2025-01-01", 80),
            lab("creatinine_umol_l", "2025-06-01", 85),
        ],
        "weight_kg": [lab("weight_kg", "2025-01-01", 70), lab("weight_kg", "2025-05-31", 70)],
        "creatinine_clearance_ml_min": [lab("creatinine_clearance_ml_min", "2025-09-01", 77)],
    }
    seen = []

    def formula(day: datetime.date, weight: Decimal, creatinine: Decimal) -> Interval:
        seen.append((day, weight, creatinine))
        return Interval(Decimal(80), Decimal(82))

    found, left_out = clearances(samples, formula, settings().kidney_slope.weight_within_days)
    assert [(str(c.day), c.value, c.how) for c in found] == [
        ("2025-01-01", 81, "cockcroft_gault"),
        ("2025-09-01", 77, "recorded"),
    ]
    assert [(str(x.day), x.reason) for x in left_out] == [
        ("2025-06-01", "creatinine without a weight of that day")
    ]
    assert seen == [(d("2025-01-01"), Decimal(70), Decimal(80))]


def test_each_creatinine_gives_a_clearance_or_says_what_it_lacks() -> None:
    name, days = "creatinine_umol_l", ("2025-01-01", "2025-02-01", "2025-03-01")
    samples = {
        name: [lab(name, day, 80) for day in (days[0], "2025-01-15", *days[1:])],
        "weight_kg": [lab("weight_kg", day, 70) for day in days],
        "creatinine_clearance_ml_min": [lab("creatinine_clearance_ml_min", days[0], 77)],
    }

    def formula(day: datetime.date, weight: Decimal, creatinine: Decimal) -> Interval | None:
        return Interval(Decimal(60), Decimal(61)) if day == d(days[2]) else None

    found, left_out = clearances(samples, formula, settings().kidney_slope.weight_within_days)
    told = [(str(one.day), one.value) for one in found]
    assert told == [(days[0], Decimal(77)), (days[2], Decimal("60.5"))]
    assert [(str(x.day), x.reason) for x in left_out] == [
        ("2025-01-15", "creatinine without a weight of that day"),
        (days[1], "age or sex not known"),
    ]


def test_a_value_known_within_bounds_only_is_left_out_and_said_and_the_next_ones_count() -> None:
    measured, worked_out = "creatinine_clearance_ml_min", "creatinine_umol_l"
    days = [f"2025-0{month}-01" for month in range(1, 5)]

    def bounded(name: str, day: str) -> Sample:
        return Sample(d(day), name, Interval(Decimal(60), Decimal(70)), None, "e")

    samples = {
        measured: [bounded(measured, days[0]), lab(measured, days[1], 77)],
        worked_out: [bounded(worked_out, days[2]), lab(worked_out, days[3], 80)],
        "weight_kg": [lab("weight_kg", day, 70) for day in days],
    }
    found, left_out = clearances(samples, lambda *_: Interval(Decimal(81), Decimal(81)), 0)
    assert [(str(c.day), c.value, c.how) for c in found] == [
        (days[1], 77, "recorded"),
        (days[3], 81, "cockcroft_gault"),
    ]
    assert [(str(x.day), x.reason) for x in left_out] == [
        (days[0], "clearance only known as 60-70"),
        (days[2], "creatinine only known as 60-70"),
    ]


@pytest.mark.parametrize(
    ("weighed", "expected"),
    [
        ([("2025-01-02", 71), ("2025-01-01", 70)], 70),
        ([("2024-12-28", 68), ("2025-01-03", 72)], 72),
        ([("2025-01-04", 73), ("2024-12-30", 69)], 69),
    ],
)
def test_the_weight_nearest_in_time_counts(weighed: list[tuple[str, int]], expected: int) -> None:
    name = "creatinine_umol_l"
    samples = {
        name: [lab(name, "2025-01-01", 80)],
        "weight_kg": [lab("weight_kg", day, kilos) for day, kilos in weighed],
    }
    found, _ = clearances(samples, lambda day, weight, _: Interval(weight, weight), 7)
    assert [one.value for one in found] == [expected]
    nearest = min(abs((d(day) - d("2025-01-01")).days) for day, _ in weighed)
    for within in (nearest, nearest - 1):
        found, left_out = clearances(samples, lambda day, w, _: Interval(w, w), within)
        assert (len(found), len(left_out)) == ((1, 0) if within == nearest else (0, 1))


@pytest.mark.parametrize(
    ("first_dose", "begin"),
    [(None, 0), ("2023-12-31", 0), ("2024-01-01", 0), ("2024-06-30", 0), ("2024-07-01", 1),
     ("2024-07-02", 1), ("2025-01-01", 2)],
)  # fmt: skip
def test_clearances_count_from_the_last_one_up_to_the_first_dose(
    first_dose: str | None, begin: int
) -> None:
    days = [f"{year}-{month}-01" for year in (2024, 2025, 2026) for month in ("01", "07")]
    name = "creatinine_clearance_ml_min"
    samples = {name: [lab(name, day, 90 - place) for place, day in enumerate(days)]}
    first = None if first_dose is None else d(first_dose)
    references = knowledge().kidney_references
    found = kidney_function(samples, first, lambda *_: None, settings().kidney_slope, references)
    assert [point.day for point in found.clearances] == [d(day) for day in days[begin:]]
    assert found.slope == slope(found.clearances, settings().kidney_slope)
    assert isinstance(found.slope, Slope)
    assert found.references == against_references(found.slope, references)
    few = kidney_function({}, first, lambda *_: None, settings().kidney_slope, references)
    assert (few.clearances, few.slope, few.references) == ([], None, [])


# Marrow ------------------------------------------------------------------------------------------

HB, MCV = "haemoglobin_g_l", "mcv_fl"


def judged(rule: str, **series: list[Sample]) -> tuple[bool | None, tuple[str, ...]]:
    result = signal(SIGNALS[rule], series, settings().signal_least_samples)
    return result.truth, result.missing


def test_an_abnormal_count_is_a_signal_and_an_unknown_limit_is_open() -> None:
    low = [lab(HB, "2025-01-01", 119, 120)]
    assert judged("abnormal-count", haemoglobin_g_l=low)[0] is True
    normal = {
        "haemoglobin_g_l": [lab(HB, "2025-01-01", 120, 120)],
        "platelets_10e9_l": [lab("platelets_10e9_l", "2025-01-01", 150, 150)],
        "leukocytes_10e9_l": [lab("leukocytes_10e9_l", "2025-01-01", 4, 3.5)],
    }
    truth, missing = judged("abnormal-count", **normal)
    assert (truth, missing) == (None, ("neutrophils_10e9_l",))
    whole = {**normal, "neutrophils_10e9_l": [lab("neutrophils_10e9_l", "2025-01-01", 2, 1.5)]}
    assert judged("abnormal-count", **whole) == (False, ())
    no_limit = {**whole, "haemoglobin_g_l": [lab(HB, "2025-01-01", 90)]}
    truth, missing = judged("abnormal-count", **no_limit)
    assert truth is None
    assert missing == ("lower limit of normal of haemoglobin_g_l on 2025-01-01",)


@pytest.mark.parametrize(
    ("last", "expected"), [("2025-07-01", False), ("2025-07-02", True), ("2025-06-01", False)]
)
def test_more_than_six_months_is_more_than_six_months(last: str, expected: bool) -> None:
    only = SIGNALS["persistent-cytopenia"].model_copy(update={"analytes": (HB,)})
    series = {HB: [lab(HB, "2024-12-01", 125, 120), lab(HB, "2025-01-01", 110, 120)]}
    series[HB].append(lab(HB, last, 111, 120))
    assert signal(only, series, 3).truth is expected


def test_a_recovery_in_between_begins_the_count_anew() -> None:
    only = SIGNALS["persistent-cytopenia"].model_copy(update={"analytes": (HB,)})
    series = {
        HB: [
            lab(HB, "2024-01-01", 110, 120),
            lab(HB, "2025-05-01", 121, 120),
            lab(HB, "2025-06-01", 110, 120),
        ]
    }
    assert signal(only, series, 3).truth is False


def test_a_sample_without_a_limit_in_the_run_leaves_it_open() -> None:
    only = SIGNALS["persistent-cytopenia"].model_copy(update={"analytes": (HB,)})
    series = {
        HB: [
            lab(HB, "2024-10-01", 110, 120),
            lab(HB, "2025-01-01", 110),
            lab(HB, "2025-03-01", 110, 120),
            lab(HB, "2025-07-15", 110, 120),
        ]
    }
    assert signal(only, series, 3).truth is None
    assert signal(only, {HB: series[HB][1:2]}, 3).truth is None


def persistent(*values: tuple[str, float | None]) -> tuple[bool | None, tuple[str, ...]]:
    """Haemoglobin of 110 in every sample, with these lower limits of normal (120 makes it low)."""
    only = SIGNALS["persistent-cytopenia"].model_copy(update={"analytes": (HB,)})
    result = signal(only, {HB: [lab(HB, day, 110, lln) for day, lln in values]}, 3)
    assert bool(result.because) is (result.truth is True)
    return result.truth, result.missing or result.because


def test_a_sample_without_a_limit_counts_as_low_and_as_normal() -> None:
    """Whatever the sample was: low as long if it was normal, not low so long if it was low."""
    known = persistent(("2024-06-01", None), ("2024-12-01", 120), ("2025-07-15", 120))
    assert known == (
        True,
        ("haemoglobin_g_l 110, below 120, on 2025-07-15; low since 2024-12-01",),
    )
    assert persistent(("2025-03-01", None), ("2025-07-15", 120)) == (False, ())
    # The sample itself is recent: what was low before it counts if it was low too.
    lacking = "lower limit of normal of haemoglobin_g_l on 2025-05-01"
    recent = (("2025-05-01", None), ("2025-07-15", 120))
    assert persistent(("2024-10-01", 120), *recent) == (None, (lacking,))
    assert persistent(("2024-10-01", None), *recent) == (None, (lacking,))
    assert persistent(("2024-10-01", 100), *recent) == (False, ())


@hypothesis_given(st.data())
def test_a_signal_is_open_only_where_limits_not_known_decide(data: st.DataObject) -> None:
    """Fill in each unknown limit in every way: all agree, or the signal is open.

    Where the latest value itself has no limit, the signal is open whatever came before.
    """
    days = data.draw(st.lists(st.integers(0, 500), min_size=1, max_size=5, unique=True))
    dated = [str(d("2024-01-01") + datetime.timedelta(days=day)) for day in sorted(days)]
    limits = data.draw(st.tuples(*(st.sampled_from([None, 100.0, 120.0]) for _ in dated)))
    filled = itertools.product(*([100.0, 120.0] if one is None else [one] for one in limits))
    truths = {persistent(*zip(dated, one, strict=True))[0] for one in filled}
    expected = truths.pop() if len(truths) == 1 and limits[-1] is not None else None
    assert persistent(*zip(dated, limits, strict=True))[0] is expected


def test_a_signal_tells_the_values_it_rests_on() -> None:
    series = {
        HB: [lab(HB, "2025-01-01", 110, 120)],
        "platelets_10e9_l": [lab("platelets_10e9_l", "2025-01-02", 90, 150)],
        "leukocytes_10e9_l": [lab("leukocytes_10e9_l", "2025-01-02", 4, 3.5)],
        MCV: [lab(MCV, f"202{n}-01-01", 90 + 3 * n) for n in range(3, 6)],
    }
    told = {}
    for name, rule in SIGNALS.items():
        result = signal(rule, series, settings().signal_least_samples)
        told[name] = (result.truth, result.because, result.missing)
    assert told == {
        "abnormal-count": (
            True,
            (
                "haemoglobin_g_l 110, below 120, on 2025-01-01",
                "platelets_10e9_l 90, below 150, on 2025-01-02",
            ),
            (),
        ),
        "persistent-cytopenia": (None, (), ("neutrophils_10e9_l",)),
        "mcv-rise-with-anaemia": (
            True,
            (
                "haemoglobin_g_l 110, below 120, on 2025-01-01",
                "mcv_fl from 99 (2023-01-01) to 105 (2025-01-01)",
            ),
            (),
        ),
    }


def rises(*values: float, step: int = 1) -> bool | None:
    """Whether MCV counts as rising, with so many days from sample to sample."""
    start = d("2025-01-01")
    series = [
        lab(MCV, str(start + datetime.timedelta(days=step * n)), value)
        for n, value in enumerate(values)
    ]
    return judged(
        "mcv-rise-with-anaemia", mcv_fl=series, haemoglobin_g_l=[lab(HB, "2025-01-01", 110, 120)]
    )[0]


def test_a_rise_is_above_the_first_value_and_still_goes_on() -> None:
    assert rises(90, 90.1, 90.2) is True
    assert rises(90, 80, 85, 90) is False, "rising, not above the first value"
    assert rises(90, 110, 100, 92, 91) is False, "above the first value, but falling"
    assert rises(90, 95, 92, 91) is False, "above the first value, and neither rising nor falling"


@hypothesis_given(st.lists(st.integers(80, 110), min_size=3, max_size=7), st.integers(1, 200))
def test_a_rise_is_the_one_of_a_straight_line(values: list[int], step: int) -> None:
    line = statistics.linear_regression(range(len(values)), values).slope
    if abs(line) > 1e-9:
        assert rises(*values, step=step) is (line > 0 and values[-1] > values[0])


def test_a_rising_mcv_counts_with_anaemia_only() -> None:
    rising = [lab(MCV, f"202{n}-01-01", 90 + 3 * n) for n in range(3, 6)]
    anaemia, normal = [lab(HB, "2025-01-01", 110, 120)], [lab(HB, "2025-01-01", 130, 120)]
    name = "mcv-rise-with-anaemia"
    assert judged(name, mcv_fl=rising, haemoglobin_g_l=anaemia)[0] is True
    assert judged(name, mcv_fl=rising, haemoglobin_g_l=normal)[0] is False
    flat = [lab(MCV, f"202{n}-01-01", 90) for n in range(3, 6)]
    assert judged(name, mcv_fl=flat, haemoglobin_g_l=anaemia)[0] is False
    truth, missing = judged(name, mcv_fl=rising[:2], haemoglobin_g_l=anaemia)
    assert (truth, missing) == (None, ("mcv_fl: at least 3 values, 2 known",))


def test_a_series_begins_with_its_baseline_before_the_first_dose() -> None:
    series = [lab(MCV, day, 90) for day in ("2022-01-01", "2022-06-01", "2022-07-05")]
    assert [str(s.day) for s in since(series, d("2022-07-01"))] == ["2022-06-01", "2022-07-05"]
    assert since(series, None) == series


PLT = "platelets_10e9_l"


def seen(date: str, number: str, lln: str | None = "150") -> Measured:
    value = load_vocabulary()[PLT].parse(number)
    assert isinstance(value, Interval)
    return Measured(PLT, parse_date(date), value, None if lln is None else Decimal(lln), None, "e")


@hypothesis_given(
    st.permutations(
        [
            seen("2025-01-02T16:00", "60"),  # newest first, as laboratories print
            seen("2025-01-02T08:00", "160"),
            seen("2025-01-03", "130"),
            seen("2025-01-03", "40", None),
            seen("2025-01-03", "130"),
            seen("2025-01-01", "<5"),
            seen("2025-01", "1"),
            seen("2026-01-01", "1"),
        ]
    )
)
def test_no_value_of_a_day_hides_another_whatever_their_order(values: list[Measured]) -> None:
    """The laboratory's file said 40 on a day of which the record has 130, and 130 stood alone."""
    found = series_of(values, d("2025-06-01"))[PLT]
    told = [(str(one.day), str(one.value), one.low) for one in found]
    assert told == [
        ("2025-01-01", "<5", True),
        ("2025-01-02", "160", False),
        ("2025-01-02", "60", True),
        ("2025-01-03", "40-130", True),
    ]
    apart = [seen("2025-01-03", "40"), seen("2025-01-03", "190")]
    assert series_of(apart, d("2025-06-01"))[PLT][0].low is None


def test_a_signal_has_the_numbers_of_its_kind_and_no_others() -> None:
    plain = {"id": "x", "label": "x", "action": "x", "source": "bergsma-phd", "analytes": [HB]}
    with pytest.raises(ValueError, match="'months' belongs to"):
        MarrowSignal(**plain, kind="any_low", months=6)
    with pytest.raises(ValueError, match="'rising' belongs to"):
        MarrowSignal(**plain, kind="rise_with_low")


# Next dates --------------------------------------------------------------------------------------


def due(profile: str, today: str, *sampled: str) -> dict[str, tuple[str, bool]]:
    chosen = next(p for p in knowledge().plan_profiles if p.id == profile)
    analytes = {n for names in settings().topic_analytes.values() for n in names}
    samples = {name: [lab(name, day, 100) for day in sampled] for name in analytes}
    found = next_due(chosen, d("2026-01-05"), samples, d(today), settings())
    return {one.topic: (str(one.due), one.overdue) for one in found}


def test_the_review_wants_kidneys_every_three_months_and_counts_every_six() -> None:
    name = "review-gi-net-2025"
    assert due(name, "2026-02-01") == {
        "blood_after": ("2026-07-05", False),
        "kidney_after": ("2026-04-05", False),
    }
    assert due(name, "2026-05-01", "2026-03-25")["kidney_after"] == ("2026-07-05", False)
    assert due(name, "2026-05-01", "2026-03-01")["kidney_after"] == ("2026-04-05", True)
    assert due(name, "2027-02-01", "2027-01-05")["kidney_after"] == ("2027-07-05", False)
    assert due(name, "2040-02-01", "2040-01-30")["blood_after"][0] == "2040-07-05"


def test_each_profile_keeps_its_own_calendar() -> None:
    assert due("halfdanarson-2023", "2026-01-06") == {"blood_after": ("2026-02-05", False)}
    assert due("eu-label", "2026-01-06") == {"blood_after": ("2026-02-02", False)}
    assert due("tafuto-2025", "2026-01-06") == {}
    assert given("2026-01-05")[0].day == d("2026-01-05")


def dates(profile: str, today: str, *sampled: str) -> list[Appointment]:
    chosen = next(p for p in knowledge().plan_profiles if p.id == profile)
    analytes = {n for names in settings().topic_analytes.values() for n in names}
    samples = {name: [lab(name, day, 100) for day in sorted(sampled)] for name in analytes}
    return timeline(chosen, d("2026-01-05"), samples, d(today), settings())


def kidney_dates(today: str, *sampled: str) -> list[tuple[str, str, str | None]]:
    return [
        (str(one.day), one.standing, None if one.sampled is None else str(one.sampled))
        for one in dates("review-gi-net-2025", today, *sampled)
        if one.topic == "kidney_after" and one.day <= d("2027-01-31")
    ]


def test_a_gap_in_the_follow_up_stays_a_gap_whatever_came_later() -> None:
    assert kidney_dates("2026-11-01", "2026-04-02", "2026-10-20") == [
        ("2026-04-05", "done", "2026-04-02"),
        ("2026-07-05", "missed", None),
        ("2026-10-05", "done", "2026-10-20"),
        ("2027-01-05", "ahead", None),
    ]
    assert kidney_dates("2026-07-05")[:3] == [
        ("2026-04-05", "missed", None),
        ("2026-07-05", "due", None),
        ("2026-10-05", "ahead", None),
    ]
    # Too early for one date, so that it belongs to the date before.
    assert kidney_dates("2026-07-05", "2026-06-01")[:2] == [
        ("2026-04-05", "done", "2026-06-01"),
        ("2026-07-05", "due", None),
    ]


DAYS = st.dates(datetime.date(2026, 1, 6), datetime.date(2031, 12, 31)).map(str)


@hypothesis_settings(max_examples=40, deadline=None)
@hypothesis_given(
    st.sampled_from(["review-gi-net-2025", "halfdanarson-2023", "eu-label"]),
    DAYS,
    st.lists(DAYS, max_size=8, unique=True),
    DAYS,
)
def test_laws_of_the_timeline(profile: str, today: str, sampled: list[str], more: str) -> None:
    taken = [day for day in sampled if day <= today]
    found = dates(profile, today, *taken)
    assert [one.day for one in found] == sorted(one.day for one in found)
    for one in found:
        assert (one.standing == "done") == (one.sampled is not None)
        assert (one.standing == "ahead") <= (one.day > d(today))
        if one.standing in ("missed", "due"):
            assert one.day <= d(today)
    for topic in {one.topic for one in found}:
        assert sum(one.topic == topic and one.standing == "due" for one in found) <= 1
    own = [one.sampled for one in found if one.sampled is not None and one.topic == "blood_after"]
    assert len(set(own)) == len(own)
    # The next date is one of them, and one more sample undoes none.
    next_dates = due(profile, today, *taken)
    assert all(str(day) in {str(one.day) for one in found} for day, _ in next_dates.values())
    if more <= today:
        again = dates(profile, today, *{*taken, more})
        done = {(one.topic, one.day) for one in found if one.standing == "done"}
        assert done <= {(one.topic, one.day) for one in again if one.standing == "done"}
