"""The way of this patient through the algorithm of a document; what is not taken is folded."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, hidden, item_of
from gepnet.board.visit import Here

screen = Screen("pathway")


def offered(looked: Looked) -> list[dict[str, str]]:
    """Return the documents in force by name; first those that take a position on this patient."""
    answer = looked.answer()
    speaking = [
        chip["document"]
        for row in answer["rows"]
        for chips in row["cells"].values()
        for chip in chips
    ]
    known = {
        name: one.document.file.document.short for name, one in looked.assessment.documents.items()
    }
    names = [name for name in dict.fromkeys([*speaking, *sorted(known)]) if name in known]
    return [{"id": name, "short": known[name]} for name in names]


def first(looked: Looked, documents: list[dict[str, str]]) -> str:
    """Return the document to begin with: one that the deciding fact is about, else the first."""
    deciding = [name for one in looked.answer()["why"]["deciding"] for name in one["documents"]]
    named = (one["id"] for one in documents if one["short"] in deciding)
    return next(named, documents[0]["id"] if documents else "")


@screen.get("/case/{case_id}/pathway", may("case.read"))
def pathway(visit: Here, case_id: str, document: str = "", question: str = "") -> Response:
    """The pathways of one document on one question, with the way of this patient."""
    desk = visit.desk
    looked = look_at(visit, case_id)
    item = item_of(visit, case_id)
    shown: dict[str, Any] = common(looked, item, "pathway")
    if looked.kept is None:
        return page(visit, "no_record.html", **shown)
    rounds = [] if item is None else api.read_rounds(desk.store, visit.actor, item.id)
    documents = offered(looked)
    asked = question or looked.answer()["question"]["id"]
    chosen = document or first(looked, documents)
    covered = hidden(item, rounds)
    found: dict[str, Any] | None = None
    if chosen and not covered:
        found = looked.once(
            f"pathway {chosen} {asked}",
            lambda: api.plain(
                api.pathways_of(visit.base, [chosen], asked, facts=looked.assessment.facts)
            ),
        )
    return page(
        visit,
        "pathway.html",
        documents=documents,
        document=chosen,
        short=next((one["short"] for one in documents if one["id"] == chosen), chosen),
        question=asked,
        questions=looked.answer()["question"]["choices"],
        found=found,
        covered=covered,
        **shown,
    )
