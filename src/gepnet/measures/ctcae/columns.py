"""The same grades for whole columns, by Polars; ``grading.grade`` is the reference.

Numbers become whole steps of 0.0001 first, so that no binary fraction decides a tie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gepnet.measures.ctcae.grading import PLACES
from gepnet.measures.ctcae.model import GRADES, Limit, Rows, Term

if TYPE_CHECKING:
    import polars as pl

#: Multiples of a reference have at most this many decimal places.
_TIMES = 10


@dataclass(frozen=True)
class Columns:
    """Names of the columns that a grade is worked out from; all numbers but the last.

    ``before_treatment`` marks baseline samples and earlier ones.
    """

    value: str = "value"
    lln: str = "lln"
    uln: str = "uln"
    baseline: str = "baseline"
    baseline_lln: str = "baseline_lln"
    baseline_uln: str = "baseline_uln"
    before_treatment: str = "before_treatment"


def grade_columns(
    term: Term, columns: Columns | None = None, worst_case: bool = False
) -> tuple[pl.Expr, pl.Expr]:
    """Return the least and the greatest possible grade of each row, as small whole numbers.

    Where the two are equal that is the grade; both are null where the value is missing or the
    edition does not grade it.
    """
    import polars as pl

    names = columns or Columns()
    known = pl.col(names.value).is_not_null()
    if term.ungraded is not None:
        nothing = pl.when(known).then(pl.lit(None, dtype=pl.UInt8))
        return nothing, nothing
    row = _Row(names, worst_case)
    least, most = row.grades(term.grades)
    special = term.baseline_high or term.baseline_low
    if special:
        other_least, other_most = row.grades(special)
        chosen = row.special(bool(term.baseline_high))
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
    import polars as pl

    found: pl.Expr = pl.when(chosen).then(special).otherwise(plain)
    joined: pl.Expr = pl.when(either).then(join(plain, special)).otherwise(found)
    return joined


class _Row:
    def __init__(self, names: Columns, worst_case: bool) -> None:
        self.names = names
        self.worst_case = worst_case

    def steps(self, name: str) -> pl.Expr:
        import polars as pl

        scaled: pl.Expr = pl.col(name) * 10**PLACES
        return scaled.round().cast(pl.Int64)

    def grades(self, rows: Rows) -> tuple[pl.Expr, pl.Expr]:
        import polars as pl

        least: pl.Expr = pl.lit(0, dtype=pl.UInt8)
        most: pl.Expr = pl.lit(0, dtype=pl.UInt8)
        for step in reversed(GRADES):
            if step not in rows:
                continue
            truth = pl.any_horizontal([self.truth(limit) for limit in rows[step]])
            number = pl.lit(step, dtype=pl.UInt8)
            least = pl.when(truth.fill_null(False)).then(number).otherwise(least)
            most = pl.when(truth.fill_null(True)).then(number).otherwise(most)
        return least, most

    def truth(self, limit: Limit) -> pl.Expr:
        import polars as pl

        truth = self.reaches(limit)
        if limit.needs == "fasting":
            truth = truth & pl.lit(None, dtype=pl.Boolean)
        elif limit.needs is not None:
            truth = truth & pl.lit(self.worst_case)
        return truth if limit.also is None else truth & self.truth(limit.also)

    def reaches(self, limit: Limit) -> pl.Expr:
        import polars as pl

        value = self.steps(self.names.value)
        times = int(limit.number * _TIMES)
        if limit.of is None:
            left, right = value, pl.lit(int(limit.number * 10**PLACES), dtype=pl.Int64)
        else:
            left, right = value * _TIMES, self.steps(getattr(self.names, limit.of)) * times
        if limit.below is not None:
            truth = left < right
        else:
            truth = left > right if limit.above is not None else left >= right
        if limit.of != "baseline":
            return truth
        return pl.when(pl.col(self.names.before_treatment)).then(False).otherwise(truth)

    def special(self, high: bool) -> pl.Expr:
        import polars as pl

        value = self.steps(self.names.baseline)
        limit = self.steps(self.names.baseline_uln if high else self.names.baseline_lln)
        truth = value > limit if high else value < limit
        return pl.when(pl.col(self.names.before_treatment)).then(False).otherwise(truth)
