"""Why the documents differ on an option, and what would be if facts were otherwise, with undo."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at
from gepnet.board.forms import Own, text_of, texts_of
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, hidden, item_of
from gepnet.board.visit import Here, Visit

screen = Screen("differ")
FOR = ("recommended", "option", "in_favour")
#: Assumed facts at a time.
MOST = 12


def differ_view(visit: Visit, case_id: str, form: FormData) -> dict[str, Any]:
    """Return the two groups on an option, the facts that decide, and what was assumed."""
    looked = look_at(visit, case_id)
    item = item_of(visit, case_id)
    base = visit.base
    answer = looked.answer()
    rows = answer["rows"]
    option = text_of(form, "option") or (rows[0]["options"][0] if rows else "")
    if option not in base.options:
        raise api.refuse("option", repr(option), "an option", base.options)
    settings = texts_of(form, "set")[:MOST]
    fact, value = text_of(form, "fact", 60), text_of(form, "value", 60)
    if text_of(form, "undo"):
        settings = settings[:-1]
    elif text_of(form, "clear"):
        settings = []
    elif fact and value:
        settings = [one for one in settings if one.partition("=")[0] != fact]
        settings = [*settings, f"{fact}={value}"]
    found = looked.comparison(option)["options"]
    main = next((one for one in found if one["intent"] == "tumour_control"), None)
    main = main or (found[0] if found else None)
    whatif = None
    if settings:
        whatif = api.whatif_view(looked.assessment, base, settings)
    return {
        **common(looked, item, "differ"),
        "view": answer,
        "option": option,
        "label": base.options[option].label,
        "chosen": main,
        "groups": _groups(main),
        "settings": settings,
        "whatif": whatif,
        "facts": _facts(looked),
        "signs": api.SIGNS,
        "offered": [(row["options"][0], row["label"]) for row in rows],
    }


def _groups(found: dict[str, Any] | None) -> dict[str, list[dict[str, Any]]]:
    """Return who is for the option, who is not, and who is open; the quiet are told by name."""
    groups: dict[str, list[dict[str, Any]]] = {"for": [], "not": [], "open": []}
    for one in () if found is None else found["positions"]:
        kind = "for" if one["status"] in FOR else "open"
        if one["status"] in ("against", "trial_only", "conflicting", "lesser"):
            kind = "not"
        groups[kind].append(one)
    return groups


def _facts(looked: Looked) -> list[dict[str, str]]:
    """Return the facts worth changing: those that decide or are missing, then all others."""
    base = looked.visit.base
    answer = looked.answer()
    first = [one["fact"] for one in answer["why"]["deciding"]]
    first += [fact for order in answer["orders"] for fact in order["facts"]]
    names = dict.fromkeys([*first, *base.facts_named])
    known = [name for name in names if name in base.vocabulary]
    return [{"id": n, "label": base.vocabulary[n].entry.label} for n in known]


def _answered(visit: Visit, case_id: str, form: FormData) -> Response:
    """Return the page, without a document while documents stay hidden or there is no record."""
    item = item_of(visit, case_id)
    looked = look_at(visit, case_id)
    if looked.kept is None:
        return page(visit, "no_record.html", **common(looked, item, "differ"))
    rounds = [] if item is None else api.read_rounds(visit.desk.store, visit.actor, item.id)
    if hidden(item, rounds):
        return page(visit, "covered.html", **common(looked, item, "differ"))
    return page(visit, "differ.html", **differ_view(visit, case_id, form))


@screen.get("/case/{case_id}/differ", may("case.read"))
def differ(visit: Here, case_id: str) -> Response:
    """Why the documents differ on the first option of the answer."""
    return _answered(visit, case_id, FormData())


@screen.post("/case/{case_id}/differ", may("case.read"))
def what_if(visit: Here, case_id: str, form: Own) -> Response:
    """The same for another option, or with assumed facts; nothing is saved."""
    return _answered(visit, case_id, form)
