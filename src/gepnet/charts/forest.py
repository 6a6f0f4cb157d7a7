"""Forest plot: a point and an interval a row, of ratios on a logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, counted
from gepnet.charts.drawing import (
    EDGE,
    beside,
    draw_mark,
    headline,
    name_lanes,
    plain_numbers,
)
from gepnet.charts.sources import ChartRequest
from gepnet.charts.style import GRID, INK, REFERENCE, SOFT
from gepnet.guidelines import KnowledgeBase
from gepnet.response.fit import StoredModel, read_model

Look = Literal["study", "indirect", "pooled", "predicted", "left out"]
_DASHES: dict[Look, Any] = {
    "predicted": (0, (4, 2)),
    "indirect": (0, (4, 2)),
    "left out": (0, (1, 1.5)),
}


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One ratio (or difference) with its interval; ``note`` such as who it is compared with.

    ``look`` is that of a study, of what was pooled, of where a further study is expected, of what
    no study compared (indirect), or of a figure that was left out; ``weight`` is the share of a
    study in what was pooled.
    """

    name: str
    ratio: float
    low: float
    high: float
    note: str = ""
    look: Look = "study"
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class ForestData:
    """The ratios of one model; ``about`` says on how many patients and events it rests.

    ``favours`` are the words left and right of the line of no difference, if there are any.
    """

    title: str
    rows: tuple[ForestRow, ...]
    measure: str = "Odds ratio"
    level: float = 0.95
    about: str = ""
    logarithmic: bool = True
    favours: tuple[str, str] | None = None


def forest_of(model: StoredModel) -> ForestData:
    """Return the odds ratios of a fitted model."""
    rows = tuple(
        ForestRow(
            f"{item.predictor}: {item.level}".replace("_", " "),
            item.odds_ratio,
            0.0 if item.low is None else item.low,
            math.inf if item.high is None else item.high,
            f"against {item.reference}, {item.patients} patients, {item.events} events".replace(
                "_", " "
            ),
        )
        for item in model.coefficients
    )
    outcome = model.outcome[0].lower() + model.outcome[1:].replace("_", " ")
    return ForestData(f"Odds ratios: {outcome}", rows, level=model.confidence, about=model.size)


def forest(data: ForestData) -> Chart:
    """Return the forest plot of ``data``."""
    rows = tuple((r.name, r.ratio, r.low, r.high, r.note) for r in data.rows)
    columns = ("term", data.measure.lower(), "low", "high", "note")
    size = (9.0, 1.9 + 0.46 * max(len(rows), 1))
    return chart_of("forest", data, _sentence(data), TableTwin(columns, rows), size, _draw)


def _words(row: ForestRow) -> str:
    interval = f"{_short(row.low)} to {_short(row.high)}"
    if row.look == "predicted":
        return f"({interval})"
    weight = "" if row.weight is None else f"  {row.weight * 100:.0f} %"
    return f"{_short(row.ratio)} ({interval}){weight}"


def _short(value: float) -> str:
    """Return a ratio to two or three figures."""
    if value == float("inf"):
        return "infinity"
    if value < 0:
        return f"\N{MINUS SIGN}{_short(-value)}"
    if 0 < value < 0.01:
        return f"{value:.1g}"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f}"


def _sentence(data: ForestData) -> str:
    kind = f"{data.level * 100:g} % intervals"
    parts = [f"{data.title}: {counted(len(data.rows), data.measure.lower())} with {kind}."]
    parts += [f"{row.name} {_words(row)}." for row in data.rows]
    if data.about:
        parts.append(f"{data.about}.")
    return " ".join(parts)


def _draw(figure: Figure, data: ForestData) -> None:
    axes = figure.add_subplot()
    low, high = _ends(data)
    if data.logarithmic:
        axes.set_xscale("log")
    axes.set_xlim(low, high)
    for place, row in enumerate(data.rows):
        _draw_row(axes, row, place, (low, high))
    none = 1 if data.logarithmic else 0
    axes.axvline(none, color=SOFT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0)
    name_lanes(axes, [f"{r.name}\n{r.note}" if r.note else r.name for r in data.rows])
    scale = ""
    if data.logarithmic:
        plain_numbers(axes.xaxis, (1.0,) if high / low > 200 else (1.0, 2.0, 5.0))
        scale = " (logarithmic)"
    label = f"{data.measure}, {data.level * 100:g} % interval{scale}"
    if data.favours is not None:
        left, right = data.favours
        label += f"\n\N{LEFTWARDS ARROW} {left}    |    {right} \N{RIGHTWARDS ARROW}"
    axes.set_xlabel(label)
    axes.grid(axis="x", color=GRID)
    lines = [*wrap(data.title, 84), *wrap(data.about, 84)]
    headline(figure, "\n".join(lines), 10.5)


def _ends(data: ForestData) -> tuple[float, float]:
    """Return the ends of the axis: all intervals, cut where they go on for ever.

    Where a further study is expected may be nearly everywhere: that does not stretch the axis.
    """
    shown = [r for r in data.rows if r.look != "predicted"] or data.rows
    values = [v for r in shown for v in (r.low, r.high, r.ratio) if abs(v) < math.inf]
    if not data.logarithmic:
        least, most = min([*values, 0.0]), max([*values, 0.0])
        room = 0.08 * ((most - least) or 1.0)
        return least - room, most + room
    ends = [v for v in values if v > 0]
    low, high = min([*ends, 0.5]) / 1.5, max([*ends, 2.0]) * 1.5
    return max(low, 1e-3), min(high, 1e4)


def _draw_row(axes: Axes, row: ForestRow, place: int, ends: tuple[float, float]) -> None:
    low, high = ends
    colour = SOFT if row.look == "left out" else INK
    if row.look == "pooled":
        corners = [(row.low, place), (row.ratio, place - 0.24), (row.high, place)]
        corners.append((row.ratio, place + 0.24))
        axes.fill(*zip(*corners, strict=True), facecolor=REFERENCE, edgecolor=INK, lw=1)
    else:
        dash = _DASHES.get(row.look, "-")
        thin = row.look != "study"
        span = [max(row.low, low), min(row.high, high)]
        axes.plot(span, [place] * 2, color=colour, lw=1.3 if thin else 1.8, linestyle=dash)
        for end, edge, marker in ((row.low, low, "<"), (row.high, high, ">")):
            beyond = end < low if marker == "<" else end > high
            if beyond:  # the interval goes on outside the picture
                axes.plot(edge, place, marker=marker, color=colour, ms=8, clip_on=False)
        if row.look != "predicted":
            size = 8.0 if row.weight is None else 4.0 + 9.0 * math.sqrt(row.weight)
            fill = colour if row.look == "study" else "white"
            draw_mark(axes, row.ratio, place, "s", size, fill, colour)
    beside(axes, _words(row), (1, place), (10, 0), EDGE, fontsize=10, color=colour)


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a model that ``gepnet response fit`` wrote."""
    return forest(forest_of(read_model(source)))
