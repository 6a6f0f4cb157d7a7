"""``gepnet knowledge atlas``: where the documents disagree, as pages to open in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import KnowledgeQuestion, Result, command
from gepnet.cli.output import table
from gepnet.cli.progress import progress


@command
def atlas(
    output: Annotated[Path, "Folder for the pages."],
    question: KnowledgeQuestion,
    part: Annotated[
        list[str] | None, "Only disagreements, distances or maps; may be repeated."
    ] = None,
    only_map: Annotated[
        list[str] | None, typer.Option("--map", help="Only this map; may be repeated.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(min=1, help="Made-up patients on whom distance is measured.")
    ] = None,
) -> Result:
    """Write pages that show where documents disagree: distances, maps, each disagreement.

    Open index.html of the folder; nothing is loaded from anywhere else.
    """
    base = api.base(*question.with_files)
    with progress() as tell:
        summary = api.write_atlas(
            base, output, question, part or (), only_map or (), rows, tell=tell
        )
    return Result(summary, _print)


def _print(summary: dict[str, Any]) -> None:
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
    typer.echo(f"Open {(Path(summary['folder']) / 'index.html').resolve()}")
