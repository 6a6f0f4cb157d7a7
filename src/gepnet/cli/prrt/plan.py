"""``gepnet prrt plan``: the dates of a course, its calendar and the patient's sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.command import Accept, Result, command, opened
from gepnet.cli.output import listing, say


@command
def plan(
    question: Question,
    patient: Annotated[
        Path | None,
        typer.Argument(help="Patient file; cycles given in it anchor the rest.", exists=False),
    ] = None,
    start: Annotated[str | None, "Wished day of cycle 1 (YYYY-MM-DD)."] = None,
    profile: Annotated[str | None, "Whose schedule; default: the label of the region."] = None,
    beside: Annotated[
        list[str] | None, "Profiles for what it leaves out; default: those that it names."
    ] = None,
    alone: Annotated[bool, "The profile alone, nothing beside it."] = False,
    tick: Annotated[list[str] | None, "A choice to plan, as profile/step."] = None,
    holidays: Annotated[str | None, "Country, or region: NO, US, DE-BY, ..."] = None,
    slots: Annotated[str | None, "Weekdays of cycles: mon,tue,..."] = None,
    closed: Annotated[list[str] | None, "A day without work (YYYY-MM-DD)."] = None,
    not_before: Annotated[str | None, "Earliest day of the next cycle."] = None,
    time: Annotated[str | None, "Local start of the infusion (HH:MM)."] = None,
    timezone: Annotated[str | None, "Time zone of the calendar; default: floating."] = None,
    course: Annotated[str | None, "Course of the record; default: the latest."] = None,
    accept: Accept = None,
    ics: Annotated[Path | None, "Write an iCalendar file."] = None,
    sheet: Annotated[Path | None, "Write the patient's sheet (.pdf or .html)."] = None,
) -> Result:
    """Plan a course: cycles, medicines around them, blood tests, imaging, time after.

    Every date says which document it comes from and how far that was verified. Holidays and slots
    move dates within their windows; a window that cannot be kept is named with the reason. What is
    a person's choice is shown without a tick and planned only with --tick. A plan releases nothing.
    """
    record, base = None, api.base(*question.with_files)
    if patient is not None:
        record, base = opened(patient, question)
    asked = api.PlanQuestion(
        profile=profile,
        start=start,
        not_before=not_before,
        beside=() if alone else (None if beside is None else tuple(beside)),
        ticked=tuple(tick or ()),
        holidays=holidays,
        slots=() if slots is None else tuple(day.strip().lower() for day in slots.split(",")),
        closed=tuple(closed or ()),
        time=time,
        timezone=timezone,
        course=course,
        accept=tuple(accept or ()),
    )
    made = api.plan_prrt(base, asked, record, question)
    view = api.plan_view(made, base, record, question)
    api.write_plan(made, base, ics, sheet)
    files = {"Calendar": ics, "Sheet": sheet}

    def show(data: dict[str, Any]) -> None:
        _print(data)
        for name, file in files.items():
            if file is not None:
                typer.echo(f"{name}: {file}")

    return Result(view, show)


def _print(view: dict[str, Any]) -> None:
    moved = ("moved", _moved)
    total = f"{view['total_gbq']:g} GBq ({view['total_mci']:.0f} mCi) in all"
    title = f"Course of {view['patient']} by {view['profile']['title']}, {total}"
    time = ("time", lambda c: c["time"] if not c["given"] else "")
    window = ("window", lambda c: _window(c["window"]))
    planned = ("cycle", "day: date", time, "activity: {activity_gbq:g} GBq", ("", _state), window)
    listing(title, view["cycles"], *planned, "after toxicity until: stretch_until", moved)
    for fault in view["violations"]:
        say(f"Window not kept, {fault['subject']}: {fault['reason']}", "bold yellow")
    steps = ("day: date", ("", _at), "what: title", moved, "document: profile", "verification")
    listing("Dates", view["steps"], *steps)
    if view["choices"]:
        title = "Choices of a person (--tick ID); first date of each"
        day = ("day", lambda step: step["date"] or _window(step["window"]))
        box = ("", lambda _: "[ ]")
        listing(title, _once(view["choices"]), box, "id", day, "what: title", "verification")
    _positions("Somatostatin analogue with and after PRRT", view["ssa_positions"])
    _positions("Imaging in the middle of the course", view["midcourse_positions"])
    if view["also_said"]:
        also = ("document: profile", "what: label", "verification")
        listing("Also said, not planned", view["also_said"], *also)
    for notice in view["notices"]:
        say(notice)


def _state(cycle: dict[str, Any]) -> str:
    if cycle["given"]:
        return "given"
    if cycle["held"]:
        return "held"
    return "planned" if cycle["date"] else "no day"


def _positions(title: str, positions: list[dict[str, Any]]) -> None:
    if positions:
        concerned = ("this patient", _concerns)
        listing(title, positions, "entry", "position", concerned, "note", "verification")


def _concerns(position: dict[str, Any]) -> str:
    words = {True: "yes", False: "no", None: "open"}
    return "text ambiguous" if position["text_ambiguous"] else words[position["concerns_patient"]]


def _once(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    first: dict[str, dict[str, Any]] = {}
    for step in steps:
        first.setdefault(step["id"], step)
    return list(first.values())


def _at(step: dict[str, Any]) -> str:
    word = {"by": "by", "until": "until", "on": ""}[step["kind"]]
    return " ".join(part for part in (word, step["time"] or "") if part)


def _window(window: dict[str, Any] | None) -> str:
    if window is None:
        return ""
    return f"{window['first'] or '...'} to {window['last'] or '...'}"


def _moved(item: dict[str, Any]) -> str:
    if not item["moved_days"]:
        return ""
    return "; ".join((f"{item['moved_days']:+d} d", *item["moved_for"]))
