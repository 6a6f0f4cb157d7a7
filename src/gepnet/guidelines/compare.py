"""Two documents on one option: how do their positions stand to each other.

Only equal options and equal intents are compared, at the finest level that one of the documents
speaks about. Nothing is merged: the class names what the reader sees side by side.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from gepnet.guidelines.model import Assessment, Cell
from gepnet.guidelines.status import OPEN, QUIET, Status


class Agreement(StrEnum):
    """How the positions of two documents on one option stand to each other."""

    SAME = "same"
    COMPATIBLE = "compatible"
    CONFLICT = "conflict"
    CONDITIONAL = "conditional_difference"
    ONE_SILENT = "one_silent"
    NOT_READ = "not_read"
    INSUFFICIENT = "insufficient_data"


@dataclass(frozen=True, eq=False)
class Pair:
    """The positions of two documents on one option, for one purpose."""

    option: str
    intent: str
    first: Cell
    second: Cell
    agreement: Agreement

    @property
    def documents(self) -> tuple[str, str]:
        """The ids of the two documents."""
        return self.first.document, self.second.document


#: A position may stand in what was not read.
_PERHAPS_UNREAD = frozenset({Status.NOT_READ, Status.NO_POSITION})


def agreement(first: Status, second: Status) -> Agreement | None:
    """Return how two statuses stand to each other; None where there is nothing to compare.

    There is nothing to compare where a document is not about the patient, or where neither says
    anything. What was not read, or only in part, is never taken for silence, and what is open never
    for a position. To prefer another option is to differ from whoever is for this one.
    """
    if first in QUIET and second in QUIET:
        return None
    pair = {first, second}
    if Status.OUT_OF_SCOPE in pair:
        return None
    if not pair.isdisjoint(_PERHAPS_UNREAD):
        return Agreement.NOT_READ
    if Status.LESSER in pair and pair.isdisjoint(OPEN):
        return Agreement.COMPATIBLE if Status.AGAINST in pair else Agreement.CONDITIONAL
    if not pair.isdisjoint(QUIET):
        return Agreement.ONE_SILENT if pair.isdisjoint(OPEN) else Agreement.INSUFFICIENT
    if Status.CONFLICTING in pair:
        return Agreement.CONFLICT
    if not pair.isdisjoint(OPEN):
        return Agreement.INSUFFICIENT if pair <= OPEN else Agreement.CONDITIONAL
    if len(pair) == 1:
        # For in a strength that is open may still be two strengths.
        return Agreement.COMPATIBLE if Status.IN_FAVOUR in pair else Agreement.SAME
    return Agreement.CONFLICT if Status.AGAINST in pair else Agreement.COMPATIBLE


def standing(cell: Cell) -> Status:
    """Return the status of a cell; of one that is quiet either way, how well it was read."""
    if cell.status is Status.QUIET_EITHER_WAY:
        return next(status for status in cell.possible if status is not Status.OUT_OF_SCOPE)
    return cell.status


def compare(assessment: Assessment, rows: Collection[tuple[str, str]] | None = None) -> list[Pair]:
    """Return every pair of documents in force on every option on which one of them speaks.

    Args:
        assessment: of one patient.
        rows: only these (option, intent).
    """
    found: list[Pair] = []
    documents = list(assessment.documents.values())
    spoken = {row for document in documents for row in document.cells.spoken}
    for row in assessment.rows():
        if row not in spoken or (rows is not None and row not in rows):
            continue
        cells = [document.cells[row] for document in documents]
        standings = [(cell, standing(cell)) for cell in cells]
        if all(status in QUIET for _, status in standings):
            continue
        within = [one for one in standings if one[1] is not Status.OUT_OF_SCOPE]
        for (first, one), (second, other) in combinations(within, 2):
            kind = agreement(one, other)
            if kind is not None:
                found.append(Pair(*row, first, second, kind))
    return found
