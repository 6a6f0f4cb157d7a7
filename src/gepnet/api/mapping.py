"""Bring anybody's tables in by a mapping: what came of them, and what could not be used."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, need, refuse, write_atomically
from gepnet.tables import plain, taken
from gepnet.vocabulary import Accepting

if TYPE_CHECKING:
    from gepnet.io.mapping import Imported, Mapping
    from gepnet.io.mapping.run import Opened

View = dict[str, Any]
_SHOWN = 200  # of the quarantine in the view; the file has all


def import_table(
    base: KnowledgeBase,
    source: Path,
    mapping: Path,
    folder: Path,
    patient_files: bool = False,
    parquet: bool = False,
    force: bool = False,
    accept: Iterable[str] = (),
    progress: Callable[[str, int], None] | None = None,
) -> View:
    """Write the event tables that a mapping makes of a table, or of a folder of tables.

    Args:
        base: the knowledge.
        source: a file, or a folder whose files the mapping names.
        mapping: the mapping file.
        folder: gets ``tables/``, ``quarantine.csv``, ``import.json`` and perhaps ``patients/``.
        patient_files: also write one patient file for each patient.
        parquet: write the tables as Parquet.
        force: replace an earlier import.
        accept: values outside their plausible range that somebody stands by, each as
            ``QUANTITY=VALUE by WHO: WHY``.
        progress: called with each table and its rows.

    Returns:
        ``rows`` (in, used, quarantined), ``tables`` with the same for each, the columns that are
        not used or not there, ``quarantine`` and how much of it is shown, ``patients``.

    Raises:
        InputError: if the mapping or the source cannot be read, or files would be overwritten.
    """
    need("polars")
    said = _own_mapping(base, mapping)
    opened, left = opened_files(said, source)
    asked = (folder, patient_files, parquet, force, accept, progress)
    return _brought(base, said, opened, left, True, *asked)


def suggest_mapping(
    base: KnowledgeBase, source: Path, output: Path, sheet: str | None = None, force: bool = False
) -> View:
    """Write the mapping file that is suggested for a table, or for a folder of tables.

    Returns:
        ``tables`` with the patient column, the entry of each column and what has to be looked at;
        ``format`` where the mapping that ships was written.

    Raises:
        InputError: if the source cannot be read, or the file is there and not to be replaced.
    """
    need("polars")
    from gepnet.io.mapping.propose import is_used, propose

    if output.exists() and not force:
        raise refuse("output", output, "a new file, or the wish to replace it (--force)")
    made = propose(source, base.vocabulary, output.name, sheet)
    write_atomically(output, made.text)
    tables = [
        {
            "file": name,
            "patient": one.head["patient"],
            "rows": one.head["rows"],
            "columns": [{**entry, "used": is_used(entry, one)} for entry in one.columns],
            "long": one.long,
            "notes": one.notes,
        }
        for name, one in made.tables
    ]
    return {
        "file": str(output),
        "format": made.like,
        "tables": tables,
        "files_left_aside": list(made.left),
        "notes": list(made.notes),
    }


def import_format(
    base: KnowledgeBase,
    name: str,
    source: str,
    folder: Path,
    mapping: Path | None = None,
    anchor: str | None = None,
    patient_files: bool = False,
    parquet: bool = False,
    force: bool = False,
    accept: Iterable[str] = (),
    progress: Callable[[str, int], None] | None = None,
) -> View:
    """Write the event tables of a source whose format gepnet knows; see ``import_table``.

    Args:
        base: the knowledge.
        name: ``cbioportal``, ``naaccr``, ``redcap``, ``mcode`` or ``omop``.
        source: a folder or file; for ``omop`` also a DuckDB file or the URL of a database.
        folder: where the files go.
        mapping: a mapping file of one's own, in place of the one that ships.
        anchor: the day that day offsets count from, in place of a made-up one.
        patient_files: also write one patient file for each patient.
        parquet: write the tables as Parquet.
        force: replace an earlier import.
        accept: values outside their plausible range that somebody stands by.
        progress: called with each table and its rows.

    Raises:
        InputError: if the source cannot be read, or files would be overwritten.
    """
    need("polars")
    from gepnet.io.mapping.redcap import opened_redcap
    from gepnet.io.mapping.shipped import opened_omop, shipped

    left: list[Path] = []
    if mapping is not None:
        said = _own_mapping(base, mapping)
    elif name != "redcap":
        said, _ = shipped(name)
    if name == "redcap" and mapping is None:
        said, opened, left = opened_redcap(Path(source), base.vocabulary)
    elif name == "omop":
        opened = opened_omop(said, source, base.vocabulary.options)
    else:
        opened, left = opened_files(said, Path(source))
    if anchor is not None:
        day = {"anchor": anchor, "made_up": False}
        opened = [(table.model_copy(update=day), sheet) for table, sheet in opened]
    asked = (folder, patient_files, parquet, force, accept, progress)
    return _brought(base, said, opened, left, mapping is not None, *asked)


def _own_mapping(base: KnowledgeBase, file: Path) -> Mapping:
    from gepnet.io.mapping import check_mapping, read_mapping

    said, document = read_mapping(file)
    check_mapping(said, document, base.vocabulary)
    return said


def opened_files(mapping: Mapping, source: Path) -> tuple[list[Opened], list[Path]]:
    """Return the tables of a file or a folder with their entries, and the files left aside."""
    from gepnet.io.mapping import open_tables
    from gepnet.tables import SHEETS, read_sheet

    if not source.exists():
        raise InputError([Problem(str(source), None, "", "", "", "a file or folder")])
    files = [source]
    if source.is_dir():
        files = sorted(p for p in source.rglob("*") if p.suffix.casefold() in SHEETS)
    if len(mapping.tables) == 1 and source.is_file():  # the name of the file may be another
        mapping = mapping.model_copy(
            update={"tables": (mapping.tables[0].model_copy(update={"file": "*"}),)}
        )

    def read(table: Any, path: Path) -> Any:
        return read_sheet(path, table.sheet, table.separator, table.encoding, table.comment)

    opened, left = open_tables(mapping, files, read)
    if not opened:
        wanted = ", ".join(table.file for table in mapping.tables)
        raise InputError([Problem(str(source), None, "", "", "", f"a file named {wanted}")])
    return opened, left


def _brought(
    base: KnowledgeBase,
    said: Mapping,
    opened: list[Opened],
    left: Iterable[Path],
    strict: bool,
    folder: Path,
    patient_files: bool,
    parquet: bool,
    force: bool,
    accept: Iterable[str],
    progress: Callable[[str, int], None] | None,
) -> View:
    """Write what a mapping makes of opened tables, and return what is said of it."""
    from gepnet.io.mapping import drop_events, records, run_mapping, write_import
    from gepnet.io.mapping.run import recount
    from gepnet.io.mapping.shipped import remembered

    accepting = Accepting.read(accept)
    found = run_mapping(opened, base.vocabulary, None, accepting, strict, progress)
    found.notes += remembered(said)
    accepting.refuse_unused()
    kept = []
    if patient_files:
        left_out: list[Any] = []
        kept = list(
            records(found.events, base.vocabulary, datetime.date.today(), accepting, left_out)
        )
        if left_out:
            drop_events(found, left_out)
            recount(found)
    rows, used, quarantined = found.rows
    report = {
        "title": said.title,
        "rows": {"in": rows, "used": used, "quarantined": quarantined},
        "cells_quarantined": sum(one.cells for one in found.counted),
        "patients": len(found.patients),
        "kinds": {kind: len(made) for kind, made in found.events.items() if kind != "patients"},
        "tables": [_table_view(one) for one in found.counted],
        "files_left_aside": [str(path) for path in left],
        "notes": found.notes,
        "readings": [
            {"column": column, "written": text, "read_as": meant}
            for column, texts in found.readings.items()
            for text, meant in texts.items()
        ],
        "reasons": _reasons(found),
        "accepted": plain(accepting.used),
    }
    if rows and not used:
        first = [str(one) for one in found.quarantine[:1]]
        told = f"at least one row that can be used (of {rows}; {'; '.join(first)})"
        raise Unusable(found, refuse("source", folder.name, told).problems)
    paths = write_import(found, report, folder, base.vocabulary, kept, parquet, force)
    return {
        **report,
        "folder": str(folder),
        "files": [str(path) for path in paths if path.parent.name != "patients"],
        "patient_files": len(kept),
        "quarantine_total": len(found.quarantine),
        "quarantine": plain(found.quarantine[:_SHOWN]),
        "whole": found.is_whole,
    }


class Unusable(InputError):
    """Nothing of a source could be used: every row with its reason."""

    def __init__(self, found: Imported, problems: Iterable[Problem]) -> None:
        """Tell why the first rows could not be used."""
        rows = [one for one in found.quarantine if one.scope == "row"][:20]
        told = [
            Problem(o.file, o.line, o.patient, o.column, o.value,
                    o.reason.removeprefix("expected "), o.nearest or None)
            for o in rows
        ]  # fmt: skip
        super().__init__([*told, *problems])


def _table_view(one: Any) -> View:
    return {
        **taken(one, "file rows used quarantined cells:cells_quarantined"),
        "unused_columns": [
            {"column": name, "why": why} for name, why in one.unused_columns.items()
        ],
        "absent_columns": [
            {"column": name, "nearest": near} for name, near in one.absent_columns.items()
        ],
        "notes": list(one.notes),
    }


def _reasons(found: Imported) -> list[View]:
    """Return the reasons of the quarantine with how often each, the most frequent first."""
    counts = Counter((one.scope, one.column, one.reason) for one in found.quarantine)
    ordered = sorted(counts.items(), key=lambda item: (item[0][0] != "row", -item[1], item[0]))
    return [
        {"scope": scope, "column": column, "reason": reason, "count": count}
        for (scope, column, reason), count in ordered
    ]
