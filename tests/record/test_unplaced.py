"""What has no place in the vocabulary is kept in words where that is asked, and never counts."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.knowledge import InputError
from gepnet.record import AdverseEvent, Note, Record, parse_record, record_to_yaml

TODAY = datetime.date(2026, 6, 1)
VOCABULARY = api.base().vocabulary


def record(*events: dict[str, Any], unplaced: str | None = "note", **head: Any) -> Record:
    data: dict[str, Any] = {"gepnet": 1, "patient": "p", "region": "EU", "as_of": "2026-05", **head}
    if unplaced:
        data["unplaced"] = unplaced
    text = yaml.safe_dump({**data, "events": list(events)}, sort_keys=False)
    return parse_record(text, "p.yaml", VOCABULARY, TODAY)


def problems(*events: dict[str, Any], unplaced: str | None = "note", **head: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        record(*events, unplaced=unplaced, **head)
    return [str(problem) for problem in caught.value.problems]


# Notes that are written as such -------------------------------------------------------------------


def test_a_note_is_never_refused_and_never_lost() -> None:
    """Odd dates, dates to come, keys of its own, a text that is a number."""
    found = record(
        {"kind": "note", "date": "2027-01", "text": "CT planned"},
        {"kind": "note", "date": "spring 2024", "text": 5, "told_by": ["son", "daughter"]},
        {"kind": "note", "seen": {"by": "nurse", "again": True}},
        {"kind": "Note", "text": "in capitals"},
        {"kind": "death", "date": "2026-01"},
        {"kind": "note", "date": "2026-02", "text": "autopsy: lungs free"},
        unplaced=None,
    )
    texts = [note.text for note in found.notes if isinstance(note, Note)]
    assert texts == [
        "CT planned",
        "5; date: spring 2024; told_by: son, daughter",
        "seen: by nurse, again yes",
        "in capitals",
        "autopsy: lungs free",
    ]
    assert found.notes[1].date is None
    written = parse_record(record_to_yaml(found), "again.yaml", VOCABULARY, TODAY)
    assert written == found


def test_a_note_without_a_word_is_refused() -> None:
    (message,) = problems({"kind": "note", "date": "2026-01"}, unplaced=None)
    assert "field text" in message


def shown(found: Record) -> list[tuple[str, str | None, str]]:
    """Return what an assessment says is recorded and used by no document."""
    base = api.base()
    view = api.assessment_view(api.assess_record(found, base), base)
    return [(item["event"], item["date"], item["says"]) for item in view["unread"]]


def test_notes_are_shown_with_date_and_event() -> None:
    """Also what is planned, on a day after the question."""
    found = record(
        {"id": "n", "kind": "note", "date": "2026-02", "text": "wants to travel"},
        {"id": "m", "kind": "note", "date": "2026-12", "text": "CT planned"},
        {"id": "o", "kind": "note", "text": "lives alone"},
    )
    assert sorted(shown(found)) == [
        ("m", "2026-12", "CT planned"),
        ("n", "2026-02", "wants to travel"),
        ("o", None, "lives alone"),
    ]


def test_an_adverse_event_keeps_name_grade_and_therapy() -> None:
    found = record(
        {
            "id": "ae", "kind": "adverse_event", "date": "2026-02", "term": "stomatitis",
            "grade": 3, "on": ["Afinitor"], "resolved": "2026-03",
        }
    )  # fmt: skip
    event = found.notes[0]
    assert isinstance(event, AdverseEvent)
    assert (event.grade, event.on) == (3, ("everolimus",))
    assert shown(found) == [("ae", "2026-02", "stomatitis grade 3 on everolimus, over by 2026-03")]
    assert any("grade" in m for m in problems({"kind": "adverse_event", "term": "x", "grade": 7}))


# What becomes a note, and what stays an error -----------------------------------------------------

NO_PLACE: list[dict[str, Any]] = [
    {"kind": "pathology", "date": "2026-01", "ki67_percent": 5, "ink_colour": "blue"},
    {"kind": "horoscope", "date": "2026-01", "sign": "lion"},
    {"kind": "treatment", "option": "herbal tea", "start": "2026-01"},
    {"kind": "diagnosis", "date": "2026-01", "primary_site": "little toe"},
]


@pytest.mark.parametrize("event", NO_PLACE)
def test_what_has_no_place_is_an_error_or_a_note(event: dict[str, Any]) -> None:
    assert problems(event, unplaced=None)
    assert problems(event, unplaced="error")
    found = record(event)
    (note,) = found.notes
    assert isinstance(note, Note)
    for word in ("blue", "lion", "herbal tea", "little toe"):
        assert (word in note.text) is (word in str(event))
    assert str(note.date) == "2026-01"
    assert note.of == event["kind"]
    # Written out and read again it is the same, now that the note is an event.
    assert parse_record(record_to_yaml(found), "again.yaml", VOCABULARY, TODAY) == found


def test_the_rest_of_the_event_counts() -> None:
    found = record(NO_PLACE[0])
    assert "ki67_percent" in found.events[0].values


MISSPELT: list[tuple[dict[str, Any], str]] = [
    ({"kind": "pathology", "ki67_percnt": 5}, "ki67_percent"),
    ({"kind": "pathology", "diferentiation": "well"}, "differentiation"),
    ({"kind": "treatment", "option": "everolimuss"}, "everolimus"),
    ({"kind": "treatment", "option": "octreotide"}, "octreotide_lar"),
    ({"kind": "diagnosis", "primary_site": "pancreass"}, "pancreas"),
    ({"kind": "laboratry", "platelets_10e9_l": 200}, "laboratory"),
    ({"kind": "body", "sstr_result": "positive"}, "of kind 'sstr_imaging'"),
]


@pytest.mark.parametrize(("event", "meant"), MISSPELT)
def test_a_misspelt_fact_is_no_note(event: dict[str, Any], meant: str) -> None:
    """A fact that was meant must not end as words that no rule reads."""
    (message,) = problems(event)
    assert meant in message


def test_an_unknown_choice_is_told() -> None:
    (message,) = problems(unplaced="drop")
    assert message.endswith("expected one of error, note")


# Unknown is not false -----------------------------------------------------------------------------


def test_an_unknown_treatment_leaves_the_treatments_open() -> None:
    """It may be one of those that a complete list says were not given."""
    known = {"kind": "treatment", "option": "lanreotide", "start": "2025"}
    base = api.base()
    complete = {"treatments": "2026-05", "metastases": None}
    without = api.facts_of(record(known, complete=complete), base)
    assert without["received_everolimus"].value is False
    found = record(known, {"kind": "treatment", "option": "herbal tea"}, complete=complete)
    facts = api.facts_of(found, base)
    assert facts["received_everolimus"].value is None
    assert facts["received_lanreotide"].value is True
    assert facts["metastasis_liver"].value is False
    assert "complete treatments: not counted" in " ".join(found.readings)


def test_an_unknown_site_leaves_the_metastases_open() -> None:
    event = {"kind": "stage", "date": "2026-01", "mets_in_toe": True}
    facts = api.facts_of(record(event, complete={"metastases": None}), api.base())
    assert facts["metastatic"].value is None


def test_a_note_of_a_treatment_says_so() -> None:
    note = {"kind": "note", "of": "treatment", "text": "a trial drug, name not known"}
    facts = api.facts_of(record(note, complete=["treatments"], unplaced=None), api.base())
    assert facts["received_everolimus"].value is None


# Words -------------------------------------------------------------------------------------------


def test_a_file_in_everyday_words_is_read_and_told() -> None:
    found = record(
        {"id": "d", "kind": "Diagnose", "date": "2025", "primary": "Dünndarm"},
        {"id": "t", "kind": "treatment", "option": "Lutathera", "start": "2025", "stop": "2026-01",
         "best_response": "partial remission", "stop_reason": "side effects"},
        {"id": "l", "kind": "labs", "date": "2026-01", "gastrin": {"value": 300, "unit": "pg/mL"},
         "creatinine_umol_l": "0,9 mg/dL"},
        {"id": "s", "kind": "stage", "date": "2026-01", "metastasis_liver": "yes",
         "resectability": "not resectable"},
        unplaced=None,
    )  # fmt: skip
    assert found.events[0].values == {"primary_site": "jejunum_ileum"}
    course = found.treatments[0]
    assert (course.option, course.best_response, course.stop_reason) == (
        "lu177_dotatate", "PR", "toxicity",
    )  # fmt: skip
    assert str(found.events[2].values["gastrin_ng_l"]) == "300"
    assert float(found.events[2].values["creatinine_umol_l"].low) == pytest.approx(79.56)
    assert found.events[3].values == {"metastasis_liver": True, "resectability": "unresectable"}
    for told in ("Dünndarm read as jejunum_ileum", "Lutathera read as lu177_dotatate"):
        assert told in " ".join(found.readings)


def test_a_key_without_a_unit_needs_one_in_its_value() -> None:
    """Nobody's mg/dL become umol/L by a synonym."""
    (message,) = problems({"kind": "laboratory", "date": "2026-01", "creatinine": 90})
    assert "its unit beside the value" in message
    assert "creatinine_umol_l" in message
    for raw in ({"value": 12, "unit": "mIU/L"}, "12 mIU/L"):
        found = record({"kind": "laboratory", "date": "2026-01", "insulin": raw})
        assert float(found.events[0].values["insulin_pmol_l"].low) == pytest.approx(72)
