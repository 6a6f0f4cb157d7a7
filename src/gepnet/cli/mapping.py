"""``gepnet import``: anybody's tables, by a mapping file."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, Base, Result, command
from gepnet.cli.output import listing
from gepnet.cli.progress import progress

Out = Annotated[Path, "Folder for tables/, quarantine.csv, import.json and patients/."]
Patients = Annotated[bool, "Also write one patient file for each patient."]
AsParquet = Annotated[bool, "Write the tables as Parquet."]
Force = Annotated[bool, "Replace an earlier import."]
SHOWN = 15  # reasons, and columns, printed; import.json and quarantine.csv have all


@command
def suggest(
    source: Annotated[Path, "A table, or a folder of tables."],
    output: Annotated[Path, "Mapping file to write (YAML)."],
    base: Base,
    sheet: Annotated[str | None, "Sheet of a workbook."] = None,
    force: Annotated[bool, "Replace the mapping file."] = False,
) -> Result:
    """Suggest a mapping file: what each column may be, how sure that is, and why.

    Read and edit it; then run it with "gepnet import table". Exit code 1: something has to be
    looked at (a column of low confidence, or no column of the patients).
    """
    view = api.suggest_mapping(base, source, output, sheet, force)
    unsure = any(
        one["patient"] == "?" or any(c.get("confidence") == "low" for c in one["columns"])
        for one in view["tables"]
    )
    return Result(view, _suggested, code=1 if unsure else 0)


def _suggested(view: dict[str, Any]) -> None:
    if view["format"]:
        typer.echo(
            f"These are files of {view['format']}: the mapping that ships is in {view['file']}."
        )
        typer.echo(f"Without a change: gepnet import {view['format']} ...")
        return
    for one in view["tables"]:
        goes = ("goes to", _goes_to), ("sure", lambda column: column.get("confidence"))
        title = f"{one['file']}: patient is '{one['patient']}'"
        listing(title, one["columns"], "column", *goes, "seen: saw")
        for note in one["notes"]:
            typer.echo(f"- {note}")
    for note in (*view["notes"], *view["files_left_aside"]):
        typer.echo(note)
    typer.echo(f"Read and edit {view['file']}, then: gepnet import table ... --map {view['file']}")


def _goes_to(column: dict[str, Any]) -> str:
    if column["to"] != "nothing":
        return str(column["to"])
    return "" if column["used"] else "not used"


@command
def table(
    source: Annotated[Path, "A table, or a folder of tables."],
    map_: Annotated[Path, typer.Option("--map", metavar="FILE", help="The mapping file.")],
    output: Out,
    base: Base,
    patient_files: Patients = False,
    parquet: AsParquet = False,
    force: Force = False,
    accept: Accept = None,
) -> Result:
    """Bring in a table (CSV, TSV, Excel, Parquet) by a mapping file.

    Exit code 0: everything was used; 1: rows or cells were put in quarantine.csv, or a column of
    the mapping is not there; 2: nothing could be used, and nothing is written.
    """
    with progress() as tell:
        view = api.import_table(
            base, source, map_, output, patient_files, parquet, force, accept or (), _ticking(tell)
        )
    return imported(view)


Source = Annotated[Path, "Folder of the files, or one of them."]
Tables = Annotated[
    str, "Folder of CSV or Parquet tables, a DuckDB file, or postgresql://... (?schema=)."
]
Own = Annotated[
    Path | None,
    typer.Option(
        "--map", metavar="FILE", help="A mapping of your own in place of the shipped one."
    ),
]
Anchor = Annotated[
    datetime.date | None, "The day that day offsets count from, in place of a made-up one."
]


def _of_format(name: str, source: object, base: Base, output: Path, **more: Any) -> Result:
    accept = more.pop("accept") or ()
    anchor = more.pop("anchor", None)
    day = None if anchor is None else str(anchor)
    with progress() as tell:
        view = api.import_format(
            base, name, str(source), output, more["map_"], day, more["patient_files"],
            more["parquet"], more["force"], accept, _ticking(tell),
        )  # fmt: skip
    return imported(view)


@command
def cbioportal(
    source: Source,
    output: Out,
    base: Base,
    map_: Own = None,
    anchor: Anchor = None,
    patient_files: Patients = False,
    parquet: AsParquet = False,
    force: Force = False,
    accept: Accept = None,
) -> Result:
    """Bring in a study of cBioPortal: clinical files and timelines."""
    return _of_format("cbioportal", **locals())


def _shipped(name: str, told: str, sources: object = Source) -> Callable[..., None]:
    """Return the command of a format that counts no days from an anchor."""

    def bring(
        source: Any,
        output: Out,
        base: Base,
        map_: Own = None,
        patient_files: Patients = False,
        parquet: AsParquet = False,
        force: Force = False,
        accept: Accept = None,
    ) -> Result:
        return _of_format(bring.__name__, **locals())

    bring.__name__, bring.__doc__ = name, told
    bring.__annotations__["source"] = sources
    return command(bring)


naaccr = _shipped("naaccr", "Bring in a flat table of tumours with the items of NAACCR.")
mcode = _shipped("mcode", "Bring in the CSV files of the mCODE extraction framework.")
redcap = _shipped(
    "redcap", "Bring in a REDCap project: its data dictionary and its export, raw or as labels."
)
omop = _shipped("omop", "Bring in the tables of an OMOP Common Data Model 5.4.", Tables)


def _ticking(tell: Any) -> Callable[[str, int], None] | None:
    if tell is None:
        return None
    done = 0

    def tick(file: str, rows: int) -> None:
        nonlocal done
        done += rows
        tell(Path(file).name, done, done)

    return tick


def imported(view: dict[str, Any]) -> Result:
    """Return what was imported as the result of a command."""
    return Result(view, report, code=0 if view["whole"] else 1)


def report(view: dict[str, Any]) -> None:
    """Print what came in, what of it was used, and why the rest was not."""
    tables = [{**one, "file": Path(one["file"]).name} for one in view["tables"]]
    listing(
        "Rows", tables, "file", "rows: rows", "used: used", "quarantined: quarantined",
        "cells quarantined: cells_quarantined",
    )  # fmt: skip
    rows = view["rows"]
    typer.echo(
        f"{rows['in']} rows in = {rows['used']} used + {rows['quarantined']} quarantined; "
        f"{view['patients']} patients."
    )
    typer.echo(", ".join(f"{kind} {count}" for kind, count in view["kinds"].items()))
    for one in view["tables"]:
        _columns(one)
    for note in view["notes"]:
        typer.echo(note)
    for one in view["reasons"][:SHOWN]:
        column = f"{one['column']}: " if one["column"] else ""
        typer.echo(f"{one['count']} {one['scope']}s: {column}{one['reason']}", err=True)
    if len(view["reasons"]) > SHOWN:
        typer.echo(f"... and {len(view['reasons']) - SHOWN} further reasons", err=True)
    if view["quarantine_total"]:
        typer.echo(f"Each with its line: {view['folder']}/quarantine.csv", err=True)
    typer.echo(f"Tables: {view['folder']}/tables")
    if view["patient_files"]:
        typer.echo(f"{view['patient_files']} patient files: {view['folder']}/patients")


def _columns(one: dict[str, Any]) -> None:
    name = Path(one["file"]).name
    for note in one["notes"]:
        typer.echo(f"{name}: {note}")
    for absent in one["absent_columns"]:
        near = f"; did you mean '{absent['nearest']}'?" if absent["nearest"] else ""
        typer.echo(
            f"{name}: no column '{absent['column']}', which the mapping names{near}", err=True
        )
    left = [item["column"] for item in one["unused_columns"]]
    if left:
        more = f", ... ({len(left)})" if len(left) > SHOWN else ""
        typer.echo(f"{name}: columns not used: {', '.join(left[:SHOWN])}{more}")
