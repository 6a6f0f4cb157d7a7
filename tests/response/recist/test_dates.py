"""Dates that cannot stand beside each other, and disease that was not there: shown, not counted.

The kinds: a response after a new therapy, an assessment before the reference date or after the
death, a response of no disease at all.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gepnet.response.recist import Patient, PatientRow, Result, assess
from gepnet.response.recist.model import Marker, Survival
from tests.response.recist.helpers import course, options, results, row, rules
from tests.response.recist.test_laws import LENGTH, MANY, only, patients

HEADS = "patient_id,reference_date,baseline_date,death_date,new_therapy_date"
SHRINKS = ["2024-01-01 40", "2024-04-01 35", "2024-06-01 20", "2024-08-01 20"]


def lesion(*sizes: str) -> list[str]:
    """Rows of one target: ``2024-01-01 40``."""
    return [row("T1", *size.split(" ", 1)) for size in sizes]


def head(cells: str) -> str:
    return f"{HEADS}\np,{cells}\n"


def said(rows: list[str], cells: str, **chosen: str | int) -> Result:
    (result,) = results(rows, head(cells), **chosen)
    return result


def notes(result: Result) -> str:
    return "\n".join(map(str, result.findings))


def test_a_response_after_a_new_therapy_is_none_of_this_one() -> None:
    result = said(lesion(*SHRINKS), "2024-01-05,2024-01-01,,2024-05-01")
    assert (result.best.response, result.best_confirmed.response) == ("SD", "SD")
    assert result.duration_of_response is None
    assert [p.not_counted for p in result.timepoints] == [None, *["after_new_therapy"] * 2]
    assert "not counted" in result.timepoints[-1].reason
    assert "p 2024-06-01: the assessment is after the new therapy (2024-05-01)" in notes(result)


def test_a_new_therapy_between_a_response_and_its_confirmation_leaves_it_unconfirmed() -> None:
    result = said(lesion(*SHRINKS), "2024-01-05,2024-01-01,,2024-06-01")
    assert (result.best.response, result.best_confirmed.response) == ("PR", "SD")
    assert result.duration_of_confirmed_response is None


def test_a_new_therapy_may_be_ignored_by_name() -> None:
    result = said(
        lesion(*SHRINKS), "2024-01-05,2024-01-01,,2024-05-01", response_new_therapy="ignore"
    )
    assert result.best_confirmed.response == "PR"
    assert "the assessment is after the new therapy" in notes(result)
    assert "not counted" not in notes(result)


def test_an_assessment_before_the_reference_date_is_shown_and_not_counted() -> None:
    result = said(lesion("2024-01-01 40", "2024-04-01 60"), "2024-06-05,2024-01-01,,")
    assert (result.best.response, result.progression) == ("NE", None)
    assert result.pfs == Survival(0, False, date(2024, 6, 5), "no_assessment")
    assert result.timepoints[0].not_counted == "before_reference"


def test_what_shrank_before_the_reference_date_is_no_smallest_sum() -> None:
    rows = lesion("2024-01-01 40", "2024-02-01 20", "2024-06-01 30")
    assert said(rows, "2024-01-01,,,").timepoints[-1].overall == "PD"
    assert said(rows, "2024-03-01,,,").timepoints[-1].overall == "SD"


def test_a_death_before_the_reference_date_gives_no_time() -> None:
    rows = lesion("2024-01-01 40", "2024-04-01 35")
    result = said(rows, "2024-06-05,2024-01-01,2024-03-01,")
    assert result.pfs == Survival(None, False, None, "contradiction")
    assert result.best.response == "NE"
    assert "p 2024-06-05: the reference date is after the death (2024-03-01)" in notes(result)


def test_responses_that_were_given_are_held_to_the_same_dates(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from gepnet.response.recist import assess, read_patients
    from gepnet.response.recist.columns import assess_table
    from tests.response.recist.helpers import rules

    given, heads = tmp_path / "responses.csv", tmp_path / "patients.csv"
    words = "PD 2023-12-01,SD 2024-03-01,CR 2024-06-01,CR 2024-08-01"
    lines = [f"p,{one.split()[1]},{one.split()[0]}" for one in words.split(",")]
    given.write_text("\n".join(["patient_id,date,response", *lines]) + "\n", "utf-8")
    heads.write_text(head(",2024-01-01,,2024-05-01"), "utf-8")
    (patient,) = read_patients(rules(), None, given, heads)
    result = assess(patient, rules(), options())
    assert (result.best.response, result.progression) == ("SD", None)
    best = assess_table(rules(), options(), None, given, heads).best.to_dicts()[0]
    assert (best["best_overall"], best["progression_date"]) == ("SD", None)


FREE = {
    "absent": ("absent", "absent"),
    "not evaluated, then absent": ("not_evaluated", "absent"),
    "a node of normal size": ("8", "8"),
}


@pytest.mark.parametrize("states", FREE.values(), ids=FREE)
def test_no_disease_at_baseline_is_no_complete_response(states: tuple[str, str]) -> None:
    rows = course("N1", list(states), role="non_target", nodal=states[0] == "8")
    (result,) = results(rows)
    assert result.best.response == "NE"
    assert "no disease at baseline: nothing can respond" in result.timepoints[0].reason
    assert "no disease at baseline: nothing can respond" in notes(result)


def test_a_class_without_disease_brings_no_response_and_hinders_none() -> None:
    normal = course("N1", ["absent", "absent"], role="non_target")
    assert only([*normal, *course("T1", [40, "absent"])]).best.response == "CR"
    node = course("T1", [8, 8], nodal=True)
    bone = course("B", ["present", "absent"], role="non_target")
    (point,) = only([*node, *bone]).timepoints
    assert (point.target, point.non_target, point.overall) == (None, "CR", "CR")


DAYS = st.integers(-200, 500).map(lambda days: str(date(2024, 1, 1) + timedelta(days=days)))
ANY_HEAD = st.tuples(st.none() | DAYS, st.none(), st.none() | DAYS, st.none() | DAYS).map(
    lambda cells: ",".join(cell or "" for cell in cells)
)
CHOICES = st.fixed_dictionaries({
    "pfs_new_therapy": st.sampled_from(["censor", "ignore"]),
    "response_new_therapy": st.sampled_from(["not_counted", "ignore"]),
    "less_after_cr": st.sampled_from(["as_given", "cr_was_pr", "progression"]),
})  # fmt: skip


def times(result: Result) -> list[Survival]:
    found = (result.pfs, result.duration_of_response, result.duration_of_confirmed_response)
    return [time for time in (*found, result.duration_of_stable_disease) if time is not None]


@MANY
@given(patients(), ANY_HEAD, CHOICES)
def test_no_time_is_negative_whatever_the_dates(
    rows: list[str], cells: str, chosen: dict[str, str]
) -> None:
    result = said(rows, cells, **chosen)
    assert all(time.days is None or time.days >= 0 for time in times(result))
    counted = [point.date for point in result.timepoints if point.not_counted is None]
    assert result.best.date is None or result.best.date in counted
    assert all(first < second for first, second in pairwise(counted))


@MANY
@given(patients(), ANY_HEAD, st.randoms())
def test_the_order_of_rows_changes_nothing_whatever_the_dates(
    rows: list[str], cells: str, draw: random.Random
) -> None:
    mixed = draw.sample(rows, len(rows))
    first, second = said(rows, cells), said(mixed, cells)
    assert first.timepoints == second.timepoints
    assert (first.best, first.pfs) == (second.best, second.pfs)


@MANY
@given(patients(), ANY_HEAD)
def test_a_later_scan_on_which_nothing_was_seen_makes_no_finding(
    rows: list[str], cells: str
) -> None:
    """What is not known adds neither a response nor a progression, and no time."""
    more = [*rows, row("Z", "2025-06-01", "not_evaluated", role="new_equivocal")]
    before, after = said(rows, cells), said(more, cells)
    assert len(after.timepoints) == LENGTH + 1
    for old, new in ((before.best, after.best), (before.best_confirmed, after.best_confirmed)):
        assert old.response == new.response
    known_new = before.timepoints[-1].new_lesion
    assert before.progression == after.progression or known_new
    assert before.pfs == after.pfs or known_new


@MANY
@given(patients(), st.data())
def test_nothing_responds_that_was_not_there(rows: list[str], data: st.DataObject) -> None:
    """With every lesion absent or not looked at on the first day there is no response."""
    states = st.sampled_from(["present", "absent", "not_evaluated", "too_small", None])
    free = [
        line
        for number in range(data.draw(st.integers(1, 3)))
        for line in course(
            f"N{number}",
            [
                data.draw(st.sampled_from(["absent", "not_evaluated"])),
                *data.draw(st.lists(states, min_size=LENGTH, max_size=LENGTH)),
            ],
            role="non_target",
        )
    ]
    seen = [line for line in rows if ",new_equivocal," in line]
    for point in only([*free, *seen]).timepoints:
        assert point.overall in ("PD", "NE")


@pytest.mark.parametrize("response", ["CR", "PR", "SD"])
@pytest.mark.parametrize(
    ("markers", "raised"),
    [
        ((), 0),
        ((Marker(None, False),), 0),
        ((Marker(None, True),), 3),
        ((Marker(None, True), Marker(date(2024, 5, 1), False)), 1),
    ],
)
def test_a_cr_that_was_given_beside_raised_markers_is_told(
    response: str, markers: tuple[Marker, ...], raised: int
) -> None:
    """The response stands as it was given: a note says what RECIST would have made of it."""
    days = [date(2024, month, 1) for month in (3, 5, 7)]
    given_ = Patient(PatientRow("p", markers=markers), (), tuple((day, response) for day in days))
    found = assess(given_, rules(), options())
    noted = [one.date for one in found.findings if "markers" in one.says]
    assert noted == (days[:raised] if response == "CR" else [])
    assert found.best.response == response
