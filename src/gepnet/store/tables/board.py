"""Meetings, what is on their list, cards by round, outcomes, signatures, what became of them."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gepnet.store.tables.base import Base, CaseId, Data, Id, Salt, UserId, Versioned, now


class MeetingRow(Versioned, Base):
    """One meeting of a board."""

    __tablename__ = "meetings"
    id: Mapped[Id]
    centre: Mapped[str] = mapped_column(String(60), index=True)
    title: Mapped[str]
    starts: Mapped[datetime.datetime]
    started: Mapped[bool] = mapped_column(default=False)
    ended: Mapped[bool] = mapped_column(default=False)


class ItemRow(Versioned, Base):
    """One case with its question for the board; on the list of a meeting, or not yet.

    ``record_number`` is the version of the record that was discussed, None before.
    ``matrix_hidden`` keeps the documents out of sight until the first round of cards is open.
    """

    __tablename__ = "items"
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    meeting_id: Mapped[str | None] = mapped_column(
        String(40), ForeignKey("meetings.id"), index=True
    )
    salt: Mapped[Salt]
    question: Mapped[str]
    place: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int]
    needed: Mapped[Data]
    matrix_hidden: Mapped[bool] = mapped_column(default=True)
    record_number: Mapped[int | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime.datetime] = mapped_column(default=now)


class RoundRow(Versioned, Base):
    """One round of cards. ``expected`` are the users who are to give one.

    ``opened_how`` says whether the cards were opened because all were in or by the chair.
    """

    __tablename__ = "rounds"
    __table_args__ = (UniqueConstraint("item_id", "number"),)
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    item_id: Mapped[str] = mapped_column(String(40), ForeignKey("items.id"), index=True)
    number: Mapped[int]
    expected: Mapped[Data]
    begun: Mapped[datetime.datetime] = mapped_column(default=now)
    opened: Mapped[datetime.datetime | None]
    opened_how: Mapped[str | None]
    opened_by: Mapped[str | None] = mapped_column(String(40), ForeignKey("users.id"))


class CardRow(Base):
    """What one person thinks, on a card. A changed card is a further row: the earlier one stays."""

    __tablename__ = "cards"
    __table_args__ = (UniqueConstraint("round_id", "user_id", "number"),)
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    round_id: Mapped[str] = mapped_column(String(40), ForeignKey("rounds.id"), index=True)
    user_id: Mapped[UserId]
    number: Mapped[int]
    salt: Mapped[Salt]
    discipline: Mapped[str]
    option: Mapped[str]
    reason: Mapped[str]
    condition: Mapped[str | None]
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class OutcomeRow(Base):
    """What the board came to; a change is a further row, and what was signed stays as it was."""

    __tablename__ = "outcomes"
    __table_args__ = (UniqueConstraint("item_id", "number"),)
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    item_id: Mapped[str] = mapped_column(String(40), ForeignKey("items.id"), index=True)
    number: Mapped[int]
    salt: Mapped[Salt]
    kind: Mapped[str] = mapped_column(String(40))
    options: Mapped[Data]
    condition: Mapped[str | None]
    next_step: Mapped[str | None]
    owner: Mapped[str | None]
    due: Mapped[datetime.date | None]
    patient_wish: Mapped[str | None]
    dissent: Mapped[Data]
    record_number: Mapped[int]
    record_digest: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None]
    user_id: Mapped[UserId]
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class SignatureRow(Base):
    """One person's signature under one outcome: name as printed, time, meaning, what it binds."""

    __tablename__ = "signatures"
    __table_args__ = (UniqueConstraint("outcome_id", "user_id"),)
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    outcome_id: Mapped[str] = mapped_column(String(40), ForeignKey("outcomes.id"), index=True)
    user_id: Mapped[UserId]
    printed_name: Mapped[str]
    meaning: Mapped[str]
    outcome_digest: Mapped[str] = mapped_column(String(64))
    record_number: Mapped[int]
    record_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class FollowUpRow(Base):
    """Whether an outcome was carried out, as was found on a day; each finding is a row."""

    __tablename__ = "follow_ups"
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    item_id: Mapped[str] = mapped_column(String(40), ForeignKey("items.id"), index=True)
    outcome_id: Mapped[str] = mapped_column(String(40), ForeignKey("outcomes.id"))
    salt: Mapped[Salt]
    carried_out: Mapped[str] = mapped_column(String(20))
    day: Mapped[datetime.date]
    reason: Mapped[str | None]
    user_id: Mapped[UserId]
    at: Mapped[datetime.datetime] = mapped_column(default=now)
