"""What pictures are put together from: marks, words beside them, limits, bands, legends, titles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from gepnet.charts.base import number
from gepnet.charts.style import INK, RESPONSES, SEQUENTIAL, SOFT, on, response_look

#: What one coordinate of a place counts: data, or a share of the axes.
Coordinates = str | tuple[str, str]

#: A height in data at the right edge, a place of data at the top, and a corner of the axes.
EDGE = ("axes fraction", "data")
TOP = ("data", "axes fraction")
CORNER = "axes fraction"
#: The size of words inside of a picture, in points.
SMALL = 9
#: A legend over a picture.
FRAMED: dict[str, Any] = {"frameon": True, "framealpha": 1, "edgecolor": "white"}
_SHADES = LinearSegmentedColormap.from_list("share", SEQUENTIAL)


def beside(
    axes: Axes,
    words: str,
    place: tuple[float, float],
    by: tuple[float, float],
    on: Coordinates = "data",
    ground: tuple[float, float] | None = None,
    **look: Any,
) -> None:
    """Write words beside a place, small, on the side to which they are moved.

    Args:
        axes: where.
        words: what.
        place: in the coordinates ``on``.
        by: how far the words are from the place, in points.
        on: data, EDGE, TOP or CORNER.
        ground: padding (in letters) and opacity of a white ground that keeps words readable.
        look: of the text, as matplotlib calls it.
    """
    if ground is not None:
        padding, opacity = ground
        style = f"square,pad={padding:g}"
        look["bbox"] = {"boxstyle": style, "fc": "white", "ec": "none", "alpha": opacity}
    across, up = by
    look.setdefault("ha", "center" if across == 0 else "left" if across > 0 else "right")
    look.setdefault("va", "center" if up == 0 else "baseline" if up > 0 else "top")
    look.setdefault("fontsize", SMALL)
    axes.annotate(words, place, xycoords=on, xytext=by, textcoords="offset points", **look)


def draw_mark(
    axes: Axes,
    x: float | Sequence[float],
    y: float | Sequence[float],
    marker: str,
    size: float,
    fill: str = "white",
    edge: str = INK,
    **look: Any,
) -> None:
    """Draw a sign, or several, without a line between them."""
    look |= {"markerfacecolor": fill, "markeredgecolor": edge}
    axes.plot(x, y, marker=marker, markersize=size, linestyle="", **look)


def arrow(axes: Axes, start: float, end: float, height: float, **look: Any) -> None:
    """Draw an arrow to the right, beyond the axes too: something goes on."""
    look = {"arrowstyle": "-|>", "color": INK, **look}
    axes.annotate("", (end, height), (start, height), arrowprops=look, annotation_clip=False)


def limit_line(axes: Axes, value: float, text: str, place: float | None = None) -> None:
    """Draw a limit; its words stand beside ``place`` where they would cover others at the line."""
    axes.axhline(value, color=SOFT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=3)
    at = value if place is None else place
    beside(axes, text, (1, at), (4, 0), EDGE, color=SOFT, fontsize=10)


def band(
    axes: Axes,
    curve: Iterable[tuple[float, float, float | None, float | None]],
    colour: str,
    **look: Any,
) -> None:
    """Fill between the ends (third and fourth) of a curve, wherever both are known."""
    inside = [(x, low, high) for x, _, low, high in curve if low is not None and high is not None]
    if inside:
        places, lows, highs = zip(*inside, strict=True)
        axes.fill_between(places, lows, highs, color=colour, linewidth=0, **look)


def name_lanes(axes: Axes, names: Sequence[str], above: float = 0.5, below: float = 0.5) -> None:
    """Name the lanes of a picture from the top, with some room above the first and below the last.

    A lane stands at its place in ``names``; the room is counted in lanes.
    """
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 1 + below, -above)


def shaded_cell(
    axes: Axes, column: int, row: int, share: float | None, words: str, size: float
) -> None:
    """Draw a cell of a map with its words, the deeper the greater a share from 0 to 1.

    Without a share it is hatched, and nothing stands in it.
    """
    corner = (column - 0.5, row - 0.5)
    if share is None:
        hole = Rectangle(corner, 1, 1, facecolor="white", linewidth=0)
        hole.set(hatch="////", edgecolor="#c4ccd4")
        axes.add_patch(hole)
        return
    colour = to_hex(_SHADES(share))
    axes.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor="white"))
    axes.text(column, row, words, ha="center", va="center", fontsize=size, color=on(colour))


def name_sides(axes: Axes) -> None:
    """Let the names of a map stand beside it without an axis, those below upright."""
    axes.tick_params(axis="x", rotation=90, length=0)
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def plain_numbers(axis: Any, subs: Sequence[float] = (1.0, 2.0, 5.0)) -> None:
    """Print the ticks of a logarithmic axis as numbers, at ``subs`` of each decade."""
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def headline(figure: Figure, text: str, size: float = 11) -> None:
    """Write the title above all panels."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=size, fontweight="bold")


def in_order(responses: Iterable[str]) -> list[str]:
    """Return each response once: the categories from best to worst, then what is none by name."""
    names = set(responses)
    return [n for n in RESPONSES if n in names] + sorted(names - RESPONSES.keys())


def response_fill(response: str) -> dict[str, Any]:
    """Return how a bar or a patch of a response is filled."""
    look = response_look(response)
    return {"facecolor": look.fill, "hatch": look.hatch or None, "edgecolor": INK}


def response_patches(words: dict[str, str]) -> list[Patch]:
    """Return the patches of a legend that says ``words`` of each response."""
    return [Patch(**response_fill(name), label=text) for name, text in words.items()]
