"""The facts of many patients as of a day of each, from tables of their events."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from gepnet.criteria import Criteria
from gepnet.criteria.columns import absent_column, columns_of, low_column
from gepnet.facts.derive import needed_for
from gepnet.facts.events.courses import Courses
from gepnet.facts.events.observed import Observations
from gepnet.facts.events.plain import unplain
from gepnet.facts.events.rows import record_of_rows, value_cells
from gepnet.facts.events.schema import PATIENT, PATIENTS, Tables, with_defaults
from gepnet.facts.families import declared
from gepnet.facts.gather import facts_of_record
from gepnet.facts.silence import silent_facts
from gepnet.facts.treatments import RECORD_FUNCTIONS
from gepnet.knowledge import InputError
from gepnet.knowledge.models import Knowledge
from gepnet.record import Record
from gepnet.vocabulary import Fact, Interval, Question, Vocabulary, exact

#: The day as of which a row of facts is.
AT = "at"
POINT = "__point"
_COMPLETE = "__complete_"
_TOLD, _UNTIL = "__told_", "__until_"


def complete_column(domain: str) -> str:
    """Return the column that says whether a domain is declared complete as of the day."""
    return f"{_COMPLETE}{domain}"


@dataclass(frozen=True)
class Refused:
    """A patient whose events make up no record, and why."""

    patient: str
    error: InputError


@dataclass
class EventFacts:
    """Works out facts from event tables of one schema.

    Args:
        knowledge: vocabulary and measures.
        criteria: parser of the same knowledge.
        wanted: facts that criteria name.
        given: the columns of the tables, by kind.
        today: nothing is dated later; by default the day of the computer.
        plain: by columns where that gives the same; else by the engine for one patient throughout.
    """

    knowledge: Knowledge
    criteria: Criteria
    wanted: frozenset[str]
    given: Mapping[str, Iterable[str]]
    today: datetime.date
    plain: bool = True

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the criteria."""
        return self.criteria.vocabulary

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts whose columns come out: all that are needed and that events can tell."""
        needed = needed_for(self.wanted, self.criteria)
        columns = {name for names in self.given.values() for name in names}
        told = set(self.courses.facts) | set(self.observations.told)
        found = []
        for name in sorted(needed, key=self.vocabulary.order):
            fact = self.vocabulary[name]
            there = columns & set(columns_of(fact))
            if there or name in told or name in self._silent or self._counted(fact):
                found.append(fact)
        return tuple(found)

    def _counted(self, fact: Fact) -> bool:
        """Whether the record as a whole tells a fact."""
        by_family = fact.family is not None and "{therapy}" in fact.family
        return by_family or fact.entry.function in RECORD_FUNCTIONS

    @cached_property
    def _silent(self) -> Mapping[str, str]:
        """What silence means something of, with its domain; worked-out facts are done later."""
        found = silent_facts(self.vocabulary)
        return {name: d for name, d in found.items() if not self.vocabulary[name].is_derived}

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The domains that a record can declare complete."""
        found = (fact.entry.complete for fact in self.vocabulary.values())
        return tuple(sorted({domain for domain in found if domain}))

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns of the facts, as ``cohort assess`` reads them, with day and domains."""
        found: dict[str, pl.DataType] = {PATIENT: pl.String(), AT: pl.Date()}
        for fact in self.facts:
            for name in columns_of(fact):
                if fact.type == "boolean" or name == absent_column(fact):
                    found[name] = pl.Boolean()
                else:
                    found[name] = pl.Float64() if fact.type == "number" else pl.String()
        return found | {complete_column(domain): pl.Boolean() for domain in self.domains}

    @cached_property
    def observations(self) -> Observations:
        """What reports say."""
        return Observations(self.vocabulary, self.knowledge.measures)

    @cached_property
    def courses(self) -> Courses:
        """What treatments say."""
        needed = needed_for(self.wanted, self.criteria)
        return Courses(self.vocabulary, self.knowledge.measures, needed)

    def of(
        self, tables: Tables, points: pl.DataFrame, refused: list[Refused] | None = None
    ) -> pl.DataFrame:
        """Return one row of facts for each row of ``points``, in their order.

        Args:
            tables: the events of these patients.
            points: ``patient`` and the day ``at``.
            refused: gets the patients whose events make up no record; without it they are raised.

        Raises:
            InputError: for the first such patient.
        """
        tables = with_defaults(tables)
        points = points.select(PATIENT, AT).with_row_index(POINT)
        hard = unplain(tables, self.vocabulary, self.knowledge.measures)
        if not self.plain:
            hard = points[PATIENT].unique()
        is_hard = points[PATIENT].is_in(hard.implode())
        easy = self._by_columns(tables, points.filter(~is_hard))
        rest = list(self._one_by_one(tables, points.filter(is_hard), refused))
        slow = pl.DataFrame(rest, schema={POINT: pl.UInt32(), **self.schema}, orient="row")
        return pl.concat([easy, slow]).sort(POINT).drop(POINT)

    # --- by columns -----------------------------------------------------------------------------

    def _by_columns(self, tables: Tables, points: pl.DataFrame) -> pl.DataFrame:
        whole = {POINT: pl.UInt32(), **self.schema}
        if points.is_empty():
            return pl.DataFrame(schema=whole)
        frame = points.join(self._heads(tables), on=PATIENT, how="left")
        frame = self._declared(frame)
        given = self.courses.of(tables, frame)
        frame = frame.join(given.facts, on=POINT, how="left", maintain_order="left")
        seen = self.observations.of(tables, frame, given.begun)
        for table in seen:
            new = [name for name in table.columns if name == POINT or name in self.schema]
            new = [name for name in new if name == POINT or name not in frame.columns]
            frame = frame.join(table.select(new), on=POINT, how="left", maintain_order="left")
        frame = frame.with_columns(
            **{name: pl.lit(None, dtype=kind) for name, kind in whole.items() if name not in frame}
        )
        return self._with_silence(frame).select(
            *(pl.col(name).cast(kind) for name, kind in whole.items())
        )

    def _heads(self, tables: Tables) -> pl.DataFrame:
        """Return region, day of the record and declarations of each patient."""
        text = dict.fromkeys((PATIENT, "region", "as_of", "complete"), pl.String())
        table = tables.get(PATIENTS)
        if table is None:
            return pl.DataFrame(schema=text)
        there = [pl.col(name).cast(pl.String) for name in text if name in table.columns]
        none = [pl.lit(None, dtype=pl.String).alias(n) for n in text if n not in table.columns]
        return table.select(*there, *none).with_columns(
            as_of=pl.col("as_of").str.to_date("%Y-%m-%d", strict=False)
        )

    def _declared(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Say of each domain whether it is declared complete up to the day of each row.

        What patients declare is written in few ways, so that each is read once.
        """
        said = pl.col("complete")
        days = {}
        for domain in self.domains:
            told = said.str.extract(rf"(?:^|;)\s*({domain}(?:=[^;]*)?)\s*(?:;|$)")
            day = told.str.extract(r"=\s*(\d{4}-\d\d-\d\d)")
            days[f"{_TOLD}{domain}"] = told.is_not_null()
            days[f"{_UNTIL}{domain}"] = day.str.to_date("%Y-%m-%d", strict=False)
        ways = frame.select(said.unique()).with_columns(**days)
        frame = frame.join(ways, on="complete", how="left", nulls_equal=True, maintain_order="left")
        truths = {}
        for domain in self.domains:
            until = pl.coalesce(f"{_UNTIL}{domain}", "as_of")
            truth = pl.col(f"{_TOLD}{domain}") & (until.is_null() | (until >= pl.col(AT)))
            truths[complete_column(domain)] = truth.fill_null(False)
        return frame.with_columns(**truths).drop(days)

    def _with_silence(self, frame: pl.DataFrame) -> pl.DataFrame:
        filled = {}
        for fact in self.facts:
            domain = self._silent.get(fact.id)
            if domain is None:
                continue
            told = pl.col(complete_column(domain)) & pl.col(low_column(fact)).is_null()
            absent = absent_column(fact)
            if absent is not None:
                filled[absent] = pl.col(absent).fill_null(False) | told
            else:
                filled[fact.id] = pl.when(told).then(False).otherwise(pl.col(fact.id))
        return frame.with_columns(**filled)

    # --- one by one -----------------------------------------------------------------------------

    def _one_by_one(
        self, tables: Tables, points: pl.DataFrame, refused: list[Refused] | None
    ) -> Iterator[tuple[Any, ...]]:
        if points.is_empty():
            return
        names = points[PATIENT].unique().implode()
        parts = {
            kind: table.filter(pl.col(PATIENT).is_in(names)).partition_by(PATIENT, as_dict=True)
            for kind, table in tables.items()
        }
        for (patient,), mine in points.partition_by(PATIENT, as_dict=True).items():
            rows = {
                kind: part[patient,].iter_rows(named=True)
                for kind, part in parts.items()
                if (patient,) in part
            }
            try:
                record = record_of_rows(str(patient), rows, self.vocabulary, self.today)
            except InputError as error:
                if refused is None:
                    raise
                refused.append(Refused(str(patient), error))
                continue
            for point, _, at in mine.iter_rows():
                yield (point, patient, at, *self._cells(record, at))

    def _cells(self, record: Record, at: datetime.date) -> Iterator[Any]:
        facts = facts_of_record(
            record, self.knowledge, self.criteria, Question(at=exact(at)), self.wanted
        )
        row: dict[str, Any] = {}
        for fact in self.facts:
            entry = facts[fact.id]
            if entry.origin == "recorded" or (
                entry.origin == "declared_absent" and not fact.is_derived
            ):
                row |= _told(fact, entry.value)
        for domain in self.domains:
            row[complete_column(domain)] = declared(record, domain, exact(at))
        for name in list(self.schema)[2:]:
            yield row.get(name)


def _told(fact: Fact, value: Any) -> dict[str, Any]:
    if isinstance(value, Interval) and not (value.is_point or fact.entry.interval):
        return {}  # a range in one column is left open, as by ``cells``
    return value_cells(fact, value)
