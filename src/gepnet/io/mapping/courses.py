"""Courses of a treatment from a table that has a row for each dose."""

from __future__ import annotations

import polars as pl

from gepnet.io.mapping.found import LINE, PATIENT_COLUMN

_DAYS = ("start", "last_dose", "stop")


def joined_courses(made: pl.DataFrame, gap_days: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return courses, and which rows came into which.

    Rows of one patient and option are one course while each begins at most ``gap_days`` after the
    last day of those before. A row whose start is no full day stays by itself.

    Args:
        made: treatments with ``option`` and ``start``.
        gap_days: between the doses of a course, in days.
    """
    if "start" not in made.columns:
        lines = made.select(LINE, pl.col(LINE).alias("__of"))
        return made, lines
    ends = [name for name in ("last_dose", "stop") if name in made.columns]
    start = pl.col("start").str.to_date("%Y-%m-%d", strict=False)
    last = pl.max_horizontal(
        start, *(pl.col(n).str.to_date("%Y-%m-%d", strict=False) for n in ends)
    )
    keys = [PATIENT_COLUMN, "option"]
    work = made.with_columns(start.alias("__start"), last.alias("__last"))
    work = work.sort([*keys, "__start", LINE], maintain_order=True, nulls_last=True)
    before = pl.col("__last").cum_max().shift(1).over(keys)
    begins = (pl.col("__start") - before).dt.total_days() > gap_days
    work = work.with_columns(
        (begins.fill_null(True) | pl.col("__start").is_null())
        .cum_sum()
        .over(keys)
        .alias("__course")
    )
    groups = [*keys, "__course"]
    rest = [n for n in made.columns if n not in (*keys, *_DAYS, LINE)]
    days = [pl.col("start").min()] + [pl.col(n).max() for n in ends]
    whole = work.group_by(groups, maintain_order=True).agg(
        *days, pl.col(LINE).min(), *(pl.col(n).drop_nulls().last() for n in rest)
    )
    first = whole.select(*groups, pl.col(LINE).alias("__of"))
    lines = work.select(*groups, LINE).join(first, on=groups)
    return whole.drop("__course").select(made.columns), lines.select(LINE, "__of")
