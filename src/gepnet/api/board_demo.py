"""A store to try the board with: published cases, and made-up people, cards and outcomes.

Everything that is made up says so: names of people end in "(demo)", questions, cards and outcomes
begin with "Demo". The published decisions stand as what was decided, the cards are drawn from them
and from what documents are for; nobody ever gave them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gepnet.api.assessing import assess_record
from gepnet.evaluation.decisions import Decisions
from gepnet.facts import Facts
from gepnet.guidelines import FOR, Assessment, KnowledgeBase
from gepnet.io import CaseRecord, published_records
from gepnet.store import (
    Actor,
    BoardItem,
    Case,
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
PASSWORD = "demo demo demo demo"
#: Name, printed name, roles and discipline of the people of the demo.
PEOPLE = (
    ("chair", "Dr Ada Example (demo)", ("clinician", "chair"), "oncology"),
    ("surgeon", "Dr Ben Example (demo)", ("clinician",), "surgery"),
    ("nuclear", "Dr Cleo Example (demo)", ("nuclear_medicine",), "nuclear medicine"),
    ("radiologist", "Dr Dan Example (demo)", ("clinician",), "radiology"),
    ("coordinator", "Eve Example (demo)", ("coordinator",), None),
    ("analyst", "Fay Example (demo)", ("analyst",), None),
    ("auditor", "Gil Example (demo)", ("auditor",), None),
    ("admin", "Hal Example (demo)", ("admin",), None),
)
_VOTERS = ("chair", "surgeon", "nuclear", "radiologist")
#: Cases that come first: those on the lists of the two meetings.
_DISCUSSED, _TO_COME = 4, 5


@dataclass(frozen=True)
class Demo:
    """A store that was filled: its address, who may sign in, and with which password."""

    store: str
    cases: int
    names: tuple[str, ...]
    password: str = field(default=PASSWORD)


def fill_demo(
    address: str,
    base: KnowledgeBase,
    most: int | None = None,
    today: datetime.date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Demo:
    """Fill an empty store with the published cases and with made-up people, cards and outcomes.

    Args:
        address: of the store; see ``open_store``.
        base: the knowledge.
        most: at most so many cases.
        today: the day of the meeting to come.
        progress: called with cases done and cases in all.

    Raises:
        InputError: if the store holds accounts already.
    """
    upgrade_store(address)
    store = open_store(address)
    try:
        people = _people(store)
        day = today or datetime.date.today()
        cases = _latest(published_records(base.vocabulary))[:most]
        coming = _meeting(store, people["coordinator"], day, "Demo: NET board")
        before = day - datetime.timedelta(days=14)
        past = _meeting(store, people["coordinator"], before, "Demo: NET board two weeks ago")
        who = sign_in(store, "chair", PASSWORD)
        for place, case in enumerate(cases):
            kept = _case(store, people["surgeon"], case, base)
            if place < _DISCUSSED:
                item = _item(store, people["coordinator"], kept, past)
                _discuss(store, people, who, item, case, base, place, day)
            elif place < _DISCUSSED + _TO_COME:
                _item(store, people["coordinator"], kept, coming)
            if progress is not None:
                progress(place + 1, len(cases))
        chair, ended = people["chair"], {"started": True, "ended": True}
        change_meeting(store, chair, past, **ended)
    finally:
        store.close()
    return Demo(address, len(cases), tuple(name for name, *_ in PEOPLE))


def _people(store: Store) -> dict[str, Actor]:
    root = operator("demo")
    found = {}
    for name, printed, roles, discipline in PEOPLE:
        user = add_user(store, root, name, printed, roles, [CENTRE], PASSWORD, discipline)
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


def _case(store: Store, actor: Actor, case: CaseRecord, base: KnowledgeBase) -> Case:
    kept = add_case(store, actor, CENTRE, pseudonym=case.case_id, demo=True)
    record = _titled(case)
    save_record(store, actor, kept.id, record.record, base.vocabulary, 0, "Published case")
    return kept


def _titled(case: CaseRecord) -> CaseRecord:
    """Return a case whose record says where it was published."""
    record = case.record
    if record.title or not case.source_title:
        return case
    return replace(case, record=record.model_copy(update={"title": case.source_title}))


def _item(store: Store, actor: Actor, case: Case, meeting_id: str) -> BoardItem:
    question = "Demo: what next for this patient?"
    return add_item(store, actor, case.id, question, meeting_id, 7, ["nuclear medicine"])


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
    begin_round(store, people["chair"], item.id, [people[name].id for name in _VOTERS])
    for number, name in enumerate(_VOTERS):
        option = other if number >= len(_VOTERS) - place else decided
        given = f"Demo, made up: {'as was published' if option == decided else 'as documents say'}"
        condition = "Demo: if the patient agrees" if number == 1 else None
        give_card(store, people[name], item.id, option, given, base.options, condition)
    due = day + datetime.timedelta(days=30 if place else -3)
    common = {"owner": people["chair"].printed_name, "due": due}
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
    record_outcome(store, people["chair"], item.id, outcomes[place], base.options)
    if place == 1:
        sign_outcome(store, who, item.id, 1, "responsible")
    if place == 2:
        found = day - datetime.timedelta(days=1)
        record_follow_up(store, people["coordinator"], item.id, "yes", found)


def _decided(case: CaseRecord, facts: Facts, base: KnowledgeBase) -> str:
    """Return the option that was decided on in the publication, or ``other``."""
    parts = Decisions(base).parts(case, facts)
    return next((option for part in parts for option in part.options), "other")


def _favoured(assessment: Assessment, decided: str) -> str:
    """Return another option that most documents are for, ``other`` if there is none."""
    counts: dict[str, int] = {}
    for document in assessment.documents.values():
        for (option, intent), cell in document.cells.spoken.items():
            if cell.status in FOR and intent == "tumour_control" and option != decided:
                counts[option] = counts.get(option, 0) + 1
    return max(counts, key=lambda option: (counts[option], option), default="other")
