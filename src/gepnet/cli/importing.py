"""``gepnet import``: bring patients in from other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gepnet.cli.output import Format, FormatOption, print_json, table

app = typer.Typer(no_args_is_help=True, help="Bring patients in from other formats.")
Folder = Annotated[Path, typer.Option("-o", "--output", help="Folder for the patient files.")]
Force = Annotated[bool, typer.Option("--force", help="Replace files that are there already.")]


@app.command()
def cases(
    file: Annotated[Path, typer.Argument(help="Published cases in YAML.")],
    output: Folder,
    force: Force = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Write one patient file for each decision point of a published-case file."""
    from gepnet import api

    _report(api.import_cases(file, output, force), format_)


@app.command()
def tables(
    folder: Annotated[Path, typer.Argument(help="Folder with one CSV file for each event kind.")],
    output: Folder,
    force: Force = False,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Write one patient file for each patient of a folder of event tables."""
    from gepnet import api

    _report(api.import_tables(folder, output, force), format_)


def _report(written: list[dict[str, object]], format_: Format) -> None:
    if format_ is Format.JSON:
        print_json(written)
        return
    rows = [[item["patient"], item["file"], item["events"], item["losses"]] for item in written]
    table("Imported", ["patient", "file", "events", "losses"], rows)
    typer.echo(f"{len(written)} patient files written; each lists what could not be carried over.")
