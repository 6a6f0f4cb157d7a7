"""Which kinds of report are read as a whole."""

from __future__ import annotations

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, OptionId, Strict


class OtherTest(Strict):
    """Values of a fact by which a report turns out to be of another test."""

    fact: FactId
    values: tuple[str, ...]


class Implied(Strict):
    """What an event says of other facts by the value that it gives one, beside values of others."""

    fact: FactId
    values: tuple[bool | str, ...]
    beside: dict[FactId, tuple[str, ...]] = Field(default_factory=dict)
    says: dict[FactId, str]


class Until(Strict):
    """A fact of which what is said before a treatment tells nothing of the time after it."""

    fact: FactId
    option: OptionId


class Reports(MeasureFile):
    """How reports are read.

    Attributes:
        read_as_one: kinds of report of which only the latest counts.
        other_tests: values by which a report turns out to be of another test.
        implies: what an event says of a fact by another that it names.
        until: facts of which what is said before a treatment ends with it.
    """

    files = ("reports",)
    optional = True
    read_as_one: tuple[str, ...] = ()
    other_tests: tuple[OtherTest, ...] = ()
    implies: tuple[Implied, ...] = ()
    until: tuple[Until, ...] = ()
