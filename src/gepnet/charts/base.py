"""A picture with its twins: the table of what is drawn, and a sentence that says what it shows.

A chart is drawn when it is asked for and the same data give the same bytes: no date, no random
name, no state of another picture. SVG keeps text as text and carries title and description.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from xml.sax.saxutils import escape

from gepnet.charts.style import FONT, FONT_STACK, RC
from gepnet.tables import as_csv
from gepnet.vocabulary import DAYS_PER_MONTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What a cell of a table twin may hold.
Cell = str | int | float | bool | None

_LOCK = threading.Lock()  # the settings of matplotlib belong to the whole process
_ID = re.compile(r'\bid="([^"]+)"')
_USE = re.compile(r'(xlink:href="#|href="#|url\(#)')
_HEAD = re.compile(r"<svg [^>]*>", re.S)
_PREAMBLE = re.compile(r"\A.*?(?=<svg )", re.S)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.S)


@dataclass(frozen=True)
class TableTwin:
    """What a picture shows, as columns and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        """Refuse a row that is not as long as the header.

        Raises:
            ValueError: if a row is longer or shorter.
        """
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{len(self.columns)} columns, but a row of {len(row)}: {row}")

    def as_csv(self) -> str:
        """Return the table as CSV, an empty cell for what is unknown."""
        return as_csv(self.columns, self.rows)

    def records(self) -> list[dict[str, Cell]]:
        """Return one mapping a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Chart:
    """A picture that can be drawn as SVG, PNG or PDF, with its table and its sentence.

    ``draw`` receives an empty matplotlib figure of ``width_in`` x ``height_in`` inches.
    """

    kind: str
    title: str
    sentence: str
    table: TableTwin
    width_in: float
    height_in: float
    draw: Callable[[Figure], None] = field(repr=False, compare=False)

    def svg(self) -> str:
        """Return the picture as an ``<svg>`` element that can be put into a page as it is.

        It has role ``img``, a title and a description; its ids are its own, so that several
        pictures can stand on one page. Without an XML declaration.
        """
        stream = io.BytesIO()
        self._save(stream, "svg", metadata={"Date": None, "Creator": None})
        return self._accessible(stream.getvalue().decode("utf-8"))

    def png(self, dpi: float = 150) -> bytes:
        """Return the picture as PNG with ``dpi`` dots an inch; its sentence is in the metadata."""
        stream = io.BytesIO()
        about = {"Software": None, "Title": self.title, "Description": self.sentence}
        self._save(stream, "png", dpi=dpi, metadata=about)
        return stream.getvalue()

    def pdf(self) -> bytes:
        """Return the picture as one PDF page with text as text."""
        stream = io.BytesIO()
        about = {
            "CreationDate": None,
            "Creator": None,
            "Producer": None,
            "Title": self.title,
            "Subject": self.sentence,
        }
        self._save(stream, "pdf", metadata=about)
        return stream.getvalue()

    @property
    def id(self) -> str:
        """A name that is the same for the same picture and that no other picture has."""
        content = [self.kind, self.title, self.sentence, self.table.columns, self.table.rows]
        text = json.dumps(content, ensure_ascii=False, default=str)
        return f"{self.kind}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"

    def _save(self, stream: io.BytesIO, kind: str, **options: Any) -> None:
        import matplotlib
        from matplotlib.backends import backend_agg, backend_pdf, backend_svg
        from matplotlib.figure import Figure

        canvas = {
            "png": backend_agg.FigureCanvasAgg,
            "pdf": backend_pdf.FigureCanvasPdf,
            "svg": backend_svg.FigureCanvasSVG,
        }[kind]
        with _LOCK, matplotlib.rc_context():
            matplotlib.rcdefaults()
            settings: Any = {**RC, "svg.hashsalt": f"gepnet {self.kind}"}
            matplotlib.rcParams.update(settings)
            figure = Figure(figsize=(self.width_in, self.height_in), layout="constrained")
            canvas(figure)
            self.draw(figure)
            figure.savefig(stream, format=kind, **options)

    def _accessible(self, text: str) -> str:
        name = self.id
        text = _METADATA.sub("", _PREAMBLE.sub("", text))
        text = _ID.sub(lambda m: f'id="{name}-{m[1]}"', text)
        text = _USE.sub(lambda m: f"{m[1]}{name}-", text)
        text = text.replace(f"'{FONT}'", FONT_STACK).replace(">*{", f">#{name} *{{")
        said = (
            f'<title id="{name}-title">{escape(self.title)}</title>\n'
            f'<desc id="{name}-desc">{escape(self.sentence)}</desc>'
        )

        def head(match: re.Match[str]) -> str:
            tag = re.sub(r'\s(?:width|height)="[^"]*"', "", match[0][:-1])
            points = f'width="{self.width_in * 96:.0f}" height="{self.height_in * 96:.0f}"'
            labels = f'aria-labelledby="{name}-title" aria-describedby="{name}-desc"'
            return f'{tag} {points} id="{name}" role="img" {labels}>\n{said}'

        return _HEAD.sub(head, text, count=1).rstrip() + "\n"


class Titled(Protocol):
    """What a picture shows, with its title."""

    @property
    def title(self) -> str:
        """What it is and of whom."""


Shown = TypeVar("Shown", bound=Titled)


def chart_of(
    kind: str,
    data: Shown,
    sentence: str,
    table: TableTwin,
    size_in: tuple[float, float],
    draw: Callable[[Figure, Shown], None],
) -> Chart:
    """Return what ``draw`` makes of data, under their title; ``size_in`` is width and height."""
    return Chart(kind, data.title, sentence, table, *size_in, lambda figure: draw(figure, data))


def file_of(chart: Chart) -> str:
    """Return the picture as an SVG file of its own, with its XML declaration."""
    return f'<?xml version="1.0" encoding="utf-8" standalone="no"?>\n{chart.svg()}'


def made_up(found: Any) -> str:
    """Return what follows the title of a registry that was made up."""
    return " (made up, for no finding)" if found.synthetic else ""


def months_between(start: datetime.date, end: datetime.date) -> float:
    """Return the mean months from one day to another."""
    return (end - start).days / float(DAYS_PER_MONTH)


def joined(parts: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(count: int, word: str, plural: str | None = None) -> str:
    """Return ``1 patient`` or ``2 patients``."""
    return f"{count} {word if count == 1 else plural or word + 's'}"


_MOST_DIGITS = 3


def signed(value: float, digits: int = 0, limits: Iterable[float] = ()) -> str:
    """Return a change with its sign, a minus as long as a plus; nought has none.

    With ``limits``, as many digits as it takes not to print a limit that the value only comes near.
    """
    near = {limit for limit in limits if limit != value}
    while round(value, digits) in near and digits < _MOST_DIGITS:
        digits += 1
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def number(value: float) -> str:
    """Return a number as short as it can be read back to three places."""
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-", "\N{MINUS SIGN}")


def spread(wanted: Iterable[float], least_gap: float, low: float, high: float) -> list[float]:
    """Return places near ``wanted`` that are ``least_gap`` apart and between ``low`` and ``high``.

    The places come in the order of ``wanted``: labels at the ends of lines stay readable where the
    lines end close to each other. If there is no room for all, the gap shrinks.
    """
    given = list(wanted)
    if not given:
        return []
    gap = min(least_gap, (high - low) / max(len(given) - 1, 1))
    order = sorted(range(len(given)), key=lambda place: (given[place], place))
    found = [min(max(given[place], low), high) for place in order]
    for index in range(1, len(found)):
        found[index] = max(found[index], found[index - 1] + gap)
    found[-1] = min(found[-1], high)
    for index in reversed(range(len(found) - 1)):
        found[index] = min(found[index], found[index + 1] - gap)
    result = [0.0] * len(given)
    for place, value in zip(order, found, strict=True):
        result[place] = value
    return result
