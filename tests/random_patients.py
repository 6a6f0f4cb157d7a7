"""Random patients over the packaged vocabulary, as values, as plain input and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import polars as pl

from gepnet.criteria import Compare, Node, atoms
from gepnet.criteria.columns import Cell, cells, columns_of, from_bits, word
from gepnet.facts.frame import column_type
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Several, Value, Vocabulary

DATES = ("2019", "2023-05", "2025-12-17", "2020-02-29", "1950-06-30", "1961-02", "2025-07", "2024")


def table(patients: Sequence[Mapping[str, Value]], facts: Iterable[Fact]) -> pl.DataFrame:
    """Patients as the wide table that gepnet reads."""
    columns: dict[str, list[Cell]] = {}
    schema = {}
    for fact in facts:
        schema.update({name: column_type(fact, name) for name in columns_of(fact)})
        rows = [cells(fact, patient.get(fact.id)) for patient in patients]
        columns.update({name: [row[name] for row in rows] for name in columns_of(fact)})
    return pl.DataFrame(columns, schema=schema)


def in_words(facts_table: pl.DataFrame, facts: Iterable[Fact]) -> pl.DataFrame:
    """The same table as people have it: words for the bits of enumerated facts."""
    columns = []
    for fact in facts:
        if fact.type == "enum" and fact.id in facts_table.columns:
            values = [None if b is None else from_bits(fact, b) for b in facts_table[fact.id]]
            words = [word(fact, v) if isinstance(v, str | Several) else None for v in values]
            columns.append(pl.Series(fact.id, words, dtype=pl.String))
    return facts_table.with_columns(columns)


def by_duckdb(query: str, facts: pl.DataFrame) -> pl.DataFrame:
    """The answer of a query over the table ``facts``."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("facts", facts.with_columns(pl.col(pl.Enum).cast(pl.String)).to_arrow())
        return pl.DataFrame(connection.sql(query).to_arrow_table())


def plain_input(value: Value) -> Any:
    """A value as somebody would write it in an example."""
    if isinstance(value, Interval):
        return str(value.low) if value.is_point else f"{value.low}-{value.high}"
    if isinstance(value, Several):
        return list(value.values)
    return "not applicable" if value is NOT_APPLICABLE else value


@dataclass
class Patients:
    """Makes patients whose numbers lie at the thresholds of some criteria."""

    random: Random
    vocabulary: Vocabulary
    thresholds: dict[str, list[Decimal]] = field(default_factory=dict)

    def at_thresholds_of(self, nodes: Iterable[Node]) -> Patients:
        for atom in dict.fromkeys(atom for node in nodes for atom in atoms(node)):
            if isinstance(atom, Compare):
                for term in atom.terms:
                    self.thresholds.setdefault(term.fact, []).append(atom.constant)
        return self

    def number(self, fact: Fact) -> Decimal:
        assert fact.entry.range is not None
        least, greatest = fact.entry.range
        limits = self.thresholds.get(fact.id)
        if limits and self.random.random() < 0.7:
            step = self.random.choice((fact.precision, fact.fine))
            number = self.random.choice(limits) + self.random.choice((-1, 0, 0, 1)) * step
        else:
            number = least + (greatest - least) * Decimal(str(self.random.random() ** 3))
        return min(max(fact.kept(number), least), greatest)

    def value(self, fact: Fact) -> Value:
        if fact.entry.absence == "not_applicable" and self.random.random() < 0.15:
            return NOT_APPLICABLE
        if fact.type == "boolean":
            return self.random.random() < 0.5
        if fact.type == "enum":
            several = self.random.random() < 0.25 and len(fact.values) > 2
            return fact.among(self.random.sample(fact.values, 2 if several else 1))
        if fact.type == "date":
            return self.random.choice(DATES)
        ends = sorted((self.number(fact), self.number(fact)))
        ranges = fact.entry.interval and self.random.random() < 0.4
        return Interval(*ends) if ranges else Interval(ends[0], ends[0])

    def patient(self, facts: Iterable[Fact], known: float) -> dict[str, Value]:
        return {fact.id: self.value(fact) for fact in facts if self.random.random() < known}

    def changed(self, values: Mapping[str, Value], facts: Sequence[Fact]) -> dict[str, Value]:
        """The same patient with a few facts forgotten, changed or added."""
        changed = dict(values)
        for fact in self.random.sample(facts, 4):
            changed[fact.id] = self.value(fact)
        for name in self.random.sample(list(values), min(len(values), self.random.randint(0, 2))):
            changed.pop(name, None)
        return changed
