"""What all tables share: opaque ids, times, JSON, versions, and the digest of a row.

Times and JSON are kept as text of one fixed form, so that a row is the same in SQLite, in
PostgreSQL and in a backup, and has the same digest in each.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from typing import Annotated, Any, ClassVar

from sqlalchemy import ForeignKey, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator


def new_id() -> str:
    """Return an id that says nothing: 80 random bits as lower-case letters and digits."""
    return secrets.token_hex(10)


def now() -> datetime.datetime:
    """Return the time, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def canonical(data: Any) -> str:
    """Return data as JSON of one form: keys in order, no spaces."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(data: Any) -> str:
    """Return the SHA-256 of data in their canonical form, as hexadecimal."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def time_text(value: datetime.datetime) -> str:
    """Return a time as text of fixed width, which sorts as the times do."""
    return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Moment(TypeDecorator[datetime.datetime]):
    """A time in UTC to the microsecond, as text of fixed width."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> str | None:
        """Return what is kept."""
        return None if value is None else time_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the time that is kept."""
        return None if value is None else datetime.datetime.fromisoformat(value)


class Day(TypeDecorator[datetime.date]):
    """A day, as ISO text."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: datetime.date | None, dialect: Dialect) -> str | None:
        """Return what is kept."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the day that is kept."""
        return None if value is None else datetime.date.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """Data as canonical JSON. A value is replaced as a whole, never changed in place."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return what is kept."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the data that are kept."""
        return None if value is None else json.loads(value)


Id = Annotated[str, mapped_column(String(40), primary_key=True, default=new_id)]
#: Makes the digest of a row with patient data one that cannot be guessed once the row is erased.
Salt = Annotated[str, mapped_column(String(32), default=lambda: secrets.token_hex(16))]
Data = Annotated[Any, mapped_column(Json)]
CaseId = Annotated[str, mapped_column(String(40), ForeignKey("cases.id"), index=True)]
UserId = Annotated[str, mapped_column(String(40), ForeignKey("users.id"), index=True)]


class Base(DeclarativeBase):
    """A table. Changes of an ``audited`` one go into the audit trail by themselves."""

    audited: ClassVar[bool] = True
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime.datetime: Moment,
        datetime.date: Day,
        str: Text,
    }

    @property
    def object_name(self) -> str:
        """The name of the row in the audit trail."""
        return f"{self.__tablename__}:{getattr(self, 'id')}"  # noqa: B009

    @property
    def of_case(self) -> str | None:
        """The case that the row belongs to."""
        return getattr(self, "case_id", None)


class Versioned:
    """A row that people change: each change counts its version up, and one unseen is refused."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def row_digest(values: dict[str, Any]) -> str:
    """Return the digest of a row from its values by column."""
    return digest({name: _kept(value) for name, value in values.items()})


def _kept(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return time_text(value)
    return value.isoformat() if isinstance(value, datetime.date) else value
