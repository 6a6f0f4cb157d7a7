"""``gepnet export``: what a registry begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing


@command
def redcap(
    output: Annotated[Path, "Data dictionary to write (CSV)."],
    base: Base,
    all_: Annotated[bool, "Every fact, not the minimum data set for PRRT alone."] = False,
    force: Annotated[bool, "Replace the file."] = False,
) -> Result:
    """Write a REDCap data dictionary of the minimum data set for PRRT, or of every fact.

    Upload it to a new project, make the forms marked so repeating instruments, and bring what was
    collected back with "gepnet import redcap".
    """
    view = api.export_redcap(base, output, all_, force)
    return Result(view, _report)


def _report(view: dict[str, Any]) -> None:
    listing("Forms", view["forms"], "form", "label", "fields: fields", "needed: needed", "repeats")
    typer.echo(f"{view['fields']} fields: {view['file']}")
    for note in view["notes"]:
        typer.echo(note)
