"""Why a laboratory value has its grade, as printed, and exactly what an open one lacks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gepnet import api
from gepnet.measures.ctcae import Baseline, Grade, Sample, edition, grade
from gepnet.vocabulary import Interval

BASE = api.base()


def baseline(text: str, **limits: int) -> Baseline:
    low, _, high = text.partition("-")
    value = Interval(Decimal(low), Decimal(high or low))
    return Baseline(value, **{name: Decimal(limit) for name, limit in limits.items()})


def graded(
    name: str, analyte: str, value: str, direction: str = "", unit: str | None = None, **more: Any
) -> Grade:
    """Grade a value as reported by the term of an edition, of several by that of a direction."""
    terms = edition(BASE.knowledge.measures, name).of(analyte)
    (term,) = (one for one in terms if not direction or one.direction == direction)
    number = BASE.vocabulary[analyte].parse(value, unit)
    assert isinstance(number, Interval)
    given = {
        key: known if isinstance(known, bool | Baseline) else Decimal(str(known))
        for key, known in more.items()
    }
    return grade(term, Sample(number, **given), name)


PLATELETS = ("5", "platelets_10e9_l")
ALT = ("5", "alt_u_l")
CREATININE = ("6", "creatinine_umol_l")
SELF = " (baseline sample: graded without its own baseline)"


@pytest.mark.parametrize(
    ("term", "value", "more", "wanted", "reason"),
    [
        (PLATELETS, "68", {"lln": 150}, 2, "68 < 75"),
        (PLATELETS, "10-20", {"lln": 150}, 4, "10-20 < 25"),
        (PLATELETS, "120", {"lln": 150}, 1, "120 < LLN (150)"),
        (PLATELETS, "200", {"lln": 150}, 0, "within every limit"),
        # no rule of platelets is relative to a baseline
        (PLATELETS, "68", {"lln": 150, "before_treatment": True}, 2, "68 < 75"),
        (ALT, "130", {"uln": 40, "baseline": baseline("30", uln=40)}, 2, "130 > 3 x ULN (120)"),
        (ALT, "130", {"uln": 40, "baseline": baseline("80", uln=40)}, 1,
         "130 >= 1.5 x baseline (120)"),
        (ALT, "80", {"uln": 40, "before_treatment": True}, 1, "80 > ULN (40)" + SELF),
        (ALT, "20", {"uln": 40, "before_treatment": True}, 0, "within every limit" + SELF),
        (("6", "alp_u_l"), "300", {"uln": 120, "before_treatment": True}, 0,
         "within every limit" + SELF),
        (("6", "haemoglobin_g_l", "high"), "181", {"uln": 160}, 2, "181 > ULN + 20 (180)"),
        (("6", "haemoglobin_g_l", "high"), "180", {"uln": 160}, 1, "180 > ULN (160)"),
        (("6", "fibrinogen_g_l"), "1.5", {"lln": 2, "baseline": baseline("2.4")}, 2,
         "1.5 < LLN (2) and 1.5 <= 0.75 x baseline (1.8)"),
    ],
)  # fmt: skip
def test_a_grade_names_the_limit_that_the_value_reaches(
    term: tuple[str, ...], value: str, more: dict[str, Any], wanted: int, reason: str
) -> None:
    found = graded(term[0], term[1], value, *term[2:], **more)
    assert (found.grade, found.reason, found.missing) == (wanted, reason, ())


def test_a_grade_by_the_reported_unit_is_told_in_it() -> None:
    found = graded("5", "haemoglobin_g_l", "4.8", "low", "mmol/L", lln=120)
    assert (found.grade, found.reason) == (3, "4.8 mmol/L < 4.9 mmol/L")


@pytest.mark.parametrize("value", ["6.9", "<6.9", ">4.9", "5-6.9"])
def test_a_value_is_told_as_it_was_printed_and_beside_a_limit_of_ours_as_we_read_it(
    value: str,
) -> None:
    """No bound is shown that nobody printed: 4.9 mmol/L is 78.9586 g/L."""
    found = graded("5", "haemoglobin_g_l", value, "low", "mmol/L", lln=120)
    wanted = {
        "6.9": "6.9 mmol/L (111.1866) < LLN (120)",
        "<6.9": "grade 1 to 3: the value is only known as <6.9 mmol/L",
        ">4.9": "grade 0 to 2: the value is only known as >4.9 mmol/L",
        "5-6.9": "grade 1 to 2: the value is only known as 5-6.9 mmol/L",
    }
    assert found.reason == wanted[value]


def test_a_unit_that_is_only_spelled_otherwise_is_no_other_number() -> None:
    assert graded("5", "neutrophils_10e9_l", "0.9", "low", "10^9/L").reason == "0.9 < 1"
    assert graded("5", "neutrophils_10e9_l", "900", "low", "/uL").reason == "900 /uL (0.9) < 1"


def test_what_lies_beyond_a_limit_by_its_bound_is_not_below_it() -> None:
    """More than 4.9 mmol/L is not below 4.9 mmol/L: grade 3 is excluded, 2 is not."""
    found = graded("5", "haemoglobin_g_l", ">4.9", "low", "mmol/L", lln=120)
    assert (found.at_least, found.at_most) == (0, 2)


@pytest.mark.parametrize(
    ("term", "value", "more", "grades", "missing", "told"),
    [
        (PLATELETS, "300", {}, (0, 1), ("lln",), "lower limit of normal missing"),
        (PLATELETS, "60-90", {"lln": 150}, (1, 2), (), "the value is only known as 60-90"),
        (PLATELETS, "60-90", {}, (0, 2), ("lln",),
         "lower limit of normal missing; the value is only known as 60-90"),
        (ALT, "130", {"uln": 40}, (0, 2), ("baseline",), "baseline missing"),
        (ALT, "130", {"uln": 40, "baseline": baseline("80")}, (1, 2), ("uln of the baseline",),
         "uln of the baseline missing"),
        (ALT, "130", {"uln": 40, "baseline": baseline("30-50", uln=40)}, (1, 2), (),
         "the baseline is only known as 30-50"),
        # Which rows hold at all comes first.
        (ALT, "130", {}, (0, 4), ("baseline", "uln"), "baseline, upper limit of normal missing"),
        # No limit of a baseline is asked for where no row depends on it.
        (PLATELETS, "60-90", {"lln": 150, "baseline": baseline("200")}, (1, 2), (),
         "the value is only known as 60-90"),
        # A limit that itself counts may be reached by the end of a range.
        (("6", "fibrinogen_g_l"), "1.8-1.9", {"lln": 2, "baseline": baseline("2.4")}, (1, 2), (),
         "the value is only known as 1.8-1.9"),
        (ALT, "110-120", {"uln": 40, "baseline": baseline("80", uln=40)}, (0, 1), (),
         "the value is only known as 110-120"),
        (CREATININE, "95", {"uln": 100, "baseline": baseline("60")}, (0, 2),
         ("lln of the baseline",), "lln of the baseline missing"),
        (("6", "glucose_mmol_l", "high"), "12", {"uln": "5.6"}, (0, 2),
         ("whether the sample was fasting",), "whether the sample was fasting missing"),
    ],
)  # fmt: skip
def test_an_open_grade_names_what_it_lacks_and_nothing_else(
    term: tuple[str, ...],
    value: str,
    more: dict[str, Any],
    grades: tuple[int, int],
    missing: tuple[str, ...],
    told: str,
) -> None:
    found = graded(term[0], term[1], value, *term[2:], **more)
    assert (found.at_least, found.at_most, found.missing) == (*grades, missing)
    assert found.reason == f"grade {grades[0]} to {grades[1]}: {told}"
