"""Nothing recorded is ignored: what no criterion reads is said, event by event."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api, guidelines
from gepnet.facts.observe import SUPERSEDED
from gepnet.record import record_of
from gepnet.vocabulary import Fact

BASE = api.base()
COMPLETE = yaml.safe_load(
    (Path(__file__).parents[1] / "stories/01_low_burden_ileum.yaml").read_text(encoding="utf-8")
)["patient"]
DAY = datetime.date(2026, 1, 12)


def shown(events: list[dict[str, Any]], patient: dict[str, Any] = COMPLETE) -> dict[str, Any]:
    """Return the assessment of a patient with further events, as JSON has it."""
    data = {**patient, "events": [*patient["events"], *events]}
    record = record_of(data, BASE.vocabulary)
    return dict(api.assessment_view(api.assess_record(record, BASE), BASE))


def left_unread(events: list[dict[str, Any]]) -> set[str]:
    """Return the facts of a patient with further events that nothing reads."""
    record = record_of({**COMPLETE, "events": [*COMPLETE["events"], *events]}, BASE.vocabulary)
    facts = api.facts_of(record, BASE)
    return {value.fact for one in guidelines.unread(BASE, facts) for value in one.values}


def unread(*events: dict[str, Any]) -> list[str]:
    return [item["says"] for item in shown(list(events))["unread"]]


def possible_value(fact: Fact) -> Any:
    """Return a value that the fact can have: the last word, yes, a day, or its middle."""
    if fact.type == "boolean":
        return True
    if fact.type == "enum":
        return fact.values[-1]
    if fact.type == "date":
        return DAY.replace(year=1960) if fact.id == "birth_date" else DAY
    usual = getattr(fact.entry, "plausible", None) or fact.entry.range
    return 1 if usual is None else float(min(max(usual[0], 1), usual[1]))


RECORDABLE = [
    fact
    for fact in BASE.vocabulary.base_facts()
    if fact.entry.event not in (None, "progression") and fact.id not in (SUPERSEDED, "region")
]


@pytest.mark.parametrize("fact", RECORDABLE, ids=lambda fact: fact.id)
def test_every_fact_that_can_be_recorded_is_read_or_said_to_be_unread(fact: Fact) -> None:
    value = possible_value(fact)
    event = {"id": "new", "kind": fact.entry.event, "date": DAY, fact.id: value}
    if fact.entry.event == "assertion":
        event["author"] = "board"
    if fact.type == "number":
        event[fact.id] = {"value": value, "accepted_by": "a test", "reason": "any value will do"}
    if fact.entry.event == "treatment":
        event |= {"option": "lanreotide", "start": DAY}
    told = left_unread([event])
    limits = {f.entry.inputs[1] for f in BASE.vocabulary.base_facts() if f.entry.inputs[1:]}
    read = fact.id in BASE.facts_read or fact.id in limits
    assert read or fact.id in told
    assert not (fact.id in BASE.facts_read and fact.id in told)


def test_what_a_criterion_reads_is_not_listed() -> None:
    assert unread({"id": "new", "kind": "comorbidity", "date": DAY, "heart_failure": True}) == []


def test_what_only_a_course_reads_says_so() -> None:
    potassium = {"id": "new", "kind": "laboratory", "date": DAY, "potassium_mmol_l": 4.2}
    assert unread(potassium) == ["Potassium 4.2 mmol/L (read in a PRRT course)"]


def test_words_of_a_person_are_listed() -> None:
    note = {"id": "new", "kind": "clinical", "date": DAY, "note": "lives alone on an island"}
    assert unread(note) == ["lives alone on an island"]


@pytest.mark.parametrize(
    ("option", "listed"),
    [("pancreatic_enzymes", True), ("lanreotide", False), ("captem", False)],
)
def test_a_course_is_listed_unless_something_asks_for_its_therapy(
    option: str, listed: bool
) -> None:
    course = {"id": "new", "kind": "treatment", "option": option, "start": DAY}
    assert (BASE.options[option].label in unread(course)) is listed


def test_what_came_after_the_day_is_not_listed() -> None:
    later = datetime.date(2026, 3, 1)
    assert unread({"id": "new", "kind": "clinical", "date": later, "note": "afterwards"}) == []


def test_a_rule_that_reads_a_fact_takes_it_off_the_list(tmp_path: Path) -> None:
    """The list follows from the knowledge: one more rule, and the fact is read."""
    assert "crp_mg_l" not in BASE.facts_read
    rule = tmp_path / "rule.yaml"
    rule.write_text(
        """
rules:
- id: high-crp
  when: "crp_mg_l > 100"
  severity: warn
  message: "CRP high"
  source: gepnet-definition
  locator: made up
  verification: unverified
  examples:
    applies: {crp_mg_l: 101}
    does_not_apply: [{crp_mg_l: 100}]
    undetermined: [crp_mg_l]
""",
        encoding="utf-8",
    )
    assert "crp_mg_l" in api.base(rule).facts_read
