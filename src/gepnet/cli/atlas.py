"""``gepnet knowledge atlas``: where the documents disagree, as pages to open in a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gepnet.cli.assess import KnowledgeDate
from gepnet.cli.output import Format, FormatOption, print_json, table


class Part(StrEnum):
    """What an atlas may hold."""

    DISAGREEMENTS = "disagreements"
    DISTANCES = "distances"
    MAPS = "maps"


def atlas(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the pages.")],
    knowledge_date: KnowledgeDate = None,
    part: Annotated[
        list[Part] | None, typer.Option("--part", help="Only this part; may be repeated.")
    ] = None,
    only_map: Annotated[
        list[str] | None, typer.Option("--map", help="Only this map; may be repeated.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(min=1, help="Made-up patients on whom distance is measured.")
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Write pages that show where documents disagree: distances, maps, each disagreement.

    Open index.html of the folder; nothing is loaded from anywhere else.
    """
    from gepnet import api

    day = None if knowledge_date is None else knowledge_date.date()
    parts = [item.value for item in part or list(Part)]
    with _progress(format_ is Format.TABLE) as tell:
        summary = api.write_atlas(api.base(), output, day, parts, only_map or [], rows, tell=tell)
    if format_ is Format.JSON:
        print_json(summary)
        return
    lines: list[list[object]] = [["pages", summary["pages"]]]
    for kind, count in summary.get("disagreements", {}).items():
        lines.append([f"disagreements: {kind.replace('_', ' ')}", count])
    if summary.get("timed_out"):
        lines.append(["searches that ran out of time", summary["timed_out"]])
    if found := summary.get("distances"):
        lines.append(["documents compared", found["documents"]])
        lines.append(["pairs that can be compared", found["pairs"]])
    if summary["maps"]:
        lines.append(["maps", ", ".join(summary["maps"])])
    table(f"Atlas, knowledge of {summary['knowledge_date']}", ["what", "how many"], lines)
    typer.echo(f"Open {(output / 'index.html').resolve()}")


@contextmanager
def _progress(wanted: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show a bar a stage where somebody is looking."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell
