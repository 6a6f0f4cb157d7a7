"""What stories and disagreements expect of an assessment, and how it is told when it fails."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Collection, Mapping
from typing import Any

import yaml

from gepnet import api
from gepnet.guidelines import Assessment, Cell
from gepnet.record import parse_record
from gepnet.vocabulary import Interval, Question

TODAY = datetime.date(2026, 11, 22)


def assessed(
    patient: Mapping[str, Any], variant: Mapping[str, Any], known: datetime.date = TODAY
) -> Assessment:
    """Assess a variant of a patient file: events left out (drop), changed (set) and added (add)."""
    data = copy.deepcopy(dict(patient))
    events = {event["id"]: event for event in data["events"]}
    for name, changes in variant.get("set", {}).items():
        events[name].update(changes)
    dropped: Collection[str] = variant.get("drop", ())
    kept = [event for name, event in events.items() if name not in dropped]
    data["events"] = kept + variant.get("add", [])
    base = api.base()
    record = parse_record(yaml.safe_dump(data), "patient.yaml", base.vocabulary, TODAY)
    return api.assess_record(record, base, Question(knowledge_date=known))


def of_cell(assessment: Assessment, wanted: Mapping[str, Any]) -> list[str]:
    """Return what one document says of one option otherwise than wanted."""
    name, option = wanted["document"], wanted["option"]
    if name not in assessment.documents:
        return [f"{name} is not in force: {assessment.not_in_force.get(name)}"]
    cells = assessment.documents[name].cells
    key = (option, wanted.get("intent", "tumour_control"))
    if key not in cells:
        return [f"no document takes a position on {key}"]
    cell = cells[key]
    ids = [reason.judged.recommendation.entry.id for reason in cell.reasons]
    told = f"is {cell.status.value} by {ids}, missing {list(cell.missing)}"
    return [f"{name} {option}: {fault}; {told}" for fault in _faults(assessment, cell, wanted)]


def of_fact(assessment: Assessment, fact: str, wanted: Any) -> list[str]:
    """Return whether a fact has another value than wanted."""
    value = assessment.facts.values.get(fact)
    found = value.low if isinstance(value, Interval) and value.is_point else value
    return [] if found == wanted else [f"{fact} is {found}"]


def of_label(assessment: Assessment, label: str, status: str) -> list[str]:
    """Return whether a label includes the patient otherwise than wanted."""
    found = {item.label.entry.id: item.status for item in assessment.labels}
    if found.get(label) == status:
        return []
    return [f"label {label}: wanted {status}, is {found.get(label)}"]


def of_payer(assessment: Assessment, decision: str, status: str) -> list[str]:
    """Return whether a payer's decision says otherwise than wanted."""
    found = {item.entry.id: item.status for item in assessment.funding}
    if found.get(decision) == status:
        return []
    return [f"payer {decision}: wanted {status}, is {found.get(decision)}"]


def of_safety(assessment: Assessment, rule: str, fires: bool = True) -> list[str]:
    """Return whether a safety rule fires otherwise than wanted."""
    fired = {name for note in assessment.safety if note.fires for name in note.rule.entry.fact_ids}
    if (rule in fired) is fires:
        return []
    return [f"safety rule {rule} {'does not fire' if fires else 'fires'}"]


def _faults(assessment: Assessment, cell: Cell, wanted: Mapping[str, Any]) -> list[str]:
    reasons = cell.reasons
    problems = []
    if "status" in wanted and cell.status != wanted["status"]:
        problems.append(f"wanted {wanted['status']}")
    if "not" in wanted and cell.status == wanted["not"]:
        problems.append(f"wanted anything but {wanted['not']}")
    if "strength" in wanted:
        strengths = [r.judged.recommendation.entry.strength for r in reasons]
        grades = {strength.grade for strength in strengths if strength}
        if wanted["strength"] not in grades:
            problems.append(f"wanted strength {wanted['strength']}, found {grades}")
    if "ambiguous" in wanted and cell.ambiguous is not wanted["ambiguous"]:
        problems.append("wanted an ambiguous text")
    if "provided" in wanted:
        asked = {name for r in reasons if r.provided for name in r.provided.missing}
        if asked != set(wanted["provided"]):
            problems.append(f"wanted to be provided for {wanted['provided']}, found {asked}")
    if "awaits" in wanted:
        awaited = {region for r in reasons for region in r.awaits_approval}
        if awaited != set(wanted["awaits"]):
            problems.append(f"wanted to await approval in {wanted['awaits']}, found {awaited}")
    if "preferred_over" in wanted:
        over = {option for r in reasons for option in r.position.preferred_over}
        if wanted["preferred_over"] not in over:
            problems.append(f"wanted preference over {wanted['preferred_over']}, found {over}")
    if "missing" in wanted and wanted["missing"] not in assessment.facts.to_ask(cell.missing):
        problems.append(f"wanted {wanted['missing']} missing")
    for kind, found in (("dissent", cell.dissent), ("unverified", cell.unverified)):
        positions = {reason.position.position for reason in found}
        if kind in wanted and wanted[kind] not in positions:
            problems.append(f"wanted as {kind} a position {wanted[kind]}, found {positions}")
    if "by_class" in wanted and {r.by_class for r in reasons} != {wanted["by_class"]}:
        problems.append(f"wanted a position {'' if wanted['by_class'] else 'not '}by class")
    against = any(reason.position.position == "against" for reason in reasons)
    if wanted.get("against") and not against:
        problems.append("wanted a position against")
    places = [reason.judged.recommendation.entry.locator or "" for reason in reasons]
    if "locator" in wanted and not any(wanted["locator"] in place for place in places):
        problems.append(f"wanted a source in {wanted['locator']}, found {places}")
    if "locator_not" in wanted and any(wanted["locator_not"] in place for place in places):
        problems.append(f"wanted no source in {wanted['locator_not']}, found {places}")
    unknown = set(wanted) - _KEYS
    return [*problems, *(f"unknown expectation {key}" for key in sorted(unknown))]


_KEYS = {
    *(
        "document",
        "option",
        "intent",
        "status",
        "not",
        "strength",
        "ambiguous",
        "awaits",
        "provided",
    ),
    *("preferred_over", "missing", "dissent", "unverified", "by_class", "against", "locator"),
    "locator_not",
}
