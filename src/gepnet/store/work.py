"""One piece of work with the store: allowed by the policy, in one transaction, in the audit trail.

Everything that reads or writes the store goes through ``Store.read`` and ``Store.write``. What is
written is noticed where SQLAlchemy sends it to the database, row by row: no function of this room
can change an audited row without an entry of the trail.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from gepnet.store.engine import WRITES
from gepnet.store.errors import NotAllowed, NotFound, NotNow
from gepnet.store.policy import Actor, policy
from gepnet.store.tables import Base, CaseRow, GrantRow, now, row_digest
from gepnet.store.trail import Entry, append

#: One person who looks at the same thing again within this time has looked once.
LOOKED_AGAIN_S = 300.0


class Store:
    """A store that is open; safe to share between threads.

    Attributes:
        engine: the database.
        tick: counts what was written through this object, for whoever caches.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.tick = 0
        self.is_sqlite = engine.dialect.name == "sqlite"
        # Within a process writers queue in order: SQLite would let them poll for the lock.
        self._writing = threading.RLock()
        self._looked: dict[tuple[str, str | None, str, str], float] = {}

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def read(
        self,
        actor: Actor,
        action: str,
        case_id: str | None = None,
        of: str | None = None,
        quiet: bool = False,
    ) -> Iterator[Session]:
        """Open a view of the store as it is now, after noting who looks at what.

        Args:
            actor: who looks.
            action: of the policy.
            case_id: the patient whom it is about.
            of: what is looked at, by default the case.
            quiet: nothing of a patient is looked at, so that nothing is noted.

        Raises:
            NotAllowed: if the policy does not let them.
            NotFound: if there is no such case, or none that they may see.
        """
        self.check(actor, action, case_id)
        if not quiet:
            self._note_look(actor, action, case_id, of)
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(
        self,
        actor: Actor,
        action: str,
        case_id: str | None = None,
        reason: str | None = None,
        of: str | None = None,
    ) -> Iterator[Session]:
        """Open a transaction; on leaving, what changed and its entries are there, or nothing is.

        Args:
            actor: who writes.
            action: of the policy.
            case_id: the patient whom it is about.
            reason: why, in the words of the person.
            of: what it is about where no row changes.

        Raises:
            NotAllowed: if the policy does not let them.
            NotFound: if there is no such case, or none that they may change.
            NotNow: if somebody else changed the same rows at the same moment.
        """
        self.check(actor, action, case_id)
        with self._turn(), self._connected() as session:
            entries = _listen(session, action)
            try:
                yield session
                session.flush()
                if of is not None:
                    entries.append(Entry(action, of, case_id))
                append(session.connection(), actor, entries, reason)
                session.commit()
            except StaleDataError as error:
                raise NotNow("version", "", "another try: somebody saved meanwhile") from error
            self.tick += 1

    @contextmanager
    def keep(self) -> Iterator[Session]:
        """Open a transaction for what needs no entry: sessions, attempts, what is worked out."""
        with self._turn(), self._connected() as session:
            yield session
            session.commit()

    def note(self, actor: Actor, action: str, of: str, case_id: str | None = None) -> None:
        """Add an entry about something that changes no row."""
        with self.keep() as session:
            append(session.connection(), actor, [Entry(action, of, case_id)])

    def check(self, actor: Actor, action: str, case_id: str | None = None) -> None:
        """Refuse, and note, what the policy does not let somebody do.

        Raises:
            NotAllowed: naming the action and who may.
            NotFound: if there is no such case, or only in centres that are not the actor's.
        """
        if not actor.may(action):
            self.note(actor, f"refused {action}", "policy", case_id)
            who = ", ".join(sorted(policy().actions[action].who - {"operator"}))
            raise NotAllowed("action", action, f"one of the roles {who or 'operator'}")
        if case_id is None:
            return
        with self.engine.connect() as connection:  # for each look: no objects are made of rows
            centre = connection.scalar(select(CaseRow.centre).where(CaseRow.id == case_id))
            if centre is not None and _is_open_to(connection, actor, case_id, centre):
                return
        if centre is not None:
            self.note(actor, f"refused {action}", f"cases:{case_id}", case_id)
        raise NotFound("case", case_id[:40], "a case of one of your centres")

    def _note_look(self, actor: Actor, action: str, case_id: str | None, of: str | None) -> None:
        looked_at = of or (f"cases:{case_id}" if case_id else "store")
        key = (actor.id, actor.session, action, looked_at)
        moment = time.monotonic()
        last = self._looked.get(key)
        if last is not None and moment - last < LOOKED_AGAIN_S:
            return
        self.note(actor, action, looked_at, case_id)
        if len(self._looked) > 10_000:
            self._looked.clear()
        self._looked[key] = moment

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._writing:
            yield

    @contextmanager
    def _connected(self) -> Iterator[Session]:
        with (
            self.engine.connect().execution_options(**{WRITES: True}) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session


def _is_open_to(connection: Connection, actor: Actor, case_id: str, centre: str) -> bool:
    """Whether an actor may see the cases of a centre, or was let to see this one for a time."""
    if actor.is_operator or centre in actor.centres:
        return True
    granted = select(GrantRow.id).where(
        GrantRow.case_id == case_id, GrantRow.user_id == actor.id, GrantRow.until > now()
    )
    return connection.scalar(granted) is not None


def _listen(session: Session, action: str) -> list[Entry]:
    """Return a list that gets an entry for each audited row that a session changes."""
    entries: list[Entry] = []
    before: dict[Base, str] = {}

    @event.listens_for(session, "before_flush")
    def _(session: Session, *_: Any) -> None:
        for row in (*session.dirty, *session.deleted):
            if isinstance(row, Base) and row.audited:
                before[row] = row_digest(_values(row, as_loaded=True))

    @event.listens_for(session, "after_flush")
    def _(session: Session, _: Any) -> None:
        for row in (*session.new, *session.dirty, *session.deleted):
            if not isinstance(row, Base) or not row.audited:
                continue
            was = before.get(row)
            gone = row in session.deleted
            stands = None if gone else row_digest(_values(row))
            if was != stands:
                entries.append(Entry(action, row.object_name, row.of_case, was, stands))

    return entries


def _values(row: Base, as_loaded: bool = False) -> dict[str, Any]:
    """Return what a row holds by column; or what it held before it was changed."""
    state: Any = inspect(row)
    found = {one.key: getattr(row, one.key) for one in state.mapper.column_attrs}
    return {**found, **state.committed_state} if as_loaded else found
