"""Laboratory values as adverse events, by the CTCAE grades of ``measures.ctcae``."""

from __future__ import annotations

import polars as pl

from gepnet.measures.ctcae import Edition
from gepnet.measures.ctcae.columns import grade_columns

_EVENTS: dict[str, type[pl.DataType]] = {
    "patient_id": pl.String, "term": pl.String, "start": pl.Date, "grade": pl.Int64,
    "at_most": pl.Int64, "ctcae": pl.String,
}  # fmt: skip


def laboratory_events(labs: pl.DataFrame, patients: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Return one row for each sample that may have a grade from 1 on.

    The baseline is the last sample of a fact on or before the patient's start. ``grade`` is the
    least possible grade and ``at_most`` the greatest: they differ where a limit of normal or a
    baseline is missing. Samples that are the baseline or earlier make no event. Of two samples of
    one day both are graded.

    Args:
        labs: as read.
        patients: as read, for the start of treatment.
        edition: edition of CTCAE.
    """
    begun = patients.select("patient_id", pl.col("start").alias("_start"))
    table = labs.join(begun, on="patient_id", how="inner").with_columns(
        (pl.col("date") <= pl.col("_start")).alias("before_treatment")
    )
    baseline = (
        table.filter("before_treatment")
        .sort("date", "_row")
        .group_by("patient_id", "fact", maintain_order=True)
        .agg(
            pl.col("value").last().alias("baseline"),
            pl.col("lln").last().alias("baseline_lln"),
            pl.col("uln").last().alias("baseline_uln"),
        )
    )
    table = table.join(baseline, on=["patient_id", "fact"], how="left")
    found = [pl.DataFrame(schema=_EVENTS)]
    for analyte in edition.analytes:
        rows = table.filter((pl.col("fact") == analyte) & ~pl.col("before_treatment"))
        for term in edition.of(analyte):
            if term.ungraded is not None or rows.is_empty():
                continue
            least, most = grade_columns(term)
            found.append(
                rows.select(
                    "patient_id",
                    pl.lit(term.term).alias("term"),
                    pl.col("date").alias("start"),
                    least.cast(pl.Int64).alias("grade"),
                    most.cast(pl.Int64).alias("at_most"),
                    pl.lit(edition.edition).alias("ctcae"),
                ).filter(pl.col("at_most") > 0)
            )
    return pl.concat(found)
