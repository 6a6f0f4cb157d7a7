"""``gepnet demo``: the main job on the packaged published cases."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet.cli.assess import KnowledgeDate
from gepnet.cli.matrix import SYMBOLS
from gepnet.cli.output import Format, FormatOption, print_json


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the report.")] = Path(
        "demo"
    ),
    knowledge_date: KnowledgeDate = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Assess the published cases and write one report to open in a browser."""
    from gepnet import api

    base = api.base()
    day = datetime.date.today() if knowledge_date is None else knowledge_date.date()
    pages = api.published_case_pages(base, day, _bar if format_ is Format.TABLE else None)
    report = output / "report.html"
    title = "Published GEP-NET cases, position by position"
    api.write_report(report, pages, base, day, title)
    if format_ is Format.JSON:
        cases = [
            {
                "case": page.id,
                "patient": page.title,
                **page.counts,
                "would_settle_most": [item["request"] for item in page.view["missing"][:3]],
            }
            for page in pages
        ]
        print_json({"report": str(report), "knowledge_date": day.isoformat(), "cases": cases})
        return
    _print_cases(pages, day)
    typer.echo(f"Report: {report.resolve()}")


def _print_cases(pages: Sequence[Any], day: datetime.date) -> None:
    from rich.console import Console
    from rich.table import Table

    shown = Table(
        title=f"{len(pages)} decision points, knowledge of {day}: positions over all documents",
        title_justify="left",
        header_style="bold",
    )
    shown.add_column("case", no_wrap=True, min_width=8)
    console = Console()
    # What is left beside the case and five narrow columns of numbers with their borders.
    shown.add_column("patient", no_wrap=True, overflow="ellipsis", max_width=console.width - 46)
    names = ("recommended", "option", "against", "conflicting", "undetermined")
    for name in names:
        shown.add_column(SYMBOLS[name], justify="right", no_wrap=True, min_width=3)
    for page in pages:
        shown.add_row(page.id, page.title, *(str(page.counts[name] or "") for name in names))
    console.print(shown)
    console.print("  ".join(f"{SYMBOLS[name]} {name}" for name in names), highlight=False)


def _bar(cases: Sequence[Any]) -> Iterable[Any]:
    from rich.progress import track

    return track(cases, description="Assessing", transient=True)
