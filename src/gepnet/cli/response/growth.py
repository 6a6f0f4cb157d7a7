"""``gepnet response growth``, ``choi`` and ``markers``: kinetics beside RECIST."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, Base, Result, command
from gepnet.cli.output import figure, listing, print_accepted
from gepnet.cli.response.recist import Patients

Lesions = Annotated[Path, "CSV of lesions, one row a lesion and date."]


@command
def growth(
    lesions: Lesions, base: Base, patients: Patients = None, accept: Accept = None
) -> Result:
    """Tumour growth rate (percent of volume a month), doubling time and published cut-offs.

    TGR0 needs scans before baseline: give the baseline date in the file of patients.
    """
    view = api.growth_view(base, lesions, patients, accept or ())
    return Result(view, _print_growth)


def _print_growth(view: list[dict[str, Any]]) -> None:
    for patient in view:
        listing(
            f"Patient {patient['patient_id']}",
            patient["growth"],
            *("to", "name: {names:, }", "days", ("sum, mm", _sums)),
            *("TGR, %/month: {tgr_rounded:+.2f}", "doubling, days: doubling_days"),
            ("cut-offs", _cut_offs),
        )
        print_accepted(patient["accepted"])


def _sums(item: dict[str, Any]) -> str:
    return f"{item['sum_from_mm']} to {'?' if item['sum_to_mm'] is None else item['sum_to_mm']}"


def _cut_offs(item: dict[str, Any]) -> str:
    reached = (
        f"{cut['limit']} {'reached' if cut['reached'] else 'not reached'} ({cut['source']})"
        for cut in item["cut_offs"]
    )
    return item["why_not"] or "\n".join(reached)


@command
def choi(lesions: Lesions, base: Base, patients: Patients = None, accept: Accept = None) -> Result:
    """Response by Choi (size and attenuation) where the column hu is given; exploratory."""
    return Result(api.choi_view(base, lesions, patients, accept=accept or ()), _print_choi)


def _print_choi(view: list[dict[str, Any]]) -> None:
    points = [{**patient, **point} for patient in view for point in patient["timepoints"]]
    listing("Choi", points, "patient: patient_id", "date", "response: choi", "reason")
    for patient in view:
        print_accepted(patient["accepted"])
    for note in dict.fromkeys(f"{p['note']} Limits: {p['verification']}." for p in view):
        typer.echo(note)


@command
def markers(
    file: Annotated[Path, "CSV: patient_id,date,marker,value,unit and perhaps uln."],
    base: Base,
    accept: Accept = None,
) -> Result:
    """Course of tumour markers against their limit, first and lowest value; never progression."""
    view = api.marker_view(base, file, accept or ())
    return Result(view, _print_markers)


def _value(row: dict[str, Any]) -> str:
    return f"{figure(row['value'])} {row['unit']}"


def _times(row: dict[str, Any]) -> str:
    times = row["times_uln"]
    return "" if times is None else times if isinstance(times, str) else f"{times:.2f}"


def _print_markers(view: dict[str, Any]) -> None:
    listing(
        "Tumour markers",
        view["values"],
        *("patient: patient_id", "marker", "date", ("value", _value)),
        *(("x ULN", _times), "from first: {change_from_first_pct:+.0f} %"),
        "from lowest: {change_from_lowest_pct:+.0f} %",
    )
    for note in view["notes"]:
        typer.echo(note)
