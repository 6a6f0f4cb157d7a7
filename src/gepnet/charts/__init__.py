"""Charts: one picture, one small module; deterministic SVG, PNG and PDF with table and sentence."""

from gepnet.charts.base import Chart, TableTwin, file_of

__all__ = ["Chart", "TableTwin", "file_of"]
