"""Treatments beside the documents of their time: a bar for each group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, made_up
from gepnet.charts.drawing import headline
from gepnet.charts.style import SOFT, on

if TYPE_CHECKING:
    from gepnet.registry.audit import Audit

#: Colour and hatch of each class: they differ in grey as well.
LOOKS = {
    "supported": ("#053061", ""),
    "option": ("#2b83ba", ""),
    "undecidable": ("#e0c068", "...."),
    "trial_only": ("#bfd3e0", ""),
    "against": ("#b5490f", "////"),
    "outside": ("#eef1f4", "xxxx"),
}


@dataclass(frozen=True)
class _Bars:
    title: str
    names: tuple[str, ...]
    parts: tuple[dict[str, float | None], ...]


def audit_chart(found: Audit) -> Chart:
    """Return the bars of an audit by group."""
    title = f"{found.treatments} treatments by the documents of their time{made_up(found)}"
    names = tuple(f"{found.by} {g.group} ({g.treatments or '<5'})" for g in found.groups)
    data = _Bars(title, names, tuple(g.percents for g in found.groups))
    rows = tuple(
        (g.group, g.treatments, kind, g.counts[kind], g.percents[kind])
        for g in found.groups
        for kind in g.counts
    )
    table = TableTwin((found.by, "treatments", "class", "count", "percent"), rows)
    size = (7.6, 1.8 + 0.36 * len(names))
    return chart_of("registry-audit", data, _sentence(found, title), table, size, _draw)


def _sentence(found: Audit, title: str) -> str:
    told = [
        f"{found.by} {g.group}: {g.percents['supported']:.0f} % supported"
        for g in found.groups[:4]
        if g.percents["supported"] is not None
    ]
    return f"{title}. {'; '.join(told)}." if told else f"{title}."


def _draw(figure: Figure, data: _Bars) -> None:
    axes = figure.add_subplot()
    for row, parts in enumerate(data.parts):
        left = 0.0
        for kind, (colour, hatch) in LOOKS.items():
            share = parts.get(kind)
            if not share:
                continue
            axes.barh(
                row, share, left=left, height=0.72, color=colour, hatch=hatch,
                edgecolor="white", linewidth=0.6,
            )  # fmt: skip
            if share >= 6 and not hatch:
                at = left + share / 2
                axes.text(at, row, f"{share:.0f}", ha="center", va="center", fontsize=8,
                          color=on(colour))  # fmt: skip
            left += share
        if None in parts.values():  # some classes have too few, and others go with them
            axes.barh(row, 100 - left, left=left, height=0.72, color="white", edgecolor=SOFT,
                      linewidth=0.6, linestyle=":")  # fmt: skip
    for kind, (colour, hatch) in LOOKS.items():
        axes.bar(0, 0, color=colour, hatch=hatch, label=kind.replace("_", " "), edgecolor="#8899a6")
    axes.set_yticks(range(len(data.names)), data.names)
    axes.set(xlim=(0, 100), ylim=(len(data.names) - 0.4, -0.6))
    words = "per cent of treatments; dotted: classes with too few to be told apart"
    axes.set_xlabel(words, loc="left", color=SOFT)
    axes.legend(ncols=6, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, fontsize=8,
                handlelength=1.2, columnspacing=1.0)  # fmt: skip
    headline(figure, data.title)
