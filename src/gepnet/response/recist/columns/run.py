"""From tables of lesions or responses to tables of time points and best responses."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from gepnet.response.recist.columns.best import best_responses
from gepnet.response.recist.columns.frame import check_patients, code, read_lesions
from gepnet.response.recist.columns.points import POINT_COLUMNS, counted, time_points
from gepnet.response.recist.input import HEADS, response_table
from gepnet.response.recist.model import PatientRow
from gepnet.response.recist.rules import THOUSANDTHS, Options, Rules
from gepnet.vocabulary import Asking

_HEADS = {
    "patient_id": pl.String, "reference": pl.Date, "baseline": pl.Date, "new_therapy": pl.Date,
    "death": pl.Date,
}  # fmt: skip
_LIMITS = ("patient_id", "reference", "new_therapy", "death")
_MARKERS = {"patient_id": pl.String, "date": pl.Date, "elevated": pl.Boolean}


@dataclass(frozen=True)
class Table:
    """Time points, one row an assessment, and the best response, one row a patient."""

    points: pl.DataFrame
    best: pl.DataFrame


def assess_table(
    rules: Rules,
    options: Options,
    lesions: Path | None,
    responses: Path | None = None,
    patients: Path | None = None,
    asking: Asking | None = None,
) -> Table:
    """Assess many patients from files (``input`` describes them; lesions may be Parquet).

    With ``asking`` a size that is likely to be a slip is refused unless somebody accepts it.

    Raises:
        InputError: with what is wrong, as for one patient; of very many problems, the first.
    """
    heads = () if patients is None else HEADS.read(patients).rows
    parts = []
    named: set[str] = set()
    if lesions is not None:
        frame = read_lesions(lesions, rules)
        parts.append(assess_lesions(frame, heads, rules, options, str(lesions), asking))
        named = set(parts[0].best["patient_id"])
    others = [head for head in heads if head.patient not in named]
    if responses is not None or others:
        given = _given(() if responses is None else response_table(named).read(responses).rows)
        parts.append(assess_responses(given, others, rules, options))
    return Table(pl.concat([t.points for t in parts]), pl.concat([t.best for t in parts]))


def _given(rows: Sequence[tuple[str, datetime.date, str]]) -> pl.DataFrame:
    schema = {"patient_id": pl.String, "date": pl.Date, "response": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def assess_lesions(
    frame: pl.DataFrame,
    heads: Sequence[PatientRow],
    rules: Rules,
    options: Options,
    file: str = "lesions",
    asking: Asking | None = None,
) -> Table:
    """Assess lesions in typed columns: patient_id, line, date, lesion, role, organ, nodal, size
    (0.001 mm), status, other.

    Raises:
        InputError: if the rows of a patient do not fit together.
    """  # noqa: D205
    coded = code(frame)
    known = coded.code(_heads(heads))
    baselines = known.select("patient_id", "baseline")
    check_patients(frame, coded, baselines, rules, file, asking)
    markers = coded.code(_markers(heads))
    points = time_points(coded.rows, baselines, markers, known.select(_LIMITS), rules, options)
    first = coded.rows.group_by("patient_id").agg(pl.col("date").min()).sort("patient_id")
    references = first.join(known, on="patient_id", how="left", maintain_order="left").select(
        "patient_id", pl.coalesce("reference", "baseline", "date").alias("reference")
    )
    best = best_responses(points, references, rules, options)
    return Table(coded.name(points), coded.name(best))


def assess_responses(
    given: pl.DataFrame, heads: Sequence[PatientRow], rules: Rules, options: Options
) -> Table:
    """Assess sequences of responses: patient_id, date, response."""
    known = _heads(heads)
    response = pl.col("response")
    # Responses begin at the baseline date where no reference date is given.
    bounds = known.with_columns(pl.coalesce("reference", "baseline").alias("reference"))
    points = (
        given.join(bounds.select(_LIMITS), on="patient_id", how="left")
        .sort("patient_id", "date")
        .select(
            "patient_id",
            "date",
            response.alias("overall"),
            response.alias("literal"),
            *counted(options),
        )
    )
    names = pl.concat([given["patient_id"], known["patient_id"]]).unique(maintain_order=True)
    first = given.group_by("patient_id").agg(pl.col("date").min())
    references = (
        names.to_frame()
        .join(first, on="patient_id", how="left", maintain_order="left")
        .join(known, on="patient_id", how="left", maintain_order="left")
        .select("patient_id", pl.coalesce("reference", "baseline", "date").alias("reference"))
    )
    best = best_responses(points, references, rules, options)
    empty = {
        "sum": pl.Int64, "nadir": pl.Int64, "baseline": pl.Int64, "complete": pl.Boolean,
        "target": pl.String, "non_target": pl.String, "new_lesion": pl.Boolean,
    }  # fmt: skip
    filled = points.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in empty.items()
    )
    return Table(filled.select(POINT_COLUMNS), best)


def _heads(heads: Sequence[PatientRow]) -> pl.DataFrame:
    rows = [(h.patient, h.reference, h.baseline, h.new_therapy, h.death) for h in heads]
    return pl.DataFrame(rows, schema=_HEADS, orient="row")


def _markers(heads: Sequence[PatientRow]) -> pl.DataFrame:
    rows = [
        (head.patient, marker.date or datetime.date.min, marker.elevated)
        for head in heads
        for marker in head.markers
    ]
    return pl.DataFrame(rows, schema=_MARKERS, orient="row")


def shown_points(points: pl.DataFrame) -> pl.DataFrame:
    """Return time points for people and programs: millimetres and percent, as in JSON.

    The sum is null where a target was not assessed.
    """
    size = pl.when(pl.col("complete")).then(pl.col("sum"))

    def change(base: str) -> pl.Expr:
        return pl.when(pl.col(base) > 0).then((size - pl.col(base)) * 100 / pl.col(base)).round(4)

    return points.select(
        "patient_id",
        "date",
        (size / THOUSANDTHS).alias("sum_mm"),
        (pl.col("nadir") / THOUSANDTHS).alias("nadir_mm"),
        (pl.col("baseline") / THOUSANDTHS).alias("baseline_mm"),
        change("baseline").alias("change_from_baseline_pct"),
        change("nadir").alias("change_from_nadir_pct"),
        "target",
        "non_target",
        "new_lesion",
        "overall",
        pl.col("literal").alias("overall_literal"),
        "not_counted",
    )
