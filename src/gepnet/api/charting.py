"""Pictures from files: each kind is declared once; the chart's own module draws a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Nothing else is loaded before a chart is drawn: the command line asks which kinds there are.
if TYPE_CHECKING:
    from gepnet.charts import Chart
    from gepnet.charts.sources import ChartRequest
    from gepnet.guidelines import KnowledgeBase


@dataclass(frozen=True)
class ChartKind:
    """What the file of a chart is, and which fields of a request the kind has a use for.

    ``from_file`` of the module of ``gepnet.charts`` that is named as the kind draws it.
    """

    file: str
    uses: tuple[str, ...] = ()


_LESIONS = "CSV of lesions"
#: Every kind of chart that is drawn from a file.
CHART_KINDS = {
    "spider": ChartKind(
        f"{_LESIONS} of one patient, or JSON of 'response recist'",
        ("patient", "patients", "accept"),
    ),
    "waterfall": ChartKind(
        f"{_LESIONS}, or JSON of 'response recist'", ("patients", "confirmed", "accept")
    ),
    "swimmer": ChartKind(
        f"{_LESIONS} or of responses, or JSON of 'response recist --details'",
        ("patients", "events", "confirmed", "accept"),
    ),
    "growth": ChartKind(f"{_LESIONS} of one patient", ("patient", "patients", "accept")),
    "timeline": ChartKind("patient file", ("at",)),
    "labs": ChartKind(
        "laboratory CSV, or patient file",
        ("patient", "events", "ctcae", "analytes", "baseline_date", "accept"),
    ),
    "kidney": ChartKind("patient file", ("at", "labs", "accept")),
    "dosimetry": ChartKind("time-activity CSV", ("patient", "cycle", "linear", "accept")),
    "forest": ChartKind("model of 'response fit'"),
    "calibration": ChartKind("model of 'response fit'"),
}
#: Formats by the end of the file's name.
CHART_FORMATS = (".svg", ".png", ".pdf")


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
    from gepnet.charts.sources import ChartRequest
    from gepnet.knowledge import InputError, asked, need, refuse
    from gepnet.vocabulary import Accepting

    chosen = request or ChartRequest()
    if kind not in CHART_KINDS:
        raise refuse("kind", kind, f"one of {', '.join(CHART_KINDS)}", CHART_KINDS)
    uses = CHART_KINDS[kind].uses
    names = ", ".join(uses).replace("_", "-") or "no option"
    expected = f"only what '{kind}' has a use for ({names})"
    useless = [
        asked(name.replace("_", "-"), value, expected)
        for name, value in vars(chosen).items()
        if value and name not in uses
    ]
    if useless:
        raise InputError(useless)
    need("matplotlib")
    accepting = Accepting.of(chosen.accept)
    asked_so = replace(chosen, accept=accepting)
    drawn: Chart = import_module(f"gepnet.charts.{kind}").from_file(base, source, asked_so)
    accepting.refuse_unused()
    said = "; ".join(map(str, accepting.used))
    return replace(drawn, sentence=f"{drawn.sentence} Accepted: {said}.") if said else drawn


def write_chart(chart: Chart, output: Path, dpi: float = 150) -> dict[str, Any]:
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
    from gepnet.knowledge import write_atomically

    content = {
        ".svg": lambda: file_of(chart).encode("utf-8"),
        ".png": lambda: chart.png(dpi),
        ".pdf": chart.pdf,
    }[output.suffix.casefold()]()
    write_atomically(output, content)
    return {**chart_view(chart), "file": str(output), "bytes": len(content)}


def check_output(output: Path | None) -> None:
    """Refuse a file whose name does not say what it is to be.

    Raises:
        InputError: naming the endings.
    """
    from gepnet.tables import check_ending

    check_ending(output, *CHART_FORMATS)


def chart_view(chart: Chart) -> dict[str, Any]:
    """Return the twins of a chart as plain data: title, sentence, table."""
    from gepnet.tables import taken

    return {**taken(chart, "kind title sentence"), **taken(chart.table, "columns rows")}
