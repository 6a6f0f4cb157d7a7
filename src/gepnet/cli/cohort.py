"""``gepnet cohort``: many patients at once, from a table to a table."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet.cli.assess import KnowledgeDate
from gepnet.cli.output import Format, FormatOption, print_json, table

app = typer.Typer(no_args_is_help=True, help="Many patients at once, from a table to a table.")
Day = Annotated[
    datetime.datetime | None,
    typer.Option("--at", formats=["%Y-%m-%d"], help="Date of the facts; default: today."),
]
Output = Annotated[Path, typer.Option("-o", "--output", help="Parquet file to write.")]
COLUMNS = {
    "for": ("recommended", "option"),
    "trial": ("trial_only",),
    "against": ("against",),
    "both": ("conflicting",),
    "open": ("undetermined",),
    "nothing": ("silent", "not_read"),
    "outside": ("out_of_scope",),
}
SHOWN = 20  # problems printed; --format json has more


@app.callback()
def cohort() -> None:
    """Many patients at once, from a table to a table."""


@app.command()
def assess(
    facts: Annotated[Path, typer.Argument(help="Parquet file of facts, one row a patient.")],
    output: Output,
    knowledge_date: KnowledgeDate = None,
    at: Day = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Write the status of every option in every document for each patient of a table.

    Exit code 0: written; 1: written, but some cells could not be used and count as unknown;
    2: nothing written.
    """
    from gepnet import api

    base = api.base()
    with _progress(facts, format_ is Format.TABLE) as advance:
        summary = api.assess_cohort(base, facts, output, _day(knowledge_date), _day(at), advance)
    if format_ is Format.JSON:
        print_json(summary)
    else:
        _report(summary)
    if summary["errors"]:
        raise typer.Exit(1)


def _day(moment: datetime.datetime | None) -> datetime.date | None:
    return None if moment is None else moment.date()


@contextmanager
def _progress(facts: Path, wanted: bool) -> Iterator[Callable[[int], None] | None]:
    """Show a bar where somebody is looking."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from gepnet import api

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("patients", total=api.count_rows(facts))
        yield lambda rows: bar.update(task, completed=rows)


def _share(found: dict[str, int], statuses: tuple[str, ...]) -> str:
    count = sum(found.get(status, 0) for status in statuses)
    return f"{100 * count / sum(found.values()):.1f}" if count else ""


def _report(summary: dict[str, Any]) -> None:
    rows = [
        [document, *(_share(found, statuses) for statuses in COLUMNS.values())]
        for document, found in summary["statuses"].items()
        if found
    ]
    table("Statuses by document, percent", ["document", *COLUMNS], rows)
    typer.echo(
        f"{summary['rows']} patients, {summary['status_columns']} status columns: {summary['file']}"
    )
    if summary["unknown_facts"]:
        typer.echo(f"Not in the table, so unknown: {', '.join(summary['unknown_facts'])}")
    for item in summary["ignored_columns"]:
        hint = f"; did you mean '{item['nearest']}'?" if item["nearest"] else ""
        typer.echo(f"Column '{item['column']}' is no fact{hint}", err=True)
    for fact, count in summary["conflicts"].items():
        typer.echo(f"{fact}: {count} supplied values contradict the derivation and were used")
    for error in summary["error_list"][:SHOWN]:
        typer.echo(
            f"row {error['row']}, column {error['column']}: '{error['value']}' cannot be used",
            err=True,
        )
    if summary["errors"]:
        typer.echo(
            f"{summary['errors']} cells in {summary['error_rows']} rows cannot be used; "
            "they count as unknown.",
            err=True,
        )
