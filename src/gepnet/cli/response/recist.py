"""``gepnet response recist``: the response of each time point and the best response."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, Base, Result, command
from gepnet.cli.output import listing, table
from gepnet.cli.progress import progress_of

Lesions = Annotated[
    Path | None, typer.Argument(help="CSV of lesions, one row a lesion and date; or none.")
]
Responses = Annotated[Path | None, "CSV of responses already given: patient_id,date,response."]
Patients = Annotated[Path | None, "CSV: patient_id,reference_date,baseline_date,markers and more."]
Confirm = Annotated[
    int | None,
    typer.Option("--confirm", min=0, help="Days to a confirming assessment (confirmation_days)."),
]
Choices = Annotated[list[str] | None, "A choice that the paper leaves open, as name=value."]
Output = Annotated[Path | None, "Many patients: write time points here (.parquet, .csv)."]
SHOWN = 20  # findings printed; --details has all


@command
def recist(
    base: Base,
    lesions: Lesions = None,
    responses: Responses = None,
    patients: Patients = None,
    confirm: Confirm = None,
    option: Choices = None,
    output: Output = None,
    accept: Accept = None,
    details: Annotated[bool, "Also durations, PFS, findings, reasons of the best."] = False,
    options: Annotated[bool, "List the choices with their defaults and stop."] = False,
) -> Result:
    """Response by RECIST 1.1 at each assessment, best response, progression; with the reasons.

    The first date of a patient is the baseline, unless the file of patients says otherwise. A
    lesion without a row on a date was not evaluated. Findings about the data go to the error
    stream and change no result.
    """
    if options:
        return Result(api.response_options(base), _options)
    chosen = _chosen(option or [], confirm)
    if output is not None:
        with progress_of("all patients") as tell:
            if tell is not None:
                tell(0)
            summary = api.write_responses(
                base, output, lesions, responses, patients, chosen, accept or ()
            )
        return Result(summary, _written)
    with progress_of("patients") as advance:
        results = api.assess_response(
            base, lesions, responses, patients, chosen, advance, accept or ()
        )
    show = functools.partial(_tables, details=details)
    return Result(results, show, details=details, notes=_notes(api.findings_of(results)))


def _notes(findings: list[str]) -> tuple[str, ...]:
    more = len(findings) - SHOWN
    rest = [f"{more} more notes: --format json --details"] if more > 0 else []
    return (*(f"note: {line}" for line in findings[:SHOWN]), *rest)


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


def _tables(view: list[dict[str, Any]], details: bool) -> None:
    for patient in view:
        new = ("new", lambda point: {True: "yes", False: "no", None: "?"}[point["new_lesion"]])
        shown = ("date", "target: target | -", "non-target: non_target | -", new)
        # Responses that were given say nothing that their own file does not.
        if any(point["target"] or point["non_target"] for point in patient["timepoints"]):
            title = f"Patient {patient['patient_id']}"
            if patient["baseline_sum_mm"] is not None:
                title += f", baseline {patient['baseline_date']}: {patient['baseline_sum_mm']} mm"
            listing(title, patient["timepoints"], *shown, "overall, with its reason: reason")
    best = ("best: best_overall", "confirmed: best_overall_confirmed")
    who = "patient: patient_id"
    listing("Best overall response", view, who, *best, "progression: progression_date")
    if details:
        listing(
            "Durations (+: observation ended first)",
            view,
            *(who, "confirmed response, why: {best_overall_confirmed_detail[reason]}"),
            *(("PFS, days", lambda p: _days(p["pfs"])), "rule: {pfs[rule]}"),
            ("response, days", lambda p: _days(p["duration_of_response"])),
        )


def _days(survival: dict[str, Any] | None) -> str:
    """Return days, with a plus sign where observation ended before the event."""
    if survival is None or survival["days"] is None:
        return ""
    return f"{survival['days']}{'' if survival['event'] else '+'}"


def _options(options: list[dict[str, Any]]) -> None:
    listing(
        "What RECIST 1.1 leaves open",
        options,
        *("option", "default", ("values", _values), "what it means: says"),
        "verified: verification",
    )


def _values(option: dict[str, Any]) -> str:
    allowed = option["values"]
    return allowed if isinstance(allowed, str) else ", ".join(allowed)


def _written(summary: dict[str, Any]) -> None:
    for name in ("best_overall", "best_overall_confirmed"):
        rows = [[word, count] for word, count in summary[name].items()]
        table(name.replace("_", " "), ["response", "patients"], rows)
    for why, count in summary["not_counted"].items():
        typer.echo(f"Time points {why.replace('_', ' ')}, not counted: {count}")
    typer.echo(f"Patients: {summary['patients']}, time points: {summary['timepoints']}, in")
    for file in summary["files"]:
        typer.echo(f"  {file}")
