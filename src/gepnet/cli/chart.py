"""``gepnet chart``: a picture of a file, with its table and a sentence that says what it shows."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, DrawnQuestion, Result, command, opened
from gepnet.cli.output import table

_PATIENT_FILES = (".yaml", ".yml", ".json")
KINDS = f"What to draw: {', '.join(api.CHART_KINDS)}."


@command
def chart(
    kind: Annotated[str, KINDS],
    source: Annotated[Path, typer.Argument(help="The file to draw.", metavar="INPUT")],
    question: DrawnQuestion,
    output: Annotated[Path | None, "File to write: .svg, .png or .pdf."] = None,
    patient: Annotated[str | None, "One patient of a file of several."] = None,
    patients: Annotated[Path | None, "CSV of reference dates, baselines, deaths."] = None,
    events: Annotated[
        Path | None, "CSV patient_id,date,event with cycle, death or last_contact."
    ] = None,
    labs: Annotated[Path | None, "Kidney: more values, as a laboratory CSV."] = None,
    cycle: Annotated[
        int | None, typer.Option(min=1, help="Dosimetry: one cycle of several.")
    ] = None,
    confirmed: Annotated[bool, "Best response: only if confirmed."] = False,
    linear: Annotated[bool, "Dosimetry: a linear axis of activity."] = False,
    ctcae: Annotated[str | None, "Laboratory bands: edition 5 (default) or 6."] = None,
    analyte: Annotated[list[str] | None, "Laboratory: only this; may be repeated."] = None,
    baseline_date: Annotated[
        datetime.date | None, "Laboratory: the latest sample up to this day is the baseline."
    ] = None,
    accept: Accept = None,
    dpi: Annotated[float, typer.Option(min=30, max=1200, help="Dots an inch of a PNG.")] = 150,
    twin: Annotated[
        bool, typer.Option("--table", help="Print the numbers of the picture as well.")
    ] = False,
) -> Result:
    """Draw one chart of a file, as SVG, PNG or PDF, and say in a sentence what it shows.

    Spider, waterfall, swimmer: lesions or responses as for 'gepnet response recist', or its JSON.
    Growth: lesions. Timeline, kidney: a patient file. Labs: a laboratory CSV or a patient file.
    Dosimetry: a time-activity CSV. Forest, calibration: a model that 'gepnet response fit' wrote.
    Without -o only the sentence and, with --table, the numbers are printed.
    """
    api.check_output(output)
    request = api.ChartRequest(
        patient=patient,
        patients=patients,
        events=events,
        labs=labs,
        at=question.at,
        cycle=cycle,
        confirmed=confirmed,
        linear=linear,
        ctcae=ctcae,
        analytes=tuple(analyte or ()),
        baseline_date=baseline_date,
        accept=tuple(accept or ()),
    )
    of_patient = kind in api.CHART_KINDS and "patient file" in api.CHART_KINDS[kind].file
    base = api.base(*question.with_files)
    if of_patient and source.suffix in _PATIENT_FILES:
        opened(source, question, every_day="at" not in api.CHART_KINDS[kind].uses)
    drawn = api.draw_chart(base, kind, source, request)
    view = api.chart_view(drawn) if output is None else api.write_chart(drawn, output, dpi)

    def show(data: dict[str, Any]) -> None:
        typer.echo(data["sentence"])
        if twin:
            table(data["title"], data["columns"], data["rows"])
        if output is not None:
            typer.echo(f"Chart: {output.resolve()}")

    return Result(view, show)
