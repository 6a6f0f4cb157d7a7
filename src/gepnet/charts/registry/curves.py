"""Survival curves of a registry with the numbers at risk below them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, made_up
from gepnet.charts.drawing import headline
from gepnet.charts.style import LINES, SOFT

if TYPE_CHECKING:
    from gepnet.registry.survival import Curve, Survival

_WORDS = {
    "pfs": "without progression or death",
    "os": "alive",
    "progression": "without progression, death competing",
}


def curves_chart(found: Survival) -> Chart:
    """Return the curves of every group."""
    title = f"{found.treatments} treatments: {_WORDS[found.endpoint]}{made_up(found)}"
    rows = tuple(
        (c.group, p.months, p.share, p.low, p.high) for c in found.curves for p in c.points
    )
    table = TableTwin(("group", "months", "share", "low", "high"), rows)
    size = (7.4, 4.2 + 0.24 * len(found.curves))
    draw = partial(_draw, found=found, title=title)
    return Chart("registry-survival", title, _sentence(found, title), table, *size, draw)


def _sentence(found: Survival, title: str) -> str:
    told = [
        f"{c.group}: median {c.median_months:.1f} months"
        for c in found.curves
        if c.median_months is not None
    ]
    return f"{title}. {'; '.join(told) or 'No median is reached'}."


def _draw(figure: Figure, found: Survival, title: str) -> None:
    rows = len(found.curves)
    axes, below = figure.subplots(2, 1, height_ratios=[3.4, 0.24 * rows + 0.2], sharex=True)
    for curve, look in zip(found.curves, LINES * (1 + rows // len(LINES)), strict=False):
        months, share, low, high = _steps(curve)
        axes.step(months, share, where="post", color=look.colour, linestyle=look.dash,
                  label=curve.group)  # fmt: skip
        axes.fill_between(months, low, high, step="post", color=look.colour, alpha=0.1, linewidth=0)
    last = found.grid_months[-1]
    axes.set(xlim=(0, last), ylim=(0, 1.01), ylabel="share")
    axes.set_xticks(found.grid_months)
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    below.set(ylim=(rows - 0.5, -0.5))
    below.set_yticks(range(rows), [curve.group for curve in found.curves], fontsize=8)
    for row, curve in enumerate(found.curves):
        for month, count in zip(found.grid_months, curve.at_risk, strict=True):
            text = "<5" if count is None else str(count)
            below.text(month, row, text, ha="center", va="center", fontsize=8)
    for side in ("left", "bottom"):
        below.spines[side].set_visible(False)
    below.tick_params(length=0, labelbottom=False)
    below.tick_params(axis="y", pad=18)
    below.set_xlabel("months from the start of the treatment; numbers: at risk", color=SOFT)
    axes.tick_params(labelbottom=True)
    headline(figure, title)


def _steps(curve: Curve) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    months = [0.0, *(p.months for p in curve.points)]
    lines = [[1.0, *(getattr(p, name) for p in curve.points)] for name in ("share", "low", "high")]
    share, low, high = (np.array(line) for line in lines)
    return np.array(months), share, low, high
