"""Forest plot of odds ratios: a point and an interval a row, on a logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, counted
from gepnet.charts.drawing import EDGE, beside, headline, name_lanes, plain_numbers
from gepnet.charts.sources import ChartRequest
from gepnet.charts.style import GRID, INK, SOFT
from gepnet.guidelines import KnowledgeBase
from gepnet.response.fit import StoredModel, read_model


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One ratio with its interval; ``note`` such as who it is compared with."""

    name: str
    ratio: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class ForestData:
    """The ratios of one model; ``about`` says on how many patients and events it rests."""

    title: str
    rows: tuple[ForestRow, ...]
    measure: str = "Odds ratio"
    level: float = 0.95
    about: str = ""


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
    return f"{_short(row.ratio)} ({_short(row.low)} to {_short(row.high)})"


def _short(value: float) -> str:
    """Return a ratio to two or three figures."""
    if value == float("inf"):
        return "infinity"
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
    axes.set_xscale("log")
    ends = [v for r in data.rows for v in (r.low, r.high, r.ratio) if 0 < v < float("inf")]
    low, high = min([*ends, 0.5]) / 1.5, max([*ends, 2.0]) * 1.5
    low, high = max(low, 1e-3), min(high, 1e4)
    axes.set_xlim(low, high)
    for place, row in enumerate(data.rows):
        axes.plot([max(row.low, low), min(row.high, high)], [place] * 2, color=INK, lw=1.8)
        for end, edge, marker in ((row.low, low, "<"), (row.high, high, ">")):
            beyond = end < low if marker == "<" else end > high
            if beyond:  # the interval goes on outside the picture
                axes.plot(edge, place, marker=marker, color=INK, ms=8, clip_on=False)
        axes.plot(row.ratio, place, "s", ms=8, color=INK)
        beside(axes, _words(row), (1, place), (10, 0), EDGE, fontsize=10)
    axes.axvline(1, color=SOFT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0)
    labels = [f"{r.name}\n{r.note}" if r.note else r.name for r in data.rows]
    name_lanes(axes, labels)
    decades = high / low > 200
    plain_numbers(axes.xaxis, (1.0,) if decades else (1.0, 2.0, 5.0))
    axes.set_xlabel(f"{data.measure}, {data.level * 100:g} % interval (logarithmic)")
    axes.grid(axis="x", color=GRID)
    lines = [*wrap(data.title, 84), *wrap(data.about, 84)]
    headline(figure, "\n".join(lines), 10.5)


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a model that ``gepnet response fit`` wrote."""
    return forest(forest_of(read_model(source)))
