"""``gepnet prrt course``."""

from __future__ import annotations

from typing import Any

import typer

from gepnet import api
from gepnet.cli.command import CourseQuestion, PatientFile, Result, command, opened
from gepnet.cli.labs import CtcaeOption
from gepnet.cli.output import listing
from gepnet.cli.prrt.review import CourseOption


@command
def course(
    patient: PatientFile,
    question: CourseQuestion,
    ctcae: CtcaeOption = "5",
    course: CourseOption = None,
) -> Result:
    """Replay a course from its events: its state, the review on each day, what went against it."""
    record, base = opened(patient, question, every_day=True)
    view = api.course_view(record, base, ctcae, course, question)
    return Result(view, _print)


def _print(view: dict[str, Any]) -> None:
    for one in view["courses"]:
        _print_one(one)
    _print_held(view["minimum_data_set"])


def _print_held(held: dict[str, Any]) -> None:
    """Print what the record lacks of the product's own list, part by part."""
    typer.echo("Minimum data set (gepnet's own list, no standard):")
    for form in held["forms"]:
        if not form["events"]:
            typer.echo(f"  {form['label']}: none on record")
            continue
        lacks = [
            f"{i['label']} ({i['recorded']} of {i['events']})" if i["recorded"] else i["label"]
            for i in form["items"]
            if i["needed"] and i["held"] != "recorded"
        ]
        typer.echo(f"  {form['label']}: {', '.join(lacks) + ' missing' if lacks else 'there'}")
    for title in held["not_read"]:
        typer.echo(f"  not read, so nothing of it is counted: {title}")


def _print_one(one: dict[str, Any]) -> None:
    name = f" {one['course']}" if one["course"] else ""
    total = one["cumulative_activity_gbq"]
    given = "activity not known in full" if total is None else f"{total:g} GBq in all"
    title = f"Course{name}: {one['state']}, {given}"
    decided = ("date", "cycle", "event: {decision!w} | given", "activity: {activity_gbq:g} GBq")
    reviewed = ("review on that day", lambda event: _review(event["review"]))
    listing(title, one["events"], *decided, "by: author", "state: after", reviewed)
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
