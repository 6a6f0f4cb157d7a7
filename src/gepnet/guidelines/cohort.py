"""Statuses for a table of many patients, by Polars, lazily and in a stream.

Each distinct atom and each recommendation is evaluated once; a status is one lookup in the table of
``gepnet.guidelines.status``. The result is wide: one row a patient, one small number a status.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import polars as pl

from gepnet.facts.frame import PolarsAlgebra
from gepnet.facts.table import ROW, Reader
from gepnet.facts.wide import Source, Stage, WidePlan, unknown_columns
from gepnet.guidelines.compiled import CompiledDocument, KnowledgeBase
from gepnet.guidelines.findings import Findings
from gepnet.guidelines.wide import Cohort, StatusColumn, completely_read, reading_truth

PATIENT = "patient"


class CohortPlan:
    """The whole computation for tables of one schema."""

    def __init__(
        self,
        base: KnowledgeBase,
        schema: Mapping[str, pl.DataType],
        knowledge_date: datetime.date,
        at: datetime.date,
    ) -> None:
        """Lay out every stage; nothing is computed yet."""
        self.cohort = Cohort(base, knowledge_date)
        self.schema = dict(schema)
        self.at = at
        vocabulary = base.vocabulary
        wanted = Source(base.criteria, base.knowledge.measures, frozenset(), at)
        facts = [vocabulary[n] for n in wanted.needed(self.cohort.facts_named)]
        kept = [PATIENT] if PATIENT in schema else []
        self.reader = Reader(facts, {ROW: pl.UInt32(), **schema}, [ROW, *kept])
        self.source = Source(base.criteria, base.knowledge.measures, self.reader.given, at)
        self.facts = WidePlan(self.source, PolarsAlgebra(vocabulary), self.cohort.nodes)
        self.stages = [*self.facts.stages, *self._status_stages()]

    @property
    def absent(self) -> list[str]:
        """Facts that the criteria need and the table does not give."""
        return [fact.id for fact in self.facts.absent]

    @property
    def ignored(self) -> dict[str, str | None]:
        """Columns that are no fact, each with the fact that is spelled most like it."""
        vocabulary = self.cohort.base.vocabulary
        return unknown_columns([n for n in self.schema if n != PATIENT], vocabulary)

    # --- stages ---------------------------------------------------------------------------------

    def _status_stages(self) -> list[Stage]:
        plan = self.facts
        self._truths = {r.full_id: f"__t{i}" for i, r in enumerate(self.cohort.recommendations)}
        truths = {
            self._truths[r.full_id]: reading_truth(plan, r.when, r.when_broad)
            for r in self.cohort.recommendations
        }
        digits: dict[str, pl.Expr] = {}
        self._digits: dict[tuple[str, ...], str] = {}
        complete: dict[str, pl.Expr] = {}
        for document in self.cohort.documents:
            digits[_scope(document)] = _digit(plan.truth(document.scope))
            if document.ever_complete:
                complete[_complete(document)] = completely_read(plan, document)
        for column in self.cohort.columns:
            for _, found in column.held:
                key = tuple(r.full_id for r in found)
                if key not in self._digits:
                    self._digits[key] = f"__d{len(self._digits)}"
                    names = [pl.col(self._truths[name]) for name in key]
                    digits[self._digits[key]] = _digit(plan.algebra.either(names))
        distinct = {column.content: column for column in self.cohort.columns}
        places = {content: f"__s{index}" for index, content in enumerate(distinct)}
        lookups = {places[content]: self._lookup(column) for content, column in distinct.items()}
        self.results = {c.name: places[c.content] for c in self.cohort.columns}
        return [{**truths, **complete}, digits, lookups]

    def _keys(self, column: StatusColumn) -> tuple[tuple[str, str], ...]:
        return tuple(
            (kind, self._digits[tuple(r.full_id for r in found)]) for kind, found in column.held
        )

    def _lookup(self, column: StatusColumn) -> pl.Expr:
        """Return the code: the digits of all truths are the place in the table."""
        names = [_scope(column.document), *(name for _, name in self._keys(column))]
        wide = column.document.ever_complete
        table = [code for _, complete, code in column.table() if wide or not complete]
        if len(set(table)) == 1:
            return pl.lit(table[0], dtype=pl.UInt8)
        kind = pl.UInt8 if len(table) <= 256 else pl.UInt16
        place = pl.col(names[0]).cast(kind)
        if wide:
            place = pl.col(_complete(column.document)).cast(kind) * 3 + place
        for name in names[1:]:
            place = place * 3 + pl.col(name).cast(kind)
        codes = pl.Series(table, dtype=pl.UInt8)
        return place.map_batches(codes.gather, return_dtype=pl.UInt8, is_elementwise=True)

    # --- running --------------------------------------------------------------------------------

    def statuses(self, table: pl.LazyFrame, findings: Findings | None = None) -> pl.LazyFrame:
        """Return the status columns of a table, the patient first where the table names one.

        Args:
            table: of the schema of this plan.
            findings: filled while the result is computed, if given.
        """
        computed = self.read(table, findings)
        for stage in self.stages:
            computed = computed.with_columns(**stage)
        conflicts = self.facts.conflicts
        if findings is not None:
            computed = findings.watch_conflicts(computed, conflicts, self.facts.derived_columns)
            computed = findings.watch_statuses(computed, self._possible_codes())
        first = [pl.col(PATIENT)] if PATIENT in self.schema else []
        return computed.select(
            *first, *(pl.col(source).alias(name) for name, source in self.results.items())
        )

    def read(self, table: pl.LazyFrame, findings: Findings | None = None) -> pl.LazyFrame:
        """Return the facts that a table gives, in gepnet's own types."""
        named = [name for name in self.reader.kept if name != ROW]
        batches = table.with_row_index(ROW).select(ROW, *named, *self.reader.sources)

        def read(batch: pl.DataFrame) -> pl.DataFrame:
            facts, faults = self.reader.read(batch)
            if findings is not None:
                findings.note_batch(len(batch), faults)
            return facts

        return batches.map_batches(read, schema=self.reader.schema, streamable=True)

    def _possible_codes(self) -> dict[str, list[int]]:
        codes: dict[str, list[int]] = {}
        for column in self.cohort.columns:
            reachable = {code for _, _, code in column.table()}
            codes[self.results[column.name]] = sorted(reachable)
        return codes


def _scope(document: CompiledDocument) -> str:
    return f"__scope_{document.id}"


def _complete(document: CompiledDocument) -> str:
    return f"__complete_{document.id}"


def _digit(truth: pl.Expr) -> pl.Expr:
    """Return a truth as a number: false 0, true 1, unknown 2."""
    return truth.cast(pl.UInt8).fill_null(2)
