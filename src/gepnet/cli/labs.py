"""``gepnet labs``: laboratory files."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from gepnet import api
from gepnet.cli.command import Accept, Base, Result, command
from gepnet.cli.output import figure, listing

CtcaeOption = Annotated[Literal["5", "6"], "Edition of CTCAE."]


@command
def grade(
    file: Annotated[
        Path,
        "CSV: patient_id, date, analyte, value, unit, lln, uln, baseline. The analyte is "
        "the name of a laboratory fact; baseline marks the baseline sample or gives its value.",
    ],
    base: Base,
    ctcae: CtcaeOption = "5",
    baseline_date: Annotated[
        datetime.date | None, "The latest sample up to this day is the baseline."
    ] = None,
    worst_case: Annotated[bool, "Take symptoms that a grade needs to be there."] = False,
    accept: Accept = None,
) -> Result:
    """Grade each value of a laboratory file; what is missing leaves a grade open, never normal."""
    view = api.grade_laboratory(file, base, ctcae, baseline_date, worst_case, accept or ())
    return Result(view, _print)


def _print(view: dict[str, Any]) -> None:
    shown = ("patient: patient_id", "date", "analyte", ("value", _value), "term")
    listing(f"Grades by CTCAE {view['ctcae']}", view["rows"], *shown, ("grade", _grade), "reason")


def _value(row: dict[str, Any]) -> str:
    return f"{figure(row['value'])} {row['unit']}".strip()


def _grade(row: dict[str, Any]) -> str:
    if row["grade"] is not None:
        return str(row["grade"])
    return "open" if row["at_least"] is None else f"{row['at_least']} to {row['at_most']}"
