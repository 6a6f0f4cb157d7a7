"""From a Parquet file of facts to a Parquet file of statuses."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from gepnet import __version__
from gepnet.facts.named import columns_named
from gepnet.guidelines.cohort import PATIENT, CohortPlan
from gepnet.guidelines.cohort_notes import TableNotes
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.status import Status
from gepnet.guidelines.statuses import CODES
from gepnet.knowledge import InputError, Problem, write_atomically
from gepnet.tables.row_sets import Compression
from gepnet.vocabulary import Asking

#: A piece holds every intermediate column of its rows, and each of a thousand expressions costs its
#: share of every piece, however few its rows.
ROWS_AT_A_TIME = 100_000


@dataclass(frozen=True)
class CohortReport:
    """What was computed and what was noticed."""

    plan: CohortPlan
    notes: TableNotes
    renamed: dict[str, str] = field(default_factory=dict)

    def statuses(self) -> dict[str, dict[str, int]]:
        """Return for each document how often each status occurs in its columns."""
        found: dict[str, Counter[str]] = {}
        for column in self.plan.cohort.columns:
            counts = self.notes.codes[self.plan.results[column.name]]
            total = found.setdefault(column.document.id, Counter())
            if column.option is not None:
                for code, count in counts.items():
                    total[CODES[code].status.value] += count
        return {
            document: {s.value: counts[s.value] for s in Status if counts[s.value]}
            for document, counts in found.items()
        }


def assess_table(
    base: KnowledgeBase,
    source: Path,
    output: Path,
    knowledge_date: datetime.date,
    at: datetime.date,
    progress: Callable[[int], None] | None = None,
    compression: Compression = "zstd",
    asking: Asking | None = None,
) -> CohortReport:
    """Write the statuses of every patient of ``source``; the file is there in full or not at all.

    With ``asking`` a number that is likely to be a slip is unknown and told, unless somebody
    accepts it.

    Raises:
        InputError: if ``source`` cannot be read, or no column of it is a fact.
    """
    table, schema = open_table(source)
    renamed = columns_named([name for name in schema if name != PATIENT], base.vocabulary)
    table = table.rename(renamed)
    schema = {renamed.get(name, name): kind for name, kind in schema.items()}
    plan = CohortPlan(base, schema, knowledge_date, at, asking)
    # On a day without documents in force none asks for anything: no fault of the table.
    if not plan.reader.facts and (plan.ignored or set(schema) <= {PATIENT}):
        raise InputError(
            Problem(str(source), None, "", name, "", "a fact that documents ask for", near)
            for name, near in (plan.ignored or {"": None}).items()
        )
    notes = TableNotes(progress)

    def write(draft: Path) -> None:
        with draft.open("wb") as file, pl.Config(streaming_chunk_size=ROWS_AT_A_TIME):
            plan.write(table, file, metadata(plan), compression, notes)

    write_atomically(output, write)
    return CohortReport(plan, notes, renamed)


def open_table(source: Path) -> tuple[pl.LazyFrame, dict[str, pl.DataType]]:
    """Return a Parquet file as a lazy table, and its columns.

    Raises:
        InputError: if it is not there or no Parquet.
    """
    try:
        with source.open("rb") as file:
            is_parquet = file.read(4) == b"PAR1"
        table = pl.scan_parquet(source)
        schema = dict(table.collect_schema()) if is_parquet else None
    except (OSError, pl.exceptions.PolarsError):
        schema = None
    if schema is None:
        found = "no such file" if not source.exists() else "something else"
        raise InputError([Problem(str(source), None, "", "file", found, "a Parquet file", None)])
    return table, schema


def metadata(plan: CohortPlan) -> dict[str, str]:
    """Return what a reader of the file must know: the codes and the state of the knowledge."""
    base = plan.cohort.base
    return {
        "gepnet.version": __version__,
        "gepnet.knowledge_digest": base.knowledge.digest,
        "gepnet.knowledge_date": plan.cohort.knowledge_date.isoformat(),
        "gepnet.at": str(plan.at),
        "gepnet.documents": json.dumps([document.id for document in plan.cohort.documents]),
        "gepnet.codes": json.dumps(code_table()),
    }


def code_table() -> dict[str, dict[str, Any]]:
    """Return what each code of a status column means."""
    return {
        str(code.code): {"status": code.status.value, "possible": [s.value for s in code.possible]}
        for code in CODES
    }
