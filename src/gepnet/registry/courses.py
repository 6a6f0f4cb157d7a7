"""The courses of a registry: what was given and seen from one treatment to the next."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import polars as pl

from gepnet.facts.events.schema import CYCLES, PATIENT, with_defaults
from gepnet.registry.store import Registry

SCANS = "response_assessment"
Tables = dict[str, pl.DataFrame]
KEY = [PATIENT, "start"]


def courses(
    treatments: pl.DataFrame, registry: Registry, at: datetime.date
) -> Iterator[tuple[pl.DataFrame, Tables]]:
    """Yield for each block its treatments and the events of each, by patient and start.

    Args:
        treatments: rows of the points of an assessment; all of a patient, so that each ends where
            the next begins. Columns of further facts stay beside them.
        registry: whose events are read.
        at: nothing later counts.

    Yields:
        The treatments with ``best_response`` and ``until``, the day before the next began or
        ``at``; and tables of ``prrt_cycle`` (of the option given) and ``response_assessment``,
        with ``start`` of the treatment that a row belongs to.
    """
    after = pl.col("start").shift(-1).over(PATIENT).dt.offset_by("-1d")
    rows = treatments.sort(PATIENT, "line").with_columns(until=after.fill_null(at))
    for block in registry.manifest.blocks:
        tables = with_defaults(registry.tables(block))
        names = registry.patients_of(block)
        mine = rows.filter(pl.col(PATIENT).is_in(names.implode()))
        mine = mine.join(_best(tables, at), on=[PATIENT, "option", "start"], how="left")
        found: Tables = {}
        for kind in (CYCLES, SCANS):
            table = tables.get(kind)
            if table is None or "date" not in table.columns:
                continue
            key = [PATIENT, "option"] if kind == CYCLES else [PATIENT]
            spans = mine.select(*key, "start", "until")
            inside = pl.col("date").is_between(pl.col("start"), pl.col("until"))
            found[kind] = table.join(spans, on=key).filter(inside).drop("until")
        yield mine, found


def _best(tables: Tables, at: datetime.date) -> pl.DataFrame:
    """Return the best response of the treatments that had ended."""
    key = [PATIENT, "option", "start"]
    table = tables.get("treatment")
    if table is None or not {*key, "stop", "best_response"} <= set(table.columns):
        kinds = {PATIENT: pl.String(), "option": pl.String(), "start": pl.Date()}
        return pl.DataFrame(schema={**kinds, "best_response": pl.String()})
    ended = table.filter(pl.col("stop") <= at).select(*key, "best_response").drop_nulls()
    return ended.unique(key, keep="last")
