"""Printing: tables for people, JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from string import Formatter
from typing import Any


def figure(value: float | str) -> str:
    """Return a number as few digits as it has; a text, such as ``<5``, as it is."""
    return value if isinstance(value, str) else f"{value:.12g}"


def with_ends(item: dict[str, Any], value: str = "value", before: str = "") -> str:
    """Return a number with its interval, if it has one."""
    low, high = item[f"{before}low"], item[f"{before}high"]
    told = f"{item[value]:g}"
    return told if low is None else f"{told} ({low:g} to {high:g})"


def bounds(item: dict[str, Any]) -> str:
    """Return the ends of an interval; one that the data do not bound was not found."""
    return " to ".join(
        "not found" if item[e] is None else f"{item[e]:.2f}" for e in ("low", "high")
    )


def safe(text: object) -> str:
    """Return ``text`` with its square brackets as they are: data is never markup."""
    from rich.markup import escape

    return escape(str(text))


def say(text: object, style: str | None = None) -> None:
    """Print a text as it is, its lines broken at the width of the screen."""
    show(safe(text), style)


def show(text: Any, style: str | None = None) -> None:
    """Print a text with rich's marks of style, or what else rich can print."""
    from rich.console import Console

    Console(highlight=False).print(text, style=style)


def listing(
    title: str,
    items: Iterable[Any],
    *columns: str | tuple[str, Callable[[Any], object]],
    whole: Collection[str] = (),
    faint: Callable[[Any], object] | None = None,
) -> None:
    """Print a table of one row an item.

    Args:
        title: above the table.
        items: dicts of plain data.
        columns: each a heading with what stands below it. ``term`` is the key of that name,
            ``day: date`` another key, ``value: {value:g} {unit}`` a text with several (see
            ``_Texts``); behind `` | `` stands what to print where something is unknown, by default
            nothing. A heading with a function of the item is for anything else.
        whole: headings of columns whose words are not broken.
        faint: which items are greyed, such as figures that are not used.
    """
    items = list(items)
    parted = [_column(one) if isinstance(one, str) else one for one in columns]
    rows = [[cell(item) for _, cell in parted] for item in items]
    greyed = [faint is not None and bool(faint(item)) for item in items]
    table(title, [heading for heading, _ in parted], rows, whole, greyed)


def _column(told: str) -> tuple[str, Callable[[Any], object]]:
    heading, _, cell = told.partition(": ")
    shown, _, unknown = (cell or heading).partition(" | ")

    def text(item: dict[str, Any]) -> object:
        try:
            found = _Texts().vformat(shown, (), item) if "{" in shown else item[shown]
        except _Unknown:
            return unknown
        return unknown if found is None or found == "" else found

    return heading, text


class _Unknown(Exception):
    """Something that a text needs is not known."""


class _Texts(Formatter):
    """Fills keys into texts: ``{names:; }`` joins a list, ``{state!w}`` is without underscores."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion != "w":
            return super().convert_field(value, conversion)
        return None if value is None else value.replace("_", " ")

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            raise _Unknown
        if isinstance(value, list):
            return format_spec.join(value)
        return str(super().format_field(value, format_spec))


def table(
    title: str,
    columns: list[str],
    rows: list[list[Any]],
    whole: Collection[str] = (),
    greyed: Sequence[bool] = (),
) -> None:
    """Print a table as wide as the screen, its words whole wherever they fit.

    Dates, numbers and plain words are never broken over two lines while longer text can give way;
    a long name breaks after a hyphen, an underscore or a slash, but never in the columns ``whole``.
    """
    from rich.console import Console
    from rich.table import Table

    console = Console()
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    # Where not all fits, empty columns go; where words do not, the spaces beside the rules do.
    if cells and sum(_wanted(columns, cells)) > console.width - 3 * len(columns) - 1:
        kept = [i for i in range(len(columns)) if any(row[i] for row in cells)]
        columns = [columns[i] for i in kept]
        cells = [[row[i] for i in kept] for row in cells]
    for padding in (1, 0):
        room = console.width - (1 + 2 * padding) * len(columns) - 1
        widths = _widths(columns, cells, room, whole)
        if widths is not None:
            break
    shown = Table(title=safe(title), title_justify="left", header_style="bold")
    shown.padding = (0, padding) if widths else (0, 1)
    for place, column in enumerate(columns):
        width = None if widths is None else widths[place]
        shown.add_column(column, overflow="fold", width=width, no_wrap=column in whole)
    for row, grey in zip(cells, greyed or [False] * len(cells), strict=True):
        if widths is not None:
            row = [_broken(cell, width) for cell, width in zip(row, widths, strict=True)]
        shown.add_row(*map(safe, row), style="dim" if grey else None)
    console.print(shown)


#: What is broken only in an emergency: a date with its time, or what ends in a joint.
_WHOLE = re.compile(
    r"\(?\d{4}-\d\d-\d\d(?:T[\d:.+Z-]+)?[,;:.)]*(?=\s|$)|[^\s\-_/]*[\-_/]+|[^\s\-_/]+"
)
_LONGEST_WHOLE = 16


def _pieces(text: str) -> list[str]:
    return _WHOLE.findall(text)


def _wanted(columns: list[str], rows: list[list[str]]) -> list[int]:
    """Return the width of each column on a screen without an edge."""
    from rich.cells import cell_len

    texts = ([name, *(row[i] for row in rows)] for i, name in enumerate(columns))
    return [max(cell_len(line) for text in own for line in text.split("\n")) for own in texts]


def _widths(
    columns: list[str], rows: list[list[str]], room: int, whole: Collection[str]
) -> list[int] | None:
    """Return the widths of columns that share ``room``; None if whole words do not fit."""
    from rich.cells import cell_len

    wanted, least = _wanted(columns, rows), []
    for place, name in enumerate(columns):
        texts = [name, *(row[place] for row in rows)]
        longest = max((cell_len(word) for text in texts for word in _pieces(text)), default=1)
        least.append(wanted[place] if name in whole else max(1, min(longest, _LONGEST_WHOLE)))
    if sum(wanted) <= room:
        return wanted
    if sum(least) > room:
        return None
    # Columns that need little get it; the rest is shared by what they still want.
    widths = list(least)
    spare = room - sum(widths)
    while spare > 0:
        open_ = [i for i, width in enumerate(widths) if width < wanted[i]]
        narrowest = min(open_, key=lambda i: (widths[i], i))
        widths[narrowest] += 1
        spare -= 1
    return widths


def _broken(text: str, width: int) -> str:
    """Break the words that are longer than a column after a joint."""
    from rich.cells import cell_len

    def parts(word: str) -> str:
        if cell_len(word) <= width:
            return word
        lines = [""]
        for piece in _pieces(word):
            if lines[-1] and cell_len(lines[-1]) + cell_len(piece) > width:
                lines.append("")
            lines[-1] += piece
        return "\n".join(lines)

    return re.sub(r"\S+", lambda match: parts(match.group()), text)


def print_accepted(accepted: Sequence[Mapping[str, Any]]) -> None:
    """Print the values outside their plausible range that somebody stands by."""
    for one in accepted:
        who = f"accepted by {one['accepted_by']}: {one['reason']}"
        show(f"[yellow]{safe(one['quantity'])} {safe(one['value'])}[/] {safe(who)}")
