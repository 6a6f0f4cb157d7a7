"""What is odd in the rows of one block of a registry, row by row: each check yields findings."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from gepnet.criteria.columns import high_column, low_column
from gepnet.facts.events.plain import MANY
from gepnet.facts.events.rows import record_of_rows
from gepnet.facts.events.schema import DATES, OTHERS, PATIENT, PATIENTS
from gepnet.knowledge import InputError
from gepnet.record.story import out_of_order
from gepnet.registry.screen import implausible
from gepnet.registry.store import FILE, ROW
from gepnet.vocabulary import Fact, Vocabulary

Tables = Mapping[str, pl.DataFrame]
_BESIDE = ("id", "source", FILE, ROW, "accepted", OTHERS)
_ORDER = "a date "  # how what is expected of a date out of order begins


@dataclass(frozen=True)
class Finding:
    """One row to look at: whose, where it came from, and what is odd."""

    check: str
    patient: str
    kind: str
    file: str
    row: int
    source: str | None
    day: str | None
    field: str
    value: str
    expected: str


def found(check: str, kind: str, row: Mapping[str, Any], told: tuple[str, str, str]) -> Finding:
    """Return what a row is found to have: the field, its value, what was expected."""
    day = next((row[name] for name in DATES if row.get(name) is not None), None)
    return Finding(
        check,
        str(row.get(PATIENT) or ""),
        kind,
        str(row.get(FILE) or ""),
        int(row.get(ROW) or 0),
        row.get("source"),
        None if day is None else str(day),
        *told,
    )


def findings_of(tables: Tables, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield what is odd in the rows of a block, by looking at its patients alone."""
    yield from _implausible(tables, vocabulary)
    yield from _disordered(tables, vocabulary)
    for kind, table in tables.items():
        if kind != PATIENTS:
            yield from _duplicates(kind, table)
        if kind not in {*MANY, PATIENTS, "treatment", "progression", "prrt_cycle"}:
            yield from _contradictions(kind, table, vocabulary)


def _implausible(tables: Tables, vocabulary: Vocabulary) -> Iterator[Finding]:
    for kind, table in tables.items():
        if kind == PATIENTS:
            continue
        for odd, name, value, why in implausible(kind, table, vocabulary):
            hits = table.filter(odd.fill_null(False)).with_columns(__value=value)
            unit = vocabulary[name].entry.unit
            for row in hits.iter_rows(named=True):
                written = f"{row['__value']:g}"
                family = vocabulary[name].family or name
                hint = vocabulary.plausible.slip(family, written, unit)
                check = "unit_slip" if hint else "implausible"
                yield found(check, kind, row, (name, written, f"{why}{hint}"))


def _disordered(tables: Tables, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield dates out of order: the rule for one patient, of those who may have such dates."""
    names = _suspects(tables)
    if names.is_empty():
        return
    mine = {
        kind: table.filter(pl.col(PATIENT).is_in(names.implode())).partition_by(
            PATIENT, as_dict=True
        )
        for kind, table in tables.items()
    }
    for name in names.to_list():
        rows = {k: parts[name,].to_dicts() for k, parts in mine.items() if (name,) in parts}
        for kind, number, told in _of_record(name, rows, vocabulary):
            known = rows.get(kind, [])
            row = known[number - 1] if 0 < number <= len(known) else {PATIENT: name}
            yield found("out_of_order", kind, row, told)


def _of_record(
    name: str, rows: Mapping[str, Sequence[Mapping[str, Any]]], vocabulary: Vocabulary
) -> Iterator[tuple[str, int, tuple[str, str, str]]]:
    """Yield kind and number of each row with a date out of order, and what is told of it."""
    plain = {
        kind: [{k: v for k, v in row.items() if k != "id"} for row in found_]
        for kind, found_ in rows.items()
    }
    try:
        record = record_of_rows(name, plain, vocabulary, datetime.date.max)
    except InputError as error:
        for one in error.problems:
            if one.expected.startswith(_ORDER):
                kind, _, number = one.entry.rpartition("-")
                told = (one.field, one.value.strip("'"), one.expected)
                yield kind, int(number) if number.isdigit() else 0, told
        return
    for odd in out_of_order(dict(enumerate(record.events)), vocabulary):
        if isinstance(odd.happening.place, tuple):
            place, field = odd.happening.place
            kind, _, number = record.events[place].id.rpartition("-")
            yield kind, int(number), (str(field), str(odd.happening.date), odd.expected)


def _suspects(tables: Tables) -> pl.Series:
    """Return who may have a date out of order, generously: only these are read as records."""
    days = [pl.DataFrame(schema={PATIENT: pl.String(), "day": pl.Date(), "of": pl.String()})]
    for kind, table in tables.items():
        for name in DATES:
            if kind != PATIENTS and name in table.columns:
                column = table.select(PATIENT, pl.col(name).alias("day"), of=pl.lit(kind))
                days.append(column.drop_nulls("day"))
    every = pl.concat(days)
    ends = every.group_by(PATIENT).agg(
        first=pl.col("day").min(),
        last=pl.col("day").filter(~pl.col("of").is_in(["note", "pathology"])).max(),
        died=pl.col("day").filter(pl.col("of") == "death").min(),
        seen=pl.col("day").filter(pl.col("of") == "last_contact").max(),
    )
    births = tables.get("demographics")
    if births is not None and "birth_date" in births.columns:
        year = pl.col("birth_date").cast(pl.String).str.slice(0, 4).cast(pl.Int32, strict=False)
        born = births.group_by(PATIENT).agg(born=year.min())
        ends = ends.join(born, on=PATIENT, how="left")
    else:
        ends = ends.with_columns(born=pl.lit(None, dtype=pl.Int32))
    odd = (pl.col("last") > pl.col("died")) | (pl.col("first").dt.year() <= pl.col("born"))
    alive = pl.col("died").is_null() & (pl.col("last") > pl.col("seen"))
    names = [ends.filter((odd | alive).fill_null(False))[PATIENT]]
    courses = tables.get("treatment")
    if courses is not None and "start" in courses.columns:
        for name in {"stop", "last_dose", "date"} & set(courses.columns):
            names.append(courses.filter(pl.col(name) < pl.col("start"))[PATIENT])
        grew = tables.get("progression")
        if grew is not None and {"on", "date"} <= set(grew.columns):
            on = grew.select(PATIENT, "date", option="on").explode("option").drop_nulls()
            both = on.join(courses.select(PATIENT, "option", "start"), on=[PATIENT, "option"])
            first = both.group_by(PATIENT, "option", "date").agg(pl.col("start").min())
            names.append(first.filter(pl.col("date") < pl.col("start"))[PATIENT])
    return pl.concat(names).drop_nulls().unique().sort()


def _duplicates(kind: str, table: pl.DataFrame) -> Iterator[Finding]:
    """Yield rows that say the same as an earlier one, with the same date or without any."""
    told = [name for name in table.columns if name not in _BESIDE]
    again = ~pl.struct(told).is_first_distinct()
    for row in table.filter(again).iter_rows(named=True):
        yield found("duplicate_row", kind, row, ("", "", "each event once"))


def _contradictions(kind: str, table: pl.DataFrame, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield facts that two rows of one day tell differently; ranges that overlap do not."""
    if "date" not in table.columns:
        return
    dated = table.filter(pl.col("date").is_not_null())
    for name, fact in vocabulary.of_event(kind).items():
        low, high = low_column(fact), high_column(fact)
        if low not in table.columns or high not in table.columns or _may_be_many(fact):
            continue
        told = dated.drop_nulls(low)
        days = told.group_by(PATIENT, "date", maintain_order=True).agg(
            rows=pl.len(), words=pl.col(low).unique().sort(), least=pl.col(low).max(),
            most=pl.col(high).min(),
        )  # fmt: skip
        differ = pl.col("words").list.len() > 1
        if fact.type == "number":
            differ &= pl.col("least") > pl.col("most")
        odd = days.filter((pl.col("rows") > 1) & differ)
        if odd.is_empty():
            continue
        rows = told.join(odd.select(PATIENT, "date", "words"), on=[PATIENT, "date"])
        last = rows.unique([PATIENT, "date"], keep="last", maintain_order=True)
        for row in last.iter_rows(named=True):
            others = [str(one) for one in row["words"] if one != row[low]]
            expected = f"one value a day; {', '.join(others)} is told as well"
            yield found("contradiction", kind, row, (name, str(row[low]), expected))


def _may_be_many(fact: Fact) -> bool:
    """Whether several values of a day say no contradiction: they are summed or chosen from."""
    return fact.entry.select not in ("latest", "agreed")
