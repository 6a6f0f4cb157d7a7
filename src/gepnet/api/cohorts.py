"""Tables of many patients: made up, assessed, or assessed elsewhere by SQL."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import need, refuse, write_atomically
from gepnet.tables import plain, taken
from gepnet.vocabulary import Asking, Question

if TYPE_CHECKING:
    from gepnet.guidelines.cohort_run import CohortReport

View = dict[str, Any]


def assess_cohort(
    base: KnowledgeBase,
    source: Path,
    output: Path,
    question: Question,
    progress: Callable[[int], None] | None = None,
    accept: Iterable[str] = (),
    ignore: Iterable[str] = (),
) -> View:
    """Write the statuses of every patient of a Parquet file of facts, and say what was noticed.

    Args:
        base: the knowledge.
        source: one row a patient, columns as ``gepnet facts sample`` writes them.
        output: one row a patient, one small number for each document, option and intent.
        question: its day of the knowledge, and the day of the facts (default: today).
        progress: called with the number of rows read so far.
        accept: values outside their plausible range that somebody stands by, each as
            ``[PATIENT:]QUANTITY=VALUE by WHO: WHY``; others are told and count as unknown.
        ignore: columns that are no fact on purpose; others that are none are told.

    Raises:
        InputError: if ``source`` cannot be read, none of its columns is a fact, or ``output`` is
            the same file.
    """
    need("polars")
    from gepnet.guidelines.cohort_run import assess_table

    if source.exists() and output.exists() and source.samefile(output):
        raise refuse("output", str(output), "another file than the facts")
    at = question.day() or datetime.date.today()
    asking = Asking.of(base.vocabulary.plausible, accept)
    report = assess_table(
        base, source, output, question.knowledge_date, at, progress, asking=asking
    )
    asking.accepting.refuse_unused()
    return {**_summary(report, output, set(ignore)), "accepted": plain(asking.accepting.used)}


def count_rows(source: Path) -> int:
    """Return the number of rows of a Parquet file of facts.

    Raises:
        InputError: if it cannot be read.
    """
    need("polars")
    import polars as pl

    from gepnet.guidelines.cohort_run import open_table

    table, _ = open_table(source)
    return int(table.select(pl.len()).collect().item())


def sample_facts(
    base: KnowledgeBase,
    rows: int,
    output: Path,
    seed: int = 1,
    at: datetime.date | None = None,
) -> View:
    """Write a Parquet file of made-up patients, the same for the same seed and date."""
    need("polars")
    from gepnet.facts.sample import Sampler

    vocabulary = base.vocabulary
    wanted = tuple(sorted(base.facts_named, key=vocabulary.order))
    day = at or datetime.date.today()
    sampler = Sampler(base.criteria, base.knowledge.measures, wanted, day, seed)
    write_atomically(output, lambda draft: sampler.write(rows, draft))
    return {"file": str(output), "rows": rows, "seed": seed, "at": day.isoformat()}


def status_sql(
    base: KnowledgeBase,
    question: Question,
    dialect: str = "duckdb",
    table: str = "facts",
    facts: Path | None = None,
) -> str:
    """Return one SELECT that gives the status columns of a table of facts.

    Args:
        base: the knowledge.
        question: its day of the knowledge, and the day of the facts (default: today).
        dialect: of the warehouse.
        table: its name there.
        facts: a Parquet file with the columns of the table; by default every column that can be
            recorded and that a criterion needs is taken to be there.

    Raises:
        InputError: for an unknown dialect, or if ``facts`` cannot be read.
    """
    from gepnet.guidelines.cohort_sql import cohort_sql, dialects

    if dialect not in dialects():
        raise refuse("dialect", dialect, "a dialect of SQL", dialects())
    columns = None
    if facts is not None:
        need("polars")
        from gepnet.guidelines.cohort_run import open_table

        columns = list(open_table(facts)[1])
    at = question.day() or datetime.date.today()
    return cohort_sql(
        base, question.knowledge_date, at, columns=columns, table=table, dialect=dialect
    )


def _summary(report: CohortReport, output: Path, ignore: set[str]) -> View:
    plan, notes = report.plan, report.notes
    return {
        "file": str(output),
        "rows": notes.rows,
        "status_columns": len(plan.results),
        "knowledge_date": plan.cohort.knowledge_date.isoformat(),
        "at": str(plan.at),
        "knowledge_digest": plan.cohort.base.knowledge.digest,
        "statuses": report.statuses(),
        "unknown_facts": plan.absent,
        "ignored_columns": [
            {"column": name, "nearest": near}
            for name, near in plan.ignored.items()
            if name not in ignore
        ],
        "renamed_columns": [
            {"column": name, "fact": fact} for name, fact in report.renamed.items()
        ],
        "readings": [
            {"column": column, "written": text, "read_as": meant}
            for column, texts in sorted(plan.reader.readings.items())
            for text, meant in sorted(texts.items())
        ],
        **taken(notes, "faulty_rows:error_rows faulty_cells:errors faults:error_list"),
        **taken(notes, "conflicts conflict_list"),
    }
