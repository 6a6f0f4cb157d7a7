"""The shape of ``measures/scores.yaml``."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, SourceId, Strict, Verification


class Level(Strict):
    """Points that an item gives where ``when`` holds, and surely not where ``excluded_when``."""

    points: int
    label: str
    when: str
    excluded_when: str | None = None


class Item(Strict):
    """One item of a score of points."""

    id: str
    label: str
    levels: tuple[Level, ...]


class Category(Strict):
    """One category of a score without points."""

    id: str
    label: str
    when: str
    excluded_when: str | None = None


class Effect(Strict):
    """A published association, for ``per_points`` points where it is a rate."""

    what: str
    value: float
    low: float
    high: float
    per_points: int | None
    patients: int | None
    source: SourceId
    verification: Verification


class Score(Strict):
    """One published score with its population and limits."""

    id: str
    label: str
    kind: Literal["points", "category"]
    timing: Literal["before_prrt", "any"]
    source: SourceId
    read_in: SourceId | None = None
    locator: str
    verification: Verification
    population: str
    limits: tuple[str, ...]
    items: tuple[Item, ...] = ()
    categories: tuple[Category, ...] = ()
    effects: tuple[Effect, ...] = ()

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if (self.kind == "points") != bool(self.items) or bool(self.items) == bool(self.categories):
            raise ValueError("'items' for a score of points, 'categories' for another")
        return self


class Band(Strict):
    """What a reported result is called."""

    when: str
    label: str


class RecordedTest(Strict):
    """A test whose reported result is shown and not worked out."""

    id: str
    label: str
    fact: FactId | None
    version: str | None
    reason: str
    source: SourceId
    locator: str | None
    verification: Verification
    bands: tuple[Band, ...]


class Patterns(Strict):
    """The NETPET grade of a lesion's pattern and how many lesions count as few."""

    grades: dict[str, str]
    suffixed: tuple[str, ...]
    few_lesions: int
    source: SourceId
    locator: str
    verification: Verification


class Scores(MeasureFile):
    """Every score and every test that is only recorded."""

    files = ("scores",)
    scores: tuple[Score, ...]
    netpet_patterns: Patterns
    recorded: tuple[RecordedTest, ...]
