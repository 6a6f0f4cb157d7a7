"""What a table of many patients gives, and what a plan over it starts from."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gepnet.criteria import Criteria
from gepnet.criteria.columns import absent_column, columns_of, high_column, low_column
from gepnet.facts.derive import inputs_of
from gepnet.knowledge import nearest
from gepnet.measures.columns import COLUMN_FUNCTIONS
from gepnet.vocabulary import Fact, Vocabulary


@dataclass(frozen=True)
class Source:
    """What a plan starts from: the knowledge, the columns that the table has, and the date.

    ``at`` may be the column with the date of each row; ``silences`` are the columns that say of
    what domain a record is declared complete, by domain.
    """

    criteria: Criteria
    measures: Mapping[str, Any]
    supplied: frozenset[str]
    at: datetime.date | str
    silences: Mapping[str, str] = field(default_factory=dict)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the criteria."""
        return self.criteria.vocabulary

    def has(self, fact: Fact) -> bool:
        """Whether the table has the value columns of a fact."""
        return low_column(fact) in self.supplied and high_column(fact) in self.supplied

    def inputs(self, fact: Fact) -> tuple[str, ...]:
        """Return what a fact is worked out from, as far as columns allow."""
        entry = fact.entry
        if entry.bound is None and not entry.derived and entry.function not in COLUMN_FUNCTIONS:
            return ()
        return tuple(name for name in inputs_of(fact, self.criteria) if name in self.vocabulary)

    def needed(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return the wanted facts and all that they rest on, each with its level above the table.

        Inputs come before what is worked out from them.
        """
        levels: dict[str, int] = {}

        def climb(name: str) -> int:
            if name not in levels:
                below = [climb(source) for source in self.inputs(self.vocabulary[name])]
                levels[name] = 1 + max(below) if below else 0
            return levels[name]

        for name in wanted:
            climb(name)
        return levels

    def recorded(self, wanted: Iterable[str]) -> list[str]:
        """Return the facts among all needed ones that a record gives, not only a derivation."""
        bounded = {name for name in self.vocabulary if self.vocabulary[name].entry.bound}
        levels = self.needed(wanted)
        return [name for name, level in levels.items() if level == 0 or name in bounded]


def first_day_column(fact: Fact) -> str:
    """Return the column with the first day that a date can mean."""
    return f"__first_{fact.id}"


def last_day_column(fact: Fact) -> str:
    """Return the column with the last day that a date can mean."""
    return f"__last_{fact.id}"


def supplied_columns(facts: Iterable[Fact], schema: Iterable[str]) -> frozenset[str]:
    """Return the columns of facts that a table gives, a point column standing for both bounds."""
    given = set(schema)
    found: set[str] = set()
    for fact in facts:
        names = set(columns_of(fact))
        if {low_column(fact), high_column(fact)} <= given:
            found |= names & given
        elif fact.entry.interval and fact.id in given:
            found |= {name for name in names if name != absent_column(fact) or name in given}
    return frozenset(found)


def unknown_columns(schema: Iterable[str], vocabulary: Vocabulary) -> dict[str, str | None]:
    """Return the columns that are no column of any fact, each with the nearest fact."""
    known = {name for fact in vocabulary.values() for name in (*columns_of(fact), fact.id)}
    return {name: nearest(name, known) for name in schema if name not in known}
