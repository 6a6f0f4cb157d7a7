"""``gepnet response toxicity``: adverse events as trials print them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Files, Result, command
from gepnet.cli.output import table

View = dict[str, Any]


@command
def toxicity(
    question: Files,
    events: Annotated[
        Path, typer.Argument(help="CSV: patient_id, term, start, end, grade, ctcae.")
    ],
    patients: Annotated[
        Path, typer.Option("--patients", help="CSV: patient_id, start, end and perhaps group.")
    ],
    periods: Annotated[
        Path | None, typer.Option("--periods", help="CSV: patient_id, period, start, end.")
    ] = None,
    labs: Annotated[
        Path | None,
        typer.Option("--labs", help="CSV: patient_id, date, fact, value and perhaps lln, uln."),
    ] = None,
    ctcae: Annotated[
        str, typer.Option("--ctcae", help="Edition that grades laboratory values: 5 or 6.")
    ] = "5",
    by_patient: Annotated[
        bool, typer.Option("--by-patient", help="Maximum grade of each patient instead.")
    ] = False,
) -> Result:
    """Count adverse events: maximum grade, any grade and severe, rates by time at risk.

    A patient counts once for each term, period and edition of CTCAE, in the period in which the
    event began. Where a grade is open, the greater count that is possible stands beside.
    """
    view = api.toxicity_view(api.base(*question.with_files), events, patients, periods, labs, ctcae)
    return Result(view, _print_by_patient if by_patient else _print)


def _print_by_patient(view: View) -> None:
    _print_maximum(view)
    _print_left_out(view)


def _print(view: View) -> None:
    _print_table(view)
    _print_rates(view)
    _print_left_out(view)


def _print_table(view: View) -> None:
    severe = f"grade {view['severe_from']} or more"
    for group, period in dict.fromkeys((r["group"], r["period"]) for r in view["table"]):
        rows = [r for r in view["table"] if (r["group"], r["period"]) == (group, period)]
        title = f"{period}, group {group}: {rows[0]['patients']} patients, n (%)"
        cells = [[r["term"], r["ctcae"], _share(r, "any"), _share(r, "severe")] for r in rows]
        table(title, ["term", "CTCAE", "any grade", severe], cells)


def _share(row: View, name: str) -> str:
    text = f"{row[name]} ({row[f'{name}_percent']:.1f})"
    possible = row[f"{name}_possible"]
    return text if possible == row[name] else f"{text}, perhaps {possible}"


def _print_rates(view: View) -> None:
    per = f"rate per {view['rate_per_years']:g} years"
    interval = f"exact {view['confidence']:.0%} interval"
    rows = [
        [
            r["group"],
            r["term"],
            r["ctcae"],
            f">= {r['from_grade']}",
            r["patients_with"],
            f"{r['years']:.2f}",
            f"{r['rate']:.1f}",
            f"{r['low']:.1f} to {r['high']:.1f}",
        ]
        for r in view["rates"]
    ]
    columns = ["group", "term", "CTCAE", "grade", "patients", "years at risk", per, interval]
    table("Rates to the first event", columns, rows)


def _print_maximum(view: View) -> None:
    rows = [
        [r["patient_id"], r["group"], r["period"], r["term"], r["ctcae"], _grade(r)]
        for r in view["maximum"]
    ]
    columns = ["patient", "group", "period", "term", "CTCAE", "maximum grade"]
    table("Maximum grade by patient and period", columns, rows)


def _grade(row: View) -> str:
    if row["grade"] == row["at_most"]:
        return str(row["grade"])
    return f"{row['grade']} to {row['at_most']}"


def _print_left_out(view: View) -> None:
    if view["before_start"]:
        typer.echo(f"{view['before_start']} events began before treatment and are left out.")
    if view["outside_periods"]:
        typer.echo(
            f"{view['outside_periods']} events began outside every period or after follow-up and "
            "are left out of the table."
        )
