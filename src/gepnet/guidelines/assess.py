"""Assess one patient: each document's position on each option, with its reasons.

Documents are never merged. A label, a payer's decision, a safety rule and the age of a document
stand beside a position and never change it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gepnet import __version__
from gepnet.criteria import Explanation, Lasts, Memo, disjunction, explain
from gepnet.facts import Facts
from gepnet.guidelines.cells import Cells
from gepnet.guidelines.compiled import (
    CompiledDocument,
    CompiledRecommendation,
    HeldPosition,
    KnowledgeBase,
)
from gepnet.guidelines.model import (
    Assessment,
    Cell,
    ChecklistResult,
    DocumentAssessment,
    FundingAssessment,
    Judged,
    LabelAssessment,
    Reason,
)
from gepnet.guidelines.regions import region_lineage
from gepnet.guidelines.status import (
    ABSENT,
    OPEN,
    POSITIONS,
    STATED,
    Read,
    Status,
    left_open_by_text,
    lookup,
    nothing_found,
)
from gepnet.knowledge.models import FundingPosition, LabelEntry
from gepnet.rules import Reading, Rule, safety_notes
from gepnet.vocabulary import Question, parse_date


def assess(base: KnowledgeBase, facts: Facts, question: Question) -> Assessment:
    """Assess ``facts`` with the documents, labels and decisions in force on the knowledge date."""
    knowledge_date = question.knowledge_date
    counting, set_aside = documents_in_force(base.documents, knowledge_date)
    memo: Memo = {}
    labels = tuple(
        LabelAssessment.of(label, facts, memo)
        for label in base.labels
        if in_force(label, knowledge_date)
    )
    funding = tuple(
        FundingAssessment.of(decision, facts, memo)
        for decision in base.funding
        if in_force(decision, knowledge_date)
    )
    patient = _Patient(facts, memo, {}, labels, region_lineage(base, facts.region))
    return Assessment(
        patient=facts.patient,
        facts=facts,
        region=facts.region,
        at=str(facts.at),
        question=question,
        gepnet_version=__version__,
        knowledge_digest=base.knowledge.digest,
        documents={
            document.id: _assess_document(base, document, patient, knowledge_date)
            for document in counting
        },
        not_in_force=set_aside,
        labels=labels,
        funding=funding,
        safety=safety_notes(base.safety, facts, memo),
        checklists=tuple(
            ChecklistResult(
                checklist, tuple(Reading.of(item, facts, memo) for item in checklist.items)
            )
            for checklist in base.checklists
        ),
    )


def documents_in_force(
    documents: Sequence[CompiledDocument], day: datetime.date
) -> tuple[list[CompiledDocument], dict[str, str]]:
    """Return the documents that count on ``day``, and for every other one why it does not."""
    published = [d for d in documents if d.published.last <= day]
    replaced: dict[str, list[str]] = {}
    for document in published:
        for older in document.file.document.supersedes:
            replaced.setdefault(older, []).append(document.id)
    set_aside = {
        document.id: f"published {document.published}, after {day}"
        for document in documents
        if document.published.last > day
    }
    set_aside |= {
        document.id: f"superseded by {', '.join(replaced[document.id])}"
        for document in published
        if document.id in replaced
    }
    return [d for d in published if d.id not in replaced], set_aside


@dataclass(frozen=True, slots=True)
class _Patient:
    """What the assessment of each document needs to know of the patient."""

    facts: Facts
    memo: Memo
    lasts: Lasts
    labels: Sequence[LabelAssessment]
    regions: Sequence[str]


def _assess_document(
    base: KnowledgeBase, document: CompiledDocument, patient: _Patient, day: datetime.date
) -> DocumentAssessment:
    values, memo = patient.facts.values, patient.memo
    scope = explain(document.scope, values, memo)
    level = next(
        (lvl for lvl, node in document.coverage if explain(node, values, memo).truth is True),
        "none",
    )
    read = base.read_by_document[document.id]

    @cache
    def unspoken(
        is_covered: bool, is_read: bool
    ) -> tuple[Status, tuple[Status, ...], tuple[str, ...]]:
        within = scope.truth if is_covered else False
        status, possible = lookup(within, _NO_POSITION, False, nothing_found(level, is_read))
        return status, possible, scope.missing if possible else ()

    def quiet(row: tuple[str, str]) -> Cell:
        """A cell on which the document takes no position, or that is not about the patient."""
        status, possible, missing = unspoken(base.is_covered(document, row[0]), row in read)
        return Cell(document.id, *row, status, possible, missing, False, (), (), ())

    cells: dict[tuple[str, str], Cell] = {}
    about_it = scope.truth is not False
    judged = (Judged.of(r, patient.facts, memo) for r in document.recommendations if about_it)
    holding = {one.rule.entry.id: one for one in judged if one.truth is not False}
    on_rows = base.spoken_by_document[document.id] if about_it else ()
    for row, held, preferring, names in on_rows:
        # Most of what a document says of an option is about other patients.
        if holding.keys().isdisjoint(names):
            status, possible, missing = unspoken(True, row in read)
            cells[row] = Cell(document.id, *row, status, possible, missing, False, (), (), ())
        else:
            empty = nothing_found(level, row in read)
            cells[row] = _cell(
                base, document, row, scope, empty, (held, preferring), holding, patient
            )
    age = day.year - document.file.document.year
    in_order = Cells(base.row_order, cells, quiet)
    return DocumentAssessment(document, scope, level, age, in_order)


Held = Sequence[HeldPosition]
_NO_POSITION = (ABSENT, ABSENT, ABSENT, ABSENT)


def _cell(
    base: KnowledgeBase,
    document: CompiledDocument,
    row: tuple[str, str],
    scope: Explanation,
    empty: Status,
    on_it: tuple[Held, Held],
    holding: Mapping[str, Judged],
    patient: _Patient,
) -> Cell:
    (option, intent), (held, preferring) = row, on_it
    counting: list[Reason] = []
    dissent: list[Reason] = []
    unverified: list[Reason] = []
    held_as: dict[str, Read] = dict.fromkeys(POSITIONS, ABSENT)
    for rule, position, by_class in held:
        verdict = holding.get(rule.entry.id)
        if verdict is None:
            continue
        required = rule.entry.requires_approval
        awaited = _awaited(base, required, option, patient) if required else ()
        proviso = _proviso(rule, patient)
        reason = Reason(verdict, position, by_class, awaited, proviso)
        if rule.counts:
            counting.append(reason)
            narrow, broad = held_as[position.position]
            held_as[position.position] = (
                disjunction((narrow, verdict.narrow)),
                disjunction((broad, verdict.broad)),
            )
        else:
            (dissent if rule.entry.dissent else unverified).append(reason)
    lesser = [
        Reason(holding[rule.entry.id], position, by_class)
        for rule, position, by_class in preferring
        if rule.entry.id in holding
    ]
    recommended, possibly, trial, against = held_as.values()
    status, possible = lookup(
        scope.truth,
        (recommended, possibly, trial, against),
        disjunction([reason.judged.broad for reason in lesser]),
        empty,
    )
    names: dict[str, None] = {}
    if status is Status.TEXT_OPEN:
        status, names = _lasting(scope, held, patient)
    elif possible:
        names = dict.fromkeys(scope.missing)
        for reason in (*counting, *lesser):
            names.update(dict.fromkeys(reason.judged.missing))
    return Cell(
        document.id,
        option,
        intent,
        status,
        possible,
        tuple(names),
        status in OPEN and any(reason.judged.ambiguous for reason in counting),
        _deciding(counting, status),
        tuple(dissent),
        tuple(unverified),
        tuple(lesser),
    )


def _proviso(rule: CompiledRecommendation, patient: _Patient) -> Explanation | None:
    """Return what a position is provided for, if it is not known whether that is so."""
    if rule.provided is None:
        return None
    found = explain(rule.provided, patient.facts.values, patient.memo)
    return found if found.truth is None else None


def _lasting(scope: Explanation, held: Held, patient: _Patient) -> tuple[Status, dict[str, None]]:
    """Return whether a text stays open whatever becomes known, else the facts that matter.

    A criterion that asks whether something is recorded may turn once it is.
    """
    held_as: dict[str, Read] = dict.fromkeys(POSITIONS, ABSENT)
    within, unsettled = scope.for_good(patient.lasts)
    readings = []
    for rule, position, _ in held:
        if rule.counts:
            one, *other = (
                explain(node, patient.facts.values, patient.memo).for_good(patient.lasts)
                for node in rule.nodes
            )
            readings += [one, *other]
            narrow, broad = held_as[position.position]
            truth, broadly = one[0], (other or (one,))[0][0]
            held_as[position.position] = (
                disjunction((narrow, truth)),
                disjunction((broad, broadly)),
            )
    if left_open_by_text(within, tuple(held_as.values())):
        return Status.TEXT_OPEN, {}
    names = dict.fromkeys(unsettled)
    for _, unsettled in readings:
        names.update(dict.fromkeys(unsettled))
    return Status.FACT_MISSING, names


def _deciding(reasons: list[Reason], status: Status) -> tuple[Reason, ...]:
    """Keep the positions that a stated status rests on; for others all that may hold."""
    if status in STATED:
        sure = [reason for reason in reasons if reason.judged.truth is True]
        return tuple(sorted(sure, key=lambda r: r.position.position != status))
    return () if status is Status.OUT_OF_SCOPE else tuple(reasons)


def _awaited(
    base: KnowledgeBase, required: tuple[str, ...], option: str, patient: _Patient
) -> tuple[str, ...]:
    """Return the regions whose approval is still awaited for this patient.

    With a known region only that one matters; without one every region named is shown.
    """
    regions = patient.regions
    concerned = [r for r in required if r in regions] if regions else list(required)
    approved = {
        label.label.entry.region
        for label in patient.labels
        if label.status == "on_label" and base.options.covers(label.label.entry.option, option)
    }
    return tuple(region for region in concerned if region not in approved)


def in_force(rule: Rule[LabelEntry] | Rule[FundingPosition], day: datetime.date) -> bool:
    """Whether an indication, or a payer's decision, holds on ``day``."""
    entry = rule.entry
    started = entry.from_ is None or parse_date(entry.from_).last <= day
    ended = entry.to is not None and parse_date(entry.to).first <= day
    return started and not ended
