"""Survival curves with numbers at risk: of observations, or dashed models of medians."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gepnet.charts.base import Cell, Chart, TableTwin, chart_of
from gepnet.charts.drawing import SMALL, headline
from gepnet.charts.style import GRID, INK, SOFT, line_look

_WIDE = 98  # letters of the words above a picture
_TICKS = (0.5, 1, 2, 3, 6, 12, 24, 36, 60, 120)


@dataclass(frozen=True, slots=True)
class SurvivalLine:
    """One arm as it is drawn.

    Attributes:
        name: of the arm.
        times: ascending from 0.
        survival: at each time; between two of them as it was for observations.
        low: of the interval, for observations.
        high: of the interval.
        censored: times at which somebody was last seen.
        leaving: when each observation ended, for the numbers at risk.
        model: what a model is; empty for observations.
        beyond: the time from which a model is extrapolated.
        words: what is said of the arm, such as its median.
    """

    name: str
    times: tuple[float, ...]
    survival: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    censored: tuple[float, ...] = ()
    leaving: tuple[float, ...] = ()
    model: str = ""
    beyond: float | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class SurvivalData:
    """Arms of one picture; ``outcome`` names the axis, ``about`` are lines of words below it."""

    title: str
    outcome: str
    unit: str
    lines: tuple[SurvivalLine, ...]
    about: tuple[str, ...] = ()


def survival(data: SurvivalData) -> Chart:
    """Return the curves of some arms."""
    columns = ("arm", f"time, {data.unit}", data.outcome.lower(), "low", "high", "model")
    rows = tuple(_rows(data))
    lines = sum(len(wrap(one, _WIDE)) for one in data.about)
    at_risk = any(line.leaving for line in data.lines)
    height = (
        4.2
        + 0.22 * len(data.lines)
        + 0.165 * lines
        + (0.24 * len(data.lines) + 0.3 if at_risk else 0)
    )
    sentence = _sentence(data)
    return chart_of("survival", data, sentence, TableTwin(columns, rows), (8.4, height), _draw)


def _rows(data: SurvivalData) -> list[tuple[Cell, ...]]:
    found: list[tuple[Cell, ...]] = []
    for line in data.lines:
        lows = line.low or (None,) * len(line.times)
        highs = line.high or (None,) * len(line.times)
        for time, share, low, high in zip(line.times, line.survival, lows, highs, strict=True):
            ends = (None if end is None else round(end, 4) for end in (low, high))
            found.append((line.name, round(time, 3), round(share, 4), *ends, line.model))
    return found


def _sentence(data: SurvivalData) -> str:
    told = []
    for line in data.lines:
        kind = f" ({line.model}, no observations)" if line.model else ""
        told.append(f"{line.name}{kind}: {line.words or 'no median'}.")
    return " ".join([f"{data.title}.", *told, *data.about])


def _draw(figure: Figure, data: SurvivalData) -> None:
    at_risk = [line for line in data.lines if line.leaving]
    below = 0.24 * len(at_risk) + 0.12 if at_risk else 0.01
    upper, lower = figure.subplots(2, 1, height_ratios=(3.4, below), sharex=True)
    end = max(line.times[-1] for line in data.lines)
    step = next((tick for tick in _TICKS if end / tick <= 9), _TICKS[-1])
    for place, line in enumerate(data.lines):
        _line(upper, line, place)
    upper.set_ylim(0, 1.02)
    upper.set_xlim(0, end * 1.01)
    upper.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    upper.set_ylabel(f"{data.outcome}, %")
    upper.set_xticks([step * n for n in range(int(end / step) + 1)])
    upper.tick_params(labelbottom=True)
    upper.grid(color=GRID)
    upper.axhline(0.5, color=SOFT, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
    upper.set_xlabel(data.unit, loc="right")
    upper.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), handlelength=3.2)
    _numbers(lower, at_risk, [step * n for n in range(int(end / step) + 1)], data)
    words = "\n".join(line for one in data.about for line in wrap(one, _WIDE))
    headline(figure, "\n".join(wrap(data.title, 78)))
    lower.set_xlabel(words, loc="left", fontsize=SMALL, linespacing=1.4)


def _line(axes: Axes, line: SurvivalLine, place: int) -> None:
    look = line_look(place)
    label = f"{line.name}: {line.words}" if line.words else line.name
    if line.model:
        axes.plot(
            *(line.times, line.survival),
            color=look.colour,
            linestyle=(0, (5, 3)),
            label=f"{label} (model)",
        )
        if line.beyond is not None and line.beyond < line.times[-1]:
            axes.axvspan(line.beyond, line.times[-1], color="#f3f3f3", zorder=0, linewidth=0)
            axes.text(line.beyond, 0.99, " beyond follow-up", fontsize=SMALL, color=SOFT, va="top")
        return
    axes.step(line.times, line.survival, where="post", color=look.colour, label=label)
    if line.low:
        axes.fill_between(
            *(line.times, line.low, line.high), step="post", color=look.colour, alpha=0.14, lw=0
        )
    heights = [_at(line, time) for time in line.censored]
    axes.plot(line.censored, heights, "|", color=look.colour, markersize=5, alpha=0.7)


def _at(line: SurvivalLine, time: float) -> float:
    """Return the survival of a stepped line at a time."""
    pairs = pairwise([*line.times, float("inf")])
    places = zip(pairs, line.survival, strict=True)
    return next(share for (begin, end), share in places if begin <= time < end)


def _numbers(axes: Axes, lines: list[SurvivalLine], ticks: list[float], data: SurvivalData) -> None:
    axes.set_ylim(len(lines) - 0.4, -0.9) if lines else axes.set_ylim(1, 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelbottom=False)
    axes.set_yticks(range(len(lines)), [line.name for line in lines])
    axes.tick_params(axis="y", pad=14)  # the first number stands in the middle of the axis
    for place, line in enumerate(lines):
        colour = line_look(data.lines.index(line)).colour
        axes.get_yticklabels()[place].set_color(colour)
        for tick in ticks:
            count = sum(1 for time in line.leaving if time >= tick)
            axes.text(tick, place, str(count), ha="center", va="center", fontsize=SMALL, color=INK)
    if lines:
        axes.text(0, -0.72, "At risk", fontsize=SMALL, color=SOFT, ha="left", va="center")
