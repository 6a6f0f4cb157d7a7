"""``gepnet demo``: the main job on the packaged published cases."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import KnowledgeQuestion, Result, command
from gepnet.cli.progress import progress_of


@command
def demo(
    question: KnowledgeQuestion,
    output: Annotated[Path, "Folder for the report."] = Path("demo"),
) -> Result:
    """Assess the published cases and write one report to open in a browser."""
    base, day = api.base(*question.with_files), question.knowledge_date
    pages = api.published_case_pages(base, question, _bar)
    report = output / "report.html"
    title = "Published GEP-NET cases, position by position"
    api.write_report(report, pages, base, day, title)
    cases = [
        {
            "case": page.id,
            "patient": page.title,
            **page.counts,
            "would_settle_most": [item["request"] for item in page.view["missing"][:3]],
        }
        for page in pages
    ]

    def show(_: Any) -> None:
        _print_cases(pages, day)
        typer.echo(f"Report: {report.resolve()}")

    return Result({"report": report, "knowledge_date": day, "cases": cases}, show)


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
    names = api.COUNTED
    # What is left beside the case and the narrow columns of numbers with their borders.
    width = console.width - 16 - 6 * len(names)
    shown.add_column("patient", no_wrap=True, overflow="ellipsis", max_width=width)
    for name in names:
        shown.add_column(api.SIGNS[name].symbol, justify="right", no_wrap=True, min_width=3)
    for page in pages:
        shown.add_row(page.id, page.title, *(str(page.counts[name] or "") for name in names))
    console.print(shown)
    console.print(
        "  ".join(f"{api.SIGNS[name].symbol} {api.SIGNS[name].word}" for name in names),
        highlight=False,
    )


def _bar(cases: Sequence[Any]) -> Iterable[Any]:
    with progress_of("Assessing", len(cases)) as tell:
        for done, case in enumerate(cases, 1):
            yield case
            if tell is not None:
                tell(done)
