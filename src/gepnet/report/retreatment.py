"""Another course of PRRT: what each text asks, side by side, and what the record says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from gepnet.criteria import facts_of
from gepnet.facts import Facts
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.knowledge.models import DocumentHeader, Recommendation
from gepnet.knowledge.rule_models import ChecklistItem, RetreatmentRule, SafetyRule
from gepnet.prrt.after.cumulative import Activity, Cumulated
from gepnet.prrt.after.retreatment import BENEFIT_FACTS, MET, Threshold, thresholds, totals_with
from gepnet.prrt.limits import Against
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.said import labels_of
from gepnet.rules import Reading
from gepnet.tables import Shown
from gepnet.vocabulary import PartialDate, Truth

RETREATMENT = "prrt_retreatment"
LABEL_RULE = "beyond-four-doses-rlt"


@dataclass(frozen=True, slots=True)
class Benefit:
    """Months of benefit of the latest course, counted from its first or its last dose."""

    fact: str
    label: str
    months: str | None
    event: str | None


@dataclass(frozen=True, slots=True)
class Asks:
    """What a text asks of another course: whether it is met, and by which comparisons."""

    met: Annotated[Truth, Shown(by=MET)]
    ambiguous: bool
    missing: list[str]
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class DocumentOnCourse:
    """The position of a document on another course."""

    document: Annotated[DocumentHeader, Shown(take="id:document short:title", flat=True)]
    entry: str
    position: str
    status: str
    possible: list[str]
    with_: Annotated[tuple[str, ...], Shown("with")]
    asks: Annotated[Asks, Shown(flat=True)]
    recommendation: Annotated[
        Recommendation, Shown(take="note source locator verification", flat=True)
    ]


@dataclass(frozen=True, slots=True)
class RuleOnCourse:
    """A rule of retreatment for this patient."""

    rule: Annotated[
        RetreatmentRule, Shown(take="id label note source locator verification", flat=True)
    ]
    asks: Annotated[Asks, Shown(flat=True)]


@dataclass(frozen=True, slots=True)
class LabelOnCourse:
    """What the label says of further doses, and whether it says so of this patient."""

    rule: Annotated[SafetyRule, Shown(take="message source verification", flat=True)]
    fires: bool


@dataclass(frozen=True, slots=True)
class CheckAgain:
    """What is looked at again as for a first course: imaging, marrow, kidney, liver."""

    item: Annotated[ChecklistItem, Shown(take="id label source verification", flat=True)]
    met: str
    missing: list[str]
    stale: list[str]
    profile: str


@dataclass(frozen=True, slots=True)
class Total:
    """The lifetime activity after some further cycles."""

    further_cycles: int
    total: Annotated[Activity, Shown(take="gbq:total_gbq mci:total_mci", flat=True)]
    limits: list[Against]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The activity given, and what further cycles would make of it."""

    given: Annotated[Activity, Shown(take="gbq:given_gbq mci:given_mci", flat=True)]
    cycle_gbq: Decimal
    after: list[Total]


@dataclass(frozen=True, slots=True)
class Retreatment:
    """Everything that is said of another course of one patient."""

    patient: str
    at: PartialDate
    benefit: list[Benefit]
    documents: list[DocumentOnCourse]
    not_read: list[str]
    rules: list[RuleOnCourse]
    label: LabelOnCourse | None
    checks: list[CheckAgain]
    lifetime: Lifetime
    cumulative: Cumulated


def retreatment(
    assessment: Assessment, base: KnowledgeBase, cycle_gbq: Decimal, given: Cumulated
) -> Retreatment:
    """Return what each text asks of another course and what the record says to it.

    Args:
        assessment: of the patient.
        base: the knowledge.
        cycle_gbq: activity of one further cycle.
        given: what was given so far.
    """
    facts, measures = assessment.facts, base.knowledge.measures
    settings = Settings.read(measures)
    limits, most = base.knowledge.advisory_limits, settings.retreatment_cycles_shown
    totals = totals_with(given.activity, cycle_gbq, most, limits)
    return Retreatment(
        patient=facts.patient,
        at=facts.at,
        benefit=[_benefit(name, facts, base) for name in BENEFIT_FACTS],
        documents=list(_documents(assessment, base)),
        not_read=[name for name in assessment.documents if _is_not_read(assessment, name)],
        rules=[
            RuleOnCourse(rule.entry, _asks(Reading.of(rule, facts), facts, base))
            for rule in base.retreatment
        ],
        label=next(
            (
                LabelOnCourse(note.rule.entry, note.fires)
                for note in assessment.safety
                if note.rule.entry.id == LABEL_RULE
            ),
            None,
        ),
        checks=list(_checks(assessment, base, settings)),
        lifetime=Lifetime(
            given.total,
            cycle_gbq,
            [Total(n, Activity.of(sum_.total, measures), beside) for n, sum_, beside in totals],
        ),
        cumulative=given,
    )


def _benefit(name: str, facts: Facts, base: KnowledgeBase) -> Benefit:
    fact = facts[name]
    months = None if fact.value is None else str(fact.value)
    return Benefit(name, base.vocabulary[name].entry.label, months, fact.event)


def _asks(
    reading: Reading[Any], facts: Facts, base: KnowledgeBase, missing: tuple[str, ...] | None = None
) -> Asks:
    lacking = facts.to_ask(reading.missing if missing is None else missing)
    found = thresholds(reading.rule, facts, base.vocabulary)
    return Asks(reading.truth, reading.ambiguous, labels_of(lacking, base), found)


def _is_not_read(assessment: Assessment, document: str) -> bool:
    cells = assessment.documents[document].cells
    status = next((cell.status for row, cell in cells.items() if row[0] == RETREATMENT), None)
    return status is not None and status.value == "not_read"


def _documents(assessment: Assessment, base: KnowledgeBase) -> Iterator[DocumentOnCourse]:
    """Yield the documents with a position on another course, with its thresholds."""
    facts = assessment.facts
    for found in assessment.documents.values():
        for item in found.document.recommendations:
            for position in item.entry.options:
                if position.option != RETREATMENT:
                    continue
                cell = found.cells[RETREATMENT, position.intent]
                yield DocumentOnCourse(
                    found.document.file.document,
                    item.full_id,
                    position.position,
                    cell.status.value,
                    [status.value for status in cell.possible],
                    tuple(position.with_),
                    _asks(Reading.of(item, facts), facts, base, cell.missing),
                    item.entry,
                )


def _checks(
    assessment: Assessment, base: KnowledgeBase, settings: Settings
) -> Iterator[CheckAgain]:
    facts, chosen = assessment.facts, settings.retreatment_checks
    for result in assessment.checklists:
        entry = result.checklist.entry
        for item, state in zip(entry.items, result.results, strict=True):
            if entry.id == chosen.checklist and item.id in chosen.items:
                old = [name for name in facts_of(state.explanation.node) if facts[name].stale]
                missing = labels_of(facts.to_ask(state.missing), base)
                yield CheckAgain(item, state.met, missing, labels_of(old, base), entry.title)
