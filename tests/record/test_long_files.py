"""A long record is read while a person waits: what repeats is done once, told as before."""

from __future__ import annotations

import datetime

import pytest

from gepnet.knowledge import InputError
from gepnet.knowledge.yaml_io import read_yaml
from gepnet.record import parse_record
from gepnet.vocabulary import load_vocabulary

TODAY = datetime.date(2026, 6, 1)
VOCABULARY = load_vocabulary()
HEAD = "gepnet: 1\npatient: p\nas_of: 2026-01-01\nevents:\n"


def laboratory(number: int, platelets: object, day: str = "2025-01-01") -> str:
    return f"- {{id: l{number}, kind: laboratory, date: {day}, platelets_10e9_l: {platelets}}}\n"


def test_a_doubted_value_is_told_of_every_event_that_repeats_it() -> None:
    text = HEAD + "".join(laboratory(i, 210 if i % 2 else 20000) for i in range(6))
    with pytest.raises(InputError) as refused:
        parse_record(text, "p.yaml", VOCABULARY, TODAY)
    assert [problem.line for problem in refused.value.problems] == [5, 7, 9]


def test_the_same_number_is_asked_about_in_one_fact_and_believed_in_another() -> None:
    text = (
        HEAD + laboratory(0, 80) + laboratory(1, 80).replace("platelets_10e9_l", "glucose_mmol_l")
    )
    with pytest.raises(InputError) as refused:
        parse_record(text, "p.yaml", VOCABULARY, TODAY)
    assert [problem.field for problem in refused.value.problems] == ["glucose_mmol_l"]


def test_a_place_is_found_by_its_parent_where_both_stand_on_one_line() -> None:
    document = read_yaml("a: {b: 1, c:\n   2}\nd:\n  e: 3\n", "p.yaml")
    paths = [("a", "b"), ("a", "c"), ("d", "e"), ("a", "nowhere")]
    assert [document.line(path) for path in paths] == [1, 1, 4, 1]
    again = read_yaml("x: &x {b: 1}\na: {b: 1, c:\n   2}\n", "p.yaml")
    assert [again.line(("a", name)) for name in "bc"] == [2, 2]
