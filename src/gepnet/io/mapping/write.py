"""What was imported as files: event tables, what could not be used, patient files if wanted.

All of them are written or none, and the same source gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.io.mapping.cells import UNIT
from gepnet.io.mapping.found import DATE, FILE, LINE, PATIENT_COLUMN, Unused
from gepnet.io.mapping.model import PATIENTS
from gepnet.io.mapping.run import Imported
from gepnet.io.write import file_name
from gepnet.knowledge import Content, InputError, Problem, unusable, write_files
from gepnet.record import Record, record_to_yaml
from gepnet.tables import faults_of_disks
from gepnet.vocabulary import Vocabulary

TABLES, FILES = "tables", "patients"
QUARANTINE, REPORT = "quarantine.csv", "import.json"
_SOURCE = "source"
_COLUMNS = ("file", "line", "patient", "scope", "column", "value", "reason", "nearest")


def write_import(
    result: Imported,
    report: dict[str, Any],
    folder: Path,
    vocabulary: Vocabulary,
    records: Iterable[Record] = (),
    parquet: bool = False,
    force: bool = False,
) -> list[Path]:
    """Write ``tables/`` (one for each kind of event), ``quarantine.csv`` and ``import.json``.

    Args:
        result: of the import.
        report: what ``import.json`` holds.
        folder: made if it is not there.
        vocabulary: the facts, whose units are those of columns without one.
        records: of the patients whose files are written to ``patients/``.
        parquet: write the tables as Parquet, not as CSV.
        force: replace files of an import that are there.

    Raises:
        InputError: if files are there already, or cannot be written.
    """
    contents: dict[Path, Content] = {}
    ending = ".parquet" if parquet else ".csv"
    for kind, made in result.events.items():
        table = as_event_table(kind, made, vocabulary)
        path = folder / TABLES / f"{kind}{ending}"
        contents[path] = partial(_write_table, table, parquet)
    owners: dict[Path, str] = {}
    for record in records:
        path = folder / FILES / f"{file_name(record.patient)}.yaml"
        if path in contents:
            expected = f"a patient name of its own (also used by {owners[path]})"
            raise InputError([Problem(str(path), None, record.patient, "", "", expected)])
        owners[path] = record.patient
        contents[path] = record_to_yaml(record)
    contents[folder / QUARANTINE] = partial(_write_quarantine, result.quarantine)
    contents[folder / REPORT] = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    _check_free(folder, contents, force)
    for part in ("", TABLES, FILES):
        wanted = folder / part
        if any(path.parent == wanted for path in contents):
            _make(wanted)
    write_files(contents)
    return list(contents)


def as_event_table(kind: str, made: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Return events as the table of their kind: units in the header, where each row is from."""
    fields = [n for n in made.columns if n not in (PATIENT_COLUMN, DATE, FILE, LINE)]
    columns = [pl.col(PATIENT_COLUMN)]
    if DATE in made.columns and kind != PATIENTS:
        columns.append(pl.col(DATE))
    for name in fields:
        columns += _with_unit(made, name, vocabulary)
    if kind != PATIENTS:
        place = pl.col(FILE).str.extract(r"([^/\\]*)$") + ":" + pl.col(LINE).cast(pl.String)
        columns.append(place.alias(_SOURCE))
    table = made.select(columns)
    filled = [n for n in table.columns if n == PATIENT_COLUMN or table[n].null_count() < len(table)]
    return table.select(filled)


def _with_unit(made: pl.DataFrame, name: str, vocabulary: Vocabulary) -> list[pl.Expr]:
    """Return a column of numbers with its unit in its name, where all have the same."""
    cells = made[name].drop_nulls()
    if not cells.str.contains(UNIT, literal=True).any():
        return [pl.col(name)]
    parts = pl.col(name).str.split_exact(UNIT, 1)
    number = parts.struct.field("field_0")
    units = cells.str.split_exact(UNIT, 1).struct.field("field_1").unique().to_list()
    if len(units) == 1 and "]" not in str(units[0]):
        return [number.alias(f"{name}[{units[0]}]")]
    texts = {cell: _spelled(cell, vocabulary, name) for cell in cells.unique()}
    return [pl.col(name).replace_strict(texts, default=None, return_dtype=pl.String)]


def _spelled(cell: str, vocabulary: Vocabulary, name: str) -> str:
    """Return a number beside which others have another unit: with its unit behind it.

    A unit that begins with a digit would be read as part of the number; such a value is given in
    the unit of the fact.
    """
    number, _, unit = cell.partition(UNIT)
    if not unit:
        return number
    if unit[:1].isalpha():
        return f"{number} {unit}"
    value = vocabulary[name].parse({"value": number, "unit": unit})
    reported = getattr(value, "reported", None)
    return str(value) if reported is None else reported.own


def _write_table(table: pl.DataFrame, parquet: bool, path: Path) -> None:
    if parquet:
        with faults_of_disks():
            table.write_parquet(path)
    else:
        table.write_csv(path)


def _write_quarantine(quarantine: list[Unused], path: Path) -> None:
    rows = [tuple(getattr(one, name) for name in _COLUMNS) for one in quarantine]
    schema = {name: pl.Int64 if name == "line" else pl.String for name in _COLUMNS}
    pl.DataFrame(rows, schema=schema, orient="row").write_csv(path)


def _check_free(folder: Path, contents: Iterable[Path], force: bool) -> None:
    taken = [path for path in contents if path.exists()]
    if taken and not force:
        names = ", ".join(path.name for path in taken[:3]) + (", ..." if len(taken) > 3 else "")
        expected = "a folder without an earlier import, or the wish to replace it (--force)"
        raise unusable(folder, expected, value=f"{len(taken)} files ({names})")
    if force:
        keep = set(contents)
        for part in (TABLES, FILES):
            there = sorted((folder / part).glob("*")) if (folder / part).is_dir() else []
            for path in there:
                if path not in keep and path.suffix in (".csv", ".parquet", ".yaml"):
                    path.unlink()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        told = f"a folder that can be made ({error.strerror or error})"
        raise unusable(folder, told) from error
