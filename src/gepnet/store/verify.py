"""Whether the store is as gepnet wrote it: the trail, each row that it tells of, the guards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gepnet.knowledge import refuse
from gepnet.store.policy import Actor
from gepnet.store.tables import AuditRow, Base, HeadRow, ReasonRow, digest, row_digest
from gepnet.store.trail import chain_faults
from gepnet.store.work import Store

#: The triggers that keep what was written from being changed.
_GUARDED = (
    "records", "weights", "releases", "cards", "outcomes", "signatures", "follow_ups",
    "waivers", "audit_reasons",
)  # fmt: skip


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what was found wrong.

    Attributes:
        entries: rows of the audit trail.
        rows: rows of other tables that were held to it.
        head: number and hash of the last entry; kept elsewhere, it proves later that the trail
            up to here is still the same.
        faults: each with where it is; none if the store is whole.
    """

    entries: int
    rows: int
    head: str
    faults: tuple[str, ...]


def verify_store(store: Store, actor: Actor, head: str | None = None) -> Verified:
    """Look at every row of the audit trail and every row that it tells of.

    Args:
        store: the store.
        actor: who asks.
        head: an earlier head, as ``number:hash``, that has to be in the trail.

    Raises:
        InputError: if ``head`` is none.
    """
    store.check(actor, "audit.verify")
    with Session(store.engine) as session:
        if not store.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return verified(session, store.is_sqlite, head)


def verified(session: Session, is_sqlite: bool, head: str | None = None) -> Verified:
    """Look at every row in a transaction that is open; see ``verify_store``."""
    stands: dict[str, str | None] = {}
    said: dict[int, tuple[str | None, str | None]] = {}
    entries = _noted(_trail(session), stands, said)
    faults = chain_faults(entries, session.scalar(select(HeadRow)))
    if head is not None:
        faults += _head_faults(session, head)
    rows, changed = _row_faults(session, stands)
    faults += changed
    faults += _reason_faults(session, said)
    faults += _guard_faults(session, is_sqlite)
    last = session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))
    shown = "0:" if last is None else f"{last.seq}:{last.hash}"
    return Verified(len(said), rows, shown, tuple(faults))


def _trail(session: Session) -> Iterator[AuditRow]:
    query = select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=1000)
    yield from session.scalars(query)


def _noted(
    entries: Iterator[AuditRow],
    stands: dict[str, str | None],
    said: dict[int, tuple[str | None, str | None]],
) -> Iterator[AuditRow]:
    """Yield the entries, noting which digest each row should have and which reasons there are."""
    for entry in entries:
        if entry.before_hash or entry.after_hash:
            stands[entry.object] = entry.after_hash
        said[entry.seq] = entry.reason_hash, entry.case_id
        yield entry


def _row_faults(session: Session, stands: dict[str, str | None]) -> tuple[int, list[str]]:
    """Return how many rows were held to the trail, and those that do not fit it."""
    count, faults, there = 0, [], set()
    for mapper in Base.registry.mappers:
        if not mapper.class_.audited:
            continue
        names = [one.key for one in mapper.column_attrs]
        for row in session.scalars(select(mapper.class_).execution_options(yield_per=500)):
            count += 1
            name = row.object_name
            there.add(name)
            found = row_digest({one: getattr(row, one) for one in names})
            if name not in stands:
                faults.append(f"{name} was never written by gepnet")
            elif stands[name] is None:
                faults.append(f"{name} was erased, and is there again")
            elif found != stands[name]:
                faults.append(f"{name} is not as it was last written")
            session.expunge(row)
    gone = (name for name, kept in stands.items() if kept is not None and name not in there)
    return count, faults + [f"{name} is gone, and nothing says that it was erased" for name in gone]


def _reason_faults(session: Session, said: dict[int, tuple[str | None, str | None]]) -> list[str]:
    """Return the reasons that are not those given; one of an erased case may be gone."""
    faults, there = [], set()
    for row in session.scalars(select(ReasonRow)):
        there.add(row.seq)
        if said.get(row.seq, (None, None))[0] != digest([row.salt, row.text]):
            faults.append(f"the reason of audit row {row.seq} is not the one that was given")
    erased = select(AuditRow.case_id).where(
        AuditRow.action == "case.erase",
        AuditRow.object.like("cases:%"),
        AuditRow.before_hash.is_not(None),
    )
    gone = set(session.scalars(erased))
    for seq, (reason, case_id) in said.items():
        if reason and seq not in there and case_id not in gone:
            faults.append(f"the reason of audit row {seq} is missing")
    return faults


def _head_faults(session: Session, head: str) -> list[str]:
    number, _, kept = head.strip().partition(":")
    if not number.isdecimal() or len(kept) != 64:
        raise refuse("head", head, "a head as `gepnet db verify` prints it, number:hash")
    found = session.scalar(select(AuditRow.hash).where(AuditRow.seq == int(number)))
    return [] if found == kept else [f"audit row {number} is not the one of the head given"]


def _guard_faults(session: Session, is_sqlite: bool) -> list[str]:
    """Return the triggers that are missing."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if not is_sqlite:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    there = set(session.scalars(text(query)))
    wanted = {f"{table}_no_update" for table in _GUARDED}
    wanted |= {"audit_no_update", "audit_no_delete"} if is_sqlite else {"audit_stays"}
    return [f"the trigger {name} is missing" for name in sorted(wanted - there)]
