"""Statuses for a table of many patients, by Polars, lazily and in a stream.

Polars works out the facts and evaluates each distinct atom once; what follows from them is logic on
sets of rows (``gepnet.guidelines.cohort_bits``). The result is wide: one row a patient, one small
number a status.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from typing import BinaryIO

import polars as pl

from gepnet.facts.frame import PolarsAlgebra
from gepnet.facts.given import Source, unknown_columns
from gepnet.facts.table import ROW, Reader
from gepnet.facts.wide import WidePlan
from gepnet.guidelines.cohort_bits import Counts, StatusBits
from gepnet.guidelines.cohort_notes import TableNotes
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.wide import Cohort
from gepnet.tables.row_sets import Compression, RowSetsFile
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
        self._bits = StatusBits(self.cohort)
        #: By status column, the distinct column that it is the same as.
        self.results = self._bits.results

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

        def found(batch: pl.DataFrame) -> tuple[pl.DataFrame, Counts]:
            statuses, counts = self._bits.statuses(batch)
            return pl.DataFrame([*batch.select(self.keys), *statuses.values()]), counts

        schema = {key: self.schema[key] for key in self.keys}
        return self._by_batch(table, notes, found, schema | dict.fromkeys(self.results, pl.UInt8()))

    def write(
        self,
        table: pl.LazyFrame,
        file: BinaryIO,
        about: Mapping[str, str],
        compression: Compression,
        notes: TableNotes | None = None,
    ) -> None:
        """Write the status columns of a table as Parquet, in a stream.

        The sets of rows are written as they are: no number is laid out for each row.
        """
        beside = {key: self.schema[key] for key in self.keys}
        result = RowSetsFile(file, beside, list(self.results), about, compression)

        def add(batch: pl.DataFrame) -> tuple[pl.DataFrame, Counts]:
            sets, counts = self._bits.sets(batch)
            if len(batch):
                result.add(batch[ROW][0], len(batch), batch.select(self.keys), sets)
            return batch.select(ROW).clear(), counts

        added = self._by_batch(table, notes, add, {ROW: pl.UInt32()})
        # While a large table is read, the statuses are laid out, which that asks nothing of.
        self._bits.prepare()
        added.collect(engine="streaming")
        result.close()

    def _by_batch(
        self,
        table: pl.LazyFrame,
        notes: TableNotes | None,
        assess: Callable[[pl.DataFrame], tuple[pl.DataFrame, Counts]],
        schema: dict[str, pl.DataType],
    ) -> pl.LazyFrame:
        """Return what comes of each batch of a table: its keys, and the truths of all atoms."""
        computed = self.read(table, notes)
        for stage in self.facts.stages:
            computed = computed.with_columns(**stage)
        # What passes by is only what is looked at: every column of a batch costs its share.
        told = self._told_of_conflicts() if notes is not None else []
        truths = {name: self.facts.truth(node) for name, node in self._bits.atoms.items()}
        computed = computed.select(*dict.fromkeys([ROW, *self.keys, *told]), **truths)
        conflicts, derived = self.facts.conflicts, self.facts.derived_columns
        vocabulary = self.cohort.base.vocabulary
        look = None if notes is None else notes.watch(conflicts, derived, vocabulary)

        def each(batch: pl.DataFrame) -> pl.DataFrame:
            found, counts = assess(batch)
            if look is not None:
                look(batch.select(told), counts)
            return found

        return computed.map_batches(each, schema=schema, streamable=True)

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
