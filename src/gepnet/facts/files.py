"""The files of ``measures/`` that facts are worked out by, in their shapes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, OptionId, Strict


class Sign(Strict):
    """A sign of progression, the fact that tells it, and whether it counts as progression."""

    id: str
    fact: FactId
    counts: bool


class ProgressionSigns(MeasureFile):
    """The signs of progression."""

    files = ("progression",)
    signs: tuple[Sign, ...]


class TherapyGroup(Strict):
    """Options that count together, the members of a class with it."""

    options: tuple[OptionId, ...]
    note: str


class TherapyGroups(MeasureFile):
    """Groups of options that counting functions need."""

    files = ("therapy_groups",)
    somatostatin_analogues: TherapyGroup
    radioligand_therapy: TherapyGroup
    not_lutetium_dotatate: TherapyGroup
    antitumour: TherapyGroup


class Missing(Strict):
    """How often a made-up record lacks a fact, by itself and together with a group of facts."""

    share: Decimal
    with_: str | None = Field(default=None, alias="with")


class Ranged(Strict):
    """How often a number is recorded as a range, and how many steps wide at most."""

    share: Decimal
    steps: int


class Case(Strict):
    """How a fact is drawn ``when`` a criterion holds: one of the other keys says it."""

    when: str | None = None
    value: Any = None
    values: Any = None
    chance: Decimal | None = None
    quantiles: Any = None
    date: tuple[int, ...] | None = None


class Drawn(Strict):
    """How one fact, or each fact of a family, is drawn."""

    fact: FactId | None = None
    pattern: str | None = None
    missing: Missing | None = None
    ranged: Ranged | None = None
    from_members: bool = False
    cases: tuple[Case, ...]


class SampleRecipe(MeasureFile):
    """How made-up patients are drawn."""

    files = ("sample",)
    groups: dict[str, Decimal]
    facts: tuple[Drawn, ...]
    families: tuple[Drawn, ...]
    others: dict[str, Drawn]
