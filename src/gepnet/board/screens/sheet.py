"""The sheet for the patient: what is recorded and what was decided, in plain language.

It repeats the record and adds no advice: what the board did not say does not stand here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at, person
from gepnet.board.marks import N_
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, item_of
from gepnet.board.visit import Here, Visit

screen = Screen("sheet")
#: Lines to write questions on.
BLANK = 4
#: What was decided, said to the patient.
DECIDED = {
    "agreed": N_("The team agreed on one way."),
    "agreed_with_condition": N_("The team agreed on one way, if a condition is met."),
    "several_acceptable": N_("The team finds more than one way right for you."),
    "no_consensus": N_("The team has not agreed yet, and named a next step."),
}
#: The facts of the strip, said to the patient; what has no plain name is left to the doctors.
NAMES = {
    "tumour": N_("Your tumour: where it began, and its kind"),
    "ki67": N_("How many of its cells were dividing (Ki-67)"),
    "receptors": N_("What the receptor scan (SSTR) showed"),
    "function": N_("Hormones that the tumour makes"),
    "extent": N_("Where else it was found"),
    "progression": N_("Whether it grew"),
    "failed": N_("Treatments after which it grew"),
}
Say = Callable[..., str]


def sheet_view(visit: Visit, case_id: str) -> dict[str, Any]:
    """Return the sheet as plain texts, in the language of the visit."""
    looked = look_at(visit, case_id)
    looked.record  # noqa: B018 - refused in words where there is none
    item = item_of(visit, case_id)

    def say(message: str, **given: object) -> str:
        return str(visit.words.gettext(message, **given).unescape())

    who = person(looked.case)
    born = visit.words.date(who["born"])
    today = visit.words.date(datetime.date.today())
    head = [
        ", ".join(x for x in (who["name"], born, who["number"]) if x),
        say("Printed on %(day)s", day=today),
        say("This sheet repeats what is on record and what the team decided. It adds no advice."),
    ]
    decided = _decided(visit, item, say)
    parts = [decided, _known(looked, say), _treated(looked, say), _wishes(visit, case_id, say)]
    return {
        "title": say("Summary for the patient"),
        "language": visit.words.language,
        "head": head,
        "parts": [one for one in parts if one["pairs"] or one["lines"]],
        "questions": say("What I want to ask"),
        "blank": BLANK,
        "limits": say("If something here is wrong or not clear, tell the team."),
    }


def _part(title: str, pairs: list[tuple[str, Any]], lines: list[str]) -> dict[str, Any]:
    return {"title": title, "pairs": [[n, str(v)] for n, v in pairs if v], "lines": lines}


def _decided(visit: Visit, item: api.BoardItem | None, say: Say) -> dict[str, Any]:
    title = say("What the team discussed and decided")
    if item is None:
        return _part(title, [], [say("The team has not discussed your case yet.")])
    asked = (say("The question"), item.question)
    found = api.read_outcomes(visit.desk.store, visit.actor, item.id)
    if not found:
        return _part(title, [asked], [say("The team has not decided yet.")])
    outcome = found[-1]
    decision, options = outcome.decision, visit.base.options
    named = [options[o].label if o in options else say("another way") for o in decision.options]
    pairs = [
        asked,
        (say("Decided"), say(DECIDED[decision.kind])),
        (say("What"), ", ".join(named)),
        (say("Only if"), decision.condition),
        (say("What comes next"), decision.next_step),
        (say("Who does it"), decision.owner),
        (say("By when"), visit.words.date(decision.due)),
        (say("What you want, as it was written down"), decision.patient_wish),
    ]
    day = visit.words.date(outcome.at)
    signed = [
        say("Signed by %(who)s on %(day)s", who=one.printed_name, day=visit.words.date(one.at))
        for one in outcome.signatures
    ]
    unsigned = say("Written down on %(day)s; nobody has signed it yet.", day=day)
    return _part(title, pairs, signed or [unsigned])


def _known(looked: Looked, say: Say) -> dict[str, Any]:
    """Return the facts that decide; what is not known is said."""
    words = looked.visit.words
    unknown = say("not known")
    pairs = []
    for one in looked.answer()["strip"]:
        if one["id"] not in NAMES or (one["id"] == "failed" and not one["text"]):
            continue
        day = f" ({words.date(one['date'])})" if one["date"] and one["text"] else ""
        pairs.append((say(NAMES[one["id"]]), f"{one['text'] or unknown}{day}"))
    return _part(say("What is on record"), pairs, [])


def _treated(looked: Looked, say: Say) -> dict[str, Any]:
    """Return the treatments on record with their days."""
    words, options = looked.visit.words, looked.visit.base.options
    lines = []
    for event in looked.record.events:
        option = getattr(event, "option", None)
        if event.kind != "treatment" or event.withdrawn or option is None:
            continue
        name = options[option].label if option in options else str(option)
        start, stop = getattr(event, "start", None), getattr(event, "stop", None)
        days = [
            say("from %(day)s", day=words.date(start)) if start else "",
            say("to %(day)s", day=words.date(stop)) if stop else "",
            say("goes on") if getattr(event, "ongoing", None) else "",
        ]
        told = ", ".join(one for one in days if one)
        lines.append(f"{name}: {told}" if told else name)
    cycles = [say("cycle %(n)s on %(day)s", n=one.cycle, day=words.date(one.date))
              for one in looked.record.cycles]  # fmt: skip
    if cycles:
        lines.append(f"{say('PRRT')}: {', '.join(cycles)}")
    return _part(say("Treatments so far"), [], lines or [say("None is on record.")])


def _wishes(visit: Visit, case_id: str, say: Say) -> dict[str, Any]:
    """Return what the patient said last, in their words."""
    said = api.read_weights(visit.desk.store, visit.actor, case_id)
    title = say("What matters to you, in your words")
    if not said:
        return _part(title, [], [say("Nobody has asked yet.")])
    words = said[-1].words
    matters = api.what_matters(visit.base).matters
    pairs = [(one.label, words.get(one.id)) for one in matters]
    return _part(title, [*pairs, (say("Anything else"), words.get("else"))], [])


@screen.get("/case/{case_id}/sheet", may("case.read"))
def sheet(visit: Here, case_id: str) -> Response:
    """The sheet as a page that can be printed."""
    looked = look_at(visit, case_id)
    view = sheet_view(visit, case_id)
    shown = common(looked, item_of(visit, case_id), "weights")
    return page(visit, "sheet.html", sheet=view, **shown)


@screen.get("/case/{case_id}/sheet.pdf", may("case.read"))
def sheet_pdf(visit: Here, case_id: str) -> Response:
    """The sheet as an accessible PDF."""
    made = api.patient_sheet_pdf(sheet_view(visit, case_id), datetime.date.today())
    headers = {"content-disposition": 'inline; filename="patient-sheet.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)
