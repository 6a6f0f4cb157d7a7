"""How tables of events lie: one table a kind of event, one row an event.

Columns are named as the keys of a patient file, a number that may be a range as its two bounds
(``gepnet.criteria.columns``). A date is a ``date``; one that is not a full day, or that has a time,
stands as text in the column beside it, ``date_text``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from gepnet.criteria.columns import columns_of
from gepnet.record import EVENT_MODELS, UNWRITTEN, Observation
from gepnet.vocabulary import Vocabulary

PATIENTS = "patients"
PATIENT = "patient"
CYCLES = "prrt_cycle"
Tables = Mapping[str, pl.DataFrame]
#: Dates that may be vague stand in a column of their own as text.
DATES = ("date", "start", "stop", "last_dose", "planned", "resolved")
TEXT = "_text"
LISTS = ("types", "excluded", "on")
#: Values that have no place in the columns of their facts, such as ``<5`` of a laboratory; as JSON.
OTHERS = "others"
HEAD = ("region", "as_of", "title", "source", "complete")
_FLOATS = (
    "dose_mg",
    "interval_days",
    "activity_gbq",
    "cumulative_activity_gbq",
    "benefit_months",
    "benefit_from_last_dose_months",
    "duration_months",
)
_INTS = ("cycles", "cycle", "reaction_grade", "grade")


def kinds(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the names that a table can have."""
    return tuple(dict.fromkeys((PATIENTS, *EVENT_MODELS, *vocabulary.event_kinds())))


def own_columns(kind: str) -> dict[str, pl.DataType]:
    """Return the columns of a kind that are no facts, with their types."""
    if kind == PATIENTS:
        return dict.fromkeys((PATIENT, *HEAD), pl.String())
    found: dict[str, pl.DataType] = {PATIENT: pl.String()}
    for key in EVENT_MODELS.get(kind, Observation).model_fields:
        if key in UNWRITTEN or key == "kind":
            continue
        if key in DATES:
            found |= {key: pl.Date(), key + TEXT: pl.String()}
        elif key in LISTS:
            found[key] = pl.List(pl.String())
        elif key in ("withdrawn", "ongoing", "amino_acids"):
            found[key] = pl.Boolean()
        elif key in _FLOATS:
            found[key] = pl.Float64()
        elif key in _INTS:
            found[key] = pl.Int64()
        else:
            found[key] = pl.String()
    return {**found, "accepted": pl.String(), OTHERS: pl.String()}


def columns_of_kind(kind: str, vocabulary: Vocabulary) -> dict[str, pl.DataType]:
    """Return every column that a table of a kind can have, with its type."""
    found = own_columns(kind)
    for fact in vocabulary.of_event(kind).values() if kind != PATIENTS else ():
        for name in columns_of(fact):
            if fact.type == "boolean" or name.endswith("__na"):
                found[name] = pl.Boolean()
            else:
                found[name] = pl.Float64() if fact.type == "number" else pl.String()
    return found


def with_defaults(tables: Tables) -> dict[str, pl.DataFrame]:
    """Return tables in which a cycle that does not say of what it was has the usual option."""
    cycles = tables.get(CYCLES)
    if cycles is None:
        return dict(tables)
    usual = EVENT_MODELS[CYCLES].model_fields["option"].default
    told = pl.col("option").fill_null(usual) if "option" in cycles.columns else pl.lit(usual)
    return {**tables, CYCLES: cycles.with_columns(option=told)}
