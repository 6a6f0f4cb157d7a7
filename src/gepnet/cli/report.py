"""``gepnet report``: the page for a clinician."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.command import QUESTION_HELP, Result, command


@command
def report(
    patients: Annotated[list[Path], "Patient files (YAML or JSON)."],
    output: Annotated[Path, "The HTML file to write."],
    question: Question,
    asked: Annotated[
        str | None, typer.Option("--question", metavar="QUESTION", help=QUESTION_HELP)
    ] = None,
    pathway: Annotated[
        list[str] | None,
        typer.Option(
            "--pathway",
            metavar="DOCUMENT",
            help="Show each patient's way through the algorithm of this document. Repeatable.",
        ),
    ] = None,
) -> Result:
    """Write one HTML page that answers each patient's question, every reason behind it.

    Who is for what, why documents differ and what to order stand on the first screen; the matrix,
    the reasons and the sources are folded below. The page asks nothing of any server and has no
    script.
    """
    base, day = api.base(*question.with_files), question.knowledge_date
    pages = api.patient_pages(patients, base, question, asked, pathway or ())
    title = pages[0].id if len(pages) == 1 else f"{len(pages)} patients"
    api.write_report(output, pages, base, day, title, hindsight=False)
    cases = [{"patient": page.id, "title": page.title, **page.counts} for page in pages]
    return Result(
        {"report": output, "knowledge_date": day, "patients": cases},
        lambda data: typer.echo(f"Report: {output.resolve()}"),
    )
