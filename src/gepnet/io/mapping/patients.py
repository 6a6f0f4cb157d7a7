"""What the events of a patient say together: other tumours, and what cannot be in this order.

Rows of tumours that are no GEP-NET make no events, and a patient of whom nothing else is known is
left out with what was found. Events before birth or after death and courses that end before they
begin are left out, each with its reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import polars as pl

from gepnet.io.mapping.found import DATE, FILE, LINE, PATIENT_COLUMN, Unused
from gepnet.io.mapping.model import PATIENTS

Events = dict[str, pl.DataFrame]
#: Kinds that may come after a death, and that have no place in the order of a life.
_LATE = ("death", "pathology", "note", "last_contact", PATIENTS)
_ANY_TIME = ("note", PATIENTS)
_TUMOUR = ("diagnosis", "pathology", "stage")


def without_other_tumours(
    events: Events, found: Mapping[str, Mapping[int, str]], lines: Mapping[str, Mapping[int, str]]
) -> tuple[Events, list[Unused]]:
    """Return the events of GEP-NETs, and the rows of other tumours.

    Args:
        events: by kind.
        found: by file and line, what was found of a tumour that is none.
        lines: by file and line, the patient.
    """
    told: list[Unused] = []
    if not any(found.values()):
        return events, told
    said: dict[str, list[str]] = defaultdict(list)
    for file, of_lines in found.items():
        for line, what in of_lines.items():
            patient = lines[file].get(line, "")
            said[patient].append(what)
            told.append(Unused(file, line, patient, "", "", f"not a GEP-NET: {what}", scope="row"))
    rows = pl.DataFrame(
        [(file, line) for file, of_lines in found.items() for line in of_lines],
        schema={FILE: pl.String, LINE: pl.UInt32},
        orient="row",
    )
    left = {k: made.join(rows, on=[FILE, LINE], how="anti") for k, made in events.items()}
    with_tumour = {
        patient for kind in _TUMOUR if kind in left for patient in left[kind][PATIENT_COLUMN]
    }
    others = sorted(set(said) - with_tumour - {""})
    if others:
        told += _of_patients(left, others, said)
        gone = pl.Series(others)
        left = {
            k: made.filter(~pl.col(PATIENT_COLUMN).is_in(gone.implode()))
            for k, made in left.items()
        }
    return {kind: made for kind, made in left.items() if len(made)}, told


def _of_patients(
    left: Events, others: Iterable[str], said: Mapping[str, list[str]]
) -> list[Unused]:
    wanted = list(others)
    told = []
    for made in left.values():
        rows = made.filter(pl.col(PATIENT_COLUMN).is_in(wanted))
        for file, line, patient in rows.select(FILE, LINE, PATIENT_COLUMN).unique().iter_rows():
            why = f"the patient has no GEP-NET: {'; '.join(dict.fromkeys(said[patient]))}"
            told.append(Unused(file, line, patient, "", "", why, scope="row"))
    return told


def in_order(events: Events) -> tuple[Events, list[Unused]]:
    """Return the events that can have happened in their order, and those that cannot."""
    told: list[Unused] = []
    births = _bound(events, "demographics", "birth_date", first=True)
    deaths = _bound(events, "death", DATE, first=False)
    kept: Events = {}
    for kind, made in events.items():
        work = made
        if births is not None and kind not in _ANY_TIME:
            work = _hold(work, births, "birth", told)
        if deaths is not None and kind not in _LATE:
            work = _hold(work, deaths, "death", told)
        if kind == "treatment":
            work = _courses(work, told)
        kept[kind] = work
    return {kind: made for kind, made in kept.items() if len(made)}, told


def _padded(text: pl.Expr, end: str) -> pl.Expr:
    """Return a partial date with its missing parts, so that texts compare as days do."""
    month = "01" if end == "01" else "12"
    return (
        pl.when(text.str.len_chars() == 4)
        .then(text + f"-{month}-{end}")
        .when(text.str.len_chars() == 7)
        .then(text + f"-{end}")
        .otherwise(text.str.slice(0, 10))
    )


def _bound(events: Events, kind: str, name: str, first: bool) -> pl.DataFrame | None:
    """Return for each patient the first day that a birth, or the last that a death, can be."""
    made = events.get(kind)
    if made is None or name not in made.columns:
        return None
    day = _padded(pl.col(name), "01" if first else "31")
    ends = made.filter(pl.col(name).is_not_null()).select(PATIENT_COLUMN, day.alias("__bound"))
    how = pl.col("__bound").min() if first else pl.col("__bound").max()
    return ends.group_by(PATIENT_COLUMN).agg(how)


def _hold(made: pl.DataFrame, bounds: pl.DataFrame, of: str, told: list[Unused]) -> pl.DataFrame:
    """Leave out the events before a birth or after a death."""
    dates = [name for name in (DATE, "start", "stop", "last_dose") if name in made.columns]
    if not dates or made.is_empty():
        return made
    work = made.join(bounds, on=PATIENT_COLUMN, how="left", maintain_order="left")
    beyond = [
        (_padded(pl.col(n), "31") < pl.col("__bound"))
        if of == "birth"
        else (_padded(pl.col(n), "01") > pl.col("__bound"))
        for n in dates
    ]
    work = work.with_columns(pl.any_horizontal(beyond).fill_null(False).alias("__beyond"))
    for row in work.filter(pl.col("__beyond")).iter_rows(named=True):
        when = next(row[n] for n in dates if row[n] and (
            row[n] < row["__bound"] if of == "birth" else row[n] > row["__bound"]))  # fmt: skip
        side = "after the birth" if of == "birth" else "not after the death"
        why = f"expected a date {side} ({row['__bound']})"
        told.append(Unused(row[FILE], row[LINE], row[PATIENT_COLUMN], DATE, when, why))
    return work.filter(~pl.col("__beyond")).drop("__bound", "__beyond")


def _courses(made: pl.DataFrame, told: list[Unused]) -> pl.DataFrame:
    """Leave out courses that end before they begin, or that are said to go on and to have ended."""
    there = set(made.columns)
    wrong = pl.lit(False)
    for end in ("stop", "last_dose"):
        if {"start", end} <= there:
            beyond = _padded(pl.col(end), "31") < _padded(pl.col("start"), "01")
            wrong |= beyond.fill_null(False)
    if {"ongoing", "stop"} <= there:
        wrong |= ((pl.col("ongoing") == "true") & pl.col("stop").is_not_null()).fill_null(False)
    work = made.with_columns(wrong.alias("__wrong"))
    for row in work.filter(pl.col("__wrong")).iter_rows(named=True):
        expected = "expected a course that ends after it begins, and is not ongoing as well"
        shown = " to ".join(str(row.get(n) or "?") for n in ("start", "stop"))
        told.append(Unused(row[FILE], row[LINE], row[PATIENT_COLUMN], "start", shown, expected))
    return work.filter(~pl.col("__wrong")).drop("__wrong")
