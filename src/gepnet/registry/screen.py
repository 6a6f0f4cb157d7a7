"""Rows of event tables that cannot be used: set aside by row and told, so that the rest goes on."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from gepnet.criteria.columns import high_column, low_column
from gepnet.facts.events.schema import PATIENT, PATIENTS, columns_of_kind, kinds
from gepnet.registry.fitting import SetAside, fitted
from gepnet.vocabulary import Fact, Vocabulary
from gepnet.vocabulary.fact import ValueProblem

_TOLD = 1000  # beyond this many, rows set aside are counted but not listed
# A report may come after a death, and a person may have been born before any event.
_LATE = frozenset({"pathology", "note", "death", "last_contact"})


@dataclass
class Screened:
    """Tables without the rows that cannot be used, and these rows."""

    tables: dict[str, pl.DataFrame]
    rows: int = 0
    aside: list[SetAside] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def rows_aside(self) -> int:
        """How many rows were set aside."""
        return sum(self.counts.values())


def screen(
    tables: Mapping[str, pl.DataFrame],
    vocabulary: Vocabulary,
    today: datetime.date | None = None,
    unread: Iterable[SetAside] = (),
) -> Screened:
    """Set aside rows of nobody, out of order in time, or with a value that is likely to be a slip.

    A patient whose row of the patients is there twice keeps the first.

    Args:
        tables: the events of a block.
        vocabulary: the facts.
        today: nothing is dated later; by default the day of the computer.
        unread: rows that were set aside when the tables were read.
    """
    aside = list(unread)
    tables = {
        kind: fitted(kind, table, columns_of_kind(kind, vocabulary), aside)
        for kind, table in tables.items()
    }
    found = Screened({}, sum(map(len, tables.values())) + sum(one.rows for one in aside), aside)
    for one in aside:
        found.counts[one.kind] = found.counts.get(one.kind, 0) + one.rows
    last = today or datetime.date.today()
    ends = _ends(tables)
    for kind, table in tables.items():
        rows = table.with_row_index("__row")
        if kind != PATIENTS and ends is not None:
            rows = rows.join(ends, on=PATIENT, how="left", maintain_order="left")
        found.aside += _unused(kind, rows, vocabulary)
        checks = list(_checks(kind, rows, vocabulary, last))
        kept = pl.lit(True)
        for bad, name, shown, why in checks:
            is_bad = bad.fill_null(False)
            hits = rows.filter(is_bad & kept)
            if len(hits):
                found.counts[kind] = found.counts.get(kind, 0) + len(hits)
                told = hits.select(PATIENT, "__row", value=shown.cast(pl.String))
                for patient, row, value in told.head(_TOLD - len(found.aside)).iter_rows():
                    found.aside.append(SetAside(kind, patient, row, name, str(value), why))
                kept &= ~is_bad
        found.tables[kind] = rows.filter(kept).select(table.columns) if checks else table
    return found


def _no_words(fact: Fact, column: pl.Series) -> list[str]:
    """Return the texts of a column that no value of a fact is meant by."""
    found = []
    for text in column.unique().drop_nulls().to_list():
        try:
            fact.parse(text)
        except ValueProblem:
            found.append(text)
    return found


def _ends(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame | None:
    """Return the birth and the death of each patient."""
    none = pl.DataFrame(schema={PATIENT: pl.String(), "__born": pl.Date()})
    births = tables.get("demographics")
    born = none
    if births is not None and "birth_date" in births.columns:
        text = pl.col("birth_date").cast(pl.String)
        day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        year = text.str.slice(0, 4).str.to_date("%Y", strict=False)
        born = births.group_by(PATIENT).agg(__born=pl.coalesce(day, year).min())
    death = tables.get("death")
    if death is None or "date" not in death.columns:
        return born.with_columns(__died=pl.lit(None, dtype=pl.Date))
    died = death.group_by(PATIENT).agg(__died=pl.col("date").max())
    return born.join(died, on=PATIENT, how="full", coalesce=True)


def _unused(kind: str, rows: pl.DataFrame, vocabulary: Vocabulary) -> Iterator[SetAside]:
    """Yield the columns that nothing of this kind is told by; their rows are used without them."""
    known = columns_of_kind(kind, vocabulary)
    if kind not in kinds(vocabulary):
        yield SetAside(kind, "", -1, "", "", "a kind of event; the table is not used", 0)
        return
    for name in rows.columns:
        if name not in known and not name.startswith("__"):
            told = f"a column of '{kind}'; it is not used"
            yield SetAside(kind, "", -1, name, "", told, 0)


def _checks(
    kind: str, rows: pl.DataFrame, vocabulary: Vocabulary, today: datetime.date
) -> Iterator[tuple[pl.Expr, str, pl.Expr, str]]:
    """Yield what is wrong with a row, the field and its value, and what was expected."""
    patient = pl.col(PATIENT)
    yield patient.is_null() | (patient == ""), PATIENT, patient, "the name of a patient"
    if kind == PATIENTS:
        twice = pl.col("__row") != pl.col("__row").first().over(PATIENT)
        yield twice, PATIENT, patient, "each patient once; the first row is used"
        return
    for name in ("date", "start"):
        if name not in rows.columns or rows[name].dtype != pl.Date:
            continue
        day = pl.col(name)
        yield day > today, name, day, "a day not after today"
        yield day < pl.col("__born"), name, day, "a day not before the birth"
        if kind not in _LATE:
            yield day > pl.col("__died"), name, day, "a day not after the death"
    if kind == "treatment" and "stop" in rows.columns:
        yield pl.col("stop") < pl.col("start"), "stop", pl.col("stop"), "a day not before the start"
    if kind in ("treatment", "prrt_cycle") and "option" in rows.columns:
        option = pl.col("option")
        yield ~option.is_in(list(vocabulary.options)), "option", option, "a treatment that there is"
    for name, fact in vocabulary.of_event(kind).items():
        if fact.type == "enum" and name in rows.columns:
            wrong = _no_words(fact, rows[name])
            if wrong:
                yield pl.col(name).is_in(wrong), name, pl.col(name), "a value of this fact"
    yield from implausible(kind, rows, vocabulary)


def implausible(
    kind: str, rows: pl.DataFrame, vocabulary: Vocabulary
) -> Iterator[tuple[pl.Expr, str, pl.Expr, str]]:
    """Yield each number of a kind: where it is not plausible nor accepted, its name and value."""
    for name, fact in vocabulary.of_event(kind).items():
        low, high = low_column(fact), high_column(fact)
        if fact.type != "number" or low not in rows.columns or high not in rows.columns:
            continue
        quantity = vocabulary.plausible.get(fact.family or name)
        ends = fact.entry.range if quantity is None else quantity.bounds()
        assert ends is not None
        least, greatest = map(float, ends)
        odd = (pl.col(high) < least) | (pl.col(low) > greatest)
        if quantity is not None and quantity.zero:
            odd &= ~((pl.col(low) == 0) & (pl.col(high) == 0))
        if "accepted" in rows.columns:
            odd &= pl.col("accepted").is_null()
        unit = f" {fact.entry.unit}" if fact.entry.unit else ""
        why = f"a plausible value, from {least:g} to {greatest:g}{unit}; another unit?"
        yield odd, name, pl.col(low), why
