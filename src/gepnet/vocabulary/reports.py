"""Which kinds of report are read as a whole."""

from __future__ import annotations

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, Strict


class OtherTest(Strict):
    """Values of a fact by which a report turns out to be of another test."""

    fact: FactId
    values: tuple[str, ...]


class Reports(MeasureFile):
    """The kinds of report of which only the latest counts."""

    files = ("reports",)
    optional = True
    read_as_one: tuple[str, ...] = ()
    other_tests: tuple[OtherTest, ...] = ()
