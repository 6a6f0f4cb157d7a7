"""The matrix of options by documents in the parts in which a board reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter

from gepnet.guidelines import SPOKEN
from gepnet.report.assessment import View

SETTLED = "Settled positions"
OPEN = "Options on which no position is settled"
UNVERIFIED = "Unverified entries only"


@dataclass(frozen=True)
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
    documents that speak there; last what only unverified entries say.
    """
    settled = [row for row in view["rows"] if row["settled"]]
    rest = [row for row in view["rows"] if not row["settled"]]
    parts = [
        _matrix(SETTLED, view, settled, _speaks),
        _matrix(OPEN, view, rest, _speaks),
    ]
    shown = {document["id"] for part in parts for document in part.documents}
    unverified = _matrix(UNVERIFIED, view, view["rows"], itemgetter("unverified"), shown)
    return [part for part in (*parts, unverified) if part.documents]


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
    """Return the documents without a column, by the reason why they have nothing to say."""
    shown = {document["id"] for part in matrices for document in part.documents}
    found: dict[str, list[str]] = {}
    for document in view["documents"]:
        if document["id"] in shown:
            continue
        outside = document["in_scope"] == "no"
        read = "without a position on" if document["coverage"] == "complete" else "not read on"
        found.setdefault("not about" if outside else read, []).append(document["short"])
    return found
