"""``gepnet prrt course``."""

from __future__ import annotations

from typing import Any

import typer

from gepnet import api
from gepnet.cli.command import CourseQuestion, PatientFile, Result, command, opened
from gepnet.cli.labs import Ctcae, CtcaeOption
from gepnet.cli.output import table
from gepnet.cli.prrt.review import CourseOption


@command
def course(
    patient: PatientFile,
    question: CourseQuestion,
    ctcae: CtcaeOption = Ctcae.FIVE,
    course: CourseOption = None,
) -> Result:
    """Replay a course from its events: its state, the review on each day, what went against it."""
    view = api.course_view(*opened(patient, question), ctcae.value, course, question)
    return Result(view, _print)


def _print(view: dict[str, Any]) -> None:
    for one in view["courses"]:
        _print_one(one)


def _print_one(one: dict[str, Any]) -> None:
    name = f" {one['course']}" if one["course"] else ""
    title = f"Course{name}: {one['state']}, {one['cumulative_activity_gbq']:g} GBq in all"
    rows = [
        [
            event["date"],
            event["cycle"],
            "given" if event["decision"] is None else event["decision"].replace("_", " "),
            "" if event["activity_gbq"] is None else f"{event['activity_gbq']:g} GBq",
            event["author"] or "",
            event["after"],
            _review(event["review"]),
        ]
        for event in one["events"]
    ]
    columns = ["date", "cycle", "event", "activity", "by", "state", "review on that day"]
    table(title, columns, rows)
    if not one["findings"]:
        typer.echo("Nothing went against a rule.")
    for finding in one["findings"]:
        typer.echo(f"{finding['kind'].upper()}: {finding['text']}")


def _review(view: dict[str, Any] | None) -> str:
    if view is None:
        return "none possible"
    names = ", ".join(view["because"])
    proposal = str(view["proposal"]).replace("_", " ")
    return f"{proposal}: {names}" if names else proposal
