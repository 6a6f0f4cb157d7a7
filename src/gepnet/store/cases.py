"""Cases: a patient of the board under a pseudonym, and who that is."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gepnet.knowledge import Problem, refuse_all
from gepnet.store.errors import fault, wrong
from gepnet.store.policy import Actor
from gepnet.store.tables import AuditRow, CaseRow, GrantRow, IdentityRow, ReasonRow, UserRow, now
from gepnet.store.views import changed, view
from gepnet.store.work import Store

#: How long access to a case of another centre lasts.
GRANTED = datetime.timedelta(hours=1)
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that looks like another


@dataclass(frozen=True)
class Identity:
    """Who a patient is; two of these are compared before anything is done."""

    family_name: str
    given_name: str
    birth_date: datetime.date | None = None
    hospital_number: str | None = None
    version: int = 0


@dataclass(frozen=True)
class Case:
    """A patient of the board; ``identity`` is None for who sees pseudonyms only."""

    id: str
    pseudonym: str
    centre: str
    record_number: int
    urgent: bool
    closed: bool
    demo: bool
    created: datetime.datetime
    version: int
    identity: Identity | None


@dataclass(frozen=True)
class CaseLook:
    """Who looked at a case, or changed something of it, and when."""

    at: str
    actor: str
    role: str
    action: str
    object: str
    reason: str | None


def add_case(
    store: Store,
    actor: Actor,
    centre: str,
    identity: Identity | None = None,
    pseudonym: str | None = None,
    urgent: bool = False,
    demo: bool = False,
) -> Case:
    """Add a case, without a record yet.

    Args:
        store: the store.
        actor: who adds it.
        centre: whose case it is; one of the actor's.
        identity: who it is, if that is to be kept here.
        pseudonym: by default one is drawn.
        urgent: whether it cannot wait for its turn.
        demo: whether it is made up.

    Raises:
        InputError: with every fault of what was entered.
    """
    refuse_all(case_faults(actor, centre, identity, pseudonym))
    with store.write(actor, "case.add") as session:
        row, kept = case_in(session, centre, identity, pseudonym, urgent, demo)
    return case_of(row, kept)


def case_faults(
    actor: Actor, centre: str, identity: Identity | None, pseudonym: str | None = None
) -> list[Problem]:
    """Return what is wrong with what was entered of a new case."""
    problems = [] if identity is None else _faults(identity)
    if not actor.is_operator and centre not in actor.centres:
        problems.append(fault("centre", centre, "one of your centres", actor.centres))
    if not 1 <= len(centre) <= 60:
        problems.append(fault("centre", centre[:60], "1 to 60 characters"))
    if pseudonym is not None and not 1 <= len(pseudonym.strip()) <= 60:
        problems.append(fault("pseudonym", pseudonym[:60], "1 to 60 characters"))
    return problems


def case_in(
    session: Session,
    centre: str,
    identity: Identity | None,
    pseudonym: str | None = None,
    urgent: bool = False,
    demo: bool = False,
) -> tuple[CaseRow, IdentityRow | None]:
    """Add a case in a transaction that is open; see ``add_case``."""
    drawn = "NET-" + "".join(secrets.choice(_LETTERS) for _ in range(7))
    name = drawn if pseudonym is None else pseudonym.strip()
    if session.scalar(select(CaseRow.id).where(CaseRow.pseudonym == name)):
        raise wrong("pseudonym", name, "one that no other case has")
    row = CaseRow(pseudonym=name, centre=centre, urgent=urgent, demo=demo)
    session.add(row)
    session.flush()
    kept = None
    if identity is not None:
        kept = IdentityRow(case_id=row.id, **_of(identity))
        session.add(kept)
    return row, kept


def read_case(store: Store, actor: Actor, case_id: str) -> Case:
    """Return a case; who may not know who it is gets the pseudonym alone."""
    with store.read(actor, "case.read", case_id) as session:
        return case_of(session.get_one(CaseRow, case_id), _identity_row(session, actor, case_id))


def list_cases(store: Store, actor: Actor, closed: bool = False) -> list[Case]:
    """Return the cases of an actor's centres, the newest first."""
    query = select(CaseRow, IdentityRow).outerjoin(IdentityRow)
    if not actor.is_operator:
        query = query.where(CaseRow.centre.in_(actor.centres))
    if not closed:
        query = query.where(CaseRow.closed.is_(False))
    with store.read(actor, "case.list", of="cases") as session:
        rows = session.execute(query.order_by(CaseRow.created.desc(), CaseRow.id)).all()
        return [case_of(row, who if actor.sees_identities else None) for row, who in rows]


def change_case(
    store: Store, actor: Actor, case_id: str, seen: int | None = None, **changes: bool
) -> Case:
    """Change whether a case is urgent or closed.

    Raises:
        Stale: if the case was changed since version ``seen``.
    """
    unknown = changes.keys() - {"urgent", "closed"}
    if unknown:
        raise wrong("case", ", ".join(sorted(unknown)), "urgent or closed")
    with store.write(actor, "case.edit", case_id) as session:
        row = session.get_one(CaseRow, case_id)
        changed(row, seen, **changes)
        who = _identity_row(session, actor, case_id)
    return case_of(row, who)


def set_identity(
    store: Store, actor: Actor, case_id: str, identity: Identity, seen: int | None = None
) -> Identity:
    """Say who a case is.

    Args:
        store: the store.
        actor: who says so.
        case_id: the case.
        identity: who it is; its version is not looked at.
        seen: the version that was corrected, 0 where there was none.

    Raises:
        Stale: if the identity was changed since version ``seen``.
        InputError: with every fault of what was entered.
    """
    refuse_all(_faults(identity))
    with store.write(actor, "identity.edit", case_id) as session:
        row = session.get(IdentityRow, case_id)
        if row is None:
            row = IdentityRow(case_id=case_id, **_of(identity))
            session.add(row)
        else:
            changed(row, seen, **_of(identity))
    return view(Identity, row)


def break_glass(store: Store, actor: Actor, case_id: str, reason: str) -> datetime.datetime:
    """Open a case of another centre for an hour, with the reason in the audit trail.

    Returns:
        Until when.

    Raises:
        InputError: if there is no reason, or no such case.
    """
    if len(reason.strip()) < 10:
        raise wrong("reason", reason, "why, in at least ten characters")
    until = now() + GRANTED
    with store.write(actor, "case.break_glass", reason=reason.strip()) as session:
        if session.get(CaseRow, case_id) is None:
            raise wrong("case", case_id[:40], "a case")
        session.add(GrantRow(user_id=actor.id, case_id=case_id, reason=reason.strip(), until=until))
    return until


def case_history(store: Store, actor: Actor, case_id: str) -> list[CaseLook]:
    """Return who looked at a case and who changed what, the latest first."""
    query = (
        select(AuditRow, UserRow.printed_name, ReasonRow.text)
        .outerjoin(UserRow, UserRow.id == AuditRow.actor)
        .outerjoin(ReasonRow, ReasonRow.seq == AuditRow.seq)
        .where(AuditRow.case_id == case_id)
        .order_by(AuditRow.seq.desc())
    )
    with store.read(actor, "case.history", case_id) as session:
        return [
            CaseLook(row.ts, name or row.actor, row.role, row.action, row.object, reason)
            for row, name, reason in session.execute(query)
        ]


def _identity_row(session: Session, actor: Actor, case_id: str) -> IdentityRow | None:
    return session.get(IdentityRow, case_id) if actor.sees_identities else None


def case_of(row: CaseRow, who: IdentityRow | None) -> Case:
    """Return a case, with who it is where the one who asks may know."""
    return view(Case, row, identity=None if who is None else view(Identity, who))


def _of(identity: Identity) -> dict[str, Any]:
    number = (identity.hospital_number or "").strip()
    return {
        "family_name": identity.family_name.strip(),
        "given_name": identity.given_name.strip(),
        "birth_date": identity.birth_date,
        "hospital_number": number or None,
    }


def _faults(identity: Identity) -> list[Problem]:
    found = []
    for field in ("family_name", "given_name"):
        if not 1 <= len(getattr(identity, field).strip()) <= 200:
            found.append(fault(field, getattr(identity, field)[:200], "1 to 200 characters"))
    if len(identity.hospital_number or "") > 60:
        found.append(fault("hospital_number", "", "up to 60 characters"))
    born, today = identity.birth_date, now().date()
    if born is not None and born > today:
        found.append(fault("birth_date", born, f"a day up to {today}"))
    return found
