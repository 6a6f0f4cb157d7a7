"""A course of radioligand therapy: cycles, blood with grades, what is proposed, and the release.

A proposal releases nothing; a named person does, with the password again.
"""

from __future__ import annotations

import datetime
from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at
from gepnet.board.forms import Own, done, number_of, text_of
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.cards import proved
from gepnet.board.screens.case import common, item_of
from gepnet.board.visit import Here, Visit

screen = Screen("course")
#: Samples that the grid shows, the latest.
SAMPLES = 6
DECISIONS = ("proceed", "reduce", "step_up", "hold", "stop")


def course_page(visit: Visit, case_id: str, day: str, ctcae: str) -> dict[str, Any]:
    """Return all that the page of a course shows."""
    looked = look_at(visit, case_id)
    base, question = visit.desk.base, visit.desk.question()
    record = looked.record
    date = day or str(record.as_of or datetime.date.today())[:10]
    if len(date) < 10:
        date = datetime.date.today().isoformat()
    edition = ctcae if ctcae in ("5", "6") else "5"
    course: dict[str, Any] | None = None
    if record.cycles or record.releases:
        courses = looked.once(
            f"course {edition}",
            lambda: api.course_view(record, base, edition, None, question)["courses"],
        )
        course = courses[-1] if courses else None
    number = 1 if course is None else course["next_cycle"]
    review: dict[str, Any] | None = None
    why_not: list[Any] = []
    try:
        name = None if course is None else course["course"]
        review = looked.once(
            f"review {number} {date} {edition} {name}",
            lambda: api.review_view(
                record, base, number, date, edition, course=name, question=question
            ),
        )
    except api.InputError as error:
        why_not = list(error.problems)
    rows, days = grid(looked, review)
    return {
        **common(looked, item_of(visit, case_id), "course"),
        "course": course,
        "cycles": cycles(course),
        "date_value": date,
        "ctcae": edition,
        "review": review,
        "why_not": why_not,
        "orders": orders(review, visit.base),
        "rows": rows,
        "days": days,
        "releases": api.read_releases(visit.desk.store, visit.actor, case_id),
        "decisions": DECISIONS,
        "weeks": calendar(course, date),
    }


def cycles(course: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return each cycle with its latest state: given, held, released, and by whom."""
    found: dict[int, dict[str, Any]] = {}
    for event in () if course is None else course["events"]:
        one = found.setdefault(event["cycle"], {"number": event["cycle"], "by": ""})
        one |= {"date": event["date"], "state": event["after"]}
        if event["kind"] == "prrt_release":
            one["by"] = event["author"] or ""
        if event["activity_gbq"] is not None:
            one["activity_gbq"] = event["activity_gbq"]
        if event["kind"] == "prrt_cycle":
            one["given"] = True
    return list(found.values())


def grid(looked: Looked, review: dict[str, Any] | None) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the blood values by analyte and day, with the grades of the review and a trend."""
    base = looked.visit.base
    values: dict[str, dict[str, Any]] = {}
    days: set[str] = set()
    for event in looked.record.events:
        if event.kind != "laboratory" or event.withdrawn or event.date is None:
            continue
        for name, value in event.values.items():
            day = str(event.date)[:10]
            days.add(day)
            values.setdefault(name, {})[day] = value
    shown = sorted(days)[-SAMPLES:]
    grades: dict[tuple[str, str], dict[str, Any]] = {}
    for line in () if review is None else review["grades"]:
        key = line["analyte"], line["date"]
        if key not in grades or (line["grade"] or 0) >= (grades[key]["grade"] or 0):
            grades[key] = line
    rows: list[dict[str, Any]] = []
    for name, found in values.items():
        entry = base.vocabulary[name].entry
        cells = [
            {"value": _told(found.get(day), base),
             "grade": grades.get((name, day), {}).get("grade"),
             "reason": grades.get((name, day), {}).get("reason", "")}
            for day in shown
        ]  # fmt: skip
        numbers = [(i, _number(found[d])) for i, d in enumerate(shown) if d in found]
        rows.append(
            {
                "id": name,
                "label": entry.label,
                "unit": getattr(entry, "unit", None) or "",
                "cells": cells,
                "trend": sparkline([(i, n) for i, n in numbers if n is not None]),
            }
        )
    kept = [row for row in rows if any(cell["value"] is not None for cell in row["cells"])]
    return kept, shown


def _told(value: Any, base: Any) -> str | None:
    return None if value is None else base.vocabulary.phrases.number(str(value))


def orders(review: dict[str, Any] | None, base: Any) -> list[str]:
    """Return what to order to exclude safety rules, in the language of the knowledge."""
    found = []
    for one in () if review is None else review["not_excluded"]:
        entries = [base.vocabulary[name].entry for name in one["facts"]]
        named = dict.fromkeys(entry.order or entry.label for entry in entries)
        found.append(f" {base.vocabulary.phrases.and_word} ".join(named) or one["order"])
    return found


def _number(value: Any) -> float | None:
    try:
        return float(value.low) if hasattr(value, "low") else float(value)
    except (TypeError, ValueError):
        return None


def sparkline(points: list[tuple[int, float]], width: int = 96, height: int = 22) -> str:
    """Return the path of a small line through values, in units of its picture."""
    if len(points) < 2:
        return ""
    low, high = min(v for _, v in points), max(v for _, v in points)
    first, last = points[0][0], points[-1][0]
    span, range_ = (last - first) or 1, (high - low) or 1
    across, up = (width - 4) / span, (height - 4) / range_
    told = (f"{2 + across * (x - first):.1f} {height - 2 - up * (v - low):.1f}" for x, v in points)
    return "M" + "L".join(told)


def calendar(course: dict[str, Any] | None, date: str) -> list[list[dict[str, Any]]]:
    """Return the weeks around a date, with what the course did on each day."""
    day = datetime.date.fromisoformat(date)
    start = day - datetime.timedelta(days=day.weekday() + 7)
    said: dict[str, list[str]] = {}
    for event in () if course is None else course["events"]:
        word = "given" if event["kind"] == "prrt_cycle" else str(event["decision"])
        said.setdefault(event["date"][:10], []).append(f"{event['cycle']}: {word}")
    found = []
    for week in range(4):
        days = [start + datetime.timedelta(days=7 * week + n) for n in range(7)]
        found.append(
            [{"day": d, "told": said.get(d.isoformat(), []), "now": d == day} for d in days]
        )
    return found


@screen.get("/case/{case_id}/course", may("case.read"))
def course(visit: Here, case_id: str, day: str = "", ctcae: str = "5") -> Response:
    """Cycles, blood, what is proposed for the next cycle on a day, and who released what."""
    return page(visit, "course.html", **course_page(visit, case_id, day, ctcae))


@screen.post("/case/{case_id}/release", may("release.sign"))
def release(visit: Here, case_id: str, form: Own) -> Response:
    """Decide about a cycle, by name and with the password again."""
    decision, activity = text_of(form, "decision"), text_of(form, "activity_gbq", 20)
    event: dict[str, Any] = {
        "date": text_of(form, "date", 10),
        "cycle": number_of(form, "cycle"),
        "decision": decision,
        "review": text_of(form, "review", 40) or None,
        "override": text_of(form, "override", 500) or None,
    }
    if decision in ("proceed", "reduce", "step_up"):
        event["activity_gbq"] = activity
    proposal = text_of(form, "proposal", 20)
    if proposal and decision != proposal and not event["override"]:
        raise api.refuse("override", "", "the reason, where it differs from the proposal")
    signed = proved(visit, form)
    event = {name: value for name, value in event.items() if value not in (None, "")}
    seen = number_of(form, "seen")
    desk = visit.desk
    api.release_cycle(desk.store, signed, case_id, event, desk.base.vocabulary, seen)
    return done(visit, f"/case/{case_id}/course")
