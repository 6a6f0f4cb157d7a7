"""Tables of lesions as typed Polars columns, checked as strictly as the reader for one patient.

The checks run as columns. Only rows and patients in which something is wrong are given to the
functions of ``input`` and ``lineage``, which say what.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.knowledge import Problem, refuse_all
from gepnet.response.recist.doubts import CHANGE, FIRST, SIZE, doubts_of_lesions
from gepnet.response.recist.input import lesion_table
from gepnet.response.recist.lineage import lineage_problems
from gepnet.response.recist.model import LesionRow, Patient, PatientRow, Role, Status
from gepnet.response.recist.rules import Rules
from gepnet.tables import MOST
from gepnet.tables.frame import grid_of, read_texts, typed
from gepnet.vocabulary import Asking

_KINDS = {"target": 0, "non_target": 1, "new": 2, "new_equivocal": 2}


_CELLS = {
    "date": pl.Date,
    "nodal": pl.Boolean,
    "diameter_mm": pl.Int64,
    "diameter_cm": pl.Int64,
}
_NEVER_TARGET = [Status.PRESENT.value, Status.UNEQUIVOCAL_PROGRESSION.value]


def read_lesions(path: Path, rules: Rules) -> pl.DataFrame:
    """Return patient_id, line, date, lesion, role, organ, nodal, size, status, other.

    Raises:
        InputError: with what is wrong with the file, or with each row (the first rows, where there
            are very many).
    """
    table = lesion_table(rules)
    texts = read_texts(path, table)
    cells, faulty = typed(texts, table, _CELLS)
    link = pl.col("status").str.extract(r"^(split_from|merged_into)\s*:\s*\S", 1)
    frame = texts.select(
        "line",
        "patient_id",
        cells["date"],
        pl.col("lesion_id").alias("lesion"),
        "role",
        pl.col("organ").fill_null(""),
        cells["nodal"],
        cells["diameter_mm"].fill_null(cells["diameter_cm"]).alias("size"),
        pl.coalesce(link, "status").alias("status"),
        pl.when(link.is_not_null())
        .then(pl.col("status").str.splitn(":", 2).struct.field("field_1").str.strip_chars())
        .alias("other"),
    )
    # Every row that is not plainly right is given to the reader of single rows, which decides.
    odd = grid_of(texts.filter(faulty | _is_odd(texts, frame)), str(path))
    refuse_all([p for row in table.cells(odd) for p in row.problems][:MOST])
    return frame.with_columns(pl.col("nodal").fill_null(False))


def _is_odd(texts: pl.DataFrame, frame: pl.DataFrame) -> pl.Series:
    """Return the rows whose cells may not go together."""
    status, size, role = frame["status"], frame["size"], frame["role"]
    is_given = texts["diameter_mm"].is_not_null() | texts["diameter_cm"].is_not_null()
    no_size = status.is_in(["absent", "too_small", "not_evaluated", "merged_into"])
    is_odd = (
        (frame["other"] == frame["lesion"])
        | (texts["diameter_mm"].is_not_null() & texts["diameter_cm"].is_not_null())
        | (is_given & no_size)
        | (status.is_in(["measured", "split_from"]) & ~(size > 0).fill_null(False))
        | ((role == "target") & status.is_in(_NEVER_TARGET))
        | (texts["nodal"].is_null() & ((role == "target") | is_given | (status == "too_small")))
        | ((status == "unequivocal_progression") & (role != "non_target"))
    )
    return is_odd.fill_null(False)


@dataclass(frozen=True)
class Coded:
    """Lesions with small numbers for patients and lesions: what joins and groups run on."""

    rows: pl.DataFrame
    patients: pl.DataFrame  # patient_id (a number), name

    def code(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of ``frame`` whose patient is here, the name replaced by its number."""
        named = frame.rename({"patient_id": "name"})
        return named.join(self.patients, on="name", maintain_order="left").drop("name")

    def name(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with the name of each patient in place of the number."""
        named = frame.join(self.patients, on="patient_id", how="left", maintain_order="left")
        return named.with_columns(pl.col("name").alias("patient_id")).drop("name")


def code(frame: pl.DataFrame) -> Coded:
    """Number patients in the order of the file, and lesions."""
    patients = frame.select(pl.col("patient_id").alias("name")).unique(maintain_order=True)
    patients = patients.with_row_index("patient_id")
    lesions = frame.select("lesion").unique(maintain_order=True).with_row_index("code")
    rows = (
        frame.rename({"patient_id": "name"})
        .join(patients, on="name", how="left", maintain_order="left")
        .join(lesions, on="lesion", how="left", maintain_order="left")
        .drop("name", "lesion")
        .rename({"code": "lesion", "other": "other_name"})
    )
    # A link to a lesion that is nowhere in the file becomes null; the check of links refuses it.
    others = lesions.rename({"lesion": "other_name", "code": "other"})
    if rows["other_name"].null_count() < len(rows):
        rows = rows.join(others, on="other_name", how="left", maintain_order="left")
    else:
        rows = rows.with_columns(pl.lit(None, dtype=pl.UInt32).alias("other"))
    kind = pl.col("role").replace_strict(_KINDS, return_dtype=pl.UInt8).alias("kind")
    return Coded(rows.with_columns(kind), patients)


def check_patients(
    frame: pl.DataFrame,
    coded: Coded,
    baselines: pl.DataFrame,
    rules: Rules,
    file: str,
    asking: Asking | None = None,
) -> None:
    """Refuse patients whose rows do not fit together: doubles, changed roles, broken lineage.

    With ``asking`` also those with a size that is likely to be a slip and that nobody accepts.

    ``baselines`` has patient_id (number), baseline (None: the first date).

    Raises:
        InputError: with every problem of these patients (the first, where there are very many).
    """
    bad = _unfit(coded.rows, baselines)
    if asking is not None:
        bad = pl.concat([bad, _doubted(coded.rows, asking)]).unique()
    if not len(bad):
        return
    given = dict(coded.name(baselines).select("patient_id", "baseline").iter_rows())
    names = coded.name(bad.to_frame("patient_id"))["patient_id"].to_list()
    rows = frame.filter(pl.col("patient_id").is_in(names)).sort("patient_id", maintain_order=True)
    problems: list[Problem] = []
    for patient, mine in groupby(rows.iter_rows(named=True), key=itemgetter("patient_id")):
        lesions = tuple(_lesion(row) for row in mine)
        whole = Patient(PatientRow(patient, baseline=given.get(patient)), lesions)
        problems.extend(lineage_problems(whole, file))
        if asking is not None:
            problems.extend(doubts_of_lesions(whole, asking, file, rules))
    refuse_all(problems[:MOST])


def _lesion(row: dict[str, Any]) -> LesionRow:
    role, status, other = Role(row["role"]), Status(row["status"]), row["other"] or ""
    line, day, lesion, size = row["line"], row["date"], row["lesion"], row["size"]
    return LesionRow(line, day, lesion, role, row["organ"], row["nodal"], size, status, other)


def _as_above(*columns: str) -> pl.Expr:
    """Return whether a row of a sorted table has the same in some columns as the row before."""
    return pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in columns)


def _doubted(rows: pl.DataFrame, asking: Asking) -> pl.Series:
    """Return the patients with a size that is doubted; what is said of it, ``doubts`` knows."""
    sized = (
        rows.filter(pl.col("size") > 0)
        .select("patient_id", "lesion", "date", "size", "kind")
        .sort("patient_id", "lesion", "date")
        .with_columns(
            pl.when(_as_above("patient_id", "lesion"))
            .then(pl.col("size").shift(1))
            .alias("before"),
            (pl.col("kind") == _KINDS["target"]).alias("is_target"),
        )
    )
    is_first = pl.col("is_target") & pl.col("before").is_null()
    asked = {
        FIRST: (is_first, pl.col("size") / 1000),
        SIZE: (~is_first, pl.col("size") / 1000),
        CHANGE: (pl.col("is_target"), pl.col("size") / pl.col("before")),
    }
    odd = pl.lit(False)
    for name, (where, value) in asked.items():
        quantity = asking.plausible.get(name)
        if quantity is not None:
            low, high = map(float, quantity.range)
            # A little wider: the reader of single patients decides exactly.
            odd |= where & ((value < low * 1.01) | (value > high * 0.99)).fill_null(False)
    return sized.filter(odd)["patient_id"].unique()


def _unfit(rows: pl.DataFrame, baselines: pl.DataFrame) -> pl.Series:
    """Return the patients in whom something does not fit; a few may turn out to be right."""
    changing = rows.group_by("patient_id", "lesion").agg(
        (pl.col(name).min() != pl.col(name).max()) for name in ("kind", "nodal")
    )
    first_days = rows.group_by("patient_id").agg(pl.col("date").min().alias("first"))
    start = first_days.join(baselines, on="patient_id", how="left").select(
        "patient_id", pl.coalesce("baseline", "first").alias("start")
    )
    from_start = rows.join(start, on="patient_id").filter(pl.col("date") >= pl.col("start"))
    earliest = pl.col("date").arg_min()
    begins = from_start.group_by("patient_id", "lesion").agg(
        pl.col("date").min(),
        pl.col("start").first(),
        pl.col("kind", "status", "organ").get(earliest),
    )
    is_first = pl.col("date") == pl.col("start")
    is_chosen = (pl.col("kind") != _KINDS["target"]) | (
        pl.col("status").is_in(["measured", "too_small"]) & (pl.col("organ") != "")
    )
    is_fit = (
        pl.when(pl.col("kind") == _KINDS["new"])
        .then(~is_first)
        .when(is_first)
        .then(is_chosen)
        .otherwise(pl.col("status") == "split_from")
    )
    scans = rows.select("patient_id", pl.col("date").alias("start")).unique()
    place = ("patient_id", "lesion", "date")
    return pl.concat(
        [
            changing.filter(pl.col("kind") | pl.col("nodal"))["patient_id"],
            begins.filter(~is_fit)["patient_id"],
            start.join(scans, on=["patient_id", "start"], how="anti")["patient_id"],
            rows.select(place).sort(place).filter(_as_above(*place))["patient_id"],
            # Splits and merges are few: whether they hang together is asked of each patient.
            rows.filter(pl.col("other_name").is_not_null())["patient_id"],
        ]
    ).unique()
