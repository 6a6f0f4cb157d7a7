"""Counts of patients by maximum grade, and exposure-adjusted rates, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import polars as pl

from gepnet.numbers import poisson_interval
from gepnet.response.toxicity.spec import CountingSpec
from gepnet.response.toxicity.tables import LATEST, WHOLE
from gepnet.response.toxicity.terms import Spellings, one_spelling, spellings
from gepnet.tables import Shown

#: The row of every table that counts patients with an event of any term.
ANY_TERM = "any event"
_KEY = ["term", "ctcae"]


@dataclass(frozen=True)
class Counted:
    """The tables and what was left out.

    ``maximum``: patient_id, group, period, term, ctcae, grade, at_most. ``table``: one row a group,
    period, term and edition. ``rates``: one row a group, term and edition at each threshold.
    ``partly_dated`` events may or may not lie in a period: there their grade may also be 0.
    """

    maximum: Annotated[pl.DataFrame, Shown(by=pl.DataFrame.to_dicts)]
    table: Annotated[pl.DataFrame, Shown(by=pl.DataFrame.to_dicts)]
    rates: Annotated[pl.DataFrame, Shown(by=pl.DataFrame.to_dicts)]
    before_start: int
    outside: Annotated[int, Shown("outside_periods")]
    partly_dated: int


@dataclass(frozen=True)
class Counts:
    """The tables of some files; ``laboratory_ctcae`` is None where no values were graded.

    ``followed_after_death`` are patients whose follow-up ends after the death that an event was.
    """

    patients: int
    counted: Annotated[Counted, Shown(flat=True)]
    spellings: tuple[Spellings, ...]
    laboratory_ctcae: str | None
    followed_after_death: tuple[str, ...]
    spec: Annotated[
        CountingSpec, Shown(take="severe_from rate_per_years confidence note", flat=True)
    ]


_EVENTS: dict[str, type[pl.DataType]] = {
    "patient_id": pl.String, "term": pl.String, "start": pl.Date, "grade": pl.Int64,
    "at_most": pl.Int64, "ctcae": pl.String,
}  # fmt: skip


def event_table(events: Iterable[object]) -> pl.DataFrame:
    """Return events with these attributes as a table."""
    rows = [[getattr(event, name) for name in _EVENTS] for event in events]
    return pl.DataFrame(rows, schema=_EVENTS, orient="row")


def all_events(
    events: pl.DataFrame, laboratory: pl.DataFrame | None, spec: CountingSpec
) -> pl.DataFrame:
    """Join reported events with laboratory ones; an unknown grade may be any of the scale."""
    lowest, highest = min(spec.grades), max(spec.grades)
    reported = events.select(
        "patient_id",
        "term",
        "start",
        LATEST,
        pl.col("grade").fill_null(lowest),
        pl.col("grade").fill_null(highest).alias("at_most"),
        "ctcae",
    )
    if laboratory is None:
        return reported
    dated = laboratory.with_columns(pl.col("start").alias(LATEST))
    return pl.concat([reported, dated.select(reported.columns)])


def with_one_spelling(
    events: pl.DataFrame,
    official: Iterable[str] = (),
    american: Mapping[str, str] | None = None,
) -> tuple[pl.DataFrame, tuple[Spellings, ...]]:
    """Return events with one term for all spellings of it, and which spellings there were."""
    chosen = one_spelling(events["term"].to_list(), official, american)
    named = pl.col("term").replace_strict(chosen, return_dtype=pl.String)
    return events.with_columns(named), spellings(chosen)


def count(
    events: pl.DataFrame, patients: pl.DataFrame, periods: pl.DataFrame | None, spec: CountingSpec
) -> Counted:
    """Count each patient once for each term, period and edition, at the maximum grade.

    Args:
        events: of ``all_events``.
        patients: who was treated and until when; these are the denominators.
        periods: first and last days of periods; by default the whole follow-up.
        spec: what counts as severe, and the unit of a rate.
    """
    mine = events.join(
        patients.select("patient_id", "group", first="start", last="end"), on="patient_id"
    ).with_row_index("event")
    early = mine.filter(pl.col(LATEST) < pl.col("first"))
    during = _within(mine, "first", "last").with_columns(pl.max_horizontal("start", "first"))
    spans = _spans(patients, periods)
    placed = _within(
        during.join(
            spans.select("patient_id", "period", begin="start", finish="end"), on="patient_id"
        ),
        "begin",
        "finish",
    )
    maximum = _maximum(placed)
    left = len(mine) - len(early) - placed["event"].n_unique()
    return Counted(
        maximum=maximum,
        table=_table(maximum, spans, spec),
        rates=_rates(during, patients, spec),
        before_start=len(early),
        outside=left,
        partly_dated=placed.filter(pl.col(LATEST) > pl.col("start"))["event"].n_unique(),
    )


def _within(events: pl.DataFrame, first: str, last: str) -> pl.DataFrame:
    """Return the events that may have begun between two days; 0 is a grade of the unsure ones."""
    may_be = (pl.col("start") <= pl.col(last)) & (pl.col(LATEST) >= pl.col(first))
    is_sure = (pl.col("start") >= pl.col(first)) & (pl.col(LATEST) <= pl.col(last))
    grade = pl.when(is_sure).then(pl.col("grade")).otherwise(0)
    return events.filter(may_be).with_columns(grade.alias("grade"))


def _spans(patients: pl.DataFrame, periods: pl.DataFrame | None) -> pl.DataFrame:
    if periods is None:
        spans = patients.with_columns(pl.lit(WHOLE).alias("period"))
    else:
        spans = periods.join(patients.select("patient_id", "group"), on="patient_id")
    return spans.select("patient_id", "group", "period", "start", "end")


def _maximum(placed: pl.DataFrame) -> pl.DataFrame:
    maxima = placed.group_by("patient_id", "group", "period", *_KEY).agg(
        pl.col("grade", "at_most").max()
    )
    return maxima.sort("group", "period", "term", "ctcae", "patient_id")


def _with_any_term(events: pl.DataFrame) -> pl.DataFrame:
    """Put each event before the others as one of any term, too."""
    return pl.concat([events.with_columns(pl.lit(ANY_TERM).alias("term")), events])


def _table(maximum: pl.DataFrame, spans: pl.DataFrame, spec: CountingSpec) -> pl.DataFrame:
    """Return n and % of patients at any grade, severe, and at each grade.

    ``…_possible`` counts patients whose maximum may be that high, where a grade is open.
    """
    sizes = spans.group_by("group", "period").agg(pl.col("patient_id").n_unique().alias("patients"))
    levels = {"any": spec.any_from, "severe": spec.severe_from}
    counts = (
        _maximum(_with_any_term(maximum))
        .group_by("group", "period", *_KEY)
        .agg(
            *((pl.col("grade") >= level).sum().alias(name) for name, level in levels.items()),
            *(
                (pl.col("at_most") >= level).sum().alias(f"{name}_possible")
                for name, level in levels.items()
            ),
            *(
                ((pl.col("grade") == grade) & (pl.col("at_most") == grade))
                .sum()
                .alias(f"grade_{grade}")
                for grade in spec.grades
            ),
            (pl.col("grade") != pl.col("at_most")).sum().alias("grade_open"),
        )
    )
    first = pl.col("term") != ANY_TERM
    # Every term has a row in every group and period: none is told by its absence.
    grid = sizes.join(counts.select(_KEY).unique(), how="cross")
    return (
        grid.join(counts, on=["group", "period", *_KEY], how="left")
        .with_columns(pl.col(pl.UInt32).fill_null(0))
        .with_columns(
            (100 * pl.col(name) / pl.col("patients")).alias(f"{name}_percent") for name in levels
        )
        .sort("group", "period", first, -pl.col("any").cast(pl.Int64), "term", "ctcae")
    )


def _rates(during: pl.DataFrame, patients: pl.DataFrame, spec: CountingSpec) -> pl.DataFrame:
    """Return patients with a first event over their years at risk, with the exact interval.

    A patient is at risk from the start to the first such event, or to the end of follow-up; a day
    counts from its start, so that the first day already is exposure. An event of which only the
    month or year is known counts from the first day that it can mean.
    """
    events = _with_any_term(during)
    found = []
    for level in (spec.any_from, spec.severe_from):
        reached = events.filter(pl.col("grade") >= level)
        first = reached.group_by("patient_id", *_KEY).agg(pl.col("start").min().alias("onset"))
        # Every term of either threshold has a row, so that none is told by its absence.
        pairs = events.select(_KEY).unique().join(patients, how="cross")
        at_risk = pairs.join(first, on=["patient_id", *_KEY], how="left").with_columns(
            ((pl.coalesce("onset", "end") - pl.col("start")).dt.total_days() + 1).alias("days")
        )
        found.append(
            at_risk.group_by("group", *_KEY)
            .agg(
                pl.col("onset").is_not_null().sum().cast(pl.Int64).alias("patients_with"),
                (pl.col("days").sum() / spec.days_per_year).alias("years"),
            )
            .with_columns(pl.lit(level).alias("from_grade"))
        )
    table = pl.concat(found)
    bounds = {n: poisson_interval(n, spec.confidence) for n in set(table["patients_with"])}
    per = spec.rate_per_years / pl.col("years")
    number = pl.col("patients_with")
    ends = (
        number.replace_strict({n: both[end] for n, both in bounds.items()}, return_dtype=pl.Float64)
        for end in (0, 1)
    )
    low, high = (end * per for end in ends)
    return table.with_columns(rate=number * per, low=low, high=high).sort(
        "group", pl.col("term") != ANY_TERM, "term", "ctcae", "from_grade"
    )
