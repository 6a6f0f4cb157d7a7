"""A funnel: the share of each centre by its size, and the limits within which chance moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of
from gepnet.charts.drawing import headline
from gepnet.charts.style import ALARM, INK, REFERENCE, SOFT
from gepnet.registry.indicators import ALL, LIMITS, limits

if TYPE_CHECKING:
    from gepnet.registry.indicators import Indicators, Measured

_DASHES = ("--", ":")
_ROOM = 1.1  # of the sizes that limits are drawn for, beyond the largest centre
_STEPS = 120
_NAMED = f"{100 * max(LIMITS):g}"  # only those beyond the outer limits have their names beside them


@dataclass(frozen=True)
class _Funnel:
    title: str
    percent: float
    groups: tuple[Measured, ...]
    sizes: tuple[int, ...]
    lines: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...]


def funnel_chart(found: Indicators) -> Chart:
    """Return the funnel of the first indicator; centres with a hidden share are not drawn."""
    one = found.indicators[0]
    whole = next(group for group in one.groups if group.group == ALL)
    groups = tuple(g for g in one.groups if g.group != ALL and g.percent is not None and g.of)
    made_up = " (made up)" if found.synthetic else ""
    title = f"{one.label}{made_up}"
    share = (whole.percent or 0.0) / 100
    most = max((group.of or 1 for group in groups), default=1)
    top = max(2, round(most * _ROOM))
    sizes = tuple(range(1, top + 1, max(1, top // _STEPS)))
    lines = []
    for inside in LIMITS:
        ends = [limits(size, share, inside) for size in sizes]
        low = tuple(100 * end[0] / n for end, n in zip(ends, sizes, strict=True))
        high = tuple(100 * end[1] / n for end, n in zip(ends, sizes, strict=True))
        lines.append((f"{100 * inside:g} % of chance", low, high))
    rows = tuple((g.group, g.of, g.met, g.percent, g.outside or "within") for g in groups)
    table = TableTwin((found.by or "group", "of", "met", "percent", "limits"), rows)
    data = _Funnel(title, whole.percent or 0.0, groups, sizes, tuple(lines))
    return chart_of("registry-funnel", data, _sentence(data, title), table, (7.2, 4.4), _draw)


def _sentence(data: _Funnel, title: str) -> str:
    outside = [f"{group.group} {group.outside}" for group in data.groups if group.outside]
    told = f"Outside the limits: {', '.join(outside)}" if outside else "None is outside the limits"
    return f"{title}: {data.percent:g} % over all, {len(data.groups)} groups. {told}."


def _draw(figure: Figure, data: _Funnel) -> None:
    axes = figure.add_subplot()
    for (name, low, high), dashes in zip(data.lines, _DASHES, strict=True):
        axes.step(data.sizes, low, dashes, where="mid", color=SOFT, linewidth=1.0, label=name)
        axes.step(data.sizes, high, dashes, where="mid", color=SOFT, linewidth=1.0)
    axes.axhline(data.percent, color=REFERENCE, linewidth=1.2, label="over all")
    for group in data.groups:
        size, share, outside = group.of or 0, group.percent or 0.0, group.outside is not None
        colour, marker = (ALARM, "D") if outside else (INK, "o")
        axes.plot(size, share, marker, color=colour, markersize=5.5)
        if group.outside is not None and group.outside.endswith(_NAMED):
            axes.annotate(group.group, (size, share), xytext=(5, 5), textcoords="offset points",
                          fontsize=8, color=colour)  # fmt: skip
    axes.set(xlim=(0, data.sizes[-1]), ylim=(-3, 103))
    axes.set_xlabel("how many count", loc="left", color=SOFT)
    axes.set_ylabel("per cent met", color=SOFT)
    axes.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, fontsize=8)
    headline(figure, data.title)
