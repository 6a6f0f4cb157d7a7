"""What treatments, cycles and progression say, by columns.

``gepnet.facts.families``, ``gepnet.facts.cycles`` and ``gepnet.facts.treatments`` are the
reference; this is the same for patients whose treatments name agents and are dated to the day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from gepnet.criteria.columns import absent_column, high_column, low_column
from gepnet.facts.events.family import FAMILY_COLUMNS, Told, months
from gepnet.facts.events.schema import PATIENT, Tables, own_columns
from gepnet.facts.families import FAMILIES
from gepnet.facts.files import ProgressionSigns, TherapyGroups
from gepnet.facts.treatments import OVER_TREATMENTS
from gepnet.record.model import MEASURED, UNMEASURED
from gepnet.vocabulary import Fact, Vocabulary

POINT = "__point"
AT = "at"
COMPLETE = "__complete_treatments"
PROGRESSION_COMPLETE = "__complete_progression"
_OUTCOME = (
    "best_response",
    "benefit_months",
    "benefit_from_last_dose_months",
    "duration_months",
    "stop_reason",
    "cycles",
    "cumulative_activity_gbq",
)


@dataclass(frozen=True)
class TreatmentFacts:
    """Facts by ``__point``, and the day on which the latest antitumour treatment was begun."""

    facts: pl.DataFrame
    begun: pl.DataFrame


@dataclass(frozen=True)
class Courses:
    """Works out those of the ``needed`` facts that treatments tell."""

    vocabulary: Vocabulary
    measures: Mapping[str, Any]
    needed: Collection[str]

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The needed facts that treatments tell."""
        found = {}
        for name in self.needed:
            fact = self.vocabulary[name]
            if fact.family in FAMILIES or fact.entry.function in OVER_TREATMENTS:
                found[name] = fact
        return found

    @cached_property
    def _groups(self) -> TherapyGroups:
        return TherapyGroups.read(self.measures)

    def _members(self, options: Collection[str]) -> list[str]:
        tree = self.vocabulary.options
        return sorted({member for name in options for member in tree.members(name)})

    def of(self, tables: Tables, points: pl.DataFrame) -> TreatmentFacts:
        """Return the facts of each row of ``points``.

        Args:
            tables: the events.
            points: ``__point``, ``patient``, ``at``, ``as_of`` and what is declared complete.
        """
        given = self._given(tables, points)
        grown = self._grown(tables, points)
        told = points.select(POINT, PATIENT, AT, COMPLETE, PROGRESSION_COMPLETE)
        columns: list[pl.DataFrame] = []
        subjects = sorted({f.subject for f in self.facts.values() if f.family and f.subject})
        for subject in subjects:
            columns.append(self._family(subject, told, given, grown))
        columns.append(self._over_all(told, given, grown, tables))
        facts = pl.concat([told.select(POINT), *(c.drop(POINT) for c in columns)], how="horizontal")
        antitumour = self._members(self._groups.antitumour.options)
        begun = (
            given.filter(pl.col("option").is_in(antitumour) & ~pl.col("__symptoms"))
            .group_by(POINT)
            .agg(__begun=pl.col("start").max())
        )
        return TreatmentFacts(facts, begun)

    # --- courses and progression ----------------------------------------------------------------

    def _given(self, tables: Tables, points: pl.DataFrame) -> pl.DataFrame:
        """Return the courses begun by each day as they were known then, oldest first."""
        kinds = {**own_columns("treatment"), "ssa_for_symptoms_only": pl.Boolean()}
        table = _with_columns(tables.get("treatment"), kinds)
        courses = (
            table.with_row_index("__row")
            .join(points.select(PATIENT, POINT, AT, "as_of"), on=PATIENT)
            .filter(pl.col("start") <= pl.col(AT))
        )
        # What became of a course later is left out.
        ahead = (pl.coalesce("stop", "as_of") > pl.col(AT)).fill_null(False)
        known = {name: pl.when(~ahead).then(pl.col(name)) for name in _OUTCOME}
        running = pl.when(pl.col("stop").is_not_null() | pl.col("ongoing")).then(True)
        courses = courses.with_columns(
            **known,
            ongoing=pl.when(ahead).then(running).otherwise(pl.col("ongoing")),
            __whole_stop=pl.col("stop"),
            stop=pl.when(~ahead).then(pl.col("stop")),
            __symptoms=pl.col("ssa_for_symptoms_only").fill_null(False),
        )
        return self._with_cycles(courses, tables, points).sort(
            POINT, "start", "__row", maintain_order=True
        )

    def _with_cycles(
        self, courses: pl.DataFrame, tables: Tables, points: pl.DataFrame
    ) -> pl.DataFrame:
        """Let cycles say of their course what they know better; alone they are a course."""
        cycles = tables.get("prrt_cycle")
        if cycles is None or cycles.is_empty():
            return courses
        groups = (
            cycles.join(points.select(PATIENT, POINT, AT), on=PATIENT)
            .filter(pl.col("date") <= pl.col(AT))
            .sort("cycle")
            .group_by(POINT, PATIENT, "option", maintain_order=True)
            .agg(
                __first=pl.col("date").first(),
                __last=pl.col("date").last(),
                __cycles=pl.len().cast(pl.Int64),
                __total=pl.col("activity_gbq").sum().round(6),
            )
        )
        merged = courses.join(groups.drop(PATIENT), on=[POINT, "option"], how="left")
        inside = (pl.col("__first") >= pl.col("start")) & (
            pl.col("__whole_stop").is_null() | (pl.col("__last") <= pl.col("__whole_stop"))
        )
        inside = inside.fill_null(False)
        courses = merged.with_columns(
            __merged=inside,
            last_dose=pl.when(inside).then(pl.col("__last")).otherwise(pl.col("last_dose")),
            cycles=pl.when(inside).then(pl.col("__cycles")).otherwise(pl.col("cycles")),
            cumulative_activity_gbq=pl.when(inside)
            .then(pl.col("__total"))
            .otherwise(pl.col("cumulative_activity_gbq")),
            activity_gbq=pl.when(~inside).then(pl.col("activity_gbq")),
        ).drop("__first", "__last", "__cycles", "__total")
        covered = courses.filter("__merged").select(POINT, "option")
        alone = groups.join(covered, on=[POINT, "option"], how="anti").select(
            POINT,
            PATIENT,
            "option",
            start="__first",
            last_dose="__last",
            cycles="__cycles",
            cumulative_activity_gbq="__total",
            __symptoms=pl.lit(False),
        )
        return pl.concat([courses.drop("__merged"), alone], how="diagonal")

    def _grown(self, tables: Tables, points: pl.DataFrame) -> pl.DataFrame:
        """Return the progression known by each day, a row for each therapy it arose on."""
        events = _with_columns(tables.get("progression"), own_columns("progression"))
        counting = [s.id for s in ProgressionSigns.read(self.measures).signs if s.counts]
        measured = [name for name in counting if name != UNMEASURED]
        empty = pl.lit([], dtype=pl.List(pl.String))
        types, excluded = (pl.col(n).fill_null(empty) for n in ("types", "excluded"))
        none = pl.col("types").is_not_null() & (types.list.len() == 0) & (excluded.list.len() == 0)
        out = excluded.list.set_intersection(measured).list.len() == len(measured)
        unmeasured = excluded.list.contains(UNMEASURED)
        rest = [name for name in measured if name not in MEASURED]
        out |= unmeasured & (excluded.list.set_intersection(rest).list.len() == len(rest))
        return (
            events.join(points.select(PATIENT, POINT, AT), on=PATIENT)
            .filter(pl.col("date") <= pl.col(AT))
            .with_columns(
                __counts=types.list.set_intersection(counting).list.len() > 0,
                __out=none | out,
            )
            .select(POINT, "date", "on", "__counts", "__out")
            .explode("on")
            .filter(pl.col("on").is_not_null())
        )

    # --- families -------------------------------------------------------------------------------

    def _told(
        self, subject: str, told: pl.DataFrame, given: pl.DataFrame, grown: pl.DataFrame
    ) -> pl.DataFrame:
        """Return what courses of one subject tell together, a row for each point."""
        members = self._members([subject])
        mine = given.filter(pl.col("option").is_in(members))
        seen = grown.filter(pl.col("on").is_in(members))
        return Told.of(told, mine, seen)

    def _family(
        self, subject: str, told: pl.DataFrame, given: pl.DataFrame, grown: pl.DataFrame
    ) -> pl.DataFrame:
        frame = self._told(subject, told, given, grown)
        columns: dict[str, pl.Expr] = {}
        for fact in self.facts.values():
            if fact.subject == subject and fact.family in FAMILY_COLUMNS:
                columns |= _fitted(fact, *FAMILY_COLUMNS[fact.family](fact))
        return frame.select(POINT, **columns)

    # --- over all treatments --------------------------------------------------------------------

    def _over_all(
        self, told: pl.DataFrame, given: pl.DataFrame, grown: pl.DataFrame, tables: Tables
    ) -> pl.DataFrame:
        tree = self.vocabulary.options
        systemic_options = [name for name in tree if tree[name].systemic]
        ssa = self._members(self._groups.somatostatin_analogues.options)
        systemic = given.filter(pl.col("option").is_in(systemic_options) & ~pl.col("__symptoms"))
        agent = pl.when(pl.col("option").is_in(ssa)).then(pl.lit("")).otherwise(pl.col("option"))
        lines = systemic.group_by(POINT).agg(
            __lines=agent.n_unique().cast(pl.Float64),
            __other=pl.col("option").filter(~pl.col("option").is_in(ssa)).n_unique(),
            __last_option=pl.col("option").last(),
        )
        frame = told.join(lines, on=POINT, how="left", maintain_order="left")
        complete = pl.col(COMPLETE)
        number = {
            "count_systemic_lines": pl.col("__lines").fill_null(0.0),
            "count_systemic_lines_excluding_ssa": pl.col("__other").fill_null(0),
        }
        columns: dict[str, pl.Expr] = {}
        prrt = self._prrt(told, given, grown, tables)
        frame = frame.join(prrt, on=POINT, how="left", maintain_order="left")
        frame = frame.join(
            self._on_last(told, given, grown, frame), on=POINT, how="left", maintain_order="left"
        )
        for fact in self.facts.values():
            name = fact.entry.function or ""
            if fact.family in FAMILIES or name not in OVER_TREATMENTS:
                continue
            absent: pl.Expr | None = None
            if name in number:
                value = pl.when(complete).then(number[name].cast(pl.Float64)).otherwise(None)
            elif name == "progressed_on_last_systemic":
                value = pl.col("__on_last")
            else:
                value, absent = _PRRT[name](fact)
            columns |= _fitted(fact, value, absent)
        return frame.select(POINT, **columns)

    def _on_last(
        self, told: pl.DataFrame, given: pl.DataFrame, grown: pl.DataFrame, frame: pl.DataFrame
    ) -> pl.DataFrame:
        """Return whether the disease progressed on the systemic therapy begun last."""
        last = frame.select(POINT, "__last_option", COMPLETE)
        value = pl.when(pl.col(COMPLETE)).then(False)  # where there was none
        found = [last.filter(pl.col("__last_option").is_null()).select(POINT, __on_last=value)]
        for (option,), mine in last.drop_nulls("__last_option").group_by("__last_option"):
            rows = told.join(mine.select(POINT), on=POINT, how="semi", maintain_order="left")
            one = self._told(str(option), rows, given, grown)
            found.append(one.select(POINT, __on_last=Told.progressed()))
        return pl.concat(found)

    def _prrt(
        self, told: pl.DataFrame, given: pl.DataFrame, grown: pl.DataFrame, tables: Tables
    ) -> pl.DataFrame:
        """Return the totals of radioligand therapy and what is known of its last course."""
        members = self._members(self._groups.radioligand_therapy.options)
        mine = given.filter(pl.col("option").is_in(members))
        activity = pl.coalesce("cumulative_activity_gbq", pl.col("activity_gbq") * pl.col("cycles"))
        others = self._members(self._groups.not_lutetium_dotatate.options)
        counted = pl.col("cycles").filter(~pl.col("option").is_in(others))
        total = mine.group_by(POINT, maintain_order=True).agg(
            __lu=counted.sum().cast(pl.Float64),
            __lu_known=counted.is_not_null().all(),
            __courses=pl.len(),
            __n=pl.col("cycles").sum().cast(pl.Float64),
            __n_known=pl.col("cycles").is_not_null().all(),
            __gbq=activity.sum().round(6),
            __gbq_known=activity.is_not_null().all(),
            __first_dose=pl.col("start").max(),
            __last_dose=pl.coalesce("last_dose", "stop").max(),
            __prrt_option=pl.col("option").last(),
            __prrt_start=pl.col("start").last(),
            __prrt_last=pl.coalesce("last_dose", "stop").last(),
            __benefit=pl.col("benefit_months").last(),
            __benefit_last=pl.col("benefit_from_last_dose_months").last(),
            __best=pl.col("best_response").last(),
            __one_gbq=pl.col("activity_gbq").last(),
        )
        frame = told.join(total, on=POINT, how="left", maintain_order="left")
        seen = []
        for (option,), rows in frame.drop_nulls("__prrt_option").group_by("__prrt_option"):
            points = told.join(rows.select(POINT), on=POINT, how="semi", maintain_order="left")
            one = self._told(str(option), points, given, grown)
            when = pl.coalesce("__grown_on", "__failed_on")
            seen.append(one.select(POINT, __seen=pl.when(Told.progressed()).then(when)))
        if seen:
            frame = frame.join(pl.concat(seen), on=POINT, how="left", maintain_order="left")
        else:
            frame = frame.with_columns(__seen=pl.lit(None, dtype=pl.Date))
        cycles = tables.get("prrt_cycle")
        if cycles is not None and len(cycles):
            last = (
                cycles.join(told.select(PATIENT, POINT, AT), on=PATIENT)
                .filter(pl.col("date") <= pl.col(AT))
                .sort("date")
                .group_by(POINT)
                .agg(__cycle_gbq=pl.col("activity_gbq").last())
            )
            frame = frame.join(last, on=POINT, how="left", maintain_order="left")
        else:
            frame = frame.with_columns(__cycle_gbq=pl.lit(None, dtype=pl.Float64))
        return frame.drop(PATIENT, AT, COMPLETE, PROGRESSION_COMPLETE)


_HAD = pl.col("__courses").is_not_null()
_NEVER = pl.col(COMPLETE) & ~_HAD


def _total(known: str, total: str) -> pl.Expr:
    value = pl.when(pl.col(known)).then(pl.col(total))
    return pl.when(_HAD).then(value).when(_NEVER).then(0.0)


def _benefit(fact: Fact, told: str, start: str) -> tuple[pl.Expr, pl.Expr]:
    begun, seen = pl.col(start), pl.col("__seen")
    until = pl.when(seen >= begun).then(months(begun, seen, fact))
    return pl.coalesce(pl.col(told), until), _NEVER


_PRRT: dict[str, Any] = {
    "prrt_cycles": lambda fact: (_total("__n_known", "__n"), None),
    "lu177_dotatate_cycles": lambda fact: (_total("__lu_known", "__lu"), None),
    "prrt_cumulative_activity": lambda fact: (_total("__gbq_known", "__gbq"), None),
    "prrt_first_dose": lambda fact: (pl.col("__first_dose").dt.to_string("%Y-%m-%d"), _NEVER),
    "prrt_last_dose": lambda fact: (pl.col("__last_dose").dt.to_string("%Y-%m-%d"), _NEVER),
    "prrt_last_activity": lambda fact: (
        pl.when(_HAD).then(pl.coalesce("__cycle_gbq", "__one_gbq")),
        _NEVER,
    ),
    "prrt_benefit_from_first_dose": lambda fact: _benefit(fact, "__benefit", "__prrt_start"),
    "prrt_benefit_from_last_dose": lambda fact: _benefit(fact, "__benefit_last", "__prrt_last"),
    "prrt_best_response": lambda fact: (pl.col("__best"), _NEVER),
}


def _fitted(fact: Fact, value: pl.Expr, absent: pl.Expr | None) -> dict[str, pl.Expr]:
    """Return a value in the columns of its fact; words that it does not have are left out."""
    if fact.type == "enum":
        value = pl.when(value.is_in(list(fact.values))).then(value)
    columns = dict.fromkeys((low_column(fact), high_column(fact)), value)
    name = absent_column(fact)
    if name is not None:
        columns[name] = pl.lit(False) if absent is None else absent
    return columns


def _with_columns(table: pl.DataFrame | None, kinds: Mapping[str, pl.DataType]) -> pl.DataFrame:
    if table is None:
        return pl.DataFrame(schema=dict(kinds))
    missing = {n: pl.lit(None, dtype=k) for n, k in kinds.items() if n not in table.columns}
    return table.with_columns(**missing)
