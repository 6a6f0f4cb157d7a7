"""Meetings and their lists: each item is a case with its question for the board."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gepnet.knowledge import InputError, Problem, refuse_all
from gepnet.store.cases import Case, case_of
from gepnet.store.errors import NotFound, fault, wrong
from gepnet.store.policy import Actor
from gepnet.store.tables import (
    CaseRow,
    FollowUpRow,
    IdentityRow,
    ItemRow,
    MeetingRow,
    OutcomeRow,
    now,
)
from gepnet.store.views import changed, view
from gepnet.store.work import Store

#: Where an item stands: nothing decided, an outcome recorded, its day past, carried out or not.
Stage = Literal["open", "discussed", "follow_up_due", "followed_up", "withdrawn"]
_LONGEST = 2000


@dataclass(frozen=True)
class Meeting:
    """One meeting of a board."""

    id: str
    centre: str
    title: str
    starts: datetime.datetime
    started: bool
    ended: bool
    version: int


@dataclass(frozen=True)
class BoardItem:
    """A case with its question, on the list of a meeting or waiting for one.

    ``needed`` are the disciplines that have to be there; ``record_number`` the version of the
    record that was discussed; ``due`` the day on which the outcome is to be looked at again.
    """

    id: str
    case_id: str
    meeting_id: str | None
    question: str
    place: int
    minutes: int
    needed: tuple[str, ...]
    matrix_hidden: bool
    record_number: int | None
    withdrawn: bool
    created: datetime.datetime
    version: int
    stage: Stage
    outcome: str | None
    carried_out: str | None
    due: datetime.date | None
    case: Case


def add_meeting(
    store: Store, actor: Actor, centre: str, title: str, starts: datetime.datetime
) -> Meeting:
    """Add a meeting.

    Raises:
        InputError: if the title is missing, or the centre is not the actor's.
    """
    problems = _title_faults(title)
    if not actor.is_operator and centre not in actor.centres:
        problems.append(fault("centre", centre[:60], "one of your centres", actor.centres))
    if starts.tzinfo is None:
        problems.append(fault("starts", starts, "a time with its offset from UTC"))
    refuse_all(problems)
    with store.write(actor, "meeting.edit") as session:
        row = MeetingRow(centre=centre, title=title.strip(), starts=starts)
        session.add(row)
    return view(Meeting, row)


def list_meetings(store: Store, actor: Actor) -> list[Meeting]:
    """Return the meetings of an actor's centres, the latest first."""
    query = select(MeetingRow).order_by(MeetingRow.starts.desc(), MeetingRow.id)
    if not actor.is_operator:
        query = query.where(MeetingRow.centre.in_(actor.centres))
    with store.read(actor, "meeting.list", quiet=True) as session:
        return [view(Meeting, row) for row in session.scalars(query)]


def change_meeting(
    store: Store, actor: Actor, meeting_id: str, seen: int | None = None, **changes: Any
) -> Meeting:
    """Change title or time of a meeting, or say that it has started or ended.

    Raises:
        Stale: if the meeting was changed since version ``seen``.
    """
    _known(changes, ("title", "starts", "started", "ended"))
    if "title" in changes and (problems := _title_faults(changes["title"])):
        raise InputError(problems)
    with store.write(actor, "meeting.edit") as session:
        row = _meeting(session, actor, meeting_id)
        changed(row, seen, **changes)
    return view(Meeting, row)


def add_item(
    store: Store,
    actor: Actor,
    case_id: str,
    question: str,
    meeting_id: str | None = None,
    minutes: int = 5,
    needed: Sequence[str] = (),
    matrix_hidden: bool = True,
) -> BoardItem:
    """Put a case on a list.

    Args:
        store: the store.
        actor: who does.
        case_id: the case.
        question: what the board is asked; there is no item without one.
        meeting_id: the meeting; None where it waits for one.
        minutes: planned for it.
        needed: disciplines that have to be there.
        matrix_hidden: keep the documents out of sight until the first cards are open.

    Raises:
        InputError: with every fault of what was entered.
    """
    refuse_all(item_faults(question, minutes, needed))
    with store.write(actor, "item.edit", case_id) as session:
        given = question, meeting_id, minutes, needed, matrix_hidden
        row = item_in(session, actor, case_id, *given)
        found = _items(session, actor, ItemRow.id == row.id)
    return found[0]


def item_in(
    session: Session,
    actor: Actor,
    case_id: str,
    question: str,
    meeting_id: str | None,
    minutes: int,
    needed: Sequence[str],
    matrix_hidden: bool = True,
) -> ItemRow:
    """Put a case on a list in a transaction that is open; see ``add_item``."""
    if meeting_id is not None:
        _meeting(session, actor, meeting_id)
    on_list = select(ItemRow).where(ItemRow.meeting_id == meeting_id)
    row = ItemRow(
        case_id=case_id,
        meeting_id=meeting_id,
        question=question.strip(),
        place=1 + max((one.place for one in session.scalars(on_list)), default=0),
        minutes=minutes,
        needed=[one.strip() for one in needed],
        matrix_hidden=matrix_hidden,
    )
    session.add(row)
    session.flush()
    return row


def change_item(
    store: Store, actor: Actor, item_id: str, seen: int | None = None, **changes: Any
) -> BoardItem:
    """Change question, meeting, place, minutes, disciplines, hiding of documents; or withdraw it.

    Raises:
        Stale: if the item was changed since version ``seen``.
        InputError: with every fault of what was entered.
    """
    fields = ("question", "meeting_id", "place", "minutes", "needed", "matrix_hidden", "withdrawn")
    _known(changes, fields)
    case_id = case_of_item(store, actor, item_id)
    with store.write(actor, "item.edit", case_id) as session:
        row = session.get_one(ItemRow, item_id)
        said = {"question": row.question, "minutes": row.minutes, "needed": row.needed, **changes}
        refuse_all(item_faults(said["question"], said["minutes"], said["needed"]))
        if changes.get("meeting_id") is not None:
            _meeting(session, actor, changes["meeting_id"])
        if "needed" in changes:
            changes["needed"] = list(changes["needed"])
        changed(row, seen, **changes)
        session.flush()
        found = _items(session, actor, ItemRow.id == item_id)
    return found[0]


def read_item(store: Store, actor: Actor, item_id: str) -> BoardItem:
    """Return an item with its case."""
    case_id = case_of_item(store, actor, item_id)
    with store.read(actor, "case.read", case_id) as session:
        return _items(session, actor, ItemRow.id == item_id)[0]


def list_items(
    store: Store,
    actor: Actor,
    meeting_id: str | None = None,
    case_id: str | None = None,
    withdrawn: bool = False,
) -> list[BoardItem]:
    """Return the items of a meeting, of a case, or all of an actor's centres, in their order."""
    wanted: list[ColumnElement[bool]] = [ItemRow.withdrawn.in_((False, withdrawn))]
    if meeting_id is not None:
        wanted.append(ItemRow.meeting_id == meeting_id)
    if case_id is not None:
        wanted.append(ItemRow.case_id == case_id)
    with store.read(actor, "case.list", case_id, of=f"meetings:{meeting_id or 'all'}") as session:
        return _items(session, actor, *wanted, of_centres=case_id is None)


def case_of_item(store: Store, actor: Actor, item_id: str) -> str:
    """Return the case of an item.

    Raises:
        NotFound: if there is no such item; whether the case may be seen is looked at later.
    """
    with store.engine.connect() as connection:
        found = connection.scalar(select(ItemRow.case_id).where(ItemRow.id == item_id))
    if found is None:
        raise NotFound("item", item_id[:40], "an item of a list")
    return found


def _items(
    session: Session, actor: Actor, *wanted: ColumnElement[bool], of_centres: bool = False
) -> list[BoardItem]:
    query = (
        select(ItemRow, CaseRow, IdentityRow)
        .join(CaseRow, CaseRow.id == ItemRow.case_id)
        .outerjoin(IdentityRow, IdentityRow.case_id == CaseRow.id)
        .where(*wanted)
        .order_by(ItemRow.place, ItemRow.created, ItemRow.id)
    )
    rows = [
        row
        for row in session.execute(query).all()
        if not of_centres or actor.is_operator or row[1].centre in actor.centres
    ]
    ids = [row[0].id for row in rows]
    outcomes: dict[str, OutcomeRow] = {}
    for outcome in session.scalars(
        select(OutcomeRow).where(OutcomeRow.item_id.in_(ids)).order_by(OutcomeRow.number)
    ):
        outcomes[outcome.item_id] = outcome
    follow_ups: dict[str, FollowUpRow] = {}
    for found in session.scalars(
        select(FollowUpRow).where(FollowUpRow.item_id.in_(ids)).order_by(FollowUpRow.at)
    ):
        follow_ups[found.item_id] = found
    return [
        _item(
            item,
            case_of(case, who if actor.sees_identities else None),
            outcomes.get(item.id),
            follow_ups.get(item.id),
        )
        for item, case, who in rows
    ]


def _item(
    row: ItemRow, case: Case, outcome: OutcomeRow | None, later: FollowUpRow | None
) -> BoardItem:
    stage: Stage = "open"
    if row.withdrawn:
        stage = "withdrawn"
    elif outcome is not None and later is not None and later.carried_out != "not_yet":
        stage = "followed_up"
    elif outcome is not None:
        past = outcome.due is not None and outcome.due <= now().date()
        stage = "follow_up_due" if past else "discussed"
    return view(
        BoardItem,
        row,
        needed=tuple(row.needed),
        stage=stage,
        outcome=None if outcome is None else outcome.kind,
        carried_out=None if later is None else later.carried_out,
        due=None if outcome is None else outcome.due,
        case=case,
    )


def _meeting(session: Session, actor: Actor, meeting_id: str) -> MeetingRow:
    row = session.get(MeetingRow, meeting_id)
    if row is None or not (actor.is_operator or row.centre in actor.centres):
        raise NotFound("meeting", meeting_id[:40], "a meeting of one of your centres")
    return row


def _known(changes: dict[str, Any], fields: Sequence[str]) -> None:
    if unknown := changes.keys() - set(fields):
        raise wrong("field", ", ".join(sorted(unknown)), f"one of {', '.join(fields)}")


def _title_faults(title: str) -> list[Problem]:
    fits = 1 <= len(title.strip()) <= 200
    return [] if fits else [fault("title", title[:200], "1 to 200 characters")]


def item_faults(question: str, minutes: int, needed: Sequence[str]) -> list[Problem]:
    """Return what is wrong with what was entered of an item."""
    found = []
    if not 1 <= len(question.strip()) <= _LONGEST:
        told = f"the question for the board, up to {_LONGEST} characters"
        found.append(fault("question", question.strip()[:60], told))
    if not 1 <= minutes <= 240:
        found.append(fault("minutes", minutes, "1 to 240 minutes"))
    found += [
        fault("needed", one[:100], "1 to 100 characters")
        for one in needed
        if not 1 <= len(one.strip()) <= 100
    ]
    return found
