"""Figures of documents, cell by cell, beside the entries that say what each cell shows."""

from __future__ import annotations

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.models import DocumentId
from gepnet.knowledge.shapes import Id, SourceId, Strict


class FigureCell(Strict):
    """One cell in our words, the entries that say it, and how they say it otherwise."""

    says: str
    entries: tuple[Id, ...]
    difference: str | None = None


class FigureColumn(Strict):
    """A column or branch: for whom it is, and the identifiers that its entries carry.

    ``given`` says for whom as a criterion, for the computed pathway beside it; the line of
    treatment is left to be asked.
    """

    facts: tuple[str, ...]
    who: str
    given: str | None = None
    cells: tuple[FigureCell, ...]


class Figure(Strict):
    """A figure of a document; ``read_in`` names the source that reports it, if it was not seen."""

    id: Id
    title: str
    document: DocumentId
    read_in: SourceId | None = None
    columns: tuple[FigureColumn, ...]


class Figures(MeasureFile):
    """The figures that were read cell by cell."""

    files = ("figures",)
    optional = True
    figures: tuple[Figure, ...] = ()
