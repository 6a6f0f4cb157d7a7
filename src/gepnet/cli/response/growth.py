"""``gepnet response growth``, ``choi`` and ``markers``: kinetics beside RECIST."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Files, Result, command
from gepnet.cli.output import listing, table
from gepnet.cli.response.recist import Patients

Lesions = Annotated[Path, typer.Argument(help="CSV of lesions, one row a lesion and date.")]


@command
def growth(lesions: Lesions, question: Files, patients: Patients = None) -> Result:
    """Tumour growth rate (percent of volume a month), doubling time and published cut-offs.

    TGR0 needs scans before baseline: give the baseline date in the file of patients.
    """
    return Result(api.growth_view(api.base(*question.with_files), lesions, patients), _print_growth)


def _print_growth(view: list[dict[str, Any]]) -> None:
    columns = ["to", "name", "days", "sum, mm", "TGR, %/month", "doubling, days", "cut-offs"]
    for patient in view:
        rows = [_row(item) for item in patient["growth"]]
        table(f"Patient {patient['patient_id']}", columns, rows)


def _row(item: dict[str, Any]) -> list[Any]:
    name = ", ".join(item["names"])
    reached = [
        f"{cut['limit']} {'reached' if cut['reached'] else 'not reached'} ({cut['source']})"
        for cut in item["cut_offs"]
    ]
    rate = item["tgr_rounded"]
    return [
        item["to"],
        name,
        item["days"],
        f"{item['sum_from_mm']} to {'?' if item['sum_to_mm'] is None else item['sum_to_mm']}",
        "" if rate is None else f"{rate:+.2f}",
        item["doubling_days"],
        item["why_not"] or "\n".join(reached),
    ]


@command
def choi(lesions: Lesions, question: Files, patients: Patients = None) -> Result:
    """Response by Choi (size and attenuation) where the column hu is given; exploratory."""
    return Result(api.choi_view(api.base(*question.with_files), lesions, patients), _print_choi)


def _print_choi(view: list[dict[str, Any]]) -> None:
    rows = [
        [patient["patient_id"], point["date"], point["choi"], point["reason"]]
        for patient in view
        for point in patient["timepoints"]
    ]
    table("Choi", ["patient", "date", "response", "reason"], rows)
    for note in dict.fromkeys(f"{p['note']} Limits: {p['verification']}." for p in view):
        typer.echo(note)


@command
def markers(
    file: Annotated[
        Path, typer.Argument(help="CSV: patient_id,date,marker,value,unit and perhaps uln.")
    ],
    question: Files,
) -> Result:
    """Course of tumour markers against their limit, first and lowest value; never progression."""
    return Result(api.marker_view(api.base(*question.with_files), file), _print_markers)


def _print_markers(view: dict[str, Any]) -> None:
    listing(
        "Tumour markers",
        view["values"],
        ["patient", "marker", "date", "value", "x ULN", "from first", "from lowest"],
        "patient_id",
        "marker",
        "date",
        lambda m: f"{m['value']:g} {m['unit']}",
        lambda m: "" if m["times_uln"] is None else f"{m['times_uln']:.2f}",
        lambda m: _change(m["change_from_first_pct"]),
        lambda m: _change(m["change_from_lowest_pct"]),
    )
    for note in view["notes"]:
        typer.echo(note)


def _change(value: float | None) -> str:
    return "" if value is None else f"{value:+.0f} %"
