"""The plan of a course of radioligand therapy: days of the cycles, and what is due around them.

A plan is worked out from the record and one day whenever somebody asks; nothing of it is kept, and
it releases nothing.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at
from gepnet.board.forms import Own, text_of
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, item_of
from gepnet.board.visit import Here

screen = Screen("plan")


def planned(looked: Looked, start: str, not_before: str) -> dict[str, Any]:
    """Return the plan of a patient, what is due grouped by cycle.

    Raises:
        InputError: where a day cannot be read, or none is needed or one is missing.
    """
    base, question = looked.visit.desk.base, looked.visit.desk.question()
    wishes = api.PlanQuestion(start=start or None, not_before=not_before or None)
    plan = api.plan_prrt(base, wishes, looked.record, question)
    view = api.plan_view(plan, base, looked.record, question)
    due: dict[int, list[dict[str, Any]]] = {}
    for step in view["steps"]:
        due.setdefault(step["cycle"], []).append(step)
    return {**view, "due": due, "titles": {one: s.title for one, s in base.sources.items()}}


@screen.post("/case/{case_id}/plan", may("case.read"))
def plan(visit: Here, case_id: str, form: Own) -> Response:
    """The days of the cycles from a first day, or from those that were given; nothing is kept."""
    looked = look_at(visit, case_id)
    start, not_before = text_of(form, "start", 10), text_of(form, "not_before", 10)
    made = planned(looked, start, not_before)
    shown = {} if visit.is_part else common(looked, item_of(visit, case_id), "course")
    return page(visit, "plan_part.html" if visit.is_part else "plan.html", plan=made, **shown)
