"""``gepnet response toxicity``: adverse events as trials print them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, Base, Result, command
from gepnet.cli.output import listing

View = dict[str, Any]


@command
def toxicity(
    base: Base,
    events: Annotated[Path, "CSV: patient_id, term, start, end, grade, ctcae."],
    patients: Annotated[
        Path, typer.Option("--patients", help="CSV: patient_id, start, end and perhaps group.")
    ],
    periods: Annotated[Path | None, "CSV: patient_id, period, start, end."] = None,
    labs: Annotated[Path | None, "Laboratory table, as 'gepnet labs grade' reads it."] = None,
    ctcae: Annotated[str, "Edition that grades laboratory values: 5 or 6."] = "5",
    by_patient: Annotated[bool, "Maximum grade of each patient instead."] = False,
    accept: Accept = None,
) -> Result:
    """Count adverse events: maximum grade, any grade and severe, rates by time at risk.

    A patient counts once for each term, period and edition of CTCAE, in the period in which the
    event began. Where a grade is open, the greater count that is possible stands beside.
    """
    view = api.toxicity_view(base, events, patients, periods, labs, ctcae, accept or ())
    return Result(view, _print_by_patient if by_patient else _print)


def _print_by_patient(view: View) -> None:
    who = ("patient: patient_id", "group", "period", "term", "CTCAE: ctcae")
    title = "Maximum grade by patient and period"
    listing(title, view["maximum"], *who, ("maximum grade", _grade))
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
        shares = (("any grade", partial(_share, "any")), (severe, partial(_share, "severe")))
        listing(title, rows, "term", "CTCAE: ctcae", *shares)


def _share(name: str, row: View) -> str:
    text = f"{row[name]} ({row[f'{name}_percent']:.1f})"
    possible = row[f"{name}_possible"]
    return text if possible == row[name] else f"{text}, perhaps {possible}"


def _print_rates(view: View) -> None:
    per = f"rate per {view['rate_per_years']:g} years"
    interval = f"exact {view['confidence']:.0%} interval"
    who = ("group", "term", "CTCAE: ctcae", "grade: >= {from_grade}", "patients: patients_with")
    rate = (f"{per}: {{rate:.1f}}", f"{interval}: {{low:.1f}} to {{high:.1f}}")
    listing("Rates to the first event", view["rates"], *who, "years at risk: {years:.2f}", *rate)


def _grade(row: View) -> str:
    if row["grade"] == row["at_most"]:
        return str(row["grade"])
    return f"{row['grade']} to {row['at_most']}"


def _print_left_out(view: View) -> None:
    for written in view["spellings"]:
        typer.echo(f"{written['term']}: also written {', '.join(written['also'])}.")
    if view["partly_dated"]:
        typer.echo(
            f"{view['partly_dated']} events are dated by month or year; where they may lie "
            "outside, they count as possible."
        )
    if view["followed_after_death"]:
        typer.echo(
            f"Followed after a fatal event: {', '.join(view['followed_after_death'])}. "
            "Their years at risk go on to the end of follow-up as given."
        )
    if view["before_start"]:
        typer.echo(f"{view['before_start']} events began before treatment and are left out.")
    if view["outside_periods"]:
        typer.echo(
            f"{view['outside_periods']} events began outside every period or after follow-up and "
            "are left out of the table."
        )
