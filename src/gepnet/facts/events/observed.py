"""What reports say, by columns: of each fact the value that counts as of a day.

``gepnet.facts.select`` and ``gepnet.facts.gather`` are the reference; this is the same for patients
whose reports of a kind lie on different days (``plain``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from gepnet.criteria.columns import high_column, low_column
from gepnet.facts.events.schema import PATIENT, PATIENTS, Tables
from gepnet.facts.files import ProgressionSigns
from gepnet.facts.observe import ON_IMAGING, PROGRESSION_TYPES, REACTION, progression_fact
from gepnet.facts.treatments import OVER_EVENTS, RECORD_FUNCTIONS
from gepnet.vocabulary import Fact, Reports, Vocabulary

POINT = "__point"
AT = "at"


@dataclass(frozen=True)
class Observations:
    """Selects what reports say."""

    vocabulary: Vocabulary
    measures: Mapping[str, Any]

    @cached_property
    def signs(self) -> frozenset[str]:
        """Facts of progression that say nothing of the state after a later treatment."""
        return frozenset(sign.fact for sign in ProgressionSigns.read(self.measures).signs)

    @cached_property
    def as_one(self) -> frozenset[str]:
        """Kinds of which only the latest report counts."""
        return frozenset(Reports.read(self.measures).read_as_one)

    @cached_property
    def told(self) -> frozenset[str]:
        """Facts that come from what kinds of event say besides their values."""
        found = {progression_fact(kind, self.vocabulary) for kind in PROGRESSION_TYPES}
        dated = {
            name for name, fact in self.vocabulary.items() if fact.entry.function in OVER_EVENTS
        }
        limits = self.vocabulary.upper_limits.values()
        known = {*(name for name in found if name), *dated, *limits, ON_IMAGING, REACTION, "region"}
        return frozenset(name for name in known if name in self.vocabulary)

    @cached_property
    def _over_events(self) -> tuple[Fact, ...]:
        """Facts that are told by the latest event of a kind."""
        return tuple(f for f in self.vocabulary.values() if f.entry.function in OVER_EVENTS)

    def of(
        self, tables: Tables, points: pl.DataFrame, begun: pl.DataFrame
    ) -> Iterator[pl.DataFrame]:
        """Yield for each kind of event a table with the facts that it gives.

        Args:
            tables: the events.
            points: rows with ``__point``, ``patient`` and ``at``.
            begun: the day on which the latest antitumour treatment was begun, by ``__point``.
        """
        where = points.lazy().select(POINT, PATIENT, AT)
        latest = begun.lazy()
        queries = []
        for kind, table in tables.items():
            if kind == PATIENTS:
                continue
            day = "start" if kind == "treatment" else "date"
            selected = self._selected(kind, table, day) if day in table.columns else {}
            if not selected:
                continue
            events = (
                table.lazy()
                .join(where, on=PATIENT, how="inner")
                .filter(pl.col(day) <= pl.col(AT))
                .sort(POINT, day, maintain_order=True)
            )
            if kind == "progression":
                events = self._signs(events, table)
            if self.signs & self.vocabulary.of_event(kind).keys():
                events = events.join(latest, on=POINT, how="left", maintain_order="left")
            grouped = events.group_by(POINT, maintain_order=True)
            queries.append(grouped.agg(**selected))
        yield from pl.collect_all(queries)

    def _signs(self, events: pl.LazyFrame, table: pl.DataFrame) -> pl.LazyFrame:
        """Add the signs of progression that an event names or rules out."""
        have = set(table.columns)
        no_list = pl.lit(None, dtype=pl.List(pl.String))
        types = pl.col("types") if "types" in have else no_list
        excluded = pl.col("excluded") if "excluded" in have else no_list
        none = types.is_not_null() & (types.list.len() == 0)
        none &= excluded.is_null() | (excluded.list.len() == 0)
        columns = {}
        for kind in PROGRESSION_TYPES:
            name = progression_fact(kind, self.vocabulary)
            if name is None:
                continue
            said = (
                pl.when(excluded.list.contains(kind).fill_null(False) | none)
                .then(False)
                .when(types.list.contains(kind).fill_null(False))
                .then(True)
                .otherwise(None)
            )
            own = pl.col(name) if name in have else pl.lit(None, dtype=pl.Boolean)
            columns[name] = pl.coalesce(said, own)
        return events.with_columns(**columns)

    def _selected(self, kind: str, table: pl.DataFrame, day: str) -> dict[str, pl.Expr]:
        have = set(table.columns)
        if kind == "progression":
            have |= {progression_fact(sign, self.vocabulary) or "" for sign in PROGRESSION_TYPES}
        found: dict[str, pl.Expr] = {}
        facts = dict(self.vocabulary.of_event(kind))
        if kind == "progression":
            for sign in PROGRESSION_TYPES:
                name = progression_fact(sign, self.vocabulary)
                if name is not None:
                    facts[name] = self.vocabulary[name]
        for fact in facts.values():
            if fact.entry.function in RECORD_FUNCTIONS:
                continue  # who records one is no plain patient
            if {low_column(fact), high_column(fact)} <= have:
                found |= self._fact(kind, fact, day)
        for fact in self._over_events:
            if fact.entry.inputs[0] == kind:
                found |= self._of_latest(fact.id, fact, day)
        return found

    def _fact(self, kind: str, fact: Fact, day: str) -> dict[str, pl.Expr]:
        """Return the columns of a fact by its own policy."""
        seen: pl.Expr = pl.lit(True)
        if fact.entry.lookback_days is not None:
            age = (pl.col(AT) - pl.col(day)).dt.total_days()
            seen = age <= fact.entry.lookback_days
        if fact.id in self.signs:
            treated = pl.col("__begun")
            seen &= treated.is_null() | (pl.col(day) >= treated)
        plain = fact.entry.lookback_days is None and fact.id not in self.signs
        columns = dict.fromkeys((low_column(fact), high_column(fact)))
        return {
            name: self._chosen(
                pl.col(name) if plain else pl.when(seen).then(pl.col(name)), kind, fact
            )
            for name in columns
        }

    def _chosen(self, values: pl.Expr, kind: str, fact: Fact) -> pl.Expr:
        if kind in self.as_one:
            return values.last()
        policy = fact.entry.select
        if policy == "first":
            return values.drop_nulls().first()
        if policy == "highest" and fact.type == "number":
            return values.max()
        if policy == "ever":
            return values.any(ignore_nulls=False) if fact.type == "boolean" else values.max()
        return values.drop_nulls().last()

    def _of_latest(self, name: str, fact: Fact, day: str) -> dict[str, pl.Expr]:
        if fact.entry.function == "event_recorded":
            return {name: pl.lit(True)}
        days = (pl.col(AT).last() - pl.col(day).last()).dt.total_days().cast(pl.Float64)
        return dict.fromkeys((low_column(fact), high_column(fact)), days)
