"""Who differs over cases, disciplines and centres, and what explains it. Persons are not ranked."""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.marks import N_
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.visit import Here, Visit

screen = Screen("agreement")
#: With so many cases in which people differ, what explains it is worked out unasked.
EXPLAINED = 12
#: What explains a difference, in words.
KINDS = {
    "documents": N_("documents differ as the people do"),
    "both_allowed": N_("documents allow both"),
    "fact_missing": N_("a fact is missing"),
    "text_open": N_("a text leaves it open"),
    "beside_documents": N_("no document is for it"),
    "class_and_member": N_("a class and its member"),
    "other": N_("an option that documents do not speak of"),
    "judgement": N_("judgement"),
}


def agreement_view(visit: Visit, first_round: bool, why: bool) -> dict[str, Any]:
    """Return who differs; what explains it is worked out once for the same cards."""
    desk = visit.desk
    base, store, actor = visit.base, desk.store, visit.actor
    found: dict[str, Any] = api.board_agreement(store, actor, base, first_round, explained=False)
    apart = sum(len(case["groups"]) > 1 for case in found["cases"])
    if apart and (why or apart <= EXPLAINED):
        told = json.dumps(api.plain(found), sort_keys=True, default=str)
        said = hashlib.sha256(told.encode()).hexdigest()
        key = "agreement", said, base.language, base.knowledge.digest, datetime.date.today()
        found = desk.once(key, lambda: api.board_agreement(store, actor, base, first_round))
        return {**found, "apart": apart, "explained": True}
    return {**found, "apart": apart, "explained": not apart}


@screen.get("/agreement", may("report.read"))
def agreement(visit: Here, last: str = "", why: str = "") -> Response:
    """The agreement of the people of boards, by cases, disciplines and centres."""
    view = agreement_view(visit, not last, bool(why))
    groups = (
        (N_("Discipline"), [(one["discipline"], one) for one in view["by_discipline"]]),
        (N_("Centre"), [(one["centre"], one) for one in view["by_centre"]]),
        (N_("Between centres"), [(", ".join(o["centres"]), o) for o in view["between_centres"]]),
    )
    return page(visit, "agreement.html", view=view, groups=groups, kinds=KINDS, last=bool(last))
