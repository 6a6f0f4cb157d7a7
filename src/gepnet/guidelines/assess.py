"""Assess one patient: each document's position on each option, with its reasons.

Documents are never merged. A label, a safety rule and the age of a document stand beside a
position and never change it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from gepnet import __version__
from gepnet.criteria import Explanation, Node, explain
from gepnet.facts import Facts
from gepnet.guidelines.compiled import (
    CompiledDocument,
    CompiledLabel,
    CompiledRecommendation,
    HeldPosition,
    KnowledgeBase,
)
from gepnet.guidelines.model import (
    Assessment,
    Cell,
    ChecklistResult,
    DocumentAssessment,
    ItemResult,
    Judged,
    LabelAssessment,
    Reason,
    SafetyNote,
)
from gepnet.guidelines.status import POSITIONS, Status, lookup
from gepnet.vocabulary import Truth, parse_date

_STATED = {Status.RECOMMENDED, Status.OPTION, Status.TRIAL_ONLY, Status.AGAINST}


def assess(base: KnowledgeBase, facts: Facts, knowledge_date: datetime.date) -> Assessment:
    """Assess ``facts`` with the documents and labels in force on ``knowledge_date``."""
    in_force, set_aside = documents_in_force(base.documents, knowledge_date)
    labels = tuple(
        _assess_label(label, facts)
        for label in base.labels
        if _label_in_force(label, knowledge_date)
    )
    regions = region_lineage(base, facts.region)
    return Assessment(
        patient=facts.patient,
        facts=facts,
        region=facts.region,
        at=str(facts.at),
        knowledge_date=knowledge_date,
        gepnet_version=__version__,
        knowledge_digest=base.knowledge.digest,
        documents={
            document.id: _assess_document(base, document, facts, knowledge_date, labels, regions)
            for document in in_force
        },
        not_in_force=set_aside,
        labels=labels,
        safety=_safety(base, facts),
        checklists=tuple(
            ChecklistResult(
                checklist, tuple(_item(when, broad, facts) for when, broad in checklist.items)
            )
            for checklist in base.checklists
        ),
    )


def documents_in_force(
    documents: Sequence[CompiledDocument], day: datetime.date
) -> tuple[list[CompiledDocument], dict[str, str]]:
    """Return the documents that count on ``day``, and for every other one why it does not."""
    published = [d for d in documents if d.published.last <= day]
    replaced: dict[str, str] = {}
    for document in published:
        for older in document.file.document.supersedes:
            replaced[older] = document.id
    set_aside = {
        document.id: f"published {document.published}, after {day}"
        for document in documents
        if document.published.last > day
    }
    set_aside |= {
        document.id: f"superseded by {replaced[document.id]}"
        for document in published
        if document.id in replaced
    }
    return [d for d in published if d.id not in replaced], set_aside


def region_lineage(base: KnowledgeBase, region: str | None) -> tuple[str, ...]:
    """Return a region and those whose rules hold in it (Italy: IT, EU)."""
    parents = base.knowledge.measures.get("regions", {}).get("parents", {})
    lineage: list[str] = []
    while region is not None and region not in lineage:
        lineage.append(region)
        region = parents.get(region)
    return tuple(lineage)


def judge(recommendation: CompiledRecommendation, facts: Facts) -> Judged:
    """Evaluate a recommendation; between its narrow and its broad reading it is open."""
    explanation = explain(recommendation.when, facts.values)
    truth, ambiguous, missing = _narrow_and_broad(explanation, recommendation.when_broad, facts)
    return Judged(recommendation, truth, ambiguous, explanation, missing)


def _narrow_and_broad(
    narrow: Explanation, broad_node: Node | None, facts: Facts
) -> tuple[Truth, bool, tuple[str, ...]]:
    if broad_node is None or narrow.truth is True:
        return narrow.truth, False, narrow.missing
    broad = explain(broad_node, facts.values)
    if broad.truth is False:
        return False, False, ()
    missing = tuple(dict.fromkeys((*narrow.missing, *broad.missing)))
    # Open facts may still settle it; with none left it is the text that leaves it open.
    return None, broad.truth is True and narrow.truth is False, missing


def _assess_document(
    base: KnowledgeBase,
    document: CompiledDocument,
    facts: Facts,
    day: datetime.date,
    labels: Sequence[LabelAssessment],
    regions: Sequence[str],
) -> DocumentAssessment:
    scope = explain(document.scope, facts.values)
    level = next(
        (lvl for lvl, node in document.coverage if explain(node, facts.values).truth is True),
        "none",
    )
    judged = {r.entry.id: judge(r, facts) for r in document.recommendations}
    cells = {}
    for option, intent in base.rows:
        held = base.held.get((document.id, option, intent), ())
        cells[option, intent] = _cell(
            base, document, option, intent, scope, level, held, judged, labels, regions
        )
    age = day.year - document.file.document.year
    return DocumentAssessment(document, scope, level, age, cells, judged)


def _cell(
    base: KnowledgeBase,
    document: CompiledDocument,
    option: str,
    intent: str,
    scope: Explanation,
    level: str,
    held: Iterable[HeldPosition],
    judged: dict[str, Judged],
    labels: Sequence[LabelAssessment],
    regions: Sequence[str],
) -> Cell:
    counting: list[Reason] = []
    dissent: list[Reason] = []
    unverified: list[Reason] = []
    truths: dict[str, list[Truth]] = {kind: [] for kind in POSITIONS}
    for item in held if scope.truth is not False else ():
        verdict = judged[item.recommendation.entry.id]
        entry = item.recommendation.entry
        if verdict.truth is False:
            continue
        reason = Reason(
            verdict,
            item.position,
            item.by_class,
            _awaited(base, entry.requires_approval, option, labels, regions),
        )
        if entry.dissent:
            dissent.append(reason)
        elif entry.verification == "unverified":
            unverified.append(reason)
        else:
            counting.append(reason)
            truths[item.position.position].append(verdict.truth)
    covers = document.file.document.covers
    within = covers is None or any(base.options.covers(holder, option) for holder in covers)
    status, possible = lookup(
        (
            scope.truth if within else False,
            _any(truths["recommended"]),
            _any(truths["option"]),
            _any(truths["trial_only"]),
            _any(truths["against"]),
        ),
        read_completely=level == "complete",
    )
    missing: tuple[str, ...] = ()
    if status is Status.UNDETERMINED:
        names = [*scope.missing, *(name for r in counting for name in r.judged.missing)]
        missing = tuple(dict.fromkeys(names))
    return Cell(
        document.id,
        option,
        intent,
        status,
        possible,
        missing,
        any(reason.judged.ambiguous for reason in counting) and status is Status.UNDETERMINED,
        _deciding(counting, status),
        tuple(dissent),
        tuple(unverified),
    )


def _any(truths: Sequence[Truth]) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False


def _deciding(reasons: list[Reason], status: Status) -> tuple[Reason, ...]:
    """Keep the positions that a stated status rests on; for others all that may hold."""
    if status in _STATED:
        return tuple(
            r for r in reasons if r.judged.truth is True and r.position.position == status.value
        ) + tuple(
            r for r in reasons if r.judged.truth is True and r.position.position != status.value
        )
    if status is Status.OUT_OF_SCOPE:
        return ()
    return tuple(reasons)


def _awaited(
    base: KnowledgeBase,
    required: tuple[str, ...] | None,
    option: str,
    labels: Sequence[LabelAssessment],
    regions: Sequence[str],
) -> tuple[str, ...]:
    """Return the regions whose approval is still awaited for this patient.

    With a known region only that one matters; without one every region named is shown.
    """
    if not required:
        return ()
    concerned = [r for r in required if r in regions] if regions else list(required)
    approved = {
        label.label.entry.region
        for label in labels
        if label.status == "on_label" and base.options.covers(label.label.entry.option, option)
    }
    return tuple(region for region in concerned if region not in approved)


def _label_in_force(label: CompiledLabel, day: datetime.date) -> bool:
    entry = label.entry
    started = entry.from_ is None or parse_date(entry.from_).last <= day
    ended = entry.to is not None and parse_date(entry.to).first <= day
    return started and not ended


def _assess_label(label: CompiledLabel, facts: Facts) -> LabelAssessment:
    explanation = explain(label.when, facts.values)
    truth, ambiguous, missing = _narrow_and_broad(explanation, label.when_broad, facts)
    status = {True: "on_label", False: "off_label", None: "undetermined"}[truth]
    return LabelAssessment(label, status, ambiguous, explanation, missing)  # type: ignore[arg-type]


def _item(when: Node, when_broad: Node | None, facts: Facts) -> ItemResult:
    explanation = explain(when, facts.values)
    truth, ambiguous, missing = _narrow_and_broad(explanation, when_broad, facts)
    return ItemResult(truth, ambiguous, explanation, missing)


def _safety(base: KnowledgeBase, facts: Facts) -> tuple[SafetyNote, ...]:
    """Return the rules that fire first, then those that missing facts leave open."""
    notes = []
    for rule in base.safety:
        explanation = explain(rule.when, facts.values)
        if explanation.truth is not False:
            fires = explanation.truth is True
            notes.append(SafetyNote(rule, fires, explanation, explanation.missing))
    severity = {"stop": 0, "withhold": 1, "warn": 2}
    return tuple(sorted(notes, key=lambda n: (not n.fires, severity[n.rule.entry.severity])))
