"""One look for every picture: colours, markers, hatches and line styles that also read in grey.

Colour never carries a meaning alone. The categories of response differ in luminance and in hatch;
lines differ in luminance, marker and dash. The hues are those of Okabe and Ito (Color Universal
Design, 2008, https://jfly.uni-koeln.de/color/), which readers with a colour vision deficiency tell
apart, darkened or lightened where two would print as the same grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INK = "#1b2530"
SOFT = "#5a6875"
GRID = "#d5dce3"
PAPER = "#ffffff"
ALARM = "#8f1d1d"
REFERENCE = "#0b5394"


@dataclass(frozen=True, slots=True)
class Look:
    """How one category is drawn: fill, hatch, marker and the word of the legend."""

    fill: str
    hatch: str
    marker: str
    word: str


#: Response categories (RECIST 1.1), darkest first but for progression, which carries the hatch.
RESPONSES: dict[str, Look] = {
    "CR": Look("#053061", "", "*", "complete response"),
    "PR": Look("#2b83ba", "", "D", "partial response"),
    "SD": Look("#bfd3e0", "", "s", "stable disease"),
    "non-CR/non-PD": Look("#dfe6ec", "....", "s", "neither response nor progression"),
    "PD": Look("#e58b4d", "////", "X", "progression"),
    "NE": Look("#ffffff", "xxxx", "o", "not evaluable"),
    "NED": Look("#f2f2f2", "oo", "P", "no evidence of disease"),
}
OTHER = Look("#ffffff", "--", "o", "other")


@dataclass(frozen=True, slots=True)
class LineLook:
    """How one line of several is drawn."""

    colour: str
    marker: str
    dash: str | tuple[int, tuple[float, ...]]


#: Lines in the order in which they are given out.
LINES: tuple[LineLook, ...] = (
    LineLook("#0b3c5d", "o", "-"),
    LineLook("#b5490f", "s", (0, (5, 1.5))),
    LineLook("#1c8a6b", "^", (0, (1.2, 1.2))),
    LineLook("#7a3b7e", "D", (0, (6, 1.5, 1.2, 1.5))),
    LineLook("#6b6b00", "v", (0, (3, 1, 1, 1, 1, 1))),
    LineLook("#3f7fc4", "P", (0, (8, 2))),
    LineLook("#8a5a2b", "X", (0, (2, 2))),
    LineLook("#444f59", "p", (0, (4, 1, 1, 1))),
)

#: CTCAE grades: light to dark; the number is printed in the band as well.
GRADES: dict[int, str] = {1: "#fdf0d5", 2: "#fbd9a6", 3: "#f0a768", 4: "#cf6a3a", 5: "#7a2f17"}

#: One hue from light to dark: it stays ordered in grey.
SEQUENTIAL = ("#f3f7fb", "#d0e1f0", "#9fc3e0", "#63a0cc", "#2f75ad", "#124c80", "#062a4f")

#: Positions of a document: fill, sign printed in the cell and its colour, word of the legend.
POSITIONS: dict[str, tuple[str, str, str, str]] = {
    "recommended": ("#12633a", "●", "#ffffff", "recommended"),
    "option": ("#bfe3ce", "○", INK, "option"),
    "trial_only": ("#dcd0f0", "◇", INK, "trial only"),
    "against": ("#8f1d1d", "✕", "#ffffff", "against"),
    "conflicting": ("#ffd98a", "⇄", INK, "conflict within"),
    "in_favour": ("#d9efe2", "◉", INK, "for, strength open"),
    "text_open": ("#fbf2d9", "◐", INK, "text open"),
    "fact_missing": ("#ffffff", "?", "#6f4e00", "fact missing"),
    "lesser": ("#e7e9eb", "<", INK, "lesser of two"),
    "silent": ("#ffffff", "\N{EN DASH}", SOFT, "hole: read, no position"),
    "no_position": ("#ffffff", "…", SOFT, "no position in what was read"),
    "not_read": ("#ffffff", "·", SOFT, "not read"),
    "out_of_scope": ("#e9edf0", "", SOFT, "out of scope"),
    "quiet_either_way": ("#e9edf0", "∅", SOFT, "nothing either way"),
}

#: Holes are hatched, so that nobody takes an empty cell for one that was not looked at.
HOLE_HATCH = "///"

FONT = "DejaVu Sans"
#: Written into SVG: Verdana is as wide as the face that the layout was measured with.
FONT_STACK = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', 'Segoe UI', sans-serif"

RC: dict[str, Any] = {
    "font.family": [FONT],
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 10.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "axes.formatter.use_locale": False,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "text.usetex": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 6.0,
    "hatch.linewidth": 0.7,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.image_inline": True,
    "pdf.fonttype": 42,
    "path.simplify": False,
}


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, from 0 (black) to 1 (white).

    As defined by WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance).
    """
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def on(colour: str) -> str:
    """Return the ink that is read better on a ground."""
    return INK if contrast(INK, colour) >= contrast(PAPER, colour) else PAPER


def response_look(response: str) -> Look:
    """Return how a response is drawn; what is no response category is drawn as other."""
    return RESPONSES.get(response, OTHER)


def line_look(index: int) -> LineLook:
    """Return how the line of a place is drawn; after the last the looks begin again."""
    return LINES[index % len(LINES)]
