"""A limit in a picture: a dashed line across it and its words at the right edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gepnet.charts.style import SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def limit_line(axes: Axes, value: float, text: str, place: float | None = None) -> None:
    """Draw a limit; its words stand beside ``place`` where they would cover others at the line."""
    axes.axhline(value, color=SOFT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=3)
    axes.annotate(
        text,
        (1, value if place is None else place),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        color=SOFT,
        annotation_clip=False,
    )
