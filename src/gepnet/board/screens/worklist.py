"""The worklist: what the meeting discusses, how ready each case is, and what to mend before."""

from __future__ import annotations

import datetime
from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import person
from gepnet.board.forms import Own, done, number_of, text_of, texts_of
from gepnet.board.marks import N_
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.prepare import STATES, stops
from gepnet.board.visit import Here, Visit

screen = Screen("worklist")
#: The groups of a list, in their order.
LANES = (
    ("not_ready", N_("Not ready")),
    ("ready", N_("Ready")),
    ("discussed", N_("Discussed")),
    ("follow_up_due", N_("Advice not yet carried out")),
    ("followed_up", N_("Followed up")),
)
#: Things to do that are named in a row; the others are counted.
NAMED = 2


def chosen_meeting(visit: Visit, name: str) -> tuple[api.Meeting | None, list[api.Meeting]]:
    """Return the meeting that is asked for, else the next one; and all there are."""
    found = api.list_meetings(visit.desk.store, visit.actor)
    wanted = next((one for one in found if one.id == name), None)
    if wanted is None:
        now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=12)
        coming = [one for one in found if one.starts >= now and not one.ended]
        wanted = min(coming, key=lambda one: one.starts, default=found[0] if found else None)
    return wanted, found


def row_of(lined: api.Lined) -> dict[str, Any]:
    """Return what a row of the list shows of a case."""
    view = lined.preparation
    row = {"item": lined.item, "lane": lined.lane, "who": person(lined.item.case), "view": view}
    if view is None:
        return {**row, "cells": [], "to_do": [], "more": 0, "stops": []}
    core = [one for one in view["to_do"] if one["core"]]
    named = (core or view["to_do"])[:NAMED]
    return {
        **row,
        "cells": [one for one in view["domains"] if one["core"]],
        "to_do": named,
        "more": len(view["to_do"]) - len(named),
        "stops": stops(view),
    }


@screen.get("/worklist", may("case.list"))
def worklist(visit: Here, meeting: str = "") -> Response:
    """The list of a meeting, the cases that lack most first."""
    desk, store, actor = visit.desk, visit.desk.store, visit.actor
    chosen, meetings = chosen_meeting(visit, meeting)
    lined = [
        one
        for one in api.worklist(store, actor, visit.base, question=desk.question())
        if chosen is None or one.item.meeting_id in (None, chosen.id)
    ]
    rows = [row_of(one) for one in lined]
    lanes = [(name, title, [r for r in rows if r["lane"] == name]) for name, title in LANES]
    heads: list[Any] = next((row["cells"] for row in rows if row["cells"]), [])
    listed = {one.item.case_id for one in lined}
    others = [one for one in api.list_cases(store, actor) if one.id not in listed]
    return page(
        visit,
        "worklist.html",
        meeting=chosen,
        meetings=meetings,
        lanes=lanes,
        heads=heads,
        states=STATES,
        total=len(rows),
        minutes=sum(row["item"].minutes for row in rows),
        unready=sum(row["lane"] == "not_ready" for row in rows),
        unlisted=[(one, person(one)) for one in others],
    )


@screen.get("/worklist/new", may("case.add"))
def new_case(visit: Here) -> Response:
    """The form of a new case: who, and the question for the board."""
    meetings = [m for m in api.list_meetings(visit.desk.store, visit.actor) if not m.ended]
    return page(visit, "new_case.html", meetings=meetings, centres=sorted(visit.actor.centres))


@screen.post("/worklist/new", may("case.add"))
def add_case(visit: Here, form: Own) -> Response:
    """Add a case with its question; without a question there is no case for the board."""
    store, actor = visit.desk.store, visit.actor
    question, minutes = text_of(form, "question"), number_of(form, "minutes")
    if not question:
        raise api.refuse("question", "", "the question for the board")
    born = text_of(form, "birth_date", 10)
    try:
        birth_date = datetime.date.fromisoformat(born) if born else None
    except ValueError as error:
        raise api.refuse("birth_date", repr(born), "a day such as 1961-02-03") from error
    identity = None
    if text_of(form, "family_name") or text_of(form, "given_name"):
        identity = api.Identity(
            text_of(form, "family_name"),
            text_of(form, "given_name"),
            birth_date,
            text_of(form, "hospital_number") or None,
        )
    centre = text_of(form, "centre") or next(iter(sorted(actor.centres)), "")
    case = api.bring_case(
        store,
        actor,
        visit.desk.base.vocabulary,
        centre,
        question,
        identity,
        text_of(form, "meeting") or None,
        minutes,
        texts_of(form, "needed"),
        bool(text_of(form, "urgent")),
        text_of(form, "file", 200_000),
    )
    return done(visit, f"/case/{case.id}/record")


@screen.post("/worklist/meeting", may("meeting.edit"))
def add_meeting(visit: Here, form: Own) -> Response:
    """Add a meeting."""
    text = text_of(form, "starts", 30)
    try:
        starts = datetime.datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise api.refuse("starts", repr(text), "a day and time") from error
    centre = text_of(form, "centre") or next(iter(sorted(visit.actor.centres)), "")
    made = api.add_meeting(visit.desk.store, visit.actor, centre, text_of(form, "title"), starts)
    return done(visit, f"/worklist?meeting={made.id}")


@screen.post("/case/{case_id}/item", may("item.edit"))
def put_on_list(visit: Here, case_id: str, form: Own) -> Response:
    """Put a case on the list of a meeting, with its question."""
    question, minutes = text_of(form, "question"), number_of(form, "minutes")
    meeting = text_of(form, "meeting") or None
    api.add_item(visit.desk.store, visit.actor, case_id, question, meeting, minutes)
    return done(visit, "/worklist")
