"""A registry's table of patients, checked cell by cell and counted by its different rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.response.fit.spec import Spec

if TYPE_CHECKING:
    import polars as pl

#: A column by which a made-up cohort says what it is.
ORIGIN, MADE_UP = "origin", "made_up"


@dataclass(frozen=True)
class Cohort:
    """Complete patients by their different rows, and how many were left out.

    ``patterns`` has the predictors, ``events`` and ``others``; ``missing`` counts the cells of each
    column that say nothing.
    """

    patterns: pl.DataFrame
    file: str
    sha256: str
    patients: int
    complete: int
    missing: dict[str, int]
    ignored: tuple[str, ...]
    made_up: bool

    @property
    def events(self) -> int:
        """Complete patients with the outcome."""
        return int(self.patterns["events"].sum())


def read_cohort(path: Path, spec: Spec) -> Cohort:
    """Read a CSV or Parquet table with the columns of the specification.

    Raises:
        InputError: with every cell that is not understood; nothing is guessed or imputed.
    """
    table = _table(path)
    absent = [column for column in spec.columns if column not in table.columns]
    if absent:
        raise InputError(
            Problem(str(path), 1, "", column, "", "this column", nearest(column, table.columns))
            for column in absent
        )
    problems = [*_names(table, path), *_unknown_cells(table, path, spec)]
    if problems:
        raise InputError(problems)
    return _counted(table, path, spec)


def _table(path: Path) -> pl.DataFrame:
    import polars as pl

    try:
        if path.suffix == ".parquet":
            table = pl.read_parquet(path)
        else:
            table = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        told = str(error).splitlines()[0][:100]
        raise InputError(
            [Problem(str(path), None, "", "", "", f"a CSV or Parquet table ({told})")]
        ) from error
    return table.select(pl.all().cast(pl.String).fill_null("").str.strip_chars()).with_row_index(
        "_row", offset=2
    )


def _names(table: pl.DataFrame, path: Path) -> Iterator[Problem]:
    import polars as pl

    name = pl.col("patient_id")
    wrong = table.filter((name == "") | ~name.is_first_distinct())
    for row, text in wrong.select("_row", "patient_id").iter_rows():
        expected = "a name for each patient" if not text else "each patient once"
        yield Problem(str(path), row, text, "patient_id", text, expected)


def _unknown_cells(table: pl.DataFrame, path: Path, spec: Spec) -> Iterator[Problem]:
    import polars as pl

    known = {p.column: (tuple(p.words), p.levels) for p in spec.predictors}
    words = (*spec.outcome.yes, *spec.outcome.no)
    known[spec.outcome.column] = (words, ("1", "0"))
    missing = [word.lower() for word in spec.missing]
    for column, (allowed, levels) in known.items():
        cells = pl.col(column).str.to_lowercase()
        wrong = table.filter(~cells.is_in([*allowed, *missing]))
        for row, patient, text in wrong.select("_row", "patient_id", column).iter_rows():
            expected = f"one of {', '.join(levels)}, or empty where it is not known"
            yield Problem(str(path), row, patient, column, text, expected, nearest(text, levels))


def _counted(table: pl.DataFrame, path: Path, spec: Spec) -> Cohort:
    import polars as pl

    yes = [word.lower() for word in spec.outcome.yes]
    no = [word.lower() for word in spec.outcome.no]
    outcome = pl.col(spec.outcome.column).str.to_lowercase()
    predictors = [predictor.column for predictor in spec.predictors]
    coded = table.select(
        *(
            pl.col(p.column).str.to_lowercase().replace_strict(p.words, default=None)
            for p in spec.predictors
        ),
        pl.when(outcome.is_in(yes))
        .then(True)
        .when(outcome.is_in(no))
        .then(False)
        .alias(spec.outcome.column),
    )
    missing = {name: coded[name].null_count() for name in coded.columns}
    complete = coded.drop_nulls()
    patterns = (
        complete.group_by(predictors)
        .agg(
            pl.col(spec.outcome.column).sum().cast(pl.Int64).alias("events"),
            (~pl.col(spec.outcome.column)).sum().cast(pl.Int64).alias("others"),
        )
        .sort(predictors)
    )
    used = {*spec.columns, ORIGIN, "_row"}
    made_up = ORIGIN in table.columns and MADE_UP in table[ORIGIN].to_list()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    ignored = tuple(name for name in table.columns if name not in used)
    return Cohort(patterns, path.name, digest, len(table), len(complete), missing, ignored, made_up)
