"""``gepnet prrt review``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import CourseQuestion, PatientFile, Result, command, opened
from gepnet.cli.labs import CtcaeOption
from gepnet.cli.output import figure, listing

_ROLES = {"nadir": "worst", "pre_cycle": "pre-cycle", "baseline": "baseline"}
CourseOption = Annotated[str | None, "Which course, where the record has several."]


@command
def review(
    patient: PatientFile,
    cycle: Annotated[int, typer.Option("--cycle", min=1, help="Number of the cycle.")],
    date: Annotated[
        str, typer.Option("--date", help="Day, or date-time with its offset, of the cycle.")
    ],
    question: CourseQuestion,
    ctcae: CtcaeOption = "5",
    profile: Annotated[
        str | None, "Eligibility profile before cycle 1; default: by region."
    ] = None,
    course: CourseOption = None,
) -> Result:
    """Review a cycle before it is given: proceed, hold, reduce, step up, stop or undecidable.

    It only proposes: a named person releases the cycle, and the release is an event of the record.
    """
    view = api.review_view(
        *opened(patient, question, date), cycle, date, ctcae, profile, course, question
    )
    return Result(view, _print)


def _print(view: dict[str, Any]) -> None:
    proposal = view["proposal"].replace("_", " ")
    activity = "" if view["activity_gbq"] is None else f", {view['activity_gbq']:g} GBq"
    typer.echo(f"{view['patient']}, cycle {view['cycle']} on {view['date']}: {proposal}{activity}")
    if view["rules"]:
        fired = (": effect", "because", "source: {source} ({verification})")
        listing("Rules that fired", view["rules"], *fired)
    for title, key in (("Missing", "missing"), ("Text ambiguous", "ambiguous")):
        if view[key]:
            listing(title, view[key], "what: label", "why", "asked for by: source")
    if view["not_excluded"]:
        orders = "; ".join(one["order"] for one in view["not_excluded"])
        typer.echo(f"Safety rules are not excluded before: {orders}.")
    if view["unread"]:
        since = "since the last cycle" if view["cycle"] > 1 else "lately"
        title = f"Recorded {since} and read by no rule"
        day = ("date", lambda one: one["date"] or "no date")
        listing(title, view["unread"], day, "event: kind", "says")
    graded, normal = _lines(view["grades"])
    if graded:
        line = (
            "date",
            ": role",
            "term",
            ("value", lambda line: figure(line["value"])),
            ("grade", _grade),
            ("reason", _reason),
        )
        listing(f"Grades by CTCAE {view['ctcae']}", graded, *line)
    if normal:
        typer.echo(f"Grade 0 by CTCAE {view['ctcae']}: {'; '.join(normal)}.")
    typer.echo(f"Digest of this review: {view['digest']}")
    typer.echo("A proposal: a named person releases the cycle.")


def _lines(grades: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the lines to look at, and in short the terms that are grade 0 all the time.

    A worst value that is the last one as well is one line.
    """
    terms: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in grades:
        terms.setdefault((line["analyte"], line["term"]), []).append(line)
    shown, normal = [], []
    for (_, term), lines in terms.items():
        if all(line["grade"] == 0 and not line["differs"] for line in lines):
            normal.append(f"{term} ({figure(lines[-1]['value'])} on {lines[-1]['date']})")
            continue
        days = {(line["date"], line["value"]) for line in lines}
        roles = [_ROLES[line["role"]] for line in lines]
        if len(lines) > 1 and len(days) == 1:
            shown.append({**lines[-1], "role": " and ".join(roles)})
        else:
            shown += [{**line, "role": role} for line, role in zip(lines, roles, strict=True)]
    return shown, normal


def _reason(line: dict[str, Any]) -> str:
    return "; ".join(part for part in (line["reason"], line["trend"]) if part)


def _grade(line: dict[str, Any]) -> str:
    own = line["grade"]
    if own is None:
        own = "open" if line["at_least"] is None else f"{line['at_least']} to {line['at_most']}"
    if not line["differs"]:
        return str(own)
    other = line["other_edition"]
    told = "open" if other["grade"] is None else other["grade"]
    return f"{own} (CTCAE {other['ctcae']}: {told})"
