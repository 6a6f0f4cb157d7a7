"""``gepnet response recist``: the response of each time point and the best response."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet.cli.output import Format, FormatOption, print_json, table

Lesions = Annotated[
    Path | None, typer.Argument(help="CSV of lesions, one row a lesion and date; or none.")
]
Responses = Annotated[
    Path | None,
    typer.Option("--responses", help="CSV of responses already given: patient_id,date,response."),
]
Patients = Annotated[
    Path | None,
    typer.Option(
        "--patients", help="CSV: patient_id,reference_date,baseline_date,markers and more."
    ),
]
Confirm = Annotated[
    int | None,
    typer.Option("--confirm", min=0, help="Days to a confirming assessment (confirmation_days)."),
]
Choices = Annotated[
    list[str] | None,
    typer.Option("--option", help="A choice that the paper leaves open, as name=value."),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Many patients: write time points here (.parquet, .csv)."),
]
SHOWN = 20  # findings printed; --details has all


def recist(
    lesions: Lesions = None,
    responses: Responses = None,
    patients: Patients = None,
    confirm: Confirm = None,
    option: Choices = None,
    output: Output = None,
    details: Annotated[
        bool, typer.Option("--details", help="Also durations, PFS, findings, reasons of the best.")
    ] = False,
    options: Annotated[
        bool, typer.Option("--options", help="List the choices with their defaults and stop.")
    ] = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Response by RECIST 1.1 at each assessment, best response, progression; with the reasons.

    The first date of a patient is the baseline, unless the file of patients says otherwise. A
    lesion without a row on a date was not evaluated. Findings about the data go to the error
    stream and change no result.
    """
    from gepnet import api

    base = api.base()
    if options:
        _options(api.response_options(base), format_)
        return
    chosen = _chosen(option or [], confirm)
    if output is not None:
        with _busy(format_ is Format.TABLE):
            summary = api.write_responses(base, output, lesions, responses, patients, chosen)
        _written(summary, format_)
        return
    with progress_bar(format_ is Format.TABLE) as advance:
        results = api.assess_response(base, lesions, responses, patients, chosen, advance)
    view = api.response_view(results, details or format_ is Format.TABLE)
    if format_ is Format.JSON:
        print_json(view)
    else:
        _tables(view, details)
    findings = [] if details and format_ is Format.JSON else api.findings_of(results)
    for line in findings[:SHOWN]:
        typer.echo(f"note: {line}", err=True)
    if len(findings) > SHOWN:
        typer.echo(f"{len(findings) - SHOWN} more notes: --format json --details", err=True)


def _chosen(given: list[str], confirm: int | None) -> dict[str, str | int]:
    chosen: dict[str, str | int] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{text!r}: expected name=value", param_hint="--option")
        chosen[name.strip()] = value.strip()
    if confirm is not None:
        chosen["confirmation_days"] = confirm
    return chosen


@contextmanager
def progress_bar(wanted: bool) -> Iterator[Callable[[int], None] | None]:
    """Show how many patients are done where somebody is looking and it takes long."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("patients"), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("patients", total=None)
        yield lambda count: bar.update(task, completed=count)


@contextmanager
def _busy(wanted: bool) -> Iterator[None]:
    """Show that work goes on where somebody is looking: columns have no count of patients."""
    if not (wanted and sys.stderr.isatty()):
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status("assessing all patients"):
        yield


def _tables(view: list[dict[str, Any]], details: bool) -> None:
    for patient in view:
        rows = [
            [
                point["date"],
                point["target"] or "-",
                point["non_target"] or "-",
                {True: "yes", False: "no", None: "?"}[point["new_lesion"]],
                point["reason"],
            ]
            for point in patient["timepoints"]
        ]
        # Responses that were given say nothing that their own file does not.
        if any(point["target"] or point["non_target"] for point in patient["timepoints"]):
            title = f"Patient {patient['patient_id']}"
            if patient["baseline_sum_mm"] is not None:
                title += f", baseline {patient['baseline_date']}: {patient['baseline_sum_mm']} mm"
            table(title, ["date", "target", "non-target", "new", "overall, with its reason"], rows)
    columns = ["patient", "best", "confirmed", "progression"]
    keys = ("patient_id", "best_overall", "best_overall_confirmed", "progression_date")
    table("Best overall response", columns, [[p[key] for key in keys] for p in view])
    if details:
        columns = ["patient", "confirmed response, why", "PFS, days", "rule", "response, days"]
        table("Durations (+: observation ended first)", columns, [_durations(p) for p in view])


def _durations(patient: dict[str, Any]) -> list[Any]:
    return [
        patient["patient_id"],
        patient["best_overall_confirmed_detail"]["reason"],
        _days(patient["pfs"]),
        patient["pfs"]["rule"],
        _days(patient["duration_of_response"]),
    ]


def _days(survival: dict[str, Any] | None) -> str:
    """Return days, with a plus sign where observation ended before the event."""
    if survival is None or survival["days"] is None:
        return ""
    return f"{survival['days']}{'' if survival['event'] else '+'}"


def _options(options: list[dict[str, Any]], format_: Format) -> None:
    if format_ is Format.JSON:
        print_json(options)
        return
    rows = [
        [
            o["option"],
            o["default"],
            o["values"] if isinstance(o["values"], str) else ", ".join(o["values"]),
            o["says"],
            o["verification"],
        ]
        for o in options
    ]
    columns = ["option", "default", "values", "what it means", "verified"]
    table("What RECIST 1.1 leaves open", columns, rows)


def _written(summary: dict[str, Any], format_: Format) -> None:
    if format_ is Format.JSON:
        print_json(summary)
        return
    for name in ("best_overall", "best_overall_confirmed"):
        rows = [[word, count] for word, count in summary[name].items()]
        table(name.replace("_", " "), ["response", "patients"], rows)
    typer.echo(f"Patients: {summary['patients']}, time points: {summary['timepoints']}, in")
    for file in summary["files"]:
        typer.echo(f"  {file}")
