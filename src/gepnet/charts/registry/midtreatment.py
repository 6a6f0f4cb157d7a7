"""Courses by their response in the middle: what each of these came to by the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, made_up
from gepnet.charts.drawing import beside, headline, response_fill, response_patches
from gepnet.charts.style import INK, SOFT

if TYPE_CHECKING:
    from gepnet.registry.midtreatment import MidTreatments

_WIDE = 7  # per cent of a bar from which on its number stands in it


def mid_treatment_chart(found: MidTreatments) -> Chart:
    """Return a bar for each response in the middle, parted by that at the end."""
    rows = tuple(
        (row.middle, row.courses, end, count)
        for row in found.rows
        for end, count in row.end.items()
    )
    table = TableTwin(("in the middle", "courses", "at the end", "count"), rows)
    size = (7.8, 1.9 + 0.62 * len(found.rows))
    return chart_of("registry-mid-treatment", found, _sentence(found), table, size, _draw)


def _title(found: MidTreatments) -> str:
    return f"Response after cycle 2, and at the end of the course{made_up(found)}"


def _sentence(found: MidTreatments) -> str:
    told = [
        f"{row.middle} in the middle: {row.better_percent:g} % reached a better category"
        for row in found.rows
        if row.better_percent is not None and row.better
    ]
    return f"{_title(found)}. {'; '.join(told)}." if told else f"{_title(found)}."


def _draw(figure: Figure, found: MidTreatments) -> None:
    axes = figure.add_subplot()
    names = []
    for place, row in enumerate(found.rows):
        names.append(f"{row.middle} ({'<5' if row.courses is None else row.courses})")
        known = sum(count for count in row.end.values() if count is not None)
        whole = row.courses or 1
        left = 0.0
        for end, count in row.end.items():
            if not count:
                continue
            share = 100 * count / whole
            axes.barh(place, share, left=left, height=0.66, linewidth=0.8, **response_fill(end))
            if share >= _WIDE:
                middle = (left + share / 2, place)
                beside(axes, f"{end} {share:.0f}", middle, (0, 0), ground=(0.15, 1), color=INK)
            left += share
        if known < whole or row.courses is None:
            axes.barh(place, 100 - left, left=left, height=0.66, facecolor="white",
                      edgecolor=SOFT, hatch="////", linewidth=0.5)  # fmt: skip
            if row.better_percent and 100 - left >= _WIDE:
                words = f"better {row.better_percent:.0f}"
                beside(axes, words, ((left + 100) / 2, place), (0, 0), ground=(0.15, 1), color=INK)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlim=(0, 100), ylim=(len(names) - 0.5, -0.5))
    axes.set_ylabel("after cycle 2 (courses)", color=SOFT)
    axes.set_xlabel("per cent by the response at the end; hatched: too few to say", loc="left",
                    color=SOFT)  # fmt: skip
    ends = list(dict.fromkeys(end for row in found.rows for end, n in row.end.items() if n))
    patches = response_patches({end: f"{end} at the end" for end in ends})
    figure.legend(handles=patches, loc="outside right upper")
    headline(figure, _title(found).replace(" (made up", "\n(made up"))
