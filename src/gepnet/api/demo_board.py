"""A board to try: published cases and made-up people in a throw-away store."""

from __future__ import annotations

import datetime
import secrets
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from gepnet.api.assessing import assess_record
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.answer import question_for
from gepnet.io import published_records
from gepnet.record import Record, parse_record, record_of, record_to_data
from gepnet.report.answer_head import question_view
from gepnet.store import (
    Actor,
    Store,
    add_case,
    add_item,
    add_meeting,
    add_user,
    open_store,
    operator,
    save_record,
    upgrade_store,
)
from gepnet.store import list_users as _list_users

CENTRE = "Demo"
#: Sign-in name, printed name, roles and discipline of the people of the demo.
PEOPLE = (
    ("anna", "Dr Anna North", ("chair", "clinician"), "oncology"),
    ("bruno", "Dr Bruno South", ("clinician",), "surgery"),
    ("carla", "Dr Carla West", ("nuclear_medicine",), "nuclear medicine"),
    ("dario", "Dr Dario Hill", ("clinician",), "radiology"),
    ("elena", "Elena East", ("coordinator",), None),
    ("franco", "Franco Ledger", ("auditor",), None),
    ("greta", "Greta Keys", ("admin",), None),
)
#: Cases on the list of the first meeting, and the minutes of each.
LISTED, MINUTES = 9, 7
#: Published cases, at most: each is assessed once before the first page.
PUBLISHED = 10
#: A packaged course of radioligand therapy, as it stands on the day of the review of a cycle.
COURSE, REVIEWED = "courses/platelets.yaml", "2026-01-26"


@dataclass(frozen=True)
class DemoBoard:
    """A store to try, with the names and the one password of its people."""

    store: Store
    names: tuple[str, ...]
    password: str


def demo_board(
    base: KnowledgeBase, folder: Path | None = None, password: str | None = None
) -> DemoBoard:
    """Return a new store with published cases, on the list of a meeting, and people.

    Args:
        base: the knowledge.
        folder: where the store is made; by default a folder of its own that the system clears.
        password: of everybody; by default one is drawn.
    """
    place = folder or Path(tempfile.mkdtemp(prefix="gepnet-demo-"))
    chosen = password or secrets.token_urlsafe(9)
    address = str(place / "board.sqlite")
    upgrade_store(address)
    store = open_store(address)
    root = operator("demo")
    for name, printed, roles, discipline in PEOPLE:
        add_user(store, root, name, printed, roles, [CENTRE], chosen, discipline)
    chair = next(one for one in _list_users(store, root) if one.name == PEOPLE[0][0])
    leads = Actor(
        chair.id, chair.printed_name, frozenset(chair.roles), chair.discipline, frozenset({CENTRE})
    )
    today = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0)
    starts = today + datetime.timedelta(hours=2)
    meeting = add_meeting(store, root, CENTRE, "NET board", starts)
    for number, record in enumerate(_records(base)):
        case = add_case(store, root, CENTRE, None, record.patient, demo=True)
        save_record(store, leads, case.id, record, base.vocabulary, 0)
        assessment = assess_record(record, base)
        asked = question_view(question_for(base, assessment.facts), assessment, base, "en")
        on_list = meeting.id if number < LISTED else None
        add_item(store, leads, case.id, asked.text, on_list, MINUTES)
    return DemoBoard(store, tuple(one[0] for one in PEOPLE), chosen)


def _records(base: KnowledgeBase) -> list[Record]:
    folder = files("gepnet.knowledge").joinpath("cases")

    def text(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    course = parse_record(text(COURSE), COURSE, base.vocabulary)
    example = parse_record(text("example_patient.yaml"), "example_patient.yaml", base.vocabulary)
    published = [case.record for case in published_records(base.vocabulary)[:PUBLISHED]]
    return [until(course, REVIEWED, base), example, *published]


def until(record: Record, day: str, base: KnowledgeBase) -> Record:
    """Return a record as it stood on a day: what came later is not there yet."""
    data = record_to_data(record)
    told = (str(e.get("date") or e.get("start") or "") for e in data["events"])
    events = [e for e, when in zip(data["events"], told, strict=True) if when < day]
    complete = dict.fromkeys(data.get("complete", {}), day)
    return record_of(
        {**data, "as_of": day, "complete": complete, "events": events}, base.vocabulary
    )
