"""An assessment as plain data: what JSON output holds and what every page is drawn from."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from gepnet.guidelines import (
    SPOKEN,
    Assessment,
    ChecklistResult,
    DocumentAssessment,
    KnowledgeBase,
)
from gepnet.knowledge.models import DocumentHeader, Source
from gepnet.knowledge.rule_models import Checklist, ChecklistItem
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.report.access import FundingView, LabelView, access_views
from gepnet.report.background import statements_shown
from gepnet.report.cells import matrix_rows, reading_order
from gepnet.report.explanations import (
    Asks,
    Branch,
    Leaf,
    Reader,
    SourceView,
    source_of,
)
from gepnet.report.facts import FactView, fact_groups, fact_view, reasons_to_treat
from gepnet.report.safety import not_excluded, safety_views
from gepnet.report.unread import unread_view
from gepnet.tables import Shown, plain, taken, view_class
from gepnet.vocabulary import TRUTH_WORDS, Truth

View = dict[str, Any]
SCOPE_WORDS: dict[Truth, str] = {True: "", False: "out of scope", None: "scope open"}


def assessment_view(assessment: Assessment, base: KnowledgeBase, every_row: bool = False) -> View:
    """Return everything a reader may want of an assessment as JSON-ready data.

    Args:
        assessment: of one patient.
        base: the knowledge it was made with.
        every_row: include options on which no document says anything for this patient.
    """
    facts, reader = assessment.facts, Reader(base, assessment.facts)
    rows, hidden = matrix_rows(assessment, base, every_row)
    documents = [assessment.documents[name] for name in reading_order(assessment)]
    parts = {
        "facts": fact_groups(facts, base),
        "reasons_to_treat": reasons_to_treat(facts, base),
        "notes": facts.notes,
        "stale": [fact_view(fact, base) for fact in facts.stale()],
        "documents": [_document(document, reader) for document in documents],
        "not_in_force": assessment.not_in_force,
        "rows": rows,
        "options_without_position": hidden,
        "no_position_on": _without_position(assessment, base),
        "statements": statements_shown({row.option for row in rows}, assessment, base),
        "missing": _missing(assessment, reader),
        "labels": [LabelView.of(x.label.entry, x, reader) for x in assessment.labels],
        "funding": [FundingView.of(x.entry, x, reader) for x in assessment.funding],
        "access": access_views(assessment, base),
        "safety": safety_views(assessment, base),
        "not_excluded": not_excluded(assessment, base),
        "checklists": [_checklist(result, reader) for result in assessment.checklists],
        "unread": unread_view(facts, base),
    }
    return {**head_view(assessment), **plain(parts)}


def _without_position(assessment: Assessment, base: KnowledgeBase) -> list[str]:
    """Return the options of the checklists on which no document has a position or is open."""
    asked = dict.fromkeys(found.checklist.entry.option for found in assessment.checklists)
    speaking = {
        option
        for document in assessment.documents.values()
        for (option, _), cell in document.cells.spoken.items()
        if cell.status in SPOKEN or cell.is_open
    }
    covers = base.options.covers
    return [
        base.options[option].label
        for option in asked
        if not any(covers(option, other) or covers(other, option) for other in speaking)
    ]


def head_view(assessment: Assessment) -> View:
    """Return whom an assessment is of, and what it was made with."""
    names = "patient at region knowledge_date gepnet_version knowledge_digest"
    return dict(taken(assessment, names))


@view_class
class DocumentView:
    """A document: identity, age, what was read of it, whether it is about the patient."""

    head: Annotated[
        DocumentHeader,
        Shown(take="id short title body kind region year scope_note reviewers", flat=True),
    ]
    item: Annotated[DocumentAssessment, Shown(take="age_years coverage", flat=True)]
    in_scope: Annotated[Truth, Shown(by=TRUTH_WORDS)]
    in_scope_word: Annotated[Truth, Shown(by=SCOPE_WORDS)]
    scope: Leaf | Branch
    source: Annotated[Source, Shown(take="read url doi", flat=True)]


def _document(item: DocumentAssessment, reader: Reader) -> DocumentView:
    head, within = item.document.file.document, item.scope.truth
    source = reader.base.sources[head.source]
    return DocumentView(head, item, within, within, reader.tree(item.scope), source)


@view_class
class Request:
    """A test or question, and how many open positions wait for what it brings."""

    request: str
    open_positions: int
    facts: Asks


def _missing(assessment: Assessment, reader: Reader) -> list[Request]:
    """Return what to order or ask, the request that would touch most open positions first.

    Facts that one test brings (uptake, score and extent of an SSTR-PET) are one request.
    """
    counts: Counter[str] = Counter()
    wanted: dict[str, dict[str, FactEntry]] = {}
    for document in assessment.documents.values():
        for cell in document.cells.values():
            if not cell.is_open:
                continue
            requests = set()
            for ask in reader.asks(cell.missing):
                request = ask.order or ask.label
                wanted.setdefault(request, {})[ask.id] = ask
                requests.add(request)
            counts.update(requests)
    order = {request: index for index, request in enumerate(wanted)}
    ranked = sorted(counts.items(), key=lambda item: (-item[1], order[item[0]]))
    return [Request(name, count, list(wanted[name].values())) for name, count in ranked]


@view_class
class ItemView:
    """One item of a checklist: met, not met, missing or text ambiguous."""

    item: Annotated[ChecklistItem, Shown(take="id label", flat=True)]
    result: str
    text_ambiguous: bool
    missing: Asks
    facts: list[FactView]
    source: Annotated[SourceView, Shown(flat=True)]


@view_class
class ChecklistView:
    """A checklist, item by item."""

    entry: Annotated[Checklist, Shown(take="id title option", flat=True)]
    items: list[ItemView]


def _checklist(result: ChecklistResult, reader: Reader) -> ChecklistView:
    entry = result.checklist.entry
    items = [
        ItemView(
            item,
            found.met,
            found.ambiguous,
            reader.asks(found.missing),
            reader.known(found.explanation),
            source_of(item, reader.base),
        )
        for item, found in zip(entry.items, result.results, strict=True)
    ]
    return ChecklistView(entry, items)
