"""Every entry that a column of a figure gave is beside one of its cells, and no other."""

import pytest

from gepnet import api
from gepnet.guidelines.figures import Figure, FigureColumn, Figures

BASE = api.base()
COLUMNS = [
    (figure, column)
    for figure in Figures.read(BASE.knowledge.measures).figures
    for column in figure.columns
]


@pytest.mark.parametrize(("figure", "column"), COLUMNS, ids=lambda one: getattr(one, "who", ""))
def test_cells_name_the_entries_that_carry_the_column(figure: Figure, column: FigureColumn) -> None:
    document = next(one for one in BASE.documents if one.id == figure.document)
    entries = [r.entry for r in document.recommendations] + list(document.file.statements)
    carrying = {one.id for one in entries if set(one.fact_ids) & set(column.facts)}
    named = {name for cell in column.cells for name in cell.entries}
    assert named == carrying
    assert all(cell.entries for cell in column.cells)
