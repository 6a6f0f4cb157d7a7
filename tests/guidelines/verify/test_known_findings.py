"""Recorded findings are what the solver says, each is judged, and every known row is accounted."""

import datetime
import importlib.util
import json
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.criteria import interpret
from gepnet.facts import facts_of_values
from gepnet.guidelines.assess import assess
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.findings import KINDS, Claim, Finding
from gepnet.guidelines.verify.judgements import JUDGED, Row, judgements, known_rows
from gepnet.guidelines.verify.units import answer
from gepnet.vocabulary import Question
from tests.guidelines.verify.every_day import (
    days_of_labels,
    of_one,
    of_rules_on,
    of_two,
    pairs_ever_in_force,
    since_when,
    unjudged,
)

ROOT = Path(__file__).parents[3]
DAY = datetime.date(2026, 11, 28)
ASKED = Question(knowledge_date=DAY)


@cache
def context() -> Context:
    return Context(api.base(), DAY)


@cache
def found() -> tuple[Finding, ...]:
    one = context()
    listed = [*of_rules_on(since_when(one.base, DAY)), *answer(one, ("one_fact_apart",))]
    for pair in combinations(one.in_force, 2):
        listed += of_two(*pair)
    for name in one.documents:
        listed += of_one(name)
    return tuple(listed)


@cache
def recorded() -> dict[str, Any]:
    text = (ROOT / "scripts" / "solver_findings.json").read_text(encoding="utf-8")
    view: dict[str, Any] = json.loads(text)
    return view


def of_rules(kind: str) -> list[Finding]:
    return [finding for finding in found() if finding.kind == kind]


@pytest.mark.slow
def test_the_recorded_findings_are_those_of_the_solver() -> None:
    kept = {f["id"]: f["recommendations"] for f in recorded()["findings"]}
    kinds = set(recorded()["kinds"]) - {"off_label"}
    now = {f.id: list(f.regions[0].recommendations) for f in found() if f.kind in kinds}
    assert now == {name: told for name, told in kept.items() if not name.startswith("off_label")}


def test_every_finding_of_a_disagreement_is_judged() -> None:
    judged = judgements(api.base().knowledge.measures)
    ids = {f["id"] for f in recorded()["findings"] if f["kind"] in JUDGED}
    assert sorted(ids - set(judged)) == [], "new and not judged"
    assert sorted(set(judged) - ids) == [], "judged and no longer found"


@pytest.mark.slow
def test_every_finding_of_any_day_is_judged() -> None:
    """On any day, not on one: each clash of documents, and each limit left to nobody."""
    base = api.base()
    listed = [one for pair in sorted(pairs_ever_in_force(base)) for one in of_two(*pair)]
    listed += [one for document in base.documents for one in of_one(document.id)]
    for day in days_of_labels(base):
        listed += of_rules_on(day)
    assert unjudged(base, listed) == []


def test_the_page_names_each_finding_and_leaves_none_unjudged() -> None:
    spec = importlib.util.spec_from_file_location("pages", ROOT / "scripts" / "solver_pages.py")
    assert spec is not None
    assert spec.loader is not None
    pages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pages)
    text = pages.page()
    assert "not judged" not in text
    assert text.count("\n| `") == len(recorded()["findings"])


def test_every_known_row_is_accounted_for() -> None:
    listed = yaml.safe_load((ROOT / "tests" / "disagreements.yaml").read_text(encoding="utf-8"))
    rows = known_rows(api.base().knowledge.measures)
    assert [row.id for row in rows] == [entry["id"] for entry in listed["disagreements"]]
    assert all(shown.kind in KINDS for row in rows for shown in row.shown_by)


def test_a_row_without_findings_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="why no proof can"):
        Row(id="D-00", title="nothing")
    assert Row(id="D-00", title="nothing", not_expressible="no patient shows it").shown_by == ()


# Limits beyond documents ------------------------------------------------------------------------


def limit(about: str) -> Finding:
    (one,) = [f for f in of_rules("shared_limit") if f.about == about]
    return one


@pytest.mark.slow
def test_what_holds_at_each_limit_of_the_clearance_and_of_ki67() -> None:
    fact = "creatinine_clearance_ml_min"
    told = limit(f"{fact}=30").positions
    assert told["eligibility-us-label/clearance"] == "met from 30"
    assert told["safety/crcl-below-30-rlt"] == "stop below 30"
    told = limit(f"{fact}=40").positions
    assert told["eligibility-eu-label/clearance"] == "met from 40"
    assert told["safety/crcl-below-40-rlt"] == "withhold below 40"
    told = limit(f"{fact}=50").positions
    assert told["eligibility-review-003/clearance"] == "met above 50"
    assert told["safety/capecitabine-crcl-30-to-50"] == "warn up to 50"
    assert told.items() >= {"eligibility-review-003/clearance": "met above 50"}.items()
    for value in ("10", "15", "20", "55"):
        one = limit(f"ki67_percent={value}")
        assert all(r.witness["ki67_percent"] == value for r in one.regions)
    assert limit("ki67_percent=10").positions["label/somatuline-eu-growth"] == "on label up to 10"


@pytest.mark.slow
def test_profiles_differ_on_the_clearance_as_known() -> None:
    (one,) = [
        f
        for f in of_rules("eligibility")
        if f.documents == ("eligibility-eu-label", "eligibility-review-003")
    ]
    # 40 to 50, both included: met by the EU label, not met by the review topic.
    base = api.base()
    criteria = [base.criteria(text) for text in one.regions[0].criteria]

    for value, inside in (
        ("39.9", False),
        ("40", True),
        ("45", True),
        ("50", True),
        ("50.1", False),
    ):
        known = {"creatinine_clearance_ml_min": value, "dialysis": "false"}
        facts = facts_of_values(known, base.knowledge, base.criteria)
        truth = all(interpret(node, facts.values) is True for node in criteria)
        assert truth is inside, value


# Two patients that differ in one fact -------------------------------------------------------------


def holds(witness: dict[str, Any], claims: tuple[Claim, ...]) -> None:
    base = api.base()
    facts = facts_of_values(witness, base.knowledge, base.criteria)
    documents = assess(base, facts, ASKED).documents
    for claim in claims:
        status = documents[claim.document].cells[claim.option, claim.intent].status
        assert status.value in claim.statuses, (claim, witness)


@pytest.mark.slow
def test_one_document_takes_net_and_nec_together() -> None:
    listed = of_rules("undivided")
    assert ("sweden-2024", "enets-g3-2025", "enets-nec-2023") in [f.documents for f in listed]
    for finding in listed:
        region = finding.regions[0]
        assert region.linked is not None
        apart = region.witness.items() ^ region.linked.witness.items()
        assert {name for name, _ in apart} == {"differentiation"}
        holds(region.witness, finding.claims)
        holds(region.linked.witness, finding.linked_claims)


@pytest.mark.slow
def test_functioning_tumours_are_left_out_and_spread() -> None:
    assert ("aiom-itanet-2025",) in [f.documents for f in of_rules("left_out")]
    for finding in of_rules("left_out"):
        region = finding.regions[0]
        assert region.linked is not None
        # The two differ in whether the tumour functions, or in the syndrome that says so.
        patients = (region.witness, region.linked.witness)
        told = {"functioning", "syndrome"}
        rest = [{k: v for k, v in one.items() if k not in told} for one in patients]
        assert rest[0] == rest[1] and patients[0] != patients[1]
        base = api.base()
        for witness, inside in ((region.witness, False), (region.linked.witness, True)):
            facts = facts_of_values(witness, base.knowledge, base.criteria)
            cells = assess(base, facts, ASKED).documents[finding.documents[0]].cells
            statuses = {cells[row].status.value for row in base.rows}
            assert (statuses != {"out_of_scope"}) is inside
    (enets,) = [f for f in of_rules("spread") if "ENETS" in f.about]
    assert {"enets-cs-2022", "enets-fpan-2023"} <= set(enets.documents)
