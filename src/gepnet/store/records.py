"""The patient record, version by version. Its one reader is that of patient files.

What is kept of a version are the keys of the patient file with its events, as data. They are read
by the reader of patient files when they come in, and again when they go out: nothing is in the
store that gepnet could not read.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gepnet.record import Record, parse_record, record_of, record_to_data, record_to_yaml
from gepnet.store.errors import Stale, wrong
from gepnet.store.policy import Actor
from gepnet.store.tables import CaseRow, RecordRow, UserRow, digest
from gepnet.store.work import Store
from gepnet.vocabulary import PartialDate, Vocabulary, parse_date

#: Fields of an event that say when it was.
_DAYS = ("date", "start", "stop")
#: Records that were read, by digest, vocabulary and day; the first to come is the first to go.
_READ: dict[tuple[str, int, datetime.date], tuple[Vocabulary, Record]] = {}
_READING, _MOST_READ = Lock(), 256


@dataclass(frozen=True)
class RecordVersion:
    """One version of a record: who saved it, when and why."""

    number: int
    digest: str
    at: datetime.datetime
    author: str
    reason: str | None


@dataclass(frozen=True)
class KeptRecord:
    """A record as one version of it is kept."""

    version: RecordVersion
    record: Record

    @property
    def file(self) -> str:
        """The record as a patient file."""
        return record_to_yaml(self.record)


def read_kept(
    store: Store, actor: Actor, case_id: str, vocabulary: Vocabulary, number: int | None = None
) -> KeptRecord:
    """Return the record of a case, by default its latest version.

    Raises:
        InputError: if there is no such version.
    """
    with store.read(actor, "case.read", case_id) as session:
        return record_in(session, case_id, vocabulary, number)


def record_versions(store: Store, actor: Actor, case_id: str) -> list[RecordVersion]:
    """Return the versions of a record, the latest first."""
    query = select(RecordRow).where(RecordRow.case_id == case_id).order_by(RecordRow.number.desc())
    with store.read(actor, "case.read", case_id) as session:
        return [_version(session, row) for row in session.scalars(query)]


def save_file(
    store: Store,
    actor: Actor,
    case_id: str,
    text: str,
    vocabulary: Vocabulary,
    seen: int,
    reason: str | None = None,
) -> KeptRecord:
    """Save a patient file as the next version; its ``patient`` becomes the pseudonym.

    See ``save_record``.
    """
    record = parse_record(text, "patient file", vocabulary)
    return save_record(store, actor, case_id, record, vocabulary, seen, reason)


def save_record(
    store: Store,
    actor: Actor,
    case_id: str,
    record: Record,
    vocabulary: Vocabulary,
    seen: int,
    reason: str | None = None,
) -> KeptRecord:
    """Save a record as the next version; the versions before stay.

    Args:
        store: the store.
        actor: who saves it.
        case_id: the case.
        record: all of it.
        vocabulary: the facts.
        seen: number of the version that was changed, 0 where there was none.
        reason: why it was changed.

    Raises:
        Stale: if another version was saved meanwhile; ``mine`` and ``theirs`` hold both files.
        InputError: with every problem of the record.
    """
    with store.write(actor, "record.edit", case_id, reason) as session:
        row = next_version(session, actor, case_id, record, vocabulary, seen, reason)
        kept = record_in(session, case_id, vocabulary, row.number)
    return kept


def add_events(
    store: Store,
    actor: Actor,
    case_id: str,
    events: Sequence[Mapping[str, Any]],
    vocabulary: Vocabulary,
    seen: int,
    reason: str | None = None,
    complete: Mapping[str, str | None] | None = None,
) -> KeptRecord:
    """Save a next version with further events; one with the id of an earlier takes its place.

    A record that is as of a day is then as of the day of what came: it counts. What was declared
    complete before that day is so no longer, until somebody declares it anew.

    Args:
        store: the store.
        actor: who enters them.
        case_id: the case.
        events: as a patient file has them, by the names of their fields and facts.
        vocabulary: the facts.
        seen: number of the version that was looked at, 0 where there was none.
        reason: why.
        complete: domains declared complete, each with its date; they replace those of the record.

    Raises:
        Stale: if another version was saved meanwhile.
        InputError: with every problem of the events.
    """
    with store.write(actor, "record.edit", case_id, reason) as session:
        data = data_in(session, case_id)
        _check_seen(session, case_id, seen, {"events": list(events)})
        named = {str(one["id"]): dict(one) for one in events if one.get("id")}
        kept = [named.pop(str(one["id"]), one) for one in data["events"]]
        new = [dict(one) for one in events if not one.get("id") or str(one["id"]) in named]
        whole = {**data, "events": [*kept, *new]}
        if complete is not None:
            whole["complete"] = dict(complete)
        if whole.get("as_of"):
            whole["as_of"] = _moved(str(whole["as_of"]), new, complete or {})
        next_version(session, actor, case_id, whole, vocabulary, seen, reason)
        found = record_in(session, case_id, vocabulary)
    return found


def _moved(
    as_of: str, events: Sequence[Mapping[str, Any]], complete: Mapping[str, str | None]
) -> str:
    """Return the day of a record once events came: never an earlier one, nor one to come."""
    days = [day for event in events for name, day in event.items() if name in _DAYS and day]
    today = datetime.date.today()
    latest = _read(as_of)
    for day in (*days, *(one for one in complete.values() if one)):
        found = _read(str(day))
        if found is not None and latest is not None and found.last > latest.last:
            latest = found
    if latest is None or latest.text == as_of:
        return as_of
    return min(latest.last, today).isoformat()


def _read(text: str) -> PartialDate | None:
    """Return a date; None for what the reader of records will refuse in its own words."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def next_version(
    session: Session,
    actor: Actor,
    case_id: str,
    record: Record | Mapping[str, Any],
    vocabulary: Vocabulary,
    seen: int,
    reason: str | None,
) -> RecordRow:
    """Add a version in a transaction that is open; see ``save_record``."""
    case = session.get_one(CaseRow, case_id)
    given = record_to_data(record) if isinstance(record, Record) else record
    _check_seen(session, case_id, seen, given)
    # The reader of patient files has the last word on what is kept.
    read = record_of({**given, "patient": case.pseudonym}, vocabulary)
    content = record_to_data(read)
    row = RecordRow(
        case_id=case_id,
        number=case.record_number + 1,
        content=content,
        digest=digest(content),
        author_id=None if actor.is_operator else actor.id,
        reason=reason,
    )
    session.add(row)
    case.record_number = row.number
    session.flush()
    return row


def record_in(
    session: Session, case_id: str, vocabulary: Vocabulary, number: int | None = None
) -> KeptRecord:
    """Return a version in a transaction that is open.

    Raises:
        InputError: if there is no such version, or its content is not what was saved.
    """
    row = row_in(session, case_id, number)
    if row is None:
        raise wrong("version", number or "", "a version of the record")
    if digest(row.content) != row.digest:
        raise wrong("record", case_id, "the content that was saved: see `gepnet db verify`")
    return KeptRecord(_version(session, row), _record(row.digest, row.content, vocabulary))


def _record(name: str, content: Mapping[str, Any], vocabulary: Vocabulary) -> Record:
    """Return the record of a content; the same content is read once on a day.

    A record cannot be changed: all who look at a version share one.
    """
    # A vocabulary is held by its entry, so that none takes the place of another in memory.
    key = name, id(vocabulary), datetime.date.today()
    known = _READ.get(key)
    if known is not None:
        return known[1]
    read = record_of(content, vocabulary)
    with _READING:
        _READ[key] = vocabulary, read
        while len(_READ) > _MOST_READ:
            del _READ[next(iter(_READ))]
    return read


def row_in(session: Session, case_id: str, number: int | None = None) -> RecordRow | None:
    """Return the row of a version, by default of the latest; None where there is none."""
    if number is None:
        number = session.scalar(select(CaseRow.record_number).where(CaseRow.id == case_id))
    return session.scalar(
        select(RecordRow).where(RecordRow.case_id == case_id, RecordRow.number == number)
    )


def data_in(session: Session, case_id: str) -> dict[str, Any]:
    """Return what the latest version holds, in a transaction that is open."""
    row = row_in(session, case_id)
    if row is not None:
        return dict(row.content)
    return {"patient": session.get_one(CaseRow, case_id).pseudonym, "events": []}


def _check_seen(session: Session, case_id: str, seen: int, mine: Mapping[str, Any]) -> None:
    case = session.get_one(CaseRow, case_id)
    if seen != case.record_number:
        theirs = data_in(session, case_id)
        raise Stale(f"record of {case.pseudonym}", seen, case.record_number, mine, theirs)


def _version(session: Session, row: RecordRow) -> RecordVersion:
    user = None if row.author_id is None else session.get(UserRow, row.author_id)
    author = "command line" if user is None else user.printed_name
    return RecordVersion(row.number, row.digest, row.at, author, row.reason)
