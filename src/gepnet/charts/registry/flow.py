"""Who goes from which status to which: bands from a column before to a column after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from gepnet.charts.base import Chart, TableTwin, chart_of
from gepnet.charts.drawing import headline
from gepnet.charts.style import INK, SOFT

if TYPE_CHECKING:
    from gepnet.registry.impact import Change, Impact

#: From what speaks for to what speaks against, in the order of the columns.
ORDER = (
    "on_label", "included", "recommended", "in_favour", "option", "trial_only", "text_open",
    "fact_missing", "conflicting", "lesser", "silent", "no_position", "not_read",
    "quiet_either_way", "against", "off_label", "not_included", "out_of_scope", "not_there",
)  # fmt: skip
_FOR, _OPEN, _AGAINST, _REST = "#2b83ba", "#e0c068", "#b5490f", "#c4ccd4"
_COLOURS = {
    **dict.fromkeys(("on_label", "included", "recommended", "in_favour", "option"), _FOR),
    **dict.fromkeys(("trial_only", "text_open", "fact_missing", "conflicting"), _OPEN),
    **dict.fromkeys(("against", "off_label", "not_included"), _AGAINST),
}
_WIDE = 0.05  # of a column
_GAP = 0.015


@dataclass(frozen=True)
class _Flow:
    title: str
    caption: str
    flows: tuple[tuple[str, str, int], ...]
    hidden: int


def flow_chart(found: Impact, change: Change) -> Chart:
    """Return the flow of one change; hidden counts are left out of the bands and said."""
    told = [(f.before, f.after, f.patients) for f in change.flows]
    hidden = sum(f.patients is None for f in change.flows)
    made_up = " (made up, for no finding)" if found.synthetic else ""
    name = " ".join(part for part in (change.name, change.option) if part)
    data = _Flow(
        f"{change.what} {name}: {found.patients} {found.of}{made_up}",
        f"before: {found.before}; after: {found.after}",
        tuple((a, b, n) for a, b, n in told if n),
        hidden,
    )
    rows = tuple((f.before, f.after, f.patients) for f in change.flows)
    table = TableTwin(("before", "after", found.of), rows)
    return chart_of("registry-flow", data, _sentence(data), table, (7.2, 4.6), _draw)


def _sentence(data: _Flow) -> str:
    moved = [one for one in data.flows if one[0] != one[1]]
    text = "; ".join(
        f"{n} from {a.replace('_', ' ')} to {b.replace('_', ' ')}" for a, b, n in moved
    )
    small = f" {data.hidden} ways of too few are left out." if data.hidden else ""
    return f"{data.title}. {text or 'Nobody changes'}.{small}"


def _columns(data: _Flow, side: int) -> dict[str, tuple[float, float]]:
    """Return bottom and height of each status of one column, from above."""
    counts: dict[str, int] = {}
    for one in data.flows:
        counts[str(one[side])] = counts.get(str(one[side]), 0) + one[2]
    total = sum(counts.values()) or 1
    room = 1 - _GAP * max(len(counts) - 1, 0)
    places, top = {}, 1.0
    for name in sorted(counts, key=lambda n: ORDER.index(n) if n in ORDER else len(ORDER)):
        height = room * counts[name] / total
        places[name] = (top - height, height)
        top -= height + _GAP
    return places


def _draw(figure: Figure, data: _Flow) -> None:
    axes = figure.add_subplot()
    left, right = _columns(data, 0), _columns(data, 1)
    total = sum(one[2] for one in data.flows) or 1
    scale = {
        0: (1 - _GAP * max(len(left) - 1, 0)) / total,
        1: (1 - _GAP * max(len(right) - 1, 0)) / total,
    }
    used_left = {name: bottom + height for name, (bottom, height) in left.items()}
    used_right = {name: bottom + height for name, (bottom, height) in right.items()}
    rank = {name: place for place, name in enumerate(ORDER)}
    ordered = sorted(data.flows, key=lambda f: (rank.get(f[0], 99), rank.get(f[1], 99)))
    for before, after, count in ordered:
        tall, thin = count * scale[0], count * scale[1]
        used_left[before] -= tall
        used_right[after] -= thin
        _band(axes, (used_left[before], tall), (used_right[after], thin), before, after)
    for place, (x, column) in enumerate(((0.0, left), (1.0 - _WIDE, right))):
        for name, (bottom, height) in column.items():
            colour = _COLOURS.get(name, _REST)
            axes.add_patch(Rectangle((x, bottom), _WIDE, height, facecolor=colour))
            count = sum(one[2] for one in data.flows if one[place] == name)
            text = f"{name.replace('_', ' ')}  {count}"
            at, align = (x - 0.02, "right") if place == 0 else (1.02, "left")
            axes.text(at, bottom + height / 2, text, ha=align, va="center", color=INK)
    axes.set(xlim=(-0.36, 1.36), ylim=(-0.02, 1.02))
    axes.set_axis_off()
    figure.supxlabel(data.caption, color=SOFT, fontsize=9)
    headline(figure, data.title)


def _band(
    axes: object, start: tuple[float, float], end: tuple[float, float], before: str, after: str
) -> None:
    x0, x1, middle = _WIDE, 1 - _WIDE, 0.5
    (y0, h0), (y1, h1) = start, end
    points = [
        (x0, y0 + h0), (middle, y0 + h0), (middle, y1 + h1), (x1, y1 + h1),
        (x1, y1), (middle, y1), (middle, y0), (x0, y0), (x0, y0 + h0),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    changed = before != after
    patch = PathPatch(
        Path(points, codes),
        facecolor=_COLOURS.get(after, _REST),
        alpha=0.75 if changed else 0.25,
        linewidth=0.6 if changed else 0,
        edgecolor=INK,
    )
    axes.add_patch(patch)  # type: ignore[attr-defined]
