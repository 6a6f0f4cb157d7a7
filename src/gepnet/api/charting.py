"""Pictures from files: one function a kind, and one that writes what was drawn."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, nearest, need

if TYPE_CHECKING:
    from gepnet.charts import Chart

View = dict[str, Any]
#: Every kind of chart that is drawn from a file, and what the file is.
CHART_KINDS = {
    "spider": "CSV of lesions of one patient, or JSON of 'response recist'",
    "waterfall": "CSV of lesions, or JSON of 'response recist'",
    "swimmer": "CSV of lesions or of responses, or JSON of 'response recist --details'",
    "growth": "CSV of lesions of one patient",
    "timeline": "patient file",
    "labs": "laboratory CSV, or patient file",
    "kidney": "patient file",
    "dosimetry": "time-activity CSV",
    "forest": "model of 'response fit'",
    "calibration": "model of 'response fit'",
}
#: Formats by the end of the file's name.
CHART_FORMATS = (".svg", ".png", ".pdf")


@dataclass(frozen=True)
class ChartRequest:
    """What to draw of a file; what a kind has no use for is refused.

    ``patient`` chooses one of several, ``patients`` is the CSV of reference dates and deaths,
    ``events`` that of cycles, deaths and last contacts, ``labs`` more laboratory values.
    """

    patient: str | None = None
    patients: Path | None = None
    events: Path | None = None
    labs: Path | None = None
    at: str | None = None
    cycle: int | None = None
    confirmed: bool = False
    linear: bool = False
    ctcae: str | None = None
    analytes: tuple[str, ...] = ()
    baseline_date: datetime.date | None = None


# What each kind has a use for.
_USES = {
    "spider": ("patient", "patients"),
    "waterfall": ("patients", "confirmed"),
    "swimmer": ("patients", "events", "confirmed"),
    "growth": ("patient", "patients"),
    "timeline": ("at",),
    "labs": ("patient", "events", "ctcae", "analytes", "baseline_date"),
    "kidney": ("at", "labs"),
    "dosimetry": ("patient", "cycle", "linear"),
    "forest": (),
    "calibration": (),
}


def draw_chart(
    base: KnowledgeBase, kind: str, source: Path, request: ChartRequest | None = None
) -> Chart:
    """Return a chart of a file.

    Args:
        base: the knowledge.
        kind: one of ``CHART_KINDS``.
        source: the file to draw.
        request: what to draw of it.

    Raises:
        InputError: for an unknown kind, an option that it has no use for, or a fault of the file.
    """
    asked = request or ChartRequest()
    _check(kind, asked)
    need("matplotlib", "plots")
    makers: dict[str, Callable[[], Chart]] = {
        "spider": lambda: _response().spider_chart(base, source, asked.patient, asked.patients),
        "waterfall": lambda: _response().waterfall_chart(
            base, source, asked.patients, asked.confirmed
        ),
        "swimmer": lambda: _response().swimmer_chart(
            base, source, asked.patients, asked.events, asked.confirmed
        ),
        "growth": lambda: _response().growth_chart(base, source, asked.patient, asked.patients),
        "timeline": lambda: _patient().timeline_chart(base, source, asked.at),
        "labs": lambda: _patient().labs_chart(
            base,
            source,
            asked.patient,
            asked.ctcae or "5",
            asked.analytes,
            asked.events,
            asked.baseline_date,
        ),
        "kidney": lambda: _patient().kidney_chart(base, source, asked.at, asked.labs),
        "dosimetry": lambda: _fits().dosimetry_chart(
            base, source, asked.patient, asked.cycle, not asked.linear
        ),
        "forest": lambda: _fits().forest_chart(source),
        "calibration": lambda: _fits().calibration_chart(source),
    }
    return makers[kind]()


def _check(kind: str, asked: ChartRequest) -> None:
    if kind not in CHART_KINDS:
        expected = f"one of {', '.join(CHART_KINDS)}"
        problem = Problem(
            "command line", None, "", "kind", kind, expected, nearest(kind, CHART_KINDS)
        )
        raise InputError([problem])
    given = [name for name, value in vars(asked).items() if value]
    useless = [name for name in given if name not in _USES[kind]]
    if useless:
        uses = ", ".join(name.replace("_", "-") for name in _USES[kind]) or "no option"
        expected = f"only what '{kind}' has a use for ({uses})"
        raise InputError(
            Problem("command line", None, "", n.replace("_", "-"), str(getattr(asked, n)), expected)
            for n in useless
        )


def _response() -> Any:
    from gepnet.api import chart_response

    return chart_response


def _patient() -> Any:
    from gepnet.api import chart_patient

    return chart_patient


def _fits() -> Any:
    need("numpy", "numbers")
    from gepnet.api import chart_fits

    return chart_fits


def write_chart(chart: Chart, output: Path, dpi: float = 150) -> View:
    """Write a chart as its file's name ends, and return what it is.

    Args:
        chart: what to write.
        output: a file that ends in .svg, .png or .pdf; there in full or not at all.
        dpi: dots an inch of a PNG.

    Raises:
        InputError: for another ending, or if the file cannot be written.
    """
    check_output(output)
    from gepnet.charts import file_of

    content = {
        ".svg": lambda: file_of(chart).encode("utf-8"),
        ".png": lambda: chart.png(dpi),
        ".pdf": chart.pdf,
    }[output.suffix.casefold()]()
    partial = output.with_name(f"{output.name}.{os.getpid()}.tmp")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        expected = f"a file that can be written ({error.strerror})"
        raise InputError([Problem(str(output), None, "", "", "", expected)]) from error
    return {**chart_view(chart), "file": str(output), "bytes": len(content)}


def check_output(output: Path) -> None:
    """Refuse a file whose name does not say what it is to be.

    Raises:
        InputError: naming the endings.
    """
    if output.suffix.casefold() not in CHART_FORMATS:
        expected = f"a file that ends in {', '.join(CHART_FORMATS)}"
        raise InputError([Problem("command line", None, "", "output", str(output), expected)])


def chart_view(chart: Chart) -> View:
    """Return the twins of a chart as plain data: title, sentence, table."""
    rows: Sequence[Sequence[Any]] = chart.table.rows
    return {
        "kind": chart.kind,
        "title": chart.title,
        "sentence": chart.sentence,
        "columns": list(chart.table.columns),
        "rows": [list(row) for row in rows],
    }
