"""``gepnet report``: patients of one's own as a page to open in a browser."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from gepnet.cli.assess import At, Extra, KnowledgeDate, Region
from gepnet.cli.output import Format, FormatOption, print_json


def report(
    patients: Annotated[list[Path], typer.Argument(help="Patient files (YAML or JSON).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")],
    at: At = None,
    knowledge_date: KnowledgeDate = None,
    region: Region = None,
    extra: Extra = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Write one HTML page with each document's positions on each patient."""
    from gepnet import api

    base = api.base(*(extra or []))
    day = datetime.date.today() if knowledge_date is None else knowledge_date.date()
    pages = api.patient_pages(patients, base, day, at, region)
    title = pages[0].id if len(pages) == 1 else f"{len(pages)} patients"
    api.write_report(output, pages, base, day, title, hindsight=False)
    if format_ is Format.JSON:
        cases = [{"patient": page.id, "title": page.title, **page.counts} for page in pages]
        print_json({"report": str(output), "knowledge_date": day.isoformat(), "patients": cases})
    else:
        typer.echo(f"Report: {output.resolve()}")
