"""Accounts: who works with the board, in which role, at which centre."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gepnet.knowledge import Problem, refuse_all
from gepnet.store.errors import NotFound, fault, wrong
from gepnet.store.passwords import hashed
from gepnet.store.policy import Actor, policy
from gepnet.store.tables import SessionRow, UserRow
from gepnet.store.views import changed, view
from gepnet.store.work import Store


@dataclass(frozen=True)
class User:
    """An account, without its password."""

    id: str
    name: str
    printed_name: str
    discipline: str | None
    roles: tuple[str, ...]
    centres: tuple[str, ...]
    disabled: bool
    has_password: bool
    created: datetime.datetime
    version: int


@dataclass(frozen=True)
class Colleague:
    """What colleagues see of each other."""

    id: str
    printed_name: str
    discipline: str | None
    roles: tuple[str, ...]


def add_user(
    store: Store,
    actor: Actor,
    name: str,
    printed_name: str,
    roles: Collection[str],
    centres: Collection[str],
    password: str | None = None,
    discipline: str | None = None,
    subject: str | None = None,
) -> User:
    """Add an account.

    Args:
        store: the store.
        actor: who adds it.
        name: to sign in with; the same in small and capital letters.
        printed_name: as it stands under a signature.
        roles: of the policy.
        centres: whose cases the person may open.
        password: None where another provider signs them in.
        discipline: that the person speaks for on a board.
        subject: who they are to that provider, as ``issuer subject``.

    Raises:
        InputError: with every fault of what was entered.
    """
    login = _login(name)
    problems = _faults(login, printed_name, roles, centres, discipline)
    if password is None and not subject:
        problems.append(fault("password", "", "a password, or who they are to another provider"))
    refuse_all(problems)
    kept = None if password is None else hashed(password, login, printed_name)
    with store.write(actor, "user.edit") as session:
        if session.scalar(select(UserRow.id).where(UserRow.name == login)):
            raise wrong("name", login, "a name that nobody has yet")
        if subject and session.scalar(select(UserRow.id).where(UserRow.subject == subject)):
            raise wrong("subject", subject, "a person who has no account yet")
        row = UserRow(
            name=login,
            printed_name=printed_name.strip(),
            discipline=discipline,
            roles=sorted(set(roles)),
            centres=sorted(set(centres)),
            password=kept,
            subject=subject,
        )
        session.add(row)
    return _user(row)


def list_users(store: Store, actor: Actor) -> list[User]:
    """Return all accounts, by name."""
    with store.read(actor, "user.list", of="users") as session:
        return [_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def colleagues(store: Store, actor: Actor) -> list[Colleague]:
    """Return the colleagues of an actor's centres who can sign in, by printed name."""
    with store.read(actor, "user.names", quiet=True) as session:
        rows = session.scalars(select(UserRow).order_by(UserRow.printed_name, UserRow.id))
        return [
            view(Colleague, row, roles=tuple(row.roles))
            for row in rows
            if not row.disabled and (actor.is_operator or actor.centres & set(row.centres))
        ]


def change_user(
    store: Store, actor: Actor, name: str, seen: int | None = None, **changes: Any
) -> User:
    """Change printed name, roles, centres, discipline, or whether an account is disabled.

    Who is disabled or has other roles is signed out.

    Raises:
        Stale: if the account was changed since version ``seen``.
        InputError: with every fault of what was entered.
    """
    with store.write(actor, "user.edit") as session:
        row = _row(session, name)
        names = ("printed_name", "roles", "centres", "discipline")
        said = (changes[one] if one in changes else getattr(row, one) for one in names)
        refuse_all(_faults(row.name, *said))
        for listed in changes.keys() & {"roles", "centres"}:
            changes[listed] = sorted(set(changes[listed]))
        changed(row, seen, **changes)
        if changes.keys() & {"roles", "centres", "disabled"}:
            _sign_out(session, row.id)
    return _user(row)


def set_password(store: Store, actor: Actor, name: str, password: str) -> None:
    """Give an account a new password, and sign it out everywhere.

    Somebody who keeps no accounts may do so for their own only.

    Raises:
        InputError: if it is no fit password.
    """
    with store.write(actor, "user.password") as session:
        row = _row(session, name)
        if row.id != actor.id and not actor.may("user.edit"):
            raise NotFound("user", name, "your own name")
        row.password = hashed(password, row.name, row.printed_name)
        _sign_out(session, row.id)


def _sign_out(session: Session, user_id: str) -> None:
    for row in session.scalars(select(SessionRow).where(SessionRow.user_id == user_id)):
        row.ended = True


def _row(session: Session, name: str) -> UserRow:
    row = session.scalar(select(UserRow).where(UserRow.name == _login(name)))
    if row is None:
        names = session.scalars(select(UserRow.name)).all()
        raise wrong("user", name, "a name of `gepnet user list`", names)
    return row


def _login(name: str) -> str:
    return name.strip().casefold()


def _faults(
    login: str,
    printed_name: str,
    roles: Collection[str],
    centres: Collection[str],
    discipline: str | None,
) -> list[Problem]:
    known = [role for role in policy().roles if role != "operator"]
    found = []
    if not 1 <= len(login) <= 100 or any(not one.isprintable() or one == " " for one in login):
        found.append(fault("name", login[:100], "up to 100 characters without spaces"))
    if not 1 <= len(printed_name.strip()) <= 200:
        found.append(fault("printed_name", printed_name[:200], "1 to 200 characters"))
    if not roles:
        found.append(fault("roles", "", f"one or more of {', '.join(known)}"))
    found += [fault("roles", one, "a role", known) for one in roles if one not in known]
    if not centres:
        found.append(fault("centres", "", "the centres whose cases the person may open"))
    for centre in centres:
        if not 1 <= len(centre) <= 60 or centre != centre.strip():
            found.append(fault("centres", centre[:60], "1 to 60 characters"))
    if discipline is not None and not 1 <= len(discipline.strip()) <= 100:
        found.append(fault("discipline", discipline[:100], "1 to 100 characters"))
    return found


def _user(row: UserRow) -> User:
    return view(
        User,
        row,
        roles=tuple(row.roles),
        centres=tuple(row.centres),
        has_password=row.password is not None,
    )
