"""Facts about one therapy, by columns: what all its courses and the progression on it tell."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from gepnet.criteria.columns import absent_column
from gepnet.facts.frame import divided
from gepnet.measures.columns import as_steps
from gepnet.vocabulary import DAYS_PER_MONTH, Fact

POINT = "__point"
AT = "at"
_COMPLETE = pl.col("__complete_treatments")
_PROGRESSION_COMPLETE = pl.col("__complete_progression")


def months(start: pl.Expr, end: pl.Expr, fact: Fact) -> pl.Expr:
    """Return the months between two days, to the step of a fact; half a step goes to even."""
    days = (end - start).dt.total_days().cast(pl.Float64)
    step, places = as_steps(fact.precision)
    steps = (days * (10**places / float(DAYS_PER_MONTH)) / step).round(mode="half_to_even")
    return divided(steps * step, 10**places)


class Told:
    """What courses of one therapy tell together."""

    @staticmethod
    def of(told: pl.DataFrame, given: pl.DataFrame, grown: pl.DataFrame) -> pl.DataFrame:
        """Return one row for each row of ``told``.

        Args:
            told: the points, with what is declared complete.
            given: the courses, oldest first.
            grown: the progression on them, in order of time.
        """
        end = pl.coalesce("last_dose", "stop")
        running = (
            pl.when(pl.col("stop").is_not_null())
            .then(pl.col("stop") > pl.col(AT))
            .when(pl.col("ongoing").is_not_null())
            .then(pl.col("ongoing"))
            .when(pl.col("stop_reason").is_not_null())
            .then(False)
        )
        why, best = pl.col("stop_reason"), pl.col("best_response")
        failed = ((why == "progression") | (best == "PD")).fill_null(False)
        toxic = (why == "toxicity").fill_null(False)
        tolerated = why.is_not_null() & ~toxic | running.fill_null(False)
        courses = given.group_by(POINT, maintain_order=True).agg(
            __n=pl.len(),
            __running=running.fill_null(False).any(),
            __none_running=(~running).fill_null(False).all(),
            __failed=failed.any(),
            __failed_on=pl.col("stop").filter(failed).last(),
            __toxic=toxic.any(),
            __all_toxic=toxic.all(),
            __all_tolerated=tolerated.all(),
            __end=pl.when(end.is_not_null().all()).then(end.max()),
            __best_response=best.drop_nulls().last(),
            __stop_reason=why.drop_nulls().last(),
            __benefit_months=pl.col("benefit_months").drop_nulls().last(),
        )
        progression = grown.group_by(POINT, maintain_order=True).agg(
            __grown=pl.col("__counts").any(),
            __grown_on=pl.col("date").filter(pl.col("__counts")).last(),
            __seen=pl.len(),
            __all_out=pl.col("__out").all(),
        )
        frame = told.join(courses, on=POINT, how="left", maintain_order="left")
        return frame.join(progression, on=POINT, how="left", maintain_order="left")

    @staticmethod
    def progressed() -> pl.Expr:
        """Return whether the disease progressed on it."""
        grown = pl.col("__grown").fill_null(False)
        failed = pl.col("__failed").fill_null(False)
        otherwise = pl.col("__all_toxic").fill_null(False) | pl.col("__all_out").fill_null(False)
        silent = _never() | (_COMPLETE & _PROGRESSION_COMPLETE)
        return (
            pl.when(grown | failed)
            .then(True)
            .when(silent)
            .then(False)
            .when(~_COMPLETE)
            .then(None)
            .when(otherwise)
            .then(False)
        )


def _never() -> pl.Expr:
    return _COMPLETE & pl.col("__n").is_null() & pl.col("__seen").is_null()


def _received(fact: Fact) -> tuple[pl.Expr, None]:
    there = pl.col("__n").is_not_null() | pl.col("__seen").is_not_null()
    return pl.when(there).then(True).when(_never()).then(False), None


def _on(fact: Fact) -> tuple[pl.Expr, None]:
    running = pl.col("__running").fill_null(False)
    ended = _COMPLETE & pl.col("__none_running").fill_null(False)
    return pl.when(running).then(True).when(_never() | ended).then(False), None


def _progressed(fact: Fact) -> tuple[pl.Expr, None]:
    return Told.progressed(), None


def _intolerant(fact: Fact) -> tuple[pl.Expr, None]:
    toxic = pl.col("__toxic").fill_null(False)
    well = _COMPLETE & pl.col("__all_tolerated").fill_null(False)
    return pl.when(toxic).then(True).when(_never() | well).then(False), None


def _months_since(fact: Fact) -> tuple[pl.Expr, pl.Expr]:
    running = pl.col("__running").fill_null(False)
    since = months(pl.col("__end"), pl.col(AT), fact)
    return pl.when(running).then(0.0).otherwise(since), _never()


def _last(column: str) -> Callable[[Fact], tuple[pl.Expr, pl.Expr | None]]:
    def told(fact: Fact) -> tuple[pl.Expr, pl.Expr | None]:
        return pl.col(column), None if absent_column(fact) is None else _never()

    return told


#: By the pattern of a family: its value, and whether it does not apply.
FAMILY_COLUMNS: dict[str, Callable[[Fact], tuple[pl.Expr, pl.Expr | None]]] = {
    "received_{therapy}": _received,
    "on_{therapy}": _on,
    "progressed_on_{therapy}": _progressed,
    "intolerant_to_{therapy}": _intolerant,
    "months_since_{therapy}": _months_since,
    "best_response_{therapy}": _last("__best_response"),
    "stop_reason_{therapy}": _last("__stop_reason"),
    "benefit_months_{therapy}": _last("__benefit_months"),
}
