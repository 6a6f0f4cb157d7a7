"""Heat map of a share between pairs, such as how far two documents are apart."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, counted
from gepnet.charts.drawing import headline, name_sides, shaded_cell
from gepnet.charts.style import SOFT


@dataclass(frozen=True, slots=True)
class HeatData:
    """A square of shares from 0 to 1 between ``names``; None where there is nothing to compare.

    ``weights`` holds how much each share rests on, in the same order, for the table.
    """

    title: str
    names: tuple[str, ...]
    shares: tuple[tuple[float | None, ...], ...]
    weights: tuple[tuple[int, ...], ...]
    measure: str
    weight_unit: str = "comparisons"

    def __post_init__(self) -> None:
        """Refuse what is no square.

        Raises:
            ValueError: if a row is not as long as the names.
        """
        for square in (self.shares, self.weights):
            if len(square) != len(self.names) or any(len(r) != len(self.names) for r in square):
                raise ValueError(f"expected a square of {len(self.names)}")


def heatmap(data: HeatData) -> Chart:
    """Return the heat map of ``data``; only the lower triangle is drawn."""
    pairs = [
        (data.names[j], data.names[i], data.shares[i][j], data.weights[i][j])
        for i in range(len(data.names))
        for j in range(i)
    ]
    columns = ("first", "second", data.measure, data.weight_unit)
    table = TableTwin(columns, tuple(pairs))
    size = (_width(data), 2.9 + 0.42 * len(data.names))
    return chart_of("heatmap", data, _sentence(data), table, size, _draw)


def _sentence(data: HeatData) -> str:
    found = [
        (share, data.names[j], data.names[i])
        for i in range(len(data.names))
        for j in range(i)
        if (share := data.shares[i][j]) is not None
    ]
    total = len(data.names) * (len(data.names) - 1) // 2
    parts = [
        f"{data.title}: {data.measure} for {len(found)} of {counted(total, 'pair')}; the others "
        "have nothing, or too little, to compare."
    ]
    if found:
        share, first, second = max(found, key=lambda item: (item[0], item[1:]))
        parts.append(f"Furthest apart: {first} and {second}, {share:.0%}.".replace("%", " %"))
    return " ".join(parts)


def _draw(figure: Figure, data: HeatData) -> None:
    axes = figure.add_subplot()
    count = len(data.names)
    for i in range(1, count):
        for j in range(i):
            share = data.shares[i][j]
            shaded_cell(axes, j, i, share, f"{(share or 0) * 100:.0f}", 9)
    axes.set(xlim=(-0.5, count - 1.5), ylim=(count - 0.5, 0.5))
    axes.set_yticks(range(1, count), data.names[1:])
    axes.set_xticks(range(count - 1), data.names[:-1])
    name_sides(axes)
    width = int(11 * _width(data))
    caption = f"In each cell: {data.measure}, %. Hatched: nothing, or too little, to compare."
    axes.set_xlabel("\n".join(wrap(caption, width)), loc="left", color=SOFT)
    headline(figure, "\n".join(wrap(data.title, width)))


def _width(data: HeatData) -> float:
    """Return the width of the picture in inches."""
    return max(4.6, 3.4 + 0.42 * len(data.names))
