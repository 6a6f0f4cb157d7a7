"""Every known disagreement of the documents, shown by patients from file to deciding facts."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.guidelines import Assessment, Pair, Verdict, compare
from gepnet.guidelines.deciding import Deciding
from scripts import disagreement_pages
from tests import expectations

FILE = Path(__file__).parent / "disagreements.yaml"
DATA = yaml.safe_load(FILE.read_text(encoding="utf-8"))
ENTRIES: list[dict[str, Any]] = DATA["disagreements"]
# 09, 12, 15, 18 and 23 were never given out.
IDS = [f"D-{number:02}" for number in (*range(1, 9), 10, 11, 13, 14, 16, 17, *range(19, 23))]
IDS += [f"D-{number}" for number in range(24, 36)]
KINDS = {
    *("between_documents", "within_document", "against_label", "coverage_gap", "undefined_term"),
}
WORDS = {True: "met", False: "not met", None: "open"}

patients = pytest.mark.parametrize(
    ("entry", "name"),
    [
        pytest.param(entry["id"], patient["name"], id=f"{entry['id']}: {patient['name']}")
        for entry in ENTRIES
        for patient in entry["patients"]
    ],
)
entries = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])


def _patient(entry: str, name: str) -> dict[str, Any]:
    found = [e for e in ENTRIES if e["id"] == entry]
    return next(patient for patient in found[0]["patients"] if patient["name"] == name)


@cache
def _assessed(entry: str, name: str) -> Assessment:
    variant = _patient(entry, name)
    start = DATA["from"][variant["from"]]
    head = {"gepnet": 1, "patient": f"{entry} {name}", "as_of": datetime.date(2026, 1, 15)}
    head |= {"region": variant["region"]} if "region" in variant else {}
    known = variant.get("known", expectations.TODAY)
    return expectations.assessed({**head, **start}, variant, known)


@patients
def test_each_document_and_label_says_what_is_expected(entry: str, name: str) -> None:
    assessment = _assessed(entry, name)
    wrong = []
    for wanted in _patient(entry, name)["says"]:
        wrong += _said(assessment, wanted)
    assert not wrong, "\n".join(wrong)


def _said(assessment: Assessment, wanted: dict[str, Any]) -> list[str]:
    if "option" in wanted:
        return expectations.of_cell(assessment, wanted)
    if "label" in wanted:
        return expectations.of_label(assessment, wanted["label"], wanted["status"])
    if "payer" in wanted:
        return expectations.of_payer(assessment, wanted["payer"], wanted["status"])
    if "safety" in wanted:
        return expectations.of_safety(assessment, wanted["safety"], wanted["fires"])
    if "checklist" in wanted:
        lists = {item.checklist.entry.id: item for item in assessment.checklists}
        checked = lists[wanted["checklist"]]
        names = [item.id for item in checked.checklist.entry.items]
        truth = checked.results[names.index(wanted["item"])].truth
        told = f"{wanted['checklist']} {wanted['item']}: is {WORDS[truth]}"
        return [] if truth is wanted["met"] else [told]
    if "statement" in wanted:
        stated = assessment.documents[wanted["document"]].document.file.statements
        told = f"{wanted['document']} does not state {wanted['statement']}"
        return [] if wanted["statement"] in {s.id for s in stated} else [told]
    if "counts_as_line" in wanted:
        document = assessment.documents[wanted["document"]].document.file.document
        counted = document.counts_as_line.get(wanted["counts_as_line"])
        return [] if counted is wanted["counted"] else [f"{document.id} counts it: {counted}"]
    return expectations.of_fact(assessment, wanted["fact"], wanted["value"])


@patients
def test_two_documents_stand_to_each_other_as_expected(entry: str, name: str) -> None:
    expected = _patient(entry, name).get("pairs", [])
    assessment = _assessed(entry, name)
    pairs = {(p.option, p.intent, frozenset(p.documents)): p for p in compare(assessment)}
    wrong = []
    for wanted in expected:
        first, second = wanted["documents"]
        key = (wanted["option"], wanted.get("intent", "tumour_control"), frozenset((first, second)))
        where = f"{first} and {second} on {wanted['option']}"
        if key not in pairs:
            wrong.append(f"{where}: nothing to compare")
            continue
        pair = pairs[key]
        if pair.agreement != wanted["agreement"]:
            wrong.append(f"{where}: wanted {wanted['agreement']}, is {pair.agreement.value}")
        if "decided_by" in wanted:
            wrong += [f"{where}: {fault}" for fault in _decided(assessment, pair, wanted)]
    assert not wrong, "\n".join(wrong)


def _decided(assessment: Assessment, pair: Pair, wanted: dict[str, Any]) -> list[str]:
    verdict = Deciding(api.base(), assessment.facts).between([pair]).get(pair)
    told = f"wanted {wanted['decided_by']}, is {_told(verdict)}"
    if verdict is None:
        return [told]
    if isinstance(wanted["decided_by"], str):
        return [] if verdict.outcome == wanted["decided_by"] else [told]
    found = [
        one
        for one in verdict.sets
        if {change.fact for change in one.changes} == set(wanted["decided_by"])
        and one.position == wanted["to"]
    ]
    return [] if found else [told]


def _told(verdict: Verdict | None) -> str:
    if verdict is None:
        return "agreement"
    sets = [
        f"{' and '.join(change.fact for change in one.changes)} to {one.position.value}"
        for one in verdict.sets
    ]
    return "; ".join(sets) or verdict.outcome


@patients
def test_a_twin_differs_in_the_facts_it_names(entry: str, name: str) -> None:
    patient = _patient(entry, name)
    if "twin" not in patient:
        return
    ours, other = (_recorded(entry, who) for who in (name, patient["twin"]))
    assert sorted(patient["by"]) == sorted(
        fact for fact in ours.keys() | other.keys() if ours.get(fact) != other.get(fact)
    )


def _recorded(entry: str, name: str) -> dict[str, Any]:
    """What the events of a patient say; that something is absent is left out."""
    facts = _assessed(entry, name).facts
    vocabulary = api.base().vocabulary
    return {
        fact: value.value
        for fact, value in facts.entries.items()
        if value.origin == "recorded" and vocabulary[fact].entry.event and value.value is not False
    }


def _differing(entry: dict[str, Any]) -> bool:
    """Whether patients of the entry differ in every fact that is said to decide."""
    facts = [_assessed(entry["id"], patient["name"]).facts for patient in entry["patients"]]
    return all(len({one.values.get(name) for one in facts}) > 1 for name in entry["decided_by"])


def test_every_known_disagreement_is_there_once() -> None:
    assert [entry["id"] for entry in ENTRIES] == IDS


@entries
def test_an_entry_says_what_it_is_about(entry: dict[str, Any]) -> None:
    assert entry["kind"] in KINDS
    assert set(entry["sources"]) <= {source.id for source in api.base().knowledge.sources}
    pairs = [pair for patient in entry["patients"] for pair in patient.get("pairs", [])]
    twins = [patient for patient in entry["patients"] if "twin" in patient]
    assert entry["decided_by"] == "judgement" or _differing(entry)
    if entry["kind"] == "between_documents":
        states = {w["document"] for p in entry["patients"] for w in p["says"] if "statement" in w}
        assert pairs or states, "no two documents are compared"
    if entry["kind"] == "against_label":
        said = [wanted for patient in entry["patients"] for wanted in patient["says"]]
        assert [wanted for wanted in said if "label" in wanted or "checklist" in wanted]
    names = [patient["name"] for patient in entry["patients"]]
    assert len(set(names)) == len(names)
    assert all(p["twin"] in names[: names.index(p["name"])] for p in twins)


def test_the_page_prints_every_entry_and_patient() -> None:
    page = disagreement_pages.pages()[disagreement_pages.PAGE]
    for entry in ENTRIES:
        section = page.split(f"{{ #{entry['id'].lower()} }}")[1].split("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("| ")]
        assert len(rows) == 1 + len(entry["patients"])
        assert {row.count(" | ") for row in rows} == {2}
