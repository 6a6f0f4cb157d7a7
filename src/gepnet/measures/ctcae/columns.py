"""The same grades for whole columns, by Polars; ``grading.grade`` is the reference.

Numbers become whole steps of 0.0001 first, so that no binary fraction decides a tie.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from gepnet.measures.ctcae.grading import PLACES
from gepnet.measures.ctcae.model import GRADES, Limit, Rows, Term

#: Multiples of a reference have at most this many decimal places.
_TIMES = 10


def grade_columns(term: Term, worst_case: bool = False) -> tuple[pl.Expr, pl.Expr]:
    """Return the least and the greatest possible grade of each row, as small whole numbers.

    The columns are the numbers ``value``, ``lln``, ``uln``, ``baseline``, ``baseline_lln`` and
    ``baseline_uln``, and ``before_treatment``, which marks baseline samples and earlier ones.
    Where the two are equal that is the grade; both are null where the value is missing or the
    edition does not grade it.
    """
    known = pl.col("value").is_not_null()
    if term.ungraded is not None:
        nothing = pl.when(known).then(pl.lit(None, dtype=pl.UInt8))
        return nothing, nothing
    least, most = _grades(term.grades, worst_case)
    special = term.baseline_high or term.baseline_low
    if special:
        other_least, other_most = _grades(special, worst_case)
        chosen = _is_special(bool(term.baseline_high))
        either = chosen.is_null()
        least = _pick(either, chosen, least, other_least, pl.min_horizontal)
        most = _pick(either, chosen, most, other_most, pl.max_horizontal)
    return pl.when(known).then(least), pl.when(known).then(most)


def _pick(
    either: pl.Expr,
    chosen: pl.Expr,
    plain: pl.Expr,
    special: pl.Expr,
    join: Callable[..., pl.Expr],
) -> pl.Expr:
    found: pl.Expr = pl.when(chosen).then(special).otherwise(plain)
    joined: pl.Expr = pl.when(either).then(join(plain, special)).otherwise(found)
    return joined


def _steps(name: str) -> pl.Expr:
    scaled: pl.Expr = pl.col(name) * 10**PLACES
    return scaled.round().cast(pl.Int64)


def _grades(rows: Rows, worst_case: bool) -> tuple[pl.Expr, pl.Expr]:
    least: pl.Expr = pl.lit(0, dtype=pl.UInt8)
    most: pl.Expr = pl.lit(0, dtype=pl.UInt8)
    for step in reversed(GRADES):
        if step not in rows:
            continue
        truth = pl.any_horizontal([_truth(limit, worst_case) for limit in rows[step]])
        number = pl.lit(step, dtype=pl.UInt8)
        least = pl.when(truth.fill_null(False)).then(number).otherwise(least)
        most = pl.when(truth.fill_null(True)).then(number).otherwise(most)
    return least, most


def _truth(limit: Limit, worst_case: bool) -> pl.Expr:
    truth = _reaches(limit)
    if limit.needs == "fasting":
        truth = truth & pl.lit(None, dtype=pl.Boolean)
    elif limit.needs is not None:
        truth = truth & pl.lit(worst_case)
    return truth if limit.also is None else truth & _truth(limit.also, worst_case)


def _reaches(limit: Limit) -> pl.Expr:
    value = _steps("value")
    if limit.of is None:
        left, right = value, pl.lit(int(limit.number * 10**PLACES), dtype=pl.Int64)
    else:
        left, right = value * _TIMES, _steps(limit.of) * int(limit.number * _TIMES)
    if limit.below is not None:
        truth = left < right
    else:
        truth = left > right if limit.above is not None else left >= right
    return _of_later(truth) if limit.of == "baseline" else truth


def _is_special(high: bool) -> pl.Expr:
    value, limit = _steps("baseline"), _steps("baseline_uln" if high else "baseline_lln")
    return _of_later(value > limit if high else value < limit)


def _of_later(truth: pl.Expr) -> pl.Expr:
    """Hold the baseline sample and earlier ones to nothing that is relative to the baseline."""
    return pl.when(pl.col("before_treatment")).then(False).otherwise(truth)
