"""``gepnet demo``: the main job on the packaged published cases."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet.cli.assess import KnowledgeDate
from gepnet.cli.output import Format, FormatOption, print_json, table


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
    rows: list[dict[str, Any]] = [
        {
            "case": page.id,
            "patient": page.title,
            **page.counts,
            "would_settle_most": [item["label"] for item in page.view["missing"][:2]],
        }
        for page in pages
    ]
    if format_ is Format.JSON:
        print_json({"report": str(report), "knowledge_date": day.isoformat(), "cases": rows})
        return
    names = ["recommended", "option", "against", "conflicting", "undetermined"]
    shown = [
        [
            row["case"],
            row["patient"],
            *(row[name] or "" for name in names),
            "; ".join(row["would_settle_most"]),
        ]
        for row in rows
    ]
    columns = ["case", "patient", "rec.", "option", "against", "conflict", "open", "settles most"]
    table(f"{len(rows)} decision points, knowledge of {day}", columns, shown)
    typer.echo(f"Report: {report.resolve()}")


def _bar(cases: Sequence[Any]) -> Iterable[Any]:
    from rich.progress import track

    return track(cases, description="Assessing", transient=True)
