"""The file of ``measures/`` with choices of display."""

from __future__ import annotations

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, Strict


class LaboratoryCharts(Strict):
    """Analytes that are drawn first."""

    first: tuple[FactId, ...]


class ChartChoices(MeasureFile):
    """Choices of display; nothing is graded or decided by them."""

    files = ("charts",)
    laboratory: LaboratoryCharts
