"""Views of a table of statuses: one row a status, and why a status is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from gepnet.criteria.columns import absent_column, from_bits, high_column, low_column
from gepnet.facts import Facts, facts_of_values
from gepnet.facts.table import ROW
from gepnet.guidelines.assess import assess
from gepnet.guidelines.cohort import PATIENT, CohortPlan
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.status import Status
from gepnet.guidelines.statuses import CODES, OUT_OF_SCOPE
from gepnet.guidelines.wide import Cohort
from gepnet.vocabulary import Fact, Question, Several, exact, plain


def long_form(
    statuses: pl.LazyFrame, cohort: Cohort, rows: Sequence[tuple[str, str]] | None = None
) -> pl.LazyFrame:
    """Return one row for each patient, document, option and intent.

    Args:
        statuses: the wide table.
        cohort: the documents that it was computed with.
        rows: the options and intents to keep; by default every one that a document speaks about.
    """
    by = [PATIENT] if PATIENT in statuses.collect_schema() else []
    if not by:
        statuses, by = statuses.with_row_index("row"), ["row"]
    kind = pl.Enum([status.value for status in Status])
    names = pl.Series([CODES[code].status.value for code in range(len(CODES))], dtype=kind)
    possible = pl.Series([" or ".join(s.value for s in code.possible) for code in CODES])
    wanted = set(rows or cohort.base.rows)
    places = [
        (document.id, *row, cohort.column_of(document, *row) or _NEVER)
        for document in cohort.documents
        for row in cohort.base.rows
        if row in wanted
    ]
    by_column = pl.LazyFrame(
        places, schema=["document", "option", "intent", "column"], orient="row"
    ).with_row_index("place")
    codes = list(range(len(CODES)))
    return (
        statuses.select(*by, *dict.fromkeys(place[-1] for place in places if place[-1] != _NEVER))
        .with_columns(pl.lit(OUT_OF_SCOPE, dtype=pl.UInt8).alias(_NEVER))
        .unpivot(index=by, variable_name="column", value_name="code")
        .join(by_column, on="column")
        .sort(*by, "place")
        .select(
            *by,
            "document",
            "option",
            "intent",
            "code",
            status=pl.col("code").replace_strict(codes, names, return_dtype=kind),
            possible=pl.col("code").replace_strict(codes, possible, return_dtype=pl.String),
        )
    )


_NEVER = "__out_of_scope"


@dataclass(frozen=True)
class Open:
    """A status of one row of the table that is open, by a fact or by the text."""

    row: int
    document: str
    option: str
    intent: str
    status: Status
    possible: tuple[Status, ...]
    missing: tuple[str, ...]


def open_statuses(plan: CohortPlan, table: pl.LazyFrame, rows: Iterable[int]) -> Iterator[Open]:
    """Yield the open statuses of some rows, by the engine that explains one patient."""
    base, day = plan.cohort.base, plan.cohort.knowledge_date
    for row, facts in facts_of_rows(plan, table, rows):
        for document in assess(base, facts, Question(knowledge_date=day)).documents.values():
            for (option, intent), cell in document.cells.items():
                if cell.is_open:
                    place = (document.document.id, option, intent)
                    yield Open(row, *place, cell.status, cell.possible, cell.missing)


def facts_of_rows(
    plan: CohortPlan, table: pl.LazyFrame, rows: Iterable[int]
) -> Iterator[tuple[int, Facts]]:
    """Yield the facts of some rows of a table, as for a single patient."""
    chosen = plan.read(table).filter(pl.col(ROW).is_in(list(rows))).collect(engine="streaming")
    for row in chosen.iter_rows(named=True):
        yield row[ROW], facts_of_row(plan.cohort.base, plan, row)


def facts_of_row(base: KnowledgeBase, plan: CohortPlan, row: Mapping[str, Any]) -> Facts:
    """Return the facts of one row in gepnet's own types."""
    given = {fact.id: _raw(fact, row) for fact in plan.reader.facts}
    known = {name: raw for name, raw in given.items() if raw is not None}
    patient = str(row.get(PATIENT, row[ROW]))
    at = row[plan.at] if isinstance(plan.at, str) else plan.at
    return facts_of_values(known, base.knowledge, base.criteria, patient, exact(at))


def _raw(fact: Fact, row: Mapping[str, Any]) -> Any:
    absent = absent_column(fact)
    if absent is not None and row.get(absent):
        return "not applicable"
    low, high = row[low_column(fact)], row[high_column(fact)]
    if low is not None and fact.type == "enum":
        value = from_bits(fact, low)
        return list(value.values) if isinstance(value, Several) else value
    if low is None or fact.type != "number":
        return low
    low, high = plain(Decimal(str(low))), plain(Decimal(str(high)))
    return low if low == high else f"{low}-{high}"
