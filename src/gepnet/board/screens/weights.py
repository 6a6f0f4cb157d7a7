"""What matters to the patient, in their words and as weights, beside the options.

Weights say what matters. Nothing here multiplies them with anything or orders options by them.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at
from gepnet.board.forms import Own, done, text_of
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, hidden, item_of
from gepnet.board.visit import Here

screen = Screen("weights")
#: Options that stand beside what matters.
OPTIONS = 8
PLACES = ("clinic", "home")


def beside(looked: Looked, covered: bool) -> list[dict[str, Any]]:
    """Return the options with the documents for each, in the order of the vocabulary.

    While the documents are hidden until the cards are open nobody is told who is for what.
    """
    base = looked.visit.base
    order = {name: place for place, name in enumerate(base.options)}
    rows = sorted(looked.answer()["rows"][:OPTIONS], key=lambda row: order[row["options"][0]])
    return [
        {"label": row["label"], "for": None if covered else row["for"], "of": row["of"]}
        for row in rows
    ]


@screen.get("/case/{case_id}/weights", may("case.read"))
def weights(visit: Here, case_id: str) -> Response:
    """What the patient said, and the form to write it down."""
    desk, actor = visit.desk, visit.actor
    looked = look_at(visit, case_id)
    item = item_of(visit, case_id)
    said = api.read_weights(desk.store, actor, case_id)
    rounds = [] if item is None else api.read_rounds(desk.store, actor, item.id)
    covered = hidden(item, rounds)
    return page(
        visit,
        "weights.html",
        said=list(reversed(said)),
        asked=api.what_matters(visit.base),
        options=[] if looked.kept is None else beside(looked, covered),
        covered=covered,
        places=PLACES,
        **common(looked, item, "weights"),
    )


@screen.post("/case/{case_id}/weights", may("weights.record"))
def record(visit: Here, case_id: str, form: Own) -> Response:
    """Write down what the patient said; what was said before stays."""
    desk = visit.desk
    asked = api.what_matters(desk.base)
    names = [one.id for one in asked.matters]
    words = {name: text_of(form, f"words.{name}") for name in (*names, "else")}
    method = text_of(form, "method", 40) or None
    given = {name: text_of(form, f"points.{name}", 10) for name in names}
    answers: dict[str, int] = {}
    for name, text in given.items():
        if text and not text.isdecimal():
            raise api.refuse(f"points.{name}", repr(text), "a whole number")
        if text:
            answers[name] = int(text)
    kept = {name: text for name, text in words.items() if text}
    place = text_of(form, "place", 10)
    api.record_weights(desk.store, visit.actor, case_id, asked, kept, method, answers, place)
    return done(visit, f"/case/{case_id}/weights")
