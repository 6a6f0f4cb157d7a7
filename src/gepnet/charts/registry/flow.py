"""Who goes from where to where: bands from column to column, of statuses or of lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from gepnet.charts.base import Chart, TableTwin, chart_of, made_up
from gepnet.charts.drawing import headline
from gepnet.charts.style import INK, SOFT, line_look

if TYPE_CHECKING:
    from gepnet.registry.impact import Change, Impact
    from gepnet.registry.sequence import Sequences

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
#: Behind words that stand on bands.
_GROUND = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.8}


@dataclass(frozen=True)
class _Flow:
    """Bands between columns: the column on their left, from where, to where, how many."""

    title: str
    caption: str
    flows: tuple[tuple[int, str, str, int], ...]
    hidden: int
    colours: dict[str, str]
    order: tuple[str, ...]
    heads: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        return max((one[0] for one in self.flows), default=0) + 2


def flow_chart(found: Impact, change: Change) -> Chart:
    """Return the flow of one change; hidden counts are left out of the bands and said."""
    told = [(f.before, f.after, f.patients) for f in change.flows]
    hidden = sum(f.patients is None for f in change.flows)
    name = " ".join(part for part in (change.name, change.option) if part)
    data = _Flow(
        f"{change.what} {name}: {found.patients} {found.of}{made_up(found)}",
        f"before: {found.before}; after: {found.after}",
        tuple((0, a, b, n) for a, b, n in told if n),
        hidden,
        _COLOURS,
        ORDER,
    )
    rows = tuple((f.before, f.after, f.patients) for f in change.flows)
    table = TableTwin(("before", "after", found.of), rows)
    return chart_of("registry-flow", data, _sentence(data), table, (7.2, 4.6), _draw)


def sequence_chart(found: Sequences) -> Chart:
    """Return the flow from line to line; hidden counts are left out of the bands and said."""
    sizes: dict[str, int] = {}
    for step in found.steps:
        sizes[step.before] = sizes.get(step.before, 0) + (step.patients or 0)
    ends = sorted({step.after for step in found.steps} - sizes.keys())
    named = sorted(sizes, key=lambda name: -sizes[name])
    colours = {name: line_look(place).colour for place, name in enumerate(named)}
    data = _Flow(
        f"{found.patients} patients by line of treatment{made_up(found)}",
        "each column a line of treatment; patients",
        tuple((s.line - 1, s.before, s.after, s.patients) for s in found.steps if s.patients),
        sum(step.patients is None for step in found.steps),
        {**dict.fromkeys(ends, _REST), **colours},
        (*named, *ends),
        tuple(f"line {line}" for line in range(1, found.lines + 1)),
    )
    rows = tuple((s.line, s.before, s.after, s.patients) for s in found.steps)
    table = TableTwin(("line", "treatment", "what follows", "patients"), rows)
    size = (3.2 + 2.4 * (data.columns - 1), 5.2)
    ways = [f"{way.patients} {' then '.join(way.treatments)}" for way in found.ways[:3]]
    small = f" {data.hidden} steps of too few are left out." if data.hidden else ""
    sentence = f"{data.title}. Most often: {'; '.join(ways)}.{small}".replace("_", " ")
    return chart_of("registry-sequence", data, sentence, table, size, _draw)


def _sentence(data: _Flow) -> str:
    moved = [one for one in data.flows if one[1] != one[2]]
    text = "; ".join(
        f"{n} from {a.replace('_', ' ')} to {b.replace('_', ' ')}" for _, a, b, n in moved
    )
    small = f" {data.hidden} ways of too few are left out." if data.hidden else ""
    return f"{data.title}. {text or 'Nobody changes'}.{small}"


def _places(data: _Flow, column: int) -> dict[str, tuple[float, float]]:
    """Return bottom and height of each name of a column, from above; all columns have one scale."""
    coming, going = _counts(data, column - 1, 2), _counts(data, column, 1)
    names = sorted(
        coming.keys() | going.keys(),
        key=lambda n: data.order.index(n) if n in data.order else len(data.order),
    )
    counts = {name: max(coming.get(name, 0), going.get(name, 0)) for name in names}
    whole = max(sum(_counts(data, place, 1).values()) for place in range(data.columns - 1)) or 1
    scale = (1 - _GAP * max(len(data.order), 1)) / whole
    places, top = {}, 1.0
    for name, count in counts.items():
        height = scale * count
        places[name] = (top - height, height)
        top -= height + _GAP
    return places


def _counts(data: _Flow, column: int, side: int) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in data.flows:
        if one[0] == column:
            counts[str(one[side])] += one[3]
    return counts


def _draw(figure: Figure, data: _Flow) -> None:
    axes = figure.add_subplot()
    last = data.columns - 1
    at = [column * (1 - _WIDE) / last for column in range(data.columns)]
    rank = {name: place for place, name in enumerate(data.order)}
    columns = [_places(data, column) for column in range(data.columns)]
    for column in range(last):
        flows = [one for one in data.flows if one[0] == column]
        total = {side: _counts(data, column, side) for side in (1, 2)}
        used = [
            {name: bottom + height for name, (bottom, height) in columns[place].items()}
            for place in (column, column + 1)
        ]
        for _, before, after, count in sorted(
            flows, key=lambda f: (rank.get(f[1], 99), rank.get(f[2], 99))
        ):
            tall = (
                columns[column][before][1]
                * count
                / max(total[1][before], _counts(data, column - 1, 2).get(before, 0))
            )
            thin = (
                columns[column + 1][after][1]
                * count
                / max(total[2][after], _counts(data, column + 1, 1).get(after, 0))
            )
            used[0][before] -= tall
            used[1][after] -= thin
            ends = (
                (at[column] + _WIDE, used[0][before], tall),
                (at[column + 1], used[1][after], thin),
            )
            changed = before != after or data.columns > 2
            axes.add_patch(_band(*ends, data.colours.get(after, _REST), changed))
    for column, places in enumerate(columns):
        for name, (bottom, height) in places.items():
            colour = data.colours.get(name, _REST)
            axes.add_patch(Rectangle((at[column], bottom), _WIDE, height, facecolor=colour))
            count = max(
                _counts(data, column - 1, 2).get(name, 0), _counts(data, column, 1).get(name, 0)
            )
            text = f"{name.replace('_', ' ')}  {count}"
            where, align = (at[column] - 0.02, "right") if column == 0 else (1.02, "left")
            if 0 < column < last:
                where, align = at[column] + _WIDE + 0.01, "left"
            size = 8 if 0 < column < last else None
            look = {"bbox": _GROUND} if 0 < column < last else {}
            axes.text(
                where, bottom + height / 2, text, ha=align, va="center", color=INK, fontsize=size,
                **look,
            )  # fmt: skip
    for head, where in zip(data.heads, at, strict=False):
        axes.text(where + _WIDE / 2, 1.03, head, ha="center", va="bottom", color=SOFT, fontsize=9)
    axes.set(xlim=(-0.36, 1.36), ylim=(-0.02, 1.08 if data.heads else 1.02))
    axes.set_axis_off()
    figure.supxlabel(data.caption, color=SOFT, fontsize=9)
    headline(figure, data.title)


def _band(
    start: tuple[float, float, float], end: tuple[float, float, float], colour: str, changed: bool
) -> PathPatch:
    """Return a band from a box to another: of each where it meets it, bottom and height."""
    (x0, y0, h0), (x1, y1, h1) = start, end
    middle = (x0 + x1) / 2
    points = [
        (x0, y0 + h0), (middle, y0 + h0), (middle, y1 + h1), (x1, y1 + h1),
        (x1, y1), (middle, y1), (middle, y0), (x0, y0), (x0, y0 + h0),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(
        Path(points, codes),
        facecolor=colour,
        alpha=0.75 if changed else 0.25,
        linewidth=0.6 if changed else 0,
        edgecolor=INK,
    )
