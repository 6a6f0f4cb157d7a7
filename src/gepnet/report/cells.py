"""The matrix of options by documents as data: rows, cells, and the positions behind a cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from gepnet.guidelines import SPOKEN, Assessment, Cell, KnowledgeBase, Reason
from gepnet.knowledge.models import Position, Recommendation
from gepnet.knowledge.rule_models import SafetyRule
from gepnet.knowledge.vocabulary_models import OptionEntry
from gepnet.report.background import statements_of
from gepnet.report.explanations import (
    Asks,
    Branch,
    Leaf,
    Reader,
    SourceView,
    as_text,
    may_turn_with,
    source_of,
    strength_text,
)
from gepnet.report.history import History
from gepnet.tables import Shown, view_class
from gepnet.vocabulary import TRUTH_WORDS, PartialDate, Truth


@view_class
class ReasonView:
    """One position behind a cell: what it says, where, and why it applies."""

    recommendation: str
    position: Annotated[
        Position,
        Shown(
            take="position intent option with_:with preferred_over equivalent_to "
            "note:position_note",
            flat=True,
        ),
    ]
    by_class: str | None
    applies: Annotated[Truth, Shown(by=TRUTH_WORDS)]
    text_ambiguous: bool
    awaits_approval: tuple[str, ...]
    provided: str | None
    provided_missing: Asks
    entry: Annotated[Recommendation, Shown(take="note", flat=True)]
    refers: Annotated[str | None, Shown("as")]
    strength: str | None
    source: Annotated[SourceView, Shown(flat=True)]
    explanation: Leaf | Branch
    because: list[Leaf]
    missing: Asks
    may_turn_with: Asks


@view_class
class CellView:
    """The status of an option in a document, with its reasons.

    ``lesser`` are the positions that prefer another option to this one, ``statements`` what the
    document says of the option beside its positions.
    """

    cell: Annotated[
        Cell,
        Shown(
            take="document status possible is_open:open ambiguous:text_ambiguous badge", flat=True
        ),
    ]
    provided: bool
    missing: Asks
    reasons: list[ReasonView]
    dissent: list[ReasonView]
    unverified: list[ReasonView]
    lesser: list[ReasonView]
    statements: list[str]


@view_class
class RowView:
    """One option, for one purpose, in every document."""

    option: str
    intent: str
    entry: Annotated[OptionEntry, Shown(take="label kind level", flat=True)]
    depth: int
    root: str
    settled: bool
    history: list[str]
    failed: bool
    on_record: PartialDate | None
    alerts: Annotated[list[SafetyRule], Shown(take="severity message")]
    cells: list[CellView]


def matrix_rows(
    assessment: Assessment, base: KnowledgeBase, every_row: bool
) -> tuple[list[RowView], list[str]]:
    """Return the rows worth reading, and the options of the others.

    A row is left out where no document says anything for this patient, and where an option only
    repeats its class.
    """
    reader = Reader(base, assessment.facts)
    rows = assessment.rows() if every_row else speaking_rows(assessment, base)
    documents = [assessment.documents[name] for name in reading_order(assessment)]
    had = History(assessment.facts, base)
    shown = []
    listed = {option for option, _ in rows}
    for option, intent in rows:
        said = statements_of(option, listed, assessment, base)
        cells = [document.cells[option, intent] for document in documents]
        lineage = base.options.lineage(option)
        shown.append(
            RowView(
                option,
                intent,
                base.options[option],
                len(base.options.ancestors(option)),
                lineage[-1],
                any(cell.status in SPOKEN for cell in cells),
                had.of(option),
                had.failed(option),
                had.on_record(option),
                alerts(option, assessment, base),
                [cell_view(cell, reader, said.get(cell.document, [])) for cell in cells],
            )
        )
    left_out = set(assessment.rows()) - set(rows)
    hidden = [base.options[row[0]].label for row in assessment.rows() if row in left_out]
    return shown, list(dict.fromkeys(hidden))


def alerts(option: str, assessment: Assessment, base: KnowledgeBase) -> list[SafetyRule]:
    """Return the safety rules that fire and concern an option, those that stop it first."""
    rules = [note.rule.entry for note in assessment.safety if note.fires]
    return [r for r in rules if any(base.options.covers(o, option) for o in r.options)]


def speaking_rows(assessment: Assessment, base: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the rows on which a document says something that its class does not say already."""
    return [
        row
        for row in assessment.rows()
        if _speaks(document.cells[row] for document in assessment.documents.values())
        and not _repeats_class(*row, assessment, base)
    ]


def reading_order(assessment: Assessment) -> list[str]:
    """Return the documents, those that are not about the patient last."""
    names = list(assessment.documents)
    return sorted(names, key=lambda name: assessment.documents[name].scope.truth is False)


def _speaks(cells: Iterable[Cell]) -> bool:
    return any(
        cell.status in SPOKEN or cell.is_open or cell.dissent or cell.unverified for cell in cells
    )


def _repeats_class(option: str, intent: str, assessment: Assessment, base: KnowledgeBase) -> bool:
    parents = [a for a in base.options.ancestors(option) if (a, intent) in base.rows]
    if not parents:
        return False
    for document in assessment.documents.values():
        cell, above = document.cells[option, intent], document.cells[parents[0], intent]
        own = [r for r in (*cell.reasons, *cell.dissent, *cell.unverified) if not r.by_class]
        if own or cell.status != above.status:
            return False
    return True


def cell_view(cell: Cell, reader: Reader, statements: list[str]) -> CellView:
    """Return one cell with its reasons and the statements beside it."""
    missing = reader.asks(cell.missing)
    groups = cell.reasons, cell.dissent, cell.unverified, cell.lesser
    if not any(groups):  # most cells of a matrix
        return CellView(cell, False, missing, [], [], [], [], statements)
    reasons, dissent, unverified, lesser = (
        [_reason(reason, reader) for reason in group] for group in groups
    )
    provided = cell.is_provided
    return CellView(cell, provided, missing, reasons, dissent, unverified, lesser, statements)


def _reason(reason: Reason, reader: Reader) -> ReasonView:
    judged, position = reason.judged, reason.position
    entry = judged.recommendation.entry
    return ReasonView(
        judged.recommendation.full_id,
        position,
        reader.base.options[position.option].label if reason.by_class else None,
        judged.truth,
        judged.ambiguous,
        reason.awaits_approval,
        None if reason.provided is None else reader.words(reason.provided.node),
        reader.asks(() if reason.provided is None else reason.provided.missing),
        entry,
        as_text(entry, reader.base),
        strength_text(entry),
        source_of(entry, reader.base),
        reader.tree(judged.explanation),
        reader.because(judged.explanation),
        reader.asks(judged.missing),
        reader.asks(may_turn_with(judged)),
    )
