"""The page that shows figures of documents beside our entries; a part of ``reference_pages``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.figures import Figures

HEAD = """\
# Figures beside our entries

Algorithms as documents draw them, in our words, cell by cell, and what our entries say of each. A
cell without an entry would say **none**. [Beside the computed algorithm](figure-pathways.md): the
same figures, column by column, with the pathway that follows from all entries.
"""


def page(
    base: KnowledgeBase,
    head: Callable[..., str],
    row: Callable[..., str],
    plain: Callable[..., str],
    positions: Callable[[Iterable[Any]], Iterator[str]],
) -> str:
    """Return the page: a table a figure, a row a cell."""
    text = HEAD
    documents = {document.id: document for document in base.documents}
    for figure in Figures.read(base.knowledge.measures).figures:
        document = documents[figure.document]
        entries = {one.entry.id: one.entry.options for one in document.recommendations}
        text += f"\n## {document.file.document.short}: {figure.title}\n\n"
        text += head("For whom", "The figure", "Our entries", "Positions", "Difference")
        for column in figure.columns:
            for cell in column.cells:
                said = [told for name in cell.entries for told in positions(entries.get(name, ()))]
                text += row(
                    plain(column.who),
                    plain(cell.says),
                    ", ".join(f"`{name}`" for name in cell.entries) or "**none**",
                    plain("; ".join(dict.fromkeys(said))) or "a statement without a position",
                    plain(cell.difference or ""),
                )
    return text
