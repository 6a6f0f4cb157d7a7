"""Maps of shares by centre: how much of each fact is missing, in how many patients what is odd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, counted, made_up
from gepnet.charts.drawing import headline, name_sides, shaded_cell
from gepnet.charts.style import SOFT
from gepnet.registry.quality_file import OF_NO_PATIENT

if TYPE_CHECKING:
    from gepnet.registry.characterise import Characteristics
    from gepnet.registry.quality import Quality

_NOTHING = "Nothing found"
_NAMED = 24  # columns that each can have a name of its own


@dataclass(frozen=True)
class _Map:
    title: str
    facts: tuple[str, ...]
    groups: tuple[str, ...]
    shares: dict[tuple[str, str], float | None]
    caption: str = "Per cent of patients without the fact; hatched: too few to say"
    most: float = 100.0


def gaps_map(found: Characteristics) -> Chart:
    """Return the map of what is missing."""
    facts = tuple(dict.fromkeys(gap.fact for gap in found.gaps))
    groups = tuple(dict.fromkeys(gap.group for gap in found.gaps))
    shares = {(gap.fact, gap.group): gap.percent for gap in found.gaps}
    rows = tuple((g.fact, g.group, g.patients, g.missing, g.percent) for g in found.gaps)
    table = TableTwin(("fact", "group", "patients", "missing", "percent"), rows)
    data = _Map(f"What is missing{made_up(found)}", facts, groups, shares)
    size = (max(6.0, 3.4 + 0.3 * len(groups)), 1.9 + 0.32 * len(facts))
    return chart_of("registry-gaps", data, _sentence(data), table, size, _draw)


def quality_map(found: Quality) -> Chart:
    """Return the map of what is odd: per cent of the patients of each centre with a finding."""
    told = [one for one in found.checks if one.by_centre and one.patients != 0]
    told = [one for one in told if one.id not in OF_NO_PATIENT]
    sizes = {name: size for name, size in found.centres.items() if size}
    cells = {(one.label, c): one.by_centre.get(c, 0) for one in told for c in sizes}
    shares = {
        (label, centre): None if count is None else 100 * count / sizes[centre]
        for (label, centre), count in cells.items()
    }
    rows = tuple((*place, count, sizes[place[1]]) for place, count in cells.items())
    table = TableTwin(("check", "centre", "patients with a finding", "patients"), rows)
    title = f"What is odd{made_up(found)}"
    labels = tuple(one.label for one in told) or (_NOTHING,)
    places = tuple(sizes) or ("too few to name",)
    if not told:
        shares = {(_NOTHING, place): 0.0 for place in places}
    most = max((share for share in shares.values() if share), default=1.0)
    caption = "Per cent of patients with a finding; hatched: too few to say"
    data = _Map(title, labels, places, shares, caption, most)
    size = (max(7.0, 5.2 + 0.3 * len(sizes)), 2.3 + 0.36 * max(len(labels), 1))
    kinds = counted(len(told), "kind of finding", "kinds of finding")
    sentence = f"{title}: {kinds} in {len(sizes)} centres."
    return chart_of("registry-quality", data, sentence, table, size, _draw)


def _sentence(data: _Map) -> str:
    known = [(share, place) for place, share in data.shares.items() if share is not None]
    told = f"{data.title}: {len(data.facts)} facts in {len(data.groups)} groups."
    if not known:
        return told
    share, (fact, group) = max(known)
    return f"{told} Most is missing of {fact} in {group}: {share:.0f} %."


def _draw(figure: Figure, data: _Map) -> None:
    axes = figure.add_subplot()
    named = len(data.groups) <= _NAMED
    for i, fact in enumerate(data.facts):
        for j, group in enumerate(data.groups):
            share = data.shares.get((fact, group))
            words = f"{share or 0:.0f}" if named else ""
            shaded_cell(axes, j, i, None if share is None else share / data.most, words, 7.5)
    wide, high = (max(1, len(names)) for names in (data.groups, data.facts))  # also of nothing
    axes.set(xlim=(-0.5, wide - 0.5), ylim=(high - 0.5, -0.5))
    axes.set_yticks(range(len(data.facts)), data.facts)
    axes.set_xticks(range(len(data.groups)), data.groups, fontsize=7)
    name_sides(axes)
    axes.set_xlabel(data.caption, loc="left", color=SOFT)
    headline(figure, data.title)
