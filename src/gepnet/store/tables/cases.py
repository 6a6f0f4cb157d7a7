"""Cases, who they are, their record version by version, and what is known of them apart from it."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gepnet.store.tables.base import Base, CaseId, Data, Id, Json, Salt, UserId, Versioned, now


class CaseRow(Versioned, Base):
    """A patient of the board under a pseudonym. ``demo`` marks what is made up."""

    __tablename__ = "cases"
    id: Mapped[Id]
    pseudonym: Mapped[str] = mapped_column(String(60), unique=True)
    centre: Mapped[str] = mapped_column(String(60), index=True)
    record_number: Mapped[int] = mapped_column(default=0)
    urgent: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime.datetime] = mapped_column(default=now)

    @property
    def of_case(self) -> str | None:
        """The case itself."""
        return self.id


class IdentityRow(Versioned, Base):
    """Who the patient is: apart from all else, so that it can be withheld and erased."""

    __tablename__ = "identities"
    case_id: Mapped[str] = mapped_column(String(40), ForeignKey("cases.id"), primary_key=True)
    salt: Mapped[Salt]
    family_name: Mapped[str]
    given_name: Mapped[str]
    birth_date: Mapped[datetime.date | None]
    hospital_number: Mapped[str | None]

    @property
    def object_name(self) -> str:
        """The name of the row in the audit trail."""
        return f"{self.__tablename__}:{self.case_id}"


class RecordRow(Base):
    """One version of the patient record: the patient file as data. A version is never changed."""

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("case_id", "number"),)
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    number: Mapped[int]
    salt: Mapped[Salt]
    content: Mapped[Data]
    digest: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[str | None] = mapped_column(String(40), ForeignKey("users.id"))
    reason: Mapped[str | None]
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class WeightsRow(Base):
    """What matters to the patient: in their own words, and as weights by a published method."""

    __tablename__ = "weights"
    __table_args__ = (UniqueConstraint("case_id", "number"),)
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    number: Mapped[int]
    salt: Mapped[Salt]
    words: Mapped[Data]
    method: Mapped[str | None]
    answers: Mapped[Any | None] = mapped_column(Json)
    place: Mapped[str]
    user_id: Mapped[UserId]
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class ReleaseRow(Base):
    """Who released, held or stopped a cycle of PRRT; the decision itself is an event of the record.

    ``record_before`` is the version that was looked at, ``record_after`` the one with the decision.
    """

    __tablename__ = "releases"
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    salt: Mapped[Salt]
    event: Mapped[str]
    cycle: Mapped[int]
    course: Mapped[str | None]
    decision: Mapped[str]
    record_before: Mapped[int]
    record_after: Mapped[int]
    user_id: Mapped[UserId]
    printed_name: Mapped[str]
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class WaiverRow(Base):
    """Who goes to the meeting without a domain of facts, and why; or took that back."""

    __tablename__ = "waivers"
    __table_args__ = (UniqueConstraint("case_id", "domain", "number"),)
    id: Mapped[Id]
    case_id: Mapped[CaseId]
    domain: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    salt: Mapped[Salt]
    waived: Mapped[bool]
    reason: Mapped[str]
    user_id: Mapped[UserId]
    at: Mapped[datetime.datetime] = mapped_column(default=now)


class PreparationRow(Base):
    """What a case lacks for the board, worked out from its record; remembered, never the truth."""

    __tablename__ = "preparations"
    audited = False
    case_id: Mapped[str] = mapped_column(String(40), ForeignKey("cases.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    content: Mapped[Data]
