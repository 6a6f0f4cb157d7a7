"""What became of treatments: time to progression and death, groups by what was known before.

The facts of a treatment are those of the day before it began, so nobody is put into a group by what
only those can have who lived to have it (immortal time). With a landmark only those count who were
still observed and free of the event then; the groups stay as they were known before the treatment.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from gepnet.criteria.columns import low_column
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known, refuse
from gepnet.registry.assess import Assessed
from gepnet.registry.columns import FactColumns, middle
from gepnet.vocabulary import DAYS_PER_MONTH

Endpoint = Literal["pfs", "os", "progression"]
#: Columns of the points that treatments can be grouped by, besides facts.
BESIDE = ("option", "line", "centre", "region")
LOG = "log2:"


@dataclass(frozen=True)
class Chosen:
    """Which treatments, which end, and what they are grouped and adjusted by.

    Attributes:
        endpoint: ``pfs`` progression or death; ``os`` death; ``progression`` with death competing.
        options: the treatments; all without.
        line: the number of the treatment; all without.
        where: a criterion on the day before the treatment.
        by: a fact or one of ``BESIDE``.
        covariates: numbers or truths, ``log2:`` before a number takes its logarithm;
            ``option=NAME`` is whether that was given.
        landmark_months: count from here on only those who were free of the event until then.
    """

    endpoint: Endpoint = "pfs"
    options: tuple[str, ...] = ()
    line: int | None = None
    where: str | None = None
    by: str | None = None
    covariates: tuple[str, ...] = ()
    landmark_months: float = 0.0


def outcomes(base: KnowledgeBase, assessed: Assessed, chosen: Chosen) -> pl.DataFrame:
    """Return a row for each treatment: ``months``, ``cause``, ``group``, ``centre``, covariates.

    ``cause`` is 0 where the observation was censored, 1 for the endpoint, 2 for a death before it
    where that competes. Treatments without a needed value are left out.

    Raises:
        InputError: for another kind of assessment, or names that there are not.
    """
    assessed.check("treatments")
    check_known("option", chosen.options, list(base.options))
    facts = _facts(base, chosen)
    criteria = {} if chosen.where is None else {"__where": chosen.where}
    work = FactColumns(base, assessed.schema("facts"), facts, criteria)
    parts = []
    for points, table in assessed.blocks(points=None, facts=work.reads):
        known = work.of(table).drop("patient", "at")
        parts.append(_of(base, points.hstack(known), chosen))
    return pl.concat(parts)


def _facts(base: KnowledgeBase, chosen: Chosen) -> list[str]:
    names = [name.removeprefix(LOG) for name in chosen.covariates if "=" not in name]
    if chosen.by is not None and chosen.by not in BESIDE:
        check_known("by", [chosen.by], [*BESIDE, *base.vocabulary])
        names.append(chosen.by)
    check_known("covariate", names, list(base.vocabulary))
    for name in names:
        if base.vocabulary[name].type not in ("number", "boolean") and name != chosen.by:
            raise refuse("covariate", name, "a number or a truth; or option=NAME")
    return list(dict.fromkeys(names))


def _of(base: KnowledgeBase, table: pl.DataFrame, chosen: Chosen) -> pl.DataFrame:
    month = float(DAYS_PER_MONTH)
    grown, died, seen = pl.col("progressed"), pl.col("died"), pl.col("seen")
    if chosen.endpoint == "os":
        end, cause = pl.coalesce(died, seen), died.is_not_null().cast(pl.Int64)
    else:
        first = pl.min_horizontal(grown, died)
        end = pl.coalesce(first, seen)
        by_death = 2 if chosen.endpoint == "progression" else 1
        is_grown = grown.is_not_null() & (died.is_null() | (grown <= died))
        cause = pl.when(is_grown).then(1).when(died.is_not_null()).then(by_death).otherwise(0)
    months = (end - pl.col("start")).dt.total_days() / month
    by = chosen.by
    group = pl.lit("all") if by is None else pl.col(by).cast(pl.String)
    if by is not None and by not in BESIDE and base.vocabulary[by].type == "number":
        group = middle(base.vocabulary[by]).cast(pl.String)
    where = None if chosen.where is None else "__where"
    rows = treatments_asked(chosen.options, chosen.line, where)
    columns = {name: _covariate(base, name) for name in chosen.covariates}
    found = table.filter(rows).select(
        "centre", months=months, cause=cause.cast(pl.Int64), group=group, **columns
    )
    found = found.filter((pl.col("months") >= 0) & pl.col("group").is_not_null())
    found = found.drop_nulls(list(columns)).with_columns(pl.col("centre").fill_null("unknown"))
    if chosen.landmark_months:
        late = pl.col("months") - chosen.landmark_months
        found = found.filter(late > 0).with_columns(months=late)
    return found


def treatments_asked(options: Sequence[str], line: int | None, where: str | None) -> pl.Expr:
    """Return which treatments are asked for; ``where`` is the column of a truth about them."""
    rows = pl.lit(True)
    if options:
        rows &= pl.col("option").is_in(list(options))
    if line is not None:
        rows &= pl.col("line") == line
    if where is not None:
        rows &= pl.col(where).fill_null(False)
    return rows


def _covariate(base: KnowledgeBase, name: str) -> pl.Expr:
    if "=" in name:
        column, _, value = name.partition("=")
        check_known("covariate", [column], BESIDE)
        return (pl.col(column).cast(pl.String) == value).cast(pl.Float64)
    fact = base.vocabulary[name.removeprefix(LOG)]
    if fact.type == "boolean":
        return pl.col(fact.id).cast(pl.Float64)
    number = middle(fact) if low_column(fact) != fact.id else pl.col(fact.id)
    if not name.startswith(LOG):
        return number
    return pl.when(number > 0).then(number.log(2))


@dataclass(frozen=True)
class OneStep:
    """What one centre tells of a Cox model: score and information at some coefficients.

    Added up over centres they give one step of Newton's method for the model stratified by centre:
    ``at + information^-1 score``.
    """

    names: tuple[str, ...]
    at: tuple[float, ...]
    score: tuple[float, ...]
    information: tuple[tuple[float, ...], ...]
    size: int
    events: int


def one_step(table: pl.DataFrame, names: Sequence[str], at: Sequence[float]) -> OneStep:
    """Return score and information of the Cox model of one centre (Breslow's for ties).

    Args:
        table: ``months``, ``cause`` and a column for each name.
        names: the covariates.
        at: the coefficients at which they are taken.
    """
    times = table["months"].to_numpy()
    died = table["cause"].to_numpy() == 1
    width = len(names)
    matrix = np.column_stack([table[name].to_numpy() for name in names]) if len(table) else None
    score, information = np.zeros(width), np.zeros((width, width))
    if matrix is not None:
        weights = np.exp(matrix @ np.asarray(at, float))
        order = np.argsort(-times, kind="stable")
        x, w, t, d = matrix[order], weights[order], times[order], died[order]
        s0 = np.cumsum(w)
        s1 = np.cumsum(w[:, None] * x, axis=0)
        s2 = np.cumsum(w[:, None, None] * x[:, :, None] * x[:, None, :], axis=0)
        last = np.searchsorted(-t, -t, side="right") - 1  # all at risk at a tied time
        for row in np.flatnonzero(d):
            place = last[row]
            mean = s1[place] / s0[place]
            score += x[row] - mean
            information += s2[place] / s0[place] - np.outer(mean, mean)
    return OneStep(
        tuple(names),
        tuple(map(float, at)),
        tuple(map(float, score)),
        tuple(tuple(map(float, row)) for row in information),
        len(table),
        int(died.sum()),
    )


def stepped(parts: Sequence[OneStep]) -> tuple[list[float], list[float]]:
    """Return the coefficients after one step of all centres together, and their errors.

    Raises:
        InputError: where the centres tell of different models, or of too little.
    """
    first = parts[0]
    if any((one.names, one.at) != (first.names, first.at) for one in parts):
        raise refuse("covariate", "different", "the same covariates and start in every centre")
    score = np.sum([one.score for one in parts], axis=0)
    information = np.sum([one.information for one in parts], axis=0)
    try:
        inverse = np.linalg.inv(information)
    except np.linalg.LinAlgError as error:
        raise refuse("covariate", ", ".join(first.names), "covariates with spread") from error
    after = np.asarray(first.at) + inverse @ score
    return list(map(float, after)), [math.sqrt(max(v, 0.0)) for v in np.diag(inverse)]
