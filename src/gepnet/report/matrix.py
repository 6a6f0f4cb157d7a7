"""The matrix of options by documents in the parts in which a board reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from operator import itemgetter

from gepnet.guidelines import SPOKEN, Status
from gepnet.report.assessment import View
from gepnet.report.words import SIGNS
from gepnet.tables import view_class

SETTLED = "Settled positions"
OPEN = "Options on which no position is settled"
UNVERIFIED = "Unverified entries only"


@view_class
class Matrix:
    """A part of the matrix: some rows, and a column for each document that speaks in them."""

    title: str
    rows: Sequence[View]
    documents: Sequence[View]

    @property
    def is_settled(self) -> bool:
        """Whether these are the rows on which some document takes a position."""
        return self.title == SETTLED


def matrix_parts(view: View) -> list[Matrix]:
    """Return the matrix in the parts in which a board reads it.

    First the options with a settled position, then those that are open everywhere, each with the
    documents that speak there; last what only unverified entries say. A test that is on record and
    in date is not offered again.
    """
    offered = [row for row in view["rows"] if not is_done(row)]
    settled = [row for row in offered if row["settled"]]
    rest = [row for row in offered if not row["settled"]]
    parts = [
        _matrix(SETTLED, view, settled, _speaks),
        _matrix(OPEN, view, rest, _speaks),
    ]
    shown = {document["id"] for part in parts for document in part.documents}
    unverified = _matrix(UNVERIFIED, view, offered, itemgetter("unverified"), shown)
    return [part for part in (*parts, unverified) if part.documents]


def is_done(row: View) -> bool:
    """Whether a row is of a test that is on record and in date; following up is another matter."""
    return row["on_record"] is not None and row["intent"] != "monitoring"


def tests_on_record(view: View) -> list[str]:
    """Return the tests that are not offered again, with their days."""
    done = {row["label"]: row["on_record"] for row in view["rows"] if is_done(row)}
    return [f"{label} ({day})" for label, day in done.items()]


def _speaks(cell: View) -> bool:
    return cell["status"] in SPOKEN or cell["open"] or bool(cell["dissent"])


def _matrix(
    title: str,
    view: View,
    rows: Sequence[View],
    wanted: Callable[[View], bool],
    without: Collection[str] = (),
) -> Matrix:
    columns = [
        index
        for index, document in enumerate(view["documents"])
        if document["id"] not in without and any(wanted(row["cells"][index]) for row in rows)
    ]
    kept = [row for row in rows if any(wanted(row["cells"][index]) for index in columns)]
    return Matrix(
        title,
        [{**row, "cells": [row["cells"][index] for index in columns]} for row in kept],
        [view["documents"][index] for index in columns],
    )


def quiet_documents(view: View, matrices: Sequence[Matrix]) -> dict[str, list[str]]:
    """Return the documents without a column, by the reason why."""
    shown = {document["id"] for part in matrices for document in part.documents}
    found: dict[str, list[str]] = {}
    done = [row for row in view["rows"] if is_done(row)]
    for index, document in enumerate(view["documents"]):
        if document["id"] not in shown:
            cells = [row["cells"][index] for row in view["rows"] if not is_done(row)]
            why = _why_quiet(document, cells)
            if why in _READ.values() and any(_speaks(row["cells"][index]) for row in done):
                why = "only with a test that is on record for this patient"
            found.setdefault(why, []).append(document["short"])
    return found


#: Why a document has no column, by how well it was read on the patient.
_READ = {
    "complete": "without a position on this patient",
    "partial": "read in part, without a position on this patient",
    "none": "not read on this patient",
}


def _why_quiet(document: View, cells: Sequence[View]) -> str:
    if document["in_scope"] == "no":
        return "not about this patient"
    kinds = [status for status in _OPEN if any(cell["status"] == status for cell in cells)]
    if kinds:
        told = " or ".join(SIGNS[status].word for status in kinds)
        return f"without a settled position, {told}"
    if any(cell["unverified"] or cell["dissent"] for cell in cells):
        return "with entries that do not count (unverified, or of a minority)"
    return _READ[document["coverage"]]


_OPEN = (Status.FACT_MISSING, Status.TEXT_OPEN)


@view_class
class OpenRow:
    """An option on which no position is settled: who is open on it, by which of the two kinds."""

    label: str
    intent: str
    text_open: list[str]
    fact_missing: dict[str, list[str]]


def open_rows(part: Matrix) -> list[OpenRow]:
    """Return the rows of a part with the documents that leave them open; facts by document."""
    found = []
    for row in part.rows:
        both = list(zip(part.documents, row["cells"], strict=True))
        by_text = [d["short"] for d, cell in both if cell["status"] == Status.TEXT_OPEN]
        by_fact = {
            document["short"]: [fact["label"] for fact in cell["missing"]]
            for document, cell in both
            if cell["status"] == Status.FACT_MISSING
        }
        if by_text or by_fact:
            found.append(OpenRow(row["label"], row["intent"], by_text, by_fact))
    return found
