"""Run a mapping: tables in; events, and every row and cell that could not be used, out.

Every row that comes in is used or quarantined, and counted as one of them. A row is used if at
least one event, or the head of a patient, came of it; a faulty cell of a used row is quarantined by
itself, and only what needs that cell is not said.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from gepnet.io.mapping.cells import CellReaders
from gepnet.io.mapping.found import (
    DATE,
    FILE,
    LINE,
    PATIENT_COLUMN,
    Counted,
    Found,
    Unused,
)
from gepnet.io.mapping.model import PATIENTS, Mapping, TableMap
from gepnet.io.mapping.patients import in_order, without_other_tumours
from gepnet.io.mapping.records import Event, at_risk, records
from gepnet.io.mapping.rows import NO_MEANING, TableReader
from gepnet.knowledge import nearest
from gepnet.tables import Sheet
from gepnet.vocabulary import Accepting, Vocabulary

Events = dict[str, pl.DataFrame]
Opened = tuple[TableMap, Sheet]


@dataclass
class Imported:
    """What came of all tables of a source.

    Attributes:
        events: by kind, patients first; columns patient, date, fields as texts, file and line.
        quarantine: rows and cells that could not be used, each with its reason.
        counted: the rows of each table.
        readings: by column, what was read as something else.
        notes: what the reader has to know of the whole.
    """

    events: Events = field(default_factory=dict)
    quarantine: list[Unused] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    readings: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list, repr=False)
    gone: set[tuple[str, int]] = field(default_factory=set, repr=False)

    @property
    def patients(self) -> list[str]:
        """The patients, in the order in which they first appear."""
        seen: dict[str, None] = {}
        for made in self.events.values():
            seen |= dict.fromkeys(made[PATIENT_COLUMN])
        return list(seen)

    @property
    def rows(self) -> tuple[int, int, int]:
        """How many rows came in, were used, and were quarantined."""
        counts = [(one.rows, one.used, one.quarantined) for one in self.counted]
        return tuple(map(sum, zip(*counts, strict=True))) if counts else (0, 0, 0)  # type: ignore[return-value]

    @property
    def is_whole(self) -> bool:
        """Whether everything that came in was used."""
        return not self.quarantine and not any(one.absent_columns for one in self.counted)


def run_mapping(
    tables: Iterable[Opened],
    vocabulary: Vocabulary,
    today: datetime.date | None = None,
    accepting: Accepting | None = None,
    strict: bool = True,
    progress: Callable[[str, int], None] | None = None,
) -> Imported:
    """Return what comes of tables, each read by its entry of a mapping.

    Args:
        tables: the entries of the mapping, each with a table as columns of text.
        vocabulary: the facts.
        today: nothing may be dated later.
        accepting: values outside their plausible range that somebody stands by.
        strict: whether a column of the mapping that is not there is told.
        progress: called with each table and its rows.
    """
    day = today or datetime.date.today()
    readers = CellReaders(vocabulary, accepting or Accepting(), day)
    found: list[Found] = []
    opened: list[TableMap] = []
    for table, sheet in tables:
        if progress is not None:
            progress(sheet.file, sheet.rows)
        found.append(TableReader(table, sheet, readers, day).read())
        opened.append(table)
    result = Imported(readings=readers.readings)
    result.events = _joined(found)
    result.quarantine = [fault for one in found for fault in one.faults]
    result.counted = [one.counted for one in found]
    if not strict:
        for counted in result.counted:
            counted.absent_columns = {}
    _name_near(result)
    lines = {one.counted.file: dict(one.lines) for one in found}
    others = {one.counted.file: one.not_gep for one in found}
    result.events, told = without_other_tumours(result.events, others, lines)
    gone = {(one.file, one.line) for one in told}
    result.quarantine += told
    result.events, told = in_order(result.events)
    result.quarantine += told
    risky = at_risk(result.events)
    if risky:
        left_out: list[tuple[str, Event, Unused]] = []
        for _ in records(result.events, vocabulary, day, readers.accepting, left_out, risky):
            pass
        drop_events(result, left_out)
    result.found, result.gone = found, gone
    _heads(result, found, opened)
    recount(result)
    return result


def drop_events(result: Imported, left_out: list[tuple[str, Event, Unused]]) -> None:
    """Leave events, or single values of them, out of a result, each with its reason."""
    on = [PATIENT_COLUMN, FILE, LINE]
    for kind, cell in {(event.kind, event.cell) for _, event, _ in left_out}:
        mine = [(p, e.file, e.line) for p, e, _ in left_out if (e.kind, e.cell) == (kind, cell)]
        rows = pl.DataFrame(
            mine,
            schema={PATIENT_COLUMN: pl.String, FILE: pl.String, LINE: pl.UInt32},
            orient="row",
        )
        made = result.events[kind]
        if not cell:
            result.events[kind] = made.join(rows, on=on, how="anti")
            continue
        marked = made.join(rows.unique().with_columns(__faulty=True), on=on, how="left")
        value = pl.when(pl.col("__faulty").is_null()).then(pl.col(cell)).alias(cell)
        result.events[kind] = marked.with_columns(value).drop("__faulty")
    result.quarantine += [told for _, _, told in left_out]
    result.events = {kind: made for kind, made in result.events.items() if len(made)}


def _joined(found: Iterable[Found]) -> Events:
    parts: dict[str, list[pl.DataFrame]] = {}
    for one in found:
        for kind, made in one.events:
            parts.setdefault(kind, []).append(made.with_columns(pl.col(LINE).cast(pl.UInt32)))
    return {kind: pl.concat(made, how="diagonal_relaxed") for kind, made in parts.items()}


def _name_near(result: Imported) -> None:
    for counted in result.counted:
        known = counted.unused_columns
        for name in counted.absent_columns:
            counted.absent_columns[name] = nearest(name, known) or ""


def _heads(result: Imported, found: list[Found], opened: list[TableMap]) -> None:
    """Make the heads of the patients: region, the day that is asked about, what is complete."""
    patients = result.patients
    if not patients:
        return
    heads = result.events.pop(PATIENTS, None)
    whole = pl.DataFrame({PATIENT_COLUMN: patients})
    if heads is not None:
        fields = [n for n in heads.columns if n not in (PATIENT_COLUMN, DATE, FILE, LINE)]
        first = [pl.col(n).drop_nulls().first() for n in (*fields, FILE, LINE)]
        merged = heads.group_by(PATIENT_COLUMN, maintain_order=True).agg(first)
        whole = whole.join(merged, on=PATIENT_COLUMN, how="left", maintain_order="left")
    for name in ("region", "as_of", "title", "complete"):
        if name not in whole.columns:
            whole = whole.with_columns(pl.lit(None, dtype=pl.String).alias(name))
    region = next((table.region for table in opened if table.region), None)
    if region is not None:
        whole = whole.with_columns(pl.col("region").fill_null(region))
    if any(table.made_up for table in opened):
        day = next(str(table.anchor) for table in opened if table.made_up)
        title = f"Dates count from a made-up day 0, {day}"
        last = _last_days(result.events)
        whole = whole.join(last, on=PATIENT_COLUMN, how="left", maintain_order="left")
        whole = whole.with_columns(
            pl.coalesce("as_of", "__last").alias("as_of"),
            pl.col("title").fill_null(title),
        ).drop("__last")
        result.notes.append(
            f"{title}: only distances count, and each patient is seen on the last day"
        )
    whole = _complete(result, whole, found)
    for name, kind in ((FILE, pl.String), (LINE, pl.UInt32)):
        if name not in whole.columns:
            whole = whole.with_columns(pl.lit(None, dtype=kind).alias(name))
    result.events = {PATIENTS: whole, **result.events}


def _last_days(events: Events) -> pl.DataFrame:
    days = [
        made.select(PATIENT_COLUMN, pl.col(name).alias("__last"))
        for made in events.values()
        for name in (DATE, "start", "stop", "last_dose")
        if name in made.columns
    ]
    if not days:
        return pl.DataFrame(schema={PATIENT_COLUMN: pl.String, "__last": pl.String})
    return pl.concat(days).group_by(PATIENT_COLUMN).agg(pl.col("__last").max())


def _complete(result: Imported, whole: pl.DataFrame, found: list[Found]) -> pl.DataFrame:
    """Say what is complete, but not of patients of whom something could not be used."""
    domains = list(dict.fromkeys(domain for one in found for domain in one.complete))
    if not domains:
        return whole
    faulty = sorted({one.patient for one in result.quarantine if one.patient})
    said = pl.when(~pl.col(PATIENT_COLUMN).is_in(faulty)).then(pl.lit(";".join(domains)))
    if faulty:
        result.notes.append(
            f"complete {', '.join(domains)}: not said of {len(faulty)} patients, of whom something "
            "could not be used"
        )
    return whole.with_columns(pl.coalesce("complete", said).alias("complete"))


def recount(result: Imported) -> None:
    """Count the rows that were used; tell why each other one was not."""
    found, gone = result.found, result.gone
    by_file: dict[str, set[int]] = {}
    for made in result.events.values():
        for file, lines in (
            made.select(FILE, LINE).drop_nulls().group_by(FILE).agg(LINE).iter_rows()
        ):
            by_file.setdefault(file, set()).update(lines)
    told: dict[tuple[str, int], list[Unused]] = {}
    for fault in result.quarantine:
        told.setdefault((fault.file, fault.line), []).append(fault)
    rows: list[Unused] = []
    taken: set[tuple[str, int]] = set()
    patients = set(result.patients)
    for one in found:
        file = one.counted.file
        one.counted.used = one.counted.quarantined = 0
        own = by_file.get(file, set())
        for _, merged in one.merged:
            own |= set(merged.filter(pl.col("__of").is_in(list(own)))[LINE])
        heads = {
            line for line, patient in one.lines
            if line in one.heads and patient in patients and (file, line) not in gone
        }  # fmt: skip
        used = own | heads
        for line, patient in one.lines:
            if line in used:
                one.counted.used += 1
                continue
            one.counted.quarantined += 1
            mine = told.get((file, line), [])
            taken.add((file, line))
            if any(fault.scope == "row" for fault in mine):
                rows += [f for f in mine if f.scope == "row"][:1]
                rows += [f for f in mine if f.scope == "cell"]
            elif mine:
                rows += [replace(mine[0], patient=patient, scope="row"), *mine[1:]]
            else:
                rows.append(Unused(file, line, patient, "", "", NO_MEANING, scope="row"))
    cells = [replace(f, scope="cell") for f in result.quarantine if (f.file, f.line) not in taken]
    result.quarantine = sorted(
        {*rows, *cells}, key=lambda f: (f.file, f.line, f.scope != "row", f.column)
    )
    for one in found:
        one.counted.cells = sum(
            f.scope == "cell" and f.file == one.counted.file for f in result.quarantine
        )


def open_tables(
    mapping: Mapping, files: Iterable[Path], read: Callable[[TableMap, Path], Sheet]
) -> tuple[list[Opened], list[Path]]:
    """Return the tables of a mapping that are there, and the files that it says nothing of.

    Args:
        mapping: whose tables name files; a file belongs to the first that fits.
        files: of the source.
        read: returns a file as columns of text.
    """
    from fnmatch import fnmatch

    opened: list[Opened] = []
    left: list[Path] = []
    for path in files:
        name = path.name.casefold()
        fits = [t for t in mapping.tables if fnmatch(name, t.file.casefold())]
        if not fits:
            left.append(path)
        opened += [(table, read(table, path)) for table in fits[:1]]
    return opened, left
