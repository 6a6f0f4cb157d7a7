"""The board view of a case: who, question, facts, options by documents, what decides, what is open.

While the first cards are not open the documents can be hidden, so that nobody leans on them.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from gepnet import api
from gepnet.board.cases import Looked, look_at, person
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.visit import Here, Visit

screen = Screen("case")
#: Values of one event that its line names; the record has all.
VALUES = 3


def item_of(visit: Visit, case_id: str, name: str = "") -> api.BoardItem | None:
    """Return the item of a case that is asked for, else its latest one."""
    items = api.list_items(visit.desk.store, visit.actor, case_id=case_id)
    chosen = [one for one in items if one.id == name]
    found = chosen or sorted(items, key=lambda one: one.created)
    return found[-1] if found else None


def neighbours(visit: Visit, item: api.BoardItem | None) -> dict[str, Any]:
    """Return the cases before and after on the list of the meeting, and the place among them."""
    if item is None or item.meeting_id is None:
        return {"before": None, "after": None, "place": 0, "of": 0}
    items = api.list_items(visit.desk.store, visit.actor, item.meeting_id)
    names = [one.id for one in items]
    at = names.index(item.id) if item.id in names else 0
    return {
        "before": items[at - 1] if at else None,
        "after": items[at + 1] if at + 1 < len(items) else None,
        "place": at + 1,
        "of": len(items),
    }


def hidden(item: api.BoardItem | None, rounds: list[api.CardRound]) -> bool:
    """Whether the documents stay out of sight until the first cards are open."""
    if item is None or not item.matrix_hidden or item.outcome is not None:
        return False
    return not any(one.is_open for one in rounds)


def common(looked: Looked, item: api.BoardItem | None, here: str) -> dict[str, Any]:
    """Return what every page of a case shows: who, the pages, the place in the meeting."""
    return {
        "looked": looked,
        "case": looked.case,
        "who": person(looked.case),
        "item": item,
        "here": here,
        "near": neighbours(looked.visit, item),
    }


@screen.get("/case/{case_id}", may("case.read"))
def case(visit: Here, case_id: str) -> Response:
    """Go to the board view of a case, or to its record where there is none."""
    looked = look_at(visit, case_id)
    return RedirectResponse(f"/case/{case_id}/{'board' if looked.kept else 'record'}", 303)


@screen.get("/case/{case_id}/board", may("case.read"))
def board(visit: Here, case_id: str, item: str = "") -> Response:
    """The answer of one patient on one screen."""
    looked = look_at(visit, case_id)
    chosen = item_of(visit, case_id, item)
    shown = common(looked, chosen, "board")
    if looked.kept is None:
        return page(visit, "no_record.html", **shown)
    rounds = [] if chosen is None else api.read_rounds(visit.desk.store, visit.actor, chosen.id)
    view = looked.answer()
    return page(
        visit,
        "board.html",
        view=view,
        hidden=hidden(chosen, rounds),
        rounds=rounds,
        story=looked.once("story", lambda: _story(looked)),
        stale=looked.once("stale", lambda: _stale(looked)),
        evidence=looked.evidence(),
        **shown,
    )


def _stale(looked: Looked) -> list[dict[str, Any]]:
    """Return the facts that are older than they may be."""
    facts = looked.assessment.facts
    vocabulary = looked.visit.base.vocabulary
    return [
        {"label": vocabulary[fact.fact].entry.label, "date": str(fact.date or "")}
        for fact in facts.stale()
    ]


def _story(looked: Looked) -> list[dict[str, Any]]:
    """Return the events of a record in their order, in words."""
    base = looked.visit.base
    said = base.vocabulary.phrases
    lanes = {
        "pathology": "tissue", "specimen": "tissue", "diagnosis": "tissue",
        "sstr_imaging": "imaging", "fdg_imaging": "imaging", "stage": "imaging",
        "progression": "imaging", "imaging": "imaging",
        "treatment": "treatment", "prrt_cycle": "treatment",
    }  # fmt: skip
    found = []
    for event in looked.record.events:
        lane = lanes.get(event.kind)
        if lane is None or event.withdrawn:
            continue
        when = getattr(event, "start", None) or event.date
        option = str(getattr(event, "option", ""))
        text = base.options[option].label if option in base.options else ""
        if event.kind == "treatment":
            stop = getattr(event, "stop", None)
            until = said.until.format(stop) if stop else ""
            tail = said.ongoing if getattr(event, "ongoing", None) else until
            text = ", ".join(part for part in (text, tail, _best(event, base)) if part)
        elif event.kind == "progression":
            text = ", ".join(
                api.value_words(base, "types", str(one)) for one in getattr(event, "types", ())
            )
            text = text or said.no_progression
        elif event.values:
            told = [_value(name, value, base) for name, value in event.values.items()]
            text = ", ".join(told[:VALUES]) + (", …" if len(told) > VALUES else "")
        found.append(
            {
                "lane": lane,
                "date": "" if when is None else str(when),
                "text": text,
                "kind": event.kind,
            }
        )
    return sorted(found, key=lambda one: str(one["date"]))


def _best(event: Any, base: Any) -> str:
    """Return the best response to a treatment in words."""
    found = getattr(event, "best_response", None)
    return api.value_words(base, "best_response", found) if found else ""


def _value(name: str, value: Any, base: Any) -> str:
    entry = base.vocabulary[name].entry
    if value is True:
        return str(entry.label)
    if value is False:
        return f"{entry.label}: {base.vocabulary.phrases.no}"
    unit = f" {entry.unit}" if getattr(entry, "unit", None) else ""
    words = {one.id: one.label for one in entry.values}
    number = base.vocabulary.phrases.number(str(value)) if entry.type == "number" else str(value)
    return f"{entry.label} {words.get(str(value)) or number}{unit}"


@screen.get("/case/{case_id}/reason", may("case.read"))
def reason(visit: Here, case_id: str, entry: str = "") -> Response:
    """Why entries apply to this patient, do not, or stay open; with their sources."""
    looked = look_at(visit, case_id)
    base, facts = visit.base, looked.assessment.facts
    names = [name for name in entry.replace("+", " ").split(" ") if name][:8]
    asked = visit.desk.question()
    reasons = [api.explain_recommendation(facts, base, name, asked) for name in names]
    found = looked.evidence()
    behind = {name: found.behind(name) for name in names}
    return page(
        visit,
        "reason_part.html" if visit.is_part else "reason.html",
        reasons=reasons,
        behind=behind,
        evidence=found,
        case_id=case_id,
    )
