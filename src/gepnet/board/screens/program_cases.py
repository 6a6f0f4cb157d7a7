"""The JSON API of cases: the same policies, refusals and audit trail as the pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from gepnet import api
from gepnet.board import shapes
from gepnet.board.cases import look_at
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import hidden, item_of
from gepnet.board.screens.prepare import preparation
from gepnet.board.screens.programs import ROOT, documented, told
from gepnet.board.visit import Here

screen = Screen("api-cases", shown=True)
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
LIST, READ, EDIT = may("case.list"), may("case.read"), may("record.edit")
LOOK, GIVE, RECORD = may("card.read"), may("card.give"), may("outcome.record")
CASE, ITEM = ROOT + "/cases/{case_id}", ROOT + "/items/{item_id}"


@screen.get(f"{ROOT}/cases", LIST, **documented(LIST, list[shapes.Case]))
def cases(visit: Here) -> Response:
    """The cases of one's centres."""
    return told(api.list_cases(visit.desk.store, visit.actor))


@screen.get(CASE, READ, **documented(READ, shapes.WholeCase))
def case(visit: Here, case_id: Id) -> Response:
    """A case with its record."""
    looked = look_at(visit, case_id)
    items = api.list_items(visit.desk.store, visit.actor, case_id=case_id)
    record = None if looked.kept is None else looked.kept.file
    return told({"case": looked.case, "record": record, "items": items})


@screen.get(f"{CASE}/answer", READ, **documented(READ, shapes.Told))
def case_answer(visit: Here, case_id: Id) -> Response:
    """What each document says of a case; hidden from all until the first cards are open."""
    looked = look_at(visit, case_id)
    item = item_of(visit, case_id)
    rounds = [] if item is None else api.read_rounds(visit.desk.store, visit.actor, item.id)
    if hidden(item, rounds):
        raise api.NotNow("answer", "hidden", "the first cards to be open")
    return told(looked.answer())


@screen.get(f"{CASE}/readiness", READ, **documented(READ, shapes.Readiness))
def readiness(visit: Here, case_id: Id) -> Response:
    """What a case lacks for the board, and whom to ask."""
    return told({"preparation": preparation(visit, case_id)})


@screen.post(f"{CASE}/record", EDIT, **documented(EDIT, shapes.Version, 201))
def save(visit: Here, case_id: Id, sent: shapes.RecordFile) -> Response:
    """Save a patient file as the next version of the record."""
    words, store = visit.desk.base.vocabulary, visit.desk.store
    kept = api.save_file(store, visit.actor, case_id, sent.file, words, sent.seen)
    return told(kept.version, 201)


@screen.get(ITEM, LOOK, **documented(LOOK, shapes.Consensus))
def item(visit: Here, item_id: Id) -> Response:
    """An item of a meeting: cards, outcomes, and what became of them."""
    store, actor = visit.desk.store, visit.actor
    return told(
        {
            "item": api.read_item(store, actor, item_id),
            "rounds": api.read_rounds(store, actor, item_id),
            "outcomes": api.read_outcomes(store, actor, item_id),
            "follow_ups": api.read_follow_ups(store, actor, item_id),
        }
    )


@screen.post(f"{ITEM}/card", GIVE, **documented(GIVE, shapes.Told, 201))
def give(visit: Here, item_id: Id, sent: shapes.CardSent) -> Response:
    """Hand in one's own card, or change it while the round is closed."""
    options = visit.desk.base.options
    said = (sent.option, sent.reason, options, sent.condition, sent.discipline)
    return told(api.give_card(visit.desk.store, visit.actor, item_id, *said), 201)


@screen.post(f"{ITEM}/outcome", RECORD, **documented(RECORD, shapes.Outcome, 201))
def record(visit: Here, item_id: Id, sent: shapes.OutcomeSent) -> Response:
    """Record what the board came to; dissent stays beside it."""
    dissent = tuple(api.Dissent(d.discipline, d.reason, d.option) for d in sent.dissent)
    decision = api.Decision(
        sent.kind,
        tuple(dict.fromkeys(sent.options)),
        sent.condition,
        sent.next_step,
        sent.owner,
        sent.due,
        sent.patient_wish,
        dissent,
    )
    options, store = visit.desk.base.options, visit.desk.store
    said = (decision, options, sent.seen, sent.change_reason)
    return told(api.record_outcome(store, visit.actor, item_id, *said), 201)
