"""The audit trail: rows that are only ever added, each holding the hash of the one before."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from gepnet.store.tables.base import Base


class AuditRow(Base):
    """Who did what to which row, and the hashes of that row before and after."""

    __tablename__ = "audit"
    audited = False
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ts: Mapped[str] = mapped_column(String(27))
    actor: Mapped[str] = mapped_column(String(60), index=True)
    role: Mapped[str]
    action: Mapped[str] = mapped_column(String(60))
    object: Mapped[str] = mapped_column(String(80), index=True)
    case_id: Mapped[str | None] = mapped_column(String(40), index=True)
    before_hash: Mapped[str | None] = mapped_column(String(64))
    after_hash: Mapped[str | None] = mapped_column(String(64))
    reason_hash: Mapped[str | None] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ReasonRow(Base):
    """The reason that a person gave, apart from the trail: it may name a patient, and be erased."""

    __tablename__ = "audit_reasons"
    audited = False
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[str | None] = mapped_column(String(40), index=True)
    salt: Mapped[str]
    text: Mapped[str]


class HeadRow(Base):
    """The last row of the trail, so that rows missing from its end are noticed."""

    __tablename__ = "audit_head"
    audited = False
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
