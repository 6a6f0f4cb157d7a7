"""Who looked at a case and who changed what; and, for the auditor, whether the trail is whole."""

from __future__ import annotations

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import look_at
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, item_of
from gepnet.board.visit import Here

screen = Screen("history")
SHOWN = 300


@screen.get("/case/{case_id}/history", may("case.read"))
def history(visit: Here, case_id: str) -> Response:
    """Who opened this case, and every change of it."""
    store, actor = visit.desk.store, visit.actor
    looked = look_at(visit, case_id)
    found = api.case_history(store, actor, case_id)
    return page(
        visit,
        "history.html",
        looks=found[:SHOWN],
        more=max(0, len(found) - SHOWN),
        versions=api.record_versions(store, actor, case_id),
        **common(looked, item_of(visit, case_id), "history"),
    )


@screen.get("/audit", may("audit.verify"))
def audit(visit: Here) -> Response:
    """Whether the audit trail is whole, and every version what was saved."""
    found = api.verify_store(visit.desk.store, visit.actor)
    return page(visit, "audit.html", found=found, told=api.plain(found))
