"""What every kind of knowledge entry has in common, and how its models say what they name."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Verification = Literal["primary", "secondary", "unverified"]
# Words of small letters and digits, joined by _ or - (and . for editions such as recist-1.1).
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


@dataclass(frozen=True)
class Kind:
    """How one kind of entry stands in the files and is spoken of, said at its field of Knowledge.

    Attributes:
        key: the key of a file under which they are listed; "" for the name of the field.
        owner: what full ids begin with; "" where the entry itself owns what stands in it.
        counted: what a count of them is called, and of the rules that stand in them.
        whole_file: one entry is a file of its own, each of its fields a key.
    """

    key: str = ""
    owner: str = ""
    counted: tuple[str, str] = ("", "")
    whole_file: bool = False


@dataclass(frozen=True)
class Names:
    """Marks an id as that of another entry.

    Attributes:
        kinds: fields of Knowledge, any of which may have it; ``facts`` are those with an entry of
            their own, ``vocabulary`` all facts, members of families included.
        by_holder: a message names the field that holds the model, not that of the id.
    """

    kinds: tuple[str, ...]
    by_holder: bool = False


SourceId = Annotated[Id, Names(("sources",))]
OptionId = Annotated[Id, Names(("options",))]
# Regions are listed in a file of measures: whoever reads that holds names against it.
RegionId = Annotated[Id, Names(("regions",))]
FactId = Annotated[Id, Names(("vocabulary",))]


_set = object.__setattr__


@cache
def _all_fields(kind: type[BaseModel]) -> set[str]:
    """Return the names of the fields; of what is kept nobody asks which of them were given."""
    return set(kind.model_fields)


class Strict(BaseModel):
    """A part of an entry or of a file: nothing in it may be changed, no key may be misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    # Thousands are kept for the next command, and read at its start: pydantic's own way takes half
    # as long again, and one word often stands in many of them.
    def __getstate__(self) -> dict[Any, Any]:
        return {
            name: sys.intern(value) if type(value) is str else value
            for name, value in vars(self).items()
        }

    def __setstate__(self, state: dict[Any, Any]) -> None:
        _set(self, "__dict__", state)
        _set(self, "__pydantic_fields_set__", _all_fields(type(self)))
        _set(self, "__pydantic_extra__", None)
        _set(self, "__pydantic_private__", None)


class Checked(Strict):
    """A part of an entry whose keys have to agree with each other."""

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield whether each fault is there, with what to say of it; the first that is is told."""
        yield from ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        told = next((text for is_there, text in self.faults() if is_there), None)
        if told is not None:
            raise ValueError(told)
        return self


class Cited(Strict):
    """Something that may say where it was read, and how far that was verified."""

    source: SourceId | None = None
    locator: str | None = None
    verification: Verification = "unverified"
    note: str | None = None


class Stated(Cited):
    """Something that has to say where it was read."""

    source: SourceId
    read_in: SourceId | None = None
    fact_ids: tuple[str, ...] = ()


class Said(Stated):
    """A statement in words."""

    says: str


class Entry(Strict):
    """Anything that is written in a knowledge file and can be pointed at."""

    file: str = ""
    line: int = 0


class Sourced(Entry, Stated):
    """An entry that states something and must say where it was read."""


class Ageing(Strict):
    """Something that was so when it was read and may be otherwise today.

    ``look_again`` is the day by which somebody should look; it is our choice, nobody's deadline.
    """

    look_again: datetime.date | None = None

    @property
    def ages(self) -> bool:
        """Whether somebody still has to look; what is over stays as it was."""
        return True


class Labelled(Sourced):
    """A statement with a name for programs and one for people."""

    id: Id
    label: str
