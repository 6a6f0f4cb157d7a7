"""Users, their sessions, and attempts to sign in."""

from __future__ import annotations

import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from gepnet.store.tables.base import Base, CaseId, Data, Id, UserId, Versioned, now


class UserRow(Versioned, Base):
    """A person with an account. ``password`` is an argon2 hash, None where another signs them in.

    ``subject`` is who they are to that provider, as ``issuer subject``.
    """

    __tablename__ = "users"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    printed_name: Mapped[str]
    discipline: Mapped[str | None]
    roles: Mapped[Data]
    centres: Mapped[Data]
    password: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(String(500), unique=True)
    disabled: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime.datetime] = mapped_column(default=now)


class SessionRow(Base):
    """One person signed in; known by the hash of a secret that only the browser holds."""

    __tablename__ = "sessions"
    audited = False
    id: Mapped[Id]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    form_secret: Mapped[str]
    user_id: Mapped[UserId]
    created: Mapped[datetime.datetime] = mapped_column(default=now)
    last_seen: Mapped[datetime.datetime] = mapped_column(default=now)
    proved: Mapped[datetime.datetime] = mapped_column(default=now)
    ended: Mapped[bool] = mapped_column(default=False)


class AttemptRow(Base):
    """A failed attempt to sign in, kept for the limit of attempts; names as hashes only."""

    __tablename__ = "attempts"
    audited = False
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class GrantRow(Base):
    """Access to one case of another centre, taken with a reason and for a time."""

    __tablename__ = "grants"
    id: Mapped[Id]
    user_id: Mapped[UserId]
    case_id: Mapped[CaseId]
    reason: Mapped[str]
    until: Mapped[datetime.datetime]
