"""Position map: what a document says of one option where two facts vary, with its holes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from gepnet.charts.base import Cell, Chart, TableTwin, chart_of
from gepnet.charts.drawing import name_lanes
from gepnet.charts.style import HOLE_HATCH, POSITIONS, SOFT

#: Statuses that say nothing though the document was read on the question: holes.
HOLES = ("silent",)


@dataclass(frozen=True, slots=True)
class PositionMap:
    """One document on one option: a status for each value across and each value down.

    ``statuses[row][column]`` is a status name; ``possible`` holds what an open cell may be.
    """

    document: str
    option: str
    across: str
    across_values: tuple[str, ...]
    down: str
    down_values: tuple[str, ...]
    statuses: tuple[tuple[str, ...], ...]
    given: str = ""
    possible: tuple[tuple[str, ...], ...] = ()
    legend: bool = True

    def __post_init__(self) -> None:
        """Refuse a grid of another size, or a status that has no sign.

        Raises:
            ValueError: for either.
        """
        if len(self.statuses) != len(self.down_values) or any(
            len(row) != len(self.across_values) for row in self.statuses
        ):
            raise ValueError(f"expected {len(self.down_values)} x {len(self.across_values)} cells")
        unknown = {s for row in self.statuses for s in row} - POSITIONS.keys()
        if unknown:
            raise ValueError(f"no sign for {sorted(unknown)}")

    @property
    def title(self) -> str:
        """Document and option."""
        return f"{self.document} on {self.option}"


def position_map(data: PositionMap) -> Chart:
    """Return the map of ``data``."""
    rows: list[tuple[Cell, ...]] = [
        (across, down, data.statuses[i][j], data.possible[i][j] if data.possible else "")
        for i, down in enumerate(data.down_values)
        for j, across in enumerate(data.across_values)
    ]
    least, beside = (5.4, 2.9) if data.legend else (3.4, 1.4)
    width = max(least, beside + 0.46 * len(data.across_values))
    size = (width, max(2.7, 2.0 + 0.42 * len(data.down_values)))
    table = TableTwin((data.across, data.down, "position", "possible"), tuple(rows))
    return chart_of("positions", data, _sentence(data), table, size, _draw)


def _sentence(data: PositionMap) -> str:
    counts = Counter(status for row in data.statuses for status in row)
    total = sum(counts.values())
    words = [f"{POSITIONS[name][3]} in {counts[name]}" for name in POSITIONS if counts[name]]
    given = f" for {data.given}" if data.given else ""
    return (
        f"What {data.document} says of {data.option} by {data.across} and {data.down}{given}: of "
        f"{total} cells, {', '.join(words)}."
    )


def _draw(figure: Figure, data: PositionMap) -> None:

    axes = figure.add_subplot()
    for i, row in enumerate(data.statuses):
        for j, status in enumerate(row):
            fill, sign, ink, _ = POSITIONS[status]
            hole = status in HOLES
            box = Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=fill, edgecolor=SOFT, linewidth=0.6)
            if hole:
                box.set(hatch=HOLE_HATCH, edgecolor="#b7791f")
            axes.add_patch(box)
            if sign and not hole:
                axes.text(j, i, sign, ha="center", va="center", color=ink, fontsize=11)
    axes.set_xlim(-0.5, len(data.across_values) - 0.5)
    axes.set_xticks(range(len(data.across_values)), data.across_values)
    name_lanes(axes, data.down_values)
    if any(len(value) > 4 for value in data.across_values):
        axes.tick_params(axis="x", rotation=60)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set(xlabel=data.across, ylabel=data.down)
    # Without a legend it is one of several on a page that says option and setting once.
    full = f"{data.document}: {data.option}\n{data.given}".rstrip()
    axes.set_title(full if data.legend else data.document, fontsize=10.5)
    if not data.legend:
        return
    present = [n for n in POSITIONS if any(n in row for row in data.statuses)]
    handles = []
    for name in present:
        fill, sign, _, word = POSITIONS[name]
        hole = name in HOLES
        words = word if hole or not sign else f"{sign} {word}"
        handles.append(
            Patch(
                facecolor=fill,
                edgecolor="#b7791f" if hole else SOFT,
                hatch=HOLE_HATCH if hole else None,
                label=words,
            )
        )
    figure.legend(handles=handles, loc="outside right upper")
