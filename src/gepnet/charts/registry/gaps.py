"""How much of each fact is missing in each centre: a map of the gaps of a registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gepnet.charts.base import Chart, TableTwin, chart_of
from gepnet.charts.drawing import headline
from gepnet.charts.style import SEQUENTIAL, SOFT, on

if TYPE_CHECKING:
    from gepnet.registry.characterise import Characteristics

_NAMED = 24  # columns that each can have a name of its own


@dataclass(frozen=True)
class _Map:
    title: str
    facts: tuple[str, ...]
    groups: tuple[str, ...]
    shares: dict[tuple[str, str], float | None]


def gaps_map(found: Characteristics) -> Chart:
    """Return the map of what is missing."""
    facts = tuple(dict.fromkeys(gap.fact for gap in found.gaps))
    groups = tuple(dict.fromkeys(gap.group for gap in found.gaps))
    shares = {(gap.fact, gap.group): gap.percent for gap in found.gaps}
    rows = tuple((g.fact, g.group, g.patients, g.missing, g.percent) for g in found.gaps)
    table = TableTwin(("fact", "group", "patients", "missing", "percent"), rows)
    made_up = " (made up, for no finding)" if found.synthetic else ""
    data = _Map(f"What is missing{made_up}", facts, groups, shares)
    size = (max(6.0, 3.4 + 0.3 * len(groups)), 1.9 + 0.32 * len(facts))
    return chart_of("registry-gaps", data, _sentence(data), table, size, _draw)


def _sentence(data: _Map) -> str:
    known = [(share, place) for place, share in data.shares.items() if share is not None]
    told = f"{data.title}: {len(data.facts)} facts in {len(data.groups)} groups."
    if not known:
        return told
    share, (fact, group) = max(known)
    return f"{told} Most is missing of {fact} in {group}: {share:.0f} %."


def _draw(figure: Figure, data: _Map) -> None:
    colours = LinearSegmentedColormap.from_list("missing", SEQUENTIAL)
    axes = figure.add_subplot()
    for i, fact in enumerate(data.facts):
        for j, group in enumerate(data.groups):
            share = data.shares.get((fact, group))
            if share is None:
                cell = Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor="white", linewidth=0)
                cell.set(hatch="////", edgecolor="#c4ccd4")
                axes.add_patch(cell)
                continue
            red, green, blue, _ = colours(share / 100)
            colour = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
            place = (j - 0.5, i - 0.5)
            axes.add_patch(Rectangle(place, 1, 1, facecolor=colour, edgecolor="white"))
            if len(data.groups) <= _NAMED:
                axes.text(j, i, f"{share:.0f}", ha="center", va="center", fontsize=7.5,
                          color=on(colour))  # fmt: skip
    axes.set(xlim=(-0.5, len(data.groups) - 0.5), ylim=(len(data.facts) - 0.5, -0.5))
    axes.set_yticks(range(len(data.facts)), data.facts)
    axes.set_xticks(range(len(data.groups)), data.groups, fontsize=7)
    axes.tick_params(axis="x", rotation=90, length=0)
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    caption = "Per cent of patients without the fact; hatched: too few to say"
    axes.set_xlabel(caption, loc="left", color=SOFT)
    headline(figure, data.title)
