"""A fact in an event of another kind: it was seen that day, whatever the heading."""

from typing import Any

import pytest

from gepnet.knowledge import InputError
from gepnet.record import parse_record
from gepnet.record.elsewhere import split
from gepnet.record.model import EVENT_MODELS
from gepnet.record.write import record_to_yaml
from tests.facts.patients import TODAY, criteria, facts, facts_at, patient

VOCABULARY = criteria().vocabulary
DAY = "2025-03-01"
RECORDED = [fact for fact in VOCABULARY.base_facts() if fact.entry.event]
PLAIN = [kind for kind in VOCABULARY.event_kinds() if kind not in EVENT_MODELS]


def event(kind: str, **values: Any) -> dict[str, Any]:
    return {"id": "e", "kind": kind, "date": DAY, **values}


def some(fact: Any) -> Any:
    if fact.type == "boolean":
        return True
    if fact.type == "enum":
        return fact.members[0]
    return DAY if fact.type == "date" else None


def test_the_size_of_the_tumour_stands_in_the_pathology_report() -> None:
    found = facts(event("pathology", primary_size_mm=23, ki67_percent=2), at="2025-06-01")
    size = found["primary_size_mm"]
    assert (str(size.value), str(size.date), size.event) == ("23", DAY, "e-stage")
    assert str(found["ki67_percent"].value) == "2"


def test_it_is_told_and_written_where_it_belongs() -> None:
    record = patient(event("pathology", primary_size_mm=23))
    assert "e: primary_size_mm kept as an event of kind stage" in record.readings
    again = parse_record(record_to_yaml(record), "again.yaml", VOCABULARY, TODAY)
    assert again.events == record.events


def test_every_recorded_fact_is_kept_in_every_plain_event_or_told_where_it_belongs() -> None:
    """In no kind of event is a fact refused without the kind that holds it."""
    whole = VOCABULARY.whole_kinds | EVENT_MODELS.keys()
    kept = refused = 0
    for fact in RECORDED:
        raw = some(fact)
        if raw is None:
            continue
        for kind in PLAIN:
            item = event(kind, **{fact.id: raw})
            if fact.entry.event not in whole:
                own, others = split(item, kind, VOCABULARY)
                homes = [kind if fact.id in own else None, *(one["kind"] for one in others)]
                assert [home for home in homes if home] == [fact.entry.event]
                kept += 1
            elif fact.entry.event != kind:
                with pytest.raises(InputError, match=f"of kind '{fact.entry.event}'"):
                    patient(item)
                refused += 1
    assert kept > 1000
    assert refused > 100


def test_an_examination_is_not_made_of_a_word_elsewhere() -> None:
    whole = VOCABULARY.whole_kinds
    assert {"sstr_imaging", "fdg_imaging", "progression"} <= whole
    assert not {"pathology", "stage", "laboratory", "symptoms"} & whole


@pytest.mark.parametrize("no_longer", ["withdrawn", "pathology_superseded"])
def test_of_a_report_that_no_longer_stands_nothing_stands(no_longer: str) -> None:
    record = patient(event("pathology", primary_size_mm=23, **{no_longer: True}))
    assert facts_at(record, "2025-06-01")["primary_size_mm"].value is None


def test_what_is_wrong_with_it_is_told_at_its_line() -> None:
    with pytest.raises(InputError, match="in e, field primary_size_mm, value 'wide'"):
        patient(event("pathology", primary_size_mm="wide"))
    accepted = {"value": 400, "accepted_by": "Dr Example", "reason": "measured twice"}
    record = patient(event("pathology", primary_size_mm=accepted))
    assert str(record.events[1].values["primary_size_mm"]) == "400"
    assert record.events[1].accepted["primary_size_mm"].by == "Dr Example"
