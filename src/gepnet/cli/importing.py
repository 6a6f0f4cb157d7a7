"""``gepnet import``: bring patients in from other formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, Base, Result, command
from gepnet.cli.output import listing

Folder = Annotated[Path, "Folder for the patient files."]
Force = Annotated[bool, "Replace files that are there already."]


@command
def cases(
    file: Annotated[Path, "Published cases in YAML."],
    output: Folder,
    base: Base,
    force: Force = False,
) -> Result:
    """Write one patient file for each decision point of a published-case file."""
    return Result(api.import_cases(base, file, output, force), _report)


@command
def tables(
    folder: Annotated[Path, "Folder with one CSV file for each event kind."],
    output: Folder,
    base: Base,
    force: Force = False,
    accept: Accept = None,
) -> Result:
    """Write one patient file for each patient of a folder of event tables."""
    return Result(api.import_tables(base, folder, output, force, accept or ()), _report)


def _report(written: list[dict[str, Any]]) -> None:
    listing("Imported", written, "patient", "file", "events", "losses")
    typer.echo(f"{len(written)} patient files written; each lists what could not be carried over.")
