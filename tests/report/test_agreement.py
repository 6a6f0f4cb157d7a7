"""Agreement, deciding facts and missing facts in the words of a page."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from gepnet import api
from gepnet.guidelines import Assessment, Band
from gepnet.record import Record, parse_record
from gepnet.report.agreement import page_rows
from gepnet.report.case import case_page
from gepnet.report.changes import requests
from gepnet.report.differences import band_text
from gepnet.report.html import render_report
from gepnet.vocabulary import Question

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)


@pytest.fixture(scope="module")
def record() -> Record:
    return parse_record(api.example_patient(), "example.yaml", api.base().vocabulary, DAY)


@pytest.fixture(scope="module")
def assessment(record: Record) -> Assessment:
    return api.assess_record(record, api.base(), ASKED)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("low", "low_in", "high", "high_in", "words"),
    [
        (None, True, "10", False, "below 10"),
        (None, True, "10", True, "at most 10"),
        ("10", True, None, True, "at least 10"),
        ("10", False, None, True, "above 10"),
        ("3", True, "10", False, "3 to below 10"),
        ("3", False, "20", True, "above 3 to 20"),
        ("10", True, "10", True, "10"),
    ],
)
def test_a_band_in_words(
    low: str | None, low_in: bool, high: str | None, high_in: bool, words: str
) -> None:
    assert band_text(Band(number(low), low_in, number(high), high_in)) == words


def test_a_line_names_who_would_move_whom_they_would_join_and_what_would_do_it(
    assessment: Assessment,
) -> None:
    view = api.comparison_view(assessment, api.base())
    (row,) = [
        row
        for row in view["options"]
        if (row["option"], row["intent"]) == ("lu177_dotatate", "tumour_control")
    ]
    lines = [line for line in row["lines"] if line["who"].startswith("ESMO 2020 v ")]
    line = next(line for line in lines if "US review GI-NET" in line["who"])
    texts = [found["text"] for found in line["sets"]]
    assert texts == ["Ki-67 index 8-12 % → 3 to 10 %: then both recommend it"]


def test_a_page_tells_conflicts_first_and_each_option_once(assessment: Assessment) -> None:
    differing, agreeing = page_rows(api.comparison_view(assessment, api.base()))
    conflicts = [any(line["conflict"] for line in row["lines"]) for row in differing]
    assert conflicts == sorted(conflicts, reverse=True)
    names = [name for row in differing for name in row["options"]] + agreeing
    assert len(names) == len(set(names))
    assert any("they differ" not in str(row) for row in differing)
    for row in differing:
        assert 1 <= len(row["lines"]) <= 5
        for line in row["lines"]:
            assert line["conflict"] or line["ways"]


def test_one_test_is_one_request_however_many_facts_it_brings(assessment: Assessment) -> None:
    view = api.missing_view(assessment, api.base())
    found = requests(view)
    assert len({item["request"] for item in found}) == len(found)
    assert sum(len(item["facts"]) for item in found) == len(view["missing"])
    ki67 = next(item for item in found if item["facts"][0]["fact"] == "ki67_percent")
    told = {r["text"]: r["summary"] for f in ki67["facts"] for r in f["results"]}
    assert "ESMO 2020: recommended for [177Lu]Lu-DOTA-TATE, Everolimus" in told["below 10 %"]


def test_the_page_holds_agreement_and_missing_facts(record: Record, assessment: Assessment) -> None:
    page = case_page(record, assessment, api.base())
    about = {
        "version": "0",
        "digest": "0" * 64,
        "knowledge_date": DAY.isoformat(),
        "documents": [],
        "sources": [],
        "hindsight": False,
        "entries": [],
    }
    text = render_report("Title", [page], about)
    assert "Where documents differ, and which fact decides" in text
    assert "Ki-67 index 8-12 % → 3 to 10 %: then both recommend it" in text
    assert "To order or ask next" in text
    assert "<b>below 10 %</b>: ESMO 2020: recommended for [177Lu]Lu-DOTA-TATE" in text
