"""A registry's table of patients, checked cell by cell and counted by its different rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.response.fit.spec import Spec
from gepnet.response.fit.stored import Data
from gepnet.tables import Column, Once, Reading, Table, coded, text

#: A column by which a made-up cohort says what it is.
ORIGIN, MADE_UP = "origin", "made_up"


@dataclass(frozen=True)
class Cohort:
    """Complete patients by their different rows, and how many were left out.

    ``patterns`` has the predictors, ``events`` and ``others``.
    """

    patterns: pl.DataFrame
    data: Data
    ignored: tuple[str, ...]


def read_cohort(path: Path, spec: Spec) -> Cohort:
    """Read a CSV or Parquet table with the columns of the specification.

    A registry's table may have any other columns; those are named in ``ignored``.

    Raises:
        InputError: with every cell that is not understood; nothing is guessed or imputed.
    """
    columns = tuple(_column(p.column, p.words, p.levels, spec) for p in spec.predictors)
    yes = {**dict.fromkeys(spec.outcome.yes, True), **dict.fromkeys(spec.outcome.no, False)}
    table = Table(
        columns=(
            Column("patient_id", text("a name for each patient")),
            *columns,
            _column(spec.outcome.column, yes, ("1", "0"), spec),
            Column(ORIGIN, text(), needed=False),
        ),
        make=lambda cells: cells.values,
        once=(Once(("patient_id",), "patient_id", "each patient once"),),
        open=True,
    )
    reading = table.read(path)
    return _counted(reading, path, spec)


def _column(
    name: str, words: Mapping[str, str | bool], levels: Sequence[str], spec: Spec
) -> Column:
    """Return a column of some words; a word for what is not known means nothing."""
    told = f"one of {', '.join(levels)}, or empty where it is not known"
    return Column(name, coded({**dict.fromkeys(spec.missing), **words}, told, fold=True))


def _counted(reading: Reading[dict[str, Any]], path: Path, spec: Spec) -> Cohort:
    outcome = spec.outcome.column
    predictors = [predictor.column for predictor in spec.predictors]
    kinds = {**dict.fromkeys(predictors, pl.String), outcome: pl.Boolean}
    coded = pl.DataFrame(
        [[row[name] for name in kinds] for row in reading.rows], schema=kinds, orient="row"
    )
    complete = coded.drop_nulls()
    patterns = (
        complete.group_by(predictors)
        .agg(
            pl.col(outcome).sum().cast(pl.Int64).alias("events"),
            (~pl.col(outcome)).sum().cast(pl.Int64).alias("others"),
        )
        .sort(predictors)
    )
    data = Data(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        patients=len(coded),
        complete=len(complete),
        events=int(patterns["events"].sum()),
        missing={name: coded[name].null_count() for name in kinds},
        made_up=any(row[ORIGIN] == MADE_UP for row in reading.rows),
    )
    return Cohort(patterns, data, reading.ignored)
