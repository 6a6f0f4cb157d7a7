"""What every kind of knowledge entry has in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Verification = Literal["primary", "secondary", "unverified"]
# Words of small letters and digits, joined by _ or - (and . for editions such as recist-1.1).
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Entry(BaseModel):
    """Anything that is written in a knowledge file and can be pointed at."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str = ""
    line: int = 0


class Sourced(Entry):
    """An entry that states something and must say where it was read."""

    source: Id
    locator: str | None = None
    read_in: Id | None = None
    verification: Verification = "unverified"
    fact_ids: tuple[str, ...] = ()
