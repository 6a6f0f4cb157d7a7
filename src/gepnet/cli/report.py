"""``gepnet report``: the page for a clinician."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.command import Result, command


@command
def report(
    patients: Annotated[list[Path], typer.Argument(help="Patient files (YAML or JSON).")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")],
    question: Question,
) -> Result:
    """Write one HTML page with each document's positions on each patient."""
    base, day = api.base(*question.with_files), question.knowledge_date
    pages = api.patient_pages(patients, base, question)
    title = pages[0].id if len(pages) == 1 else f"{len(pages)} patients"
    api.write_report(output, pages, base, day, title, hindsight=False)
    cases = [{"patient": page.id, "title": page.title, **page.counts} for page in pages]
    return Result(
        {"report": output, "knowledge_date": day, "patients": cases},
        lambda data: typer.echo(f"Report: {output.resolve()}"),
    )
