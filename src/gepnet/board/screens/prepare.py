"""Ready for the board: what a case lacks, what each thing would settle, and whom to ask."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import look_at
from gepnet.board.forms import Own, done, text_of
from gepnet.board.marks import N_
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, hidden, item_of
from gepnet.board.visit import Here, Visit

screen = Screen("prepare")
#: Class, sign and word of each state of a domain of facts.
STATES = {
    "there": ("ok", "✓", N_("there, in date")),
    "missing": ("mi", "?", N_("missing")),
    "too_old": ("old", "◷", N_("too old")),
    "contradictory": ("con", "⇄", N_("contradictory")),
    "not_needed": ("na", "\N{EN DASH}", N_("not needed for the question")),
}


def stops(view: dict[str, Any]) -> list[str]:
    """Return what stops or withholds an option that is in question."""
    return [
        one["message"]
        for one in view["safety"]
        if one["fires"] and one["concerns_a_position"] and one["severity"] in ("stop", "withhold")
    ]


def preparation(visit: Visit, case_id: str) -> dict[str, Any] | None:
    """Return what a case lacks; what documents would say then is left out while they are hidden."""
    desk, actor = visit.desk, visit.actor
    view = api.prepared(desk.store, actor, visit.base, case_id, question=desk.question())
    item = item_of(visit, case_id)
    rounds = [] if item is None else api.read_rounds(desk.store, actor, item.id)
    if view is None or not hidden(item, rounds):
        return view
    return {**view, "to_do": [{**one, "settles": []} for one in view["to_do"]]}


@screen.get("/case/{case_id}/prepare", may("case.read"))
def prepare(visit: Here, case_id: str) -> Response:
    """The checklist of a case before its meeting."""
    looked = look_at(visit, case_id)
    shown = common(looked, item_of(visit, case_id), "prepare")
    view = preparation(visit, case_id)
    if view is None:
        return page(visit, "no_record.html", **shown)
    return page(visit, "prepare.html", view=view, states=STATES, stops=stops(view), **shown)


@screen.post("/case/{case_id}/prepare", may("waiver.record"))
def go_without(visit: Here, case_id: str, form: Own) -> Response:
    """Let a case go to the meeting without a domain of facts, for a reason; or take that back."""
    view = preparation(visit, case_id)
    domains = [] if view is None else [one["id"] for one in view["domains"]]
    waived = text_of(form, "waived") != "no"
    reason = text_of(form, "reason")
    api.waive(
        visit.desk.store, visit.actor, case_id, text_of(form, "domain"), reason, domains, waived
    )
    return done(visit, f"/case/{case_id}/prepare")
