"""Statuses for a table of many patients, by Polars, lazily and in a stream.

Each distinct atom and each recommendation is evaluated once; a status is one lookup in the table of
``gepnet.guidelines.status``. The result is wide: one row a patient, one small number a status.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping

import polars as pl

from gepnet.facts.frame import PolarsAlgebra
from gepnet.facts.given import Source, unknown_columns
from gepnet.facts.table import ROW, Reader
from gepnet.facts.wide import WidePlan
from gepnet.guidelines.cohort_notes import TableNotes
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.statuses import OUT_OF_SCOPE, leaves, tree
from gepnet.guidelines.wide import Cohort, status_stages
from gepnet.vocabulary import Asking

PATIENT = "patient"


class CohortPlan:
    """The whole computation for tables of one schema."""

    def __init__(
        self,
        base: KnowledgeBase,
        schema: Mapping[str, pl.DataType],
        knowledge_date: datetime.date,
        at: datetime.date | str,
        asking: Asking | None = None,
        silences: Mapping[str, str] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        """Lay out every stage; nothing is computed yet.

        ``at`` is the day of the facts, or the column with that of each row; ``silences`` are the
        columns that say of what domain a record is declared complete, by domain. With ``asking`` a
        number that is likely to be a slip is unknown and told, unless somebody accepts it.
        ``only`` names the documents (see ``Cohort``).
        """
        self.cohort = Cohort(base, knowledge_date, only)
        self.schema = dict(schema)
        self.at = at
        vocabulary = base.vocabulary
        wanted = Source(base.criteria, base.knowledge.measures, frozenset(), at)
        facts = [vocabulary[n] for n in wanted.needed(self.cohort.facts_named)]
        kept = [PATIENT] if PATIENT in schema else []
        beside = {*(silences or {}).values(), *([at] if isinstance(at, str) else [])}
        self.keys = [*kept, *([at] if isinstance(at, str) else [])]
        kept += sorted(beside)
        self.reader = Reader(
            facts,
            {ROW: pl.UInt32(), **schema},
            [ROW, *kept],
            asking,
            vocabulary.words,
            None if isinstance(at, str) else at,
        )
        given = self.reader.given | beside
        measures = base.knowledge.measures
        self.source = Source(base.criteria, measures, frozenset(given), at, silences or {})
        self.facts = WidePlan(self.source, PolarsAlgebra(vocabulary), self.cohort.nodes)
        statuses, self.results = status_stages(self.facts, self.cohort)
        self.stages = [*self.facts.stages, *statuses]

    @property
    def absent(self) -> list[str]:
        """Facts that the criteria need and the table does not give."""
        return [fact.id for fact in self.facts.absent]

    @property
    def ignored(self) -> dict[str, str | None]:
        """Columns that are no fact, each with the fact that is spelled most like it."""
        vocabulary = self.cohort.base.vocabulary
        read = {PATIENT, *self.reader.kept}
        return unknown_columns([n for n in self.schema if n not in read], vocabulary)

    def statuses(self, table: pl.LazyFrame, notes: TableNotes | None = None) -> pl.LazyFrame:
        """Return the status columns of a table, the patient first where the table names one.

        Args:
            table: of the schema of this plan.
            notes: filled while the result is computed, if given.
        """
        computed = self.read(table, notes)
        for stage in self.stages:
            computed = computed.with_columns(**stage)
        if notes is not None:
            # What passes by is only what is looked at: every column of a batch costs its share.
            codes, conflicts = self._possible_codes(), self.facts.conflicts
            told = self._told_of_conflicts()
            computed = computed.select(*dict.fromkeys([*self.keys, *codes, *told]))
            vocabulary = self.cohort.base.vocabulary
            computed = notes.watch(
                computed, conflicts, self.facts.derived_columns, codes, vocabulary
            )
        first = [pl.col(name) for name in self.keys]
        return computed.select(
            *first, *(pl.col(source).alias(name) for name, source in self.results.items())
        )

    def read(self, table: pl.LazyFrame, notes: TableNotes | None = None) -> pl.LazyFrame:
        """Return the facts that a table gives, in gepnet's own types."""
        named = [name for name in self.reader.kept if name != ROW]
        batches = table.with_row_index(ROW).select(ROW, *named, *self.reader.sources)

        def read(batch: pl.DataFrame) -> pl.DataFrame:
            facts, faults = self.reader.read(batch)
            if notes is not None:
                notes.note_batch(len(batch), faults)
            return facts

        return batches.map_batches(read, schema=self.reader.schema, streamable=True)

    def _told_of_conflicts(self) -> list[str]:
        """Return the columns that a conflict is told from."""
        shown = (self.facts.derived_columns[fact] for fact in self.facts.conflicts)
        beside = [name for names in shown for pair in names.items() for name in pair]
        return [ROW, *self.facts.conflicts.values(), *beside]

    def _possible_codes(self) -> dict[str, list[int]]:
        codes: dict[str, list[int]] = {}
        for column in self.cohort.columns:
            reachable = tree(column.asked) if column.covered else OUT_OF_SCOPE
            codes[self.results[column.name]] = sorted(set(leaves(reachable)))
        return codes
