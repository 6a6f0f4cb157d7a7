"""A network of treatments: nodes on a ring, an edge for each comparison that trials made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from textwrap import fill, wrap

from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from gepnet.charts.base import Chart, TableTwin, chart_of, counted, joined
from gepnet.charts.drawing import headline
from gepnet.charts.style import INK, PAPER, REFERENCE, SOFT

_THICKEST = 9.0


@dataclass(frozen=True, slots=True)
class NetworkEdge:
    """Trials that compared two treatments; left out are those whose figures were not pooled."""

    treat1: str
    treat2: str
    studies: tuple[str, ...]
    left_out: bool = False


@dataclass(frozen=True)
class NetworkData:
    """The treatments in order round the ring, and the comparisons between them.

    ``several_arms`` are the treatments of each trial that has more than two.
    """

    title: str
    treatments: tuple[str, ...]
    edges: tuple[NetworkEdge, ...]
    reference: str = ""
    several_arms: tuple[tuple[str, ...], ...] = ()
    about: str = ""


def network(data: NetworkData) -> Chart:
    """Return the plot of a network."""
    rows = tuple(
        (e.treat1, e.treat2, len(e.studies), ", ".join(e.studies), not e.left_out)
        for e in data.edges
    )
    columns = ("treatment", "against", "trials", "named", "pooled")
    return chart_of("network", data, _sentence(data), TableTwin(columns, rows), (8.5, 6.6), _draw)


def _sentence(data: NetworkData) -> str:
    pooled = [e for e in data.edges if not e.left_out]
    left = len(data.edges) - len(pooled)
    trials = {study for e in pooled for study in e.studies}
    treated = counted(len(data.treatments), "treatment")
    parts = [f"{data.title}: {treated} in {counted(len(trials), 'trial')}."]
    parts += [f"{e.treat1} against {e.treat2}: {joined(e.studies)}." for e in pooled]
    if left:
        parts.append(f"{counted(left, 'comparison')} left out, drawn dotted.")
    return " ".join(parts)


def _draw(figure: Figure, data: NetworkData) -> None:
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(-1.75, 1.75)
    axes.set_ylim(-1.3, 1.3)
    n = len(data.treatments)
    at = {
        name: (math.sin(2 * math.pi * k / n), math.cos(2 * math.pi * k / n))
        for k, name in enumerate(data.treatments)
    }
    for arms in data.several_arms:
        corners = sorted((at[name] for name in arms), key=lambda p: math.atan2(p[1], p[0]))
        axes.add_patch(Polygon(corners, closed=True, facecolor=REFERENCE, alpha=0.10, lw=0))
    degree = _trials(data)
    most = max((len(e.studies) for e in data.edges), default=1)
    for edge in data.edges:
        (x, y), (u, v) = at[edge.treat1], at[edge.treat2]
        width = 1.5 + (_THICKEST - 1.5) * (len(edge.studies) - 1) / max(most - 1, 1)
        dash = (0, (1.2, 1.6)) if edge.left_out else "-"
        colour = SOFT if edge.left_out else INK
        axes.plot([x, u], [y, v], color=colour, lw=width, linestyle=dash, zorder=1)
        nearer = degree[edge.treat2] - degree[edge.treat1]
        middle = _label_place((x, y), (u, v), n, nearer)
        label = (
            str(len(edge.studies))
            if len(edge.studies) > 2
            else "\n".join(fill(one, 15) for one in edge.studies)
        )
        box = {"boxstyle": "square,pad=0.15", "fc": PAPER, "ec": "none", "alpha": 0.9}
        axes.text(*middle, label, ha="center", va="center", fontsize=9, color=colour, bbox=box)
    for name, (x, y) in at.items():
        size = 12 + 5 * math.sqrt(degree[name])
        fill_with = REFERENCE if name == data.reference else PAPER
        axes.plot(x, y, "o", ms=size, mfc=fill_with, mec=INK, mew=1.8, zorder=3)
        across = "center" if abs(x) < 0.2 else "left" if x > 0 else "right"
        up = "bottom" if y > 0.9 else "top" if y < -0.9 else "center"
        words = fill(named(name), 18)
        axes.text(x * 1.16, y * 1.13, words, ha=across, va=up, fontsize=10, zorder=4)
    about = named(data.about)
    if any(edge.left_out for edge in data.edges):
        about = f"{about}; dotted: left out" if about else "dotted: left out"
    lines = [*wrap(data.title, 84), *wrap(about, 92)]
    headline(figure, "\n".join(lines), 10.5)


def named(treatment: str) -> str:
    """Return a treatment as a reader is told it."""
    return treatment.replace("+", " + ").replace("_", " ")


def _label_place(
    one: tuple[float, float], other: tuple[float, float], n: int, busier: int
) -> tuple[float, float]:
    """Return where an edge is named: off the centre, where edges of an even ring cross.

    Nearer to the treatment of fewer trials, as edges lie close together at the other: ``busier`` is
    by how many trials the second has more.
    """
    share = 0.5 if n <= 3 else 0.42 if not busier else 0.34 if busier > 0 else 0.66
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def _trials(data: NetworkData) -> dict[str, int]:
    found: dict[str, set[str]] = {name: set() for name in data.treatments}
    for edge in data.edges:
        for name in (edge.treat1, edge.treat2):
            found[name].update(edge.studies)
    return {name: len(studies) for name, studies in found.items()}


def arms_together(studies: dict[str, set[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the treatments of each study that has more than two."""
    return tuple(tuple(sorted(arms)) for arms in studies.values() if len(arms) > 2)


def edges_of(
    rows: list[tuple[str, str, str, bool]],
) -> tuple[NetworkEdge, ...]:
    """Return the edges of rows ``(study, treat1, treat2, left out)``."""
    found: dict[tuple[frozenset[str], bool], list[str]] = {}
    for study, one, other, left in rows:
        found.setdefault((frozenset((one, other)), left), []).append(study)
    edges = []
    for (pair, left), studies in found.items():
        one, other = sorted(pair)
        edges.append(NetworkEdge(one, other, tuple(sorted(studies)), left))
    return tuple(edges)


def ordered(names: tuple[str, ...], rows: list[tuple[str, str, str, bool]]) -> tuple[str, ...]:
    """Return treatments in the order of a ring in which few edges cross, found by exchanges."""
    pairs = {frozenset((one, other)) for _, one, other, _ in rows}
    order = sorted(names)

    def crossings(ring: list[str]) -> int:
        at = {name: k for k, name in enumerate(ring)}
        spans = sorted(sorted(at[name] for name in pair) for pair in pairs)
        return sum(a < c < b < d for (a, b), (c, d) in combinations(spans, 2))

    best, better = crossings(order), True
    while better and best:
        better = False
        for i, j in combinations(range(len(order)), 2):
            order[i], order[j] = order[j], order[i]
            found = crossings(order)
            if found < best:
                best, better = found, True
            else:
                order[i], order[j] = order[j], order[i]
    return tuple(order)
