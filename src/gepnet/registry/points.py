"""The days on which the patients of a registry are looked at, and what is known beside facts."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Literal

import polars as pl

from gepnet.facts.events.schema import PATIENT, PATIENTS

Points = Literal["day", "treatments"]
Tables = Mapping[str, pl.DataFrame]
AT = "at"
#: Columns of a table of points, besides the patient.
SCHEMA: dict[str, pl.DataType] = {
    PATIENT: pl.String(),
    AT: pl.Date(),
    "centre": pl.String(),
    "region": pl.String(),
    "option": pl.String(),
    "start": pl.Date(),
    "line": pl.Int64(),
    "progressed": pl.Date(),
    "died": pl.Date(),
    "seen": pl.Date(),
}
_BESIDE = frozenset({"note", "prrt_release"})


def points_of(
    tables: Tables, points: Points, at: datetime.date, counting: Collection[str] = ()
) -> pl.DataFrame:
    """Return the days to look at each patient, in the order of the patients.

    Args:
        tables: the events of a block.
        points: ``day`` is one day for everybody who was known by then; ``treatments`` the day
            before each treatment began, up to ``at``.
        at: the day, or the last day.
        counting: the signs that count as progression on a treatment.
    """
    everyone = tables[PATIENTS].select(
        PATIENT,
        *(
            (
                pl.col(old) if old in tables[PATIENTS].columns else pl.lit(None, dtype=pl.String)
            ).alias(new)
            for old, new in (("source", "centre"), ("region", "region"))
        ),
    )
    everyone = everyone.unique(PATIENT, keep="first", maintain_order=True).with_row_index("__n")
    everyone = everyone.join(_ends(tables), on=PATIENT, how="left", maintain_order="left")
    if points == "treatments":
        starts = _grown(_starts(tables, at), tables, counting)
        found = everyone.join(starts, on=PATIENT, maintain_order="left")
        found = found.with_columns(pl.col("start").dt.offset_by("-1d").alias(AT))
    else:
        found = everyone.filter(pl.col("first").is_null() | (pl.col("first") <= at)).with_columns(
            pl.lit(at).alias(AT),
            option=pl.lit(None, dtype=pl.String),
            start=pl.lit(None, dtype=pl.Date),
            line=pl.lit(None, dtype=pl.Int64),
            progressed=pl.lit(None, dtype=pl.Date),
        )
    return found.sort("__n", AT, maintain_order=True).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )


def _ends(tables: Tables) -> pl.DataFrame:
    """Return the first and the last day known of each patient, and the day of death."""
    days = []
    for kind, table in tables.items():
        for name in ("date", "start", "stop"):
            if kind != PATIENTS and kind not in _BESIDE and name in table.columns:
                days.append(table.select(PATIENT, day=pl.col(name)).drop_nulls())
    none = pl.DataFrame(schema={PATIENT: pl.String(), "day": pl.Date()})
    known = pl.concat([none, *days])
    ends = known.group_by(PATIENT).agg(first=pl.col("day").min(), seen=pl.col("day").max())
    death = tables.get("death", none.rename({"day": "date"}))
    died = death.group_by(PATIENT).agg(died=pl.col("date").min())
    return ends.join(died, on=PATIENT, how="left")


def _starts(tables: Tables, at: datetime.date) -> pl.DataFrame:
    """Return the start of each treatment, numbered, those of one day apart."""
    table = tables.get("treatment")
    if table is None or "start" not in table.columns:
        schema = {PATIENT: pl.String(), "option": pl.String(), "start": pl.Date()}
        return pl.DataFrame(schema={**schema, "line": pl.Int64()})
    return (
        table.select(PATIENT, "option", "start")
        .drop_nulls("start")
        .filter(pl.col("start") <= at)
        .sort(PATIENT, "start", maintain_order=True)
        .with_columns(line=pl.int_range(1, pl.len() + 1).over(PATIENT))
    )


def _grown(starts: pl.DataFrame, tables: Tables, counting: Collection[str]) -> pl.DataFrame:
    """Add the first progression on each treatment after its start."""
    none = pl.lit(None, dtype=pl.Date).alias("progressed")
    table = tables.get("progression")
    if table is None or not {"types", "on", "date"} <= set(table.columns):
        return starts.with_columns(none)
    counts = pl.col("types").list.set_intersection(list(counting)).list.len() > 0
    seen = (
        table.filter(counts)
        .select(PATIENT, "on", seen=pl.col("date"))
        .explode("on")
        .drop_nulls()
        .rename({"on": "option"})
    )
    first = (
        starts.join(seen, on=[PATIENT, "option"])
        .filter(pl.col("seen") > pl.col("start"))
        .group_by(PATIENT, "line")
        .agg(progressed=pl.col("seen").min())
    )
    return starts.join(first, on=[PATIENT, "line"], how="left", maintain_order="left")
