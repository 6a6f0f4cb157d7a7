"""A store to try the board with: published cases, and made-up people, cards and outcomes.

Everything that is made up says so: names of people end in "(demo)", questions, cards and outcomes
begin with "Demo". The published decisions stand as what was decided, the cards are drawn from them
and from what documents are for; nobody ever gave them. Two packaged patients come first: a course
of radioligand therapy on the day of the review of a cycle, and the example that stands in the docs.
"""

from __future__ import annotations

import datetime
import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from gepnet.api.assessing import assess_record
from gepnet.evaluation.decisions import Decisions
from gepnet.facts import Facts
from gepnet.guidelines import FOR, Assessment, KnowledgeBase
from gepnet.guidelines.answer import question_for
from gepnet.io import CaseRecord, published_records
from gepnet.record import Record, parse_record, record_of, record_to_data
from gepnet.report.answer_head import question_view
from gepnet.store import (
    Actor,
    BoardItem,
    Decision,
    Dissent,
    Store,
    add_case,
    add_item,
    add_meeting,
    add_user,
    begin_round,
    change_meeting,
    give_card,
    open_store,
    operator,
    record_follow_up,
    record_outcome,
    save_record,
    sign_in,
    sign_outcome,
    upgrade_store,
)
from gepnet.store.sessions import SignedIn

CENTRE = "Demo"
#: Sign-in name, printed name, roles and discipline of the people of the demo.
PEOPLE = (
    ("anna", "Dr Anna North (demo)", ("clinician", "chair"), "oncology"),
    ("bruno", "Dr Bruno South (demo)", ("clinician",), "surgery"),
    ("carla", "Dr Carla West (demo)", ("nuclear_medicine",), "nuclear medicine"),
    ("dario", "Dr Dario Hill (demo)", ("clinician",), "radiology"),
    ("elena", "Elena East (demo)", ("coordinator",), None),
    ("fulvia", "Fulvia Count (demo)", ("analyst",), None),
    ("franco", "Franco Ledger (demo)", ("auditor",), None),
    ("greta", "Greta Keys (demo)", ("admin",), None),
)
_CHAIR, _SURGEON, _NUCLEAR, _RADIOLOGIST, _COORDINATOR = (name for name, *_ in PEOPLE[:5])
_VOTERS = (_CHAIR, _SURGEON, _NUCLEAR, _RADIOLOGIST)
#: Published cases that were discussed two weeks ago, those on today's list, and minutes for each.
_DISCUSSED, _TO_COME, _MINUTES = 4, 5, 7
#: Published cases of a throw-away store: each is assessed once before the first page.
_SHOWN = 10
#: A packaged course of radioligand therapy, as it stands on the day of the review of a cycle.
_COURSE, _REVIEWED = "courses/platelets.yaml", "2026-01-26"


@dataclass(frozen=True)
class Demo:
    """A store that was filled: its address, who may sign in, and with which password."""

    store: str
    cases: int
    names: tuple[str, ...]
    password: str


def throw_away_demo(base: KnowledgeBase) -> Demo:
    """Return a new store of the demo in a folder of its own, which the system clears."""
    folder = Path(tempfile.mkdtemp(prefix="gepnet-demo-"))
    return fill_demo(str(folder / "board.sqlite"), base, _SHOWN)


def fill_demo(
    address: str,
    base: KnowledgeBase,
    most: int | None = None,
    today: datetime.date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Demo:
    """Fill an empty store with patients and with made-up people, cards and outcomes.

    Args:
        address: of the store; see ``open_store``.
        base: the knowledge.
        most: at most so many published cases.
        today: the day of the meeting to come.
        progress: called with cases done and cases in all.

    Raises:
        InputError: if the store holds accounts already.
    """
    upgrade_store(address)
    store = open_store(address)
    password = secrets.token_urlsafe(9)
    try:
        people = _people(store, password)
        day = today or datetime.date.today()
        cases = _latest(published_records(base.vocabulary))[:most]
        coming = _meeting(store, people[_COORDINATOR], day, "Demo: NET board")
        before = day - datetime.timedelta(days=14)
        past = _meeting(store, people[_COORDINATOR], before, "Demo: NET board two weeks ago")
        who = sign_in(store, _CHAIR, password)
        own = _packaged(base)
        whole = len(own) + len(cases)
        for record in own:
            _listed(store, people, record, base, coming, "Packaged patient")
        for place, case in enumerate(cases):
            meeting = past if place < _DISCUSSED else coming
            on_list = meeting if place < _DISCUSSED + _TO_COME else None
            item = _listed(store, people, _titled(case), base, on_list, "Published case")
            if place < _DISCUSSED:
                _discuss(store, people, who, item, case, base, place, day)
            if progress is not None:
                progress(len(own) + place + 1, whole)
        change_meeting(store, people[_CHAIR], past, started=True, ended=True)
    finally:
        store.close()
    return Demo(address, whole, tuple(name for name, *_ in PEOPLE), password)


def until(record: Record, day: str, base: KnowledgeBase) -> Record:
    """Return a record as it stood on a day: what came later is not there yet."""
    data = record_to_data(record)
    told = (str(e.get("date") or e.get("start") or "") for e in data["events"])
    events = [e for e, when in zip(data["events"], told, strict=True) if when < day]
    complete = dict.fromkeys(data.get("complete", {}), day)
    return record_of(
        {**data, "as_of": day, "complete": complete, "events": events}, base.vocabulary
    )


def _packaged(base: KnowledgeBase) -> list[Record]:
    folder = files("gepnet.knowledge").joinpath("cases")
    course, example = (
        parse_record(folder.joinpath(name).read_text(encoding="utf-8"), name, base.vocabulary)
        for name in (_COURSE, "example_patient.yaml")
    )
    return [until(course, _REVIEWED, base), example]


def _people(store: Store, password: str) -> dict[str, Actor]:
    root = operator("demo")
    found = {}
    for name, printed, roles, discipline in PEOPLE:
        user = add_user(store, root, name, printed, roles, [CENTRE], password, discipline)
        found[name] = Actor(
            user.id, printed, frozenset(roles), discipline, frozenset([CENTRE]), None
        )
    return found


def _latest(cases: Sequence[CaseRecord]) -> list[CaseRecord]:
    """Return the last decision point of each published case, those that read best first."""
    last = {case.case_id: case for case in cases}
    return sorted(last.values(), key=lambda case: (-len(case.record.events), case.record.patient))


def _meeting(store: Store, actor: Actor, day: datetime.date, title: str) -> str:
    starts = datetime.datetime.combine(day, datetime.time(14), datetime.UTC)
    return add_meeting(store, actor, CENTRE, title, starts).id


def _titled(case: CaseRecord) -> Record:
    """Return the record of a case, which says where it was published."""
    record = case.record
    if record.title or not case.source_title:
        return record.model_copy(update={"patient": case.case_id})
    return record.model_copy(update={"patient": case.case_id, "title": case.source_title})


def _listed(
    store: Store,
    people: dict[str, Actor],
    record: Record,
    base: KnowledgeBase,
    meeting_id: str | None,
    why: str,
) -> BoardItem:
    """Keep a patient, with the question that the record itself asks, on the list of a meeting."""
    surgeon = people[_SURGEON]
    case = add_case(store, surgeon, CENTRE, pseudonym=record.patient, demo=True)
    save_record(store, surgeon, case.id, record, base.vocabulary, 0, why)
    assessment = assess_record(record, base)
    asked = question_view(question_for(base, assessment.facts), assessment, base, "en").text
    wanted = ["nuclear medicine"]
    coordinator = people[_COORDINATOR]
    return add_item(store, coordinator, case.id, f"Demo: {asked}", meeting_id, _MINUTES, wanted)


def _discuss(
    store: Store,
    people: dict[str, Actor],
    who: SignedIn,
    item: BoardItem,
    case: CaseRecord,
    base: KnowledgeBase,
    place: int,
    day: datetime.date,
) -> None:
    """Give cards, record an outcome and what became of it; of four cases each a little other."""
    assessment = assess_record(case.record, base)
    decided = _decided(case, assessment.facts, base)
    other = _favoured(assessment, decided)
    begin_round(store, people[_CHAIR], item.id, [people[name].id for name in _VOTERS])
    for number, name in enumerate(_VOTERS):
        option = other if number >= len(_VOTERS) - place else decided
        given = f"Demo, made up: {'as was published' if option == decided else 'as documents say'}"
        condition = "Demo: if the patient agrees" if number == 1 else None
        give_card(store, people[name], item.id, option, given, base.options, condition)
    due = day + datetime.timedelta(days=30 if place else -3)
    common = {"owner": people[_CHAIR].printed_name, "due": due}
    wish = "Demo: as few days in hospital as can be"
    outcomes = (
        Decision("agreed", (decided,), **common, patient_wish=wish),  # type: ignore[arg-type]
        Decision(
            "agreed_with_condition",
            (decided,),
            "Demo: if the blood count allows",
            **common,  # type: ignore[arg-type]
            dissent=(Dissent("radiology", "Demo: the other option first", other),),
        ),
        Decision("several_acceptable", (decided, other), **common),  # type: ignore[arg-type]
        Decision("no_consensus", next_step="Demo: FDG-PET first", **common),  # type: ignore[arg-type]
    )
    record_outcome(store, people[_CHAIR], item.id, outcomes[place], base.options)
    if place == 1:
        sign_outcome(store, who, item.id, 1, "responsible")
    if place == 2:
        found = day - datetime.timedelta(days=1)
        record_follow_up(store, people[_COORDINATOR], item.id, "yes", found)


def _decided(case: CaseRecord, facts: Facts, base: KnowledgeBase) -> str:
    """Return the option that was decided on in the publication, or ``other``."""
    parts = Decisions(base).parts(case, facts)
    return next((option for part in parts for option in part.options), "other")


def _favoured(assessment: Assessment, decided: str) -> str:
    """Return another option that most documents are for, ``other`` if there is none."""
    counts: Counter[str] = Counter()
    for document in assessment.documents.values():
        for (option, intent), cell in document.cells.spoken.items():
            if cell.status in FOR and intent == "tumour_control" and option != decided:
                counts[option] += 1
    return max(counts, key=lambda option: (counts[option], option), default="other")
