"""Dates of one patient that cannot stand beside each other: refused, or told.

The kind: dates that are never held against each other.
"""

from __future__ import annotations

import datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from gepnet.knowledge import InputError
from gepnet.record import Record, record_of, record_to_yaml, told
from gepnet.record.chronology import BOUNDS, Happening, disorders
from gepnet.record.read import parse_record
from gepnet.vocabulary import Vocabulary, load_vocabulary, parse_date

TODAY = datetime.date(2026, 6, 1)
Event = dict[str, Any]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def record(vocabulary: Vocabulary, *events: Event) -> Record:
    return record_of({"patient": "p", "events": list(events)}, vocabulary, TODAY)


def at(day: str, kind: str, **more: Any) -> Event:
    return {"id": kind, "kind": kind, "date": day, **more}


def course(option: str = "lanreotide", **days: str) -> Event:
    return {"id": option, "kind": "treatment", "option": option, **days}


def cycle(day: str) -> Event:
    return at(day, "prrt_cycle", cycle=1, activity_gbq=7.4)


BORN = {"id": "b", "kind": "demographics", "birth_date": "1960-05-02"}
DIED, SURGERY = at("2024-02-01", "death"), course("primary_resection", start="2020-01")
IMPOSSIBLE: dict[str, tuple[Event, Event, str, str]] = {
    "treatment before birth": (BORN, course(start="1950-01"), "start", "after the birth"),
    "cycle before birth": (BORN, cycle("1959-01-01"), "date", "after the birth"),
    "diagnosis before birth": (
        BORN, {"id": "d", "kind": "diagnosis", "diagnosis_date": "1958"}, "diagnosis_date",
        "after the birth (1960-05-02)",
    ),
    "birth after death": (
        at("2010-02-01", "death"), {**BORN, "birth_date": "2015"}, "birth_date",
        "not after the death",
    ),
    "cycle after death": (DIED, cycle("2024-05-01"), "date", "not after the death (2024-02-01)"),
    "scan after death": (
        DIED, at("2024-03", "morphological_imaging", largest_lesion_mm=9), "date", "the death",
    ),
    "treatment after death": (DIED, course(start="2024-03-01"), "start", "not after the death"),
    "stop after death": (DIED, course(start="2023", stop="2024-03"), "stop", "the death"),
    "last contact after death": (DIED, at("2024-03-01", "last_contact"), "date", "the death"),
    "a second death": (DIED, {**at("2024-03-01", "death"), "id": "e"}, "date", "the death"),
    "primary in place after its surgery": (
        SURGERY, at("2023-07", "diagnosis", primary_in_place=True), "primary_in_place",
        "a date not after the surgery 'primary_resection' (2020-01)",
    ),
    "opinion on a primary that is gone": (
        SURGERY, at("2023-07", "stage", resectability_primary="resectable"),
        "resectability_primary", "the surgery",
    ),
    "last dose after stop": (
        BORN, course(start="2023", stop="2023-06", last_dose="2023-08"), "last_dose",
        "not after stop",
    ),
    "last dose before start": (
        BORN, course(start="2023-02", last_dose="2023-01"), "last_dose", "after the start",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_have_happened_in_this_order_is_refused(
    case: tuple[Event, Event, str, str], vocabulary: Vocabulary
) -> None:
    first, second, field, expected = case
    for events in ((first, second), (second, first)):
        with pytest.raises(InputError) as caught:
            record(vocabulary, *events)
        assert any(p.field == field and expected in p.expected for p in caught.value.problems)
    if first is not BORN:
        record(vocabulary, {**first, "withdrawn": True}, second)  # what is withdrawn bounds nothing


POSSIBLE: dict[str, tuple[Event, ...]] = {
    "a report after the death": (DIED, at("2024-03-01", "pathology", ki67_percent=5)),
    "a cycle on the day of death": (DIED, cycle("2024-02-01")),
    "a month in which both may lie": (at("2024-02", "death"), cycle("2024-02-20")),
    "a year of birth that leaves it open": ({**BORN, "birth_date": "1960"}, course(start="1960")),
    "the primary in place before surgery": (
        SURGERY, at("2019-07", "diagnosis", primary_in_place=True),
    ),
    "a death known long after the last contact": (DIED, at("2023-01-01", "last_contact")),
    "progression on the second course": (
        course(start="2020", stop="2020-06"),
        {**course(start="2023"), "id": "again"},
        at("2021-01", "progression", types=["radiological_recist"], on=["lanreotide"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("events", POSSIBLE.values(), ids=POSSIBLE)
def test_what_may_have_happened_is_read(events: tuple[Event, ...], vocabulary: Vocabulary) -> None:
    known = record(vocabulary, *events)
    assert parse_record(record_to_yaml(known), "p.yaml", vocabulary, TODAY) == known


def test_events_after_the_question_are_counted_and_named(vocabulary: Vocabulary) -> None:
    known = record(
        vocabulary,
        at("2024-01", "diagnosis", primary_site="pancreas"),
        at("2024-01", "stage", stage="metastatic"),
        at("2013", "body", weight_kg=80),
    )
    notes = told(known, vocabulary, parse_date("2014-02-01"))
    assert notes == ("2 events after 2014-02-01 not counted: diagnosis, stage",)
    assert told(known, vocabulary, parse_date("2024-02-01")) == ()


def test_a_death_before_the_question_and_events_after_the_last_contact_are_told(
    vocabulary: Vocabulary,
) -> None:
    known = record(vocabulary, DIED, at("2023-05-01", "last_contact"), cycle("2023-09-01"))
    died, after = told(known, vocabulary, parse_date("2026-01-01"))
    assert died == "the patient died on 2024-02-01, before 2026-01-01"
    assert "2023-09-01: prrt cycle 'prrt_cycle' is after the last contact (2023-05-01)" in after


def test_a_fatal_adverse_event_is_told_as_the_death_that_it_was(vocabulary: Vocabulary) -> None:
    sepsis = at("2024-05-20", "adverse_event", term="sepsis", grade=5, resolved="2024-06-02")
    known = record(vocabulary, sepsis, cycle("2024-03-10"))
    said = "sepsis of grade 5 on 2024-06-02: the patient died of it"
    assert said in told(known, vocabulary, parse_date("2024-07-01"))
    assert said not in told(known, vocabulary, parse_date("2024-05-25"))
    later = record(vocabulary, sepsis, at("2024-06-20", "last_contact"), cycle("2024-06-10"))
    (told_of,) = (n for n in told(later, vocabulary, parse_date("2024-07-01")) if said in n)
    assert told_of == f"{said}, and on record after it: last_contact, prrt_cycle"
    worse = at("2024-05-20", "adverse_event", term="sepsis", grade=4)
    assert not told(record(vocabulary, worse), vocabulary, parse_date("2024-07-01"))


def test_an_event_that_leaves_signs_out_says_nothing_of_them(vocabulary: Vocabulary) -> None:
    """All of none is no finding: only an empty list says that nothing had progressed."""
    bare, empty = record(
        vocabulary, at("2024", "progression"), {**at("2024", "progression", types=[]), "id": "n"}
    ).events
    assert [bare.found_none, empty.found_none] == [False, True]  # type: ignore[union-attr]
    written = record_to_yaml(record(vocabulary, at("2024", "progression", types=[])))
    assert "types: []" in written


SORTS = st.sampled_from(sorted({b.sort for b in BOUNDS} | {"assessment", "stop", "prrt_cycle"}))
DATES = st.tuples(
    st.integers(1950, 2025), st.integers(1, 12), st.integers(1, 28), st.integers(0, 2)
).map(lambda d: "-".join([f"{d[0]}", f"{d[1]:02}", f"{d[2]:02}"][: 3 - d[3]]))
HAPPENINGS = st.lists(
    st.builds(
        lambda sort, day, of: Happening(sort, parse_date(day), sort, None, frozenset({of})),
        SORTS, DATES, st.sampled_from(["a", "b"]),
    ),
    max_size=8,
)  # fmt: skip


@settings(deadline=None)
@given(HAPPENINGS, st.randoms())
def test_the_order_in_which_things_are_written_changes_nothing(found: Any, draw: Any) -> None:
    def said(happenings: list[Happening]) -> set[tuple[str, str, str]]:
        return {
            (d.bound.id, d.happening.sort, str(d.happening.date)) for d in disorders(happenings)
        }

    assert said(draw.sample(found, len(found))) == said(found)


@settings(deadline=None)
@given(HAPPENINGS)
def test_only_what_is_certain_is_told(found: list[Happening]) -> None:
    """Whatever days the dates mean, what is out of order is so on each of them."""
    for one in disorders(found):
        mine, other = one.happening.date, one.against.date
        pairs = [(a, b) for a in (mine.first, mine.last) for b in (other.first, other.last)]
        assert all(a > b if one.bound.side == "after" else a < b for a, b in pairs)
