"""``gepnet cohort``: many patients at once, from a table to a table."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.command import Accept, Result, TableQuestion, command
from gepnet.cli.output import table
from gepnet.cli.progress import progress_of

COLUMNS = {
    "for": ("recommended", "option", "in_favour"),
    "trial": ("trial_only",),
    "against": ("against",),
    "both": ("conflicting",),
    "text open": ("text_open",),
    "fact missing": ("fact_missing",),
    "nothing": ("lesser", "silent", "no_position", "not_read", "quiet_either_way"),
    "outside": ("out_of_scope",),
}
SHOWN = 20  # problems printed; --format json has more


Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="COLUMN", help="A column that is no fact. Repeatable."),
]


@command
def assess(
    facts: Annotated[Path, "Parquet file of facts, one row a patient."],
    output: Annotated[Path, "Parquet file to write."],
    question: TableQuestion,
    accept: Accept = None,
    ignore: Ignore = None,
) -> Result:
    """Write statuses of a table of facts: the same as 'gepnet registry assess FILE.parquet'.

    Exit code 0: written; 1: written, but a column is no fact and was not used, or cells could not
    be used and count as unknown; 2: nothing written.
    """
    return assess_table(facts, output, question, accept, ignore)


def assess_table(
    facts: Path,
    output: Path,
    question: Question,
    accept: list[str] | None,
    ignore: list[str] | None,
) -> Result:
    """Assess a table of facts; both commands that take one end here."""
    base = api.base(*question.with_files)
    gc.freeze()  # it lasts as long as the command: not looked through again for what is left
    with progress_of("patients") as tell:
        total = api.count_rows(facts) if tell else 0
        advance = None if tell is None else lambda rows: tell(rows, total)
        summary = api.assess_cohort(
            base, facts, output, question, advance, accept or (), ignore or ()
        )
    faulty = summary["errors"] or summary["ignored_columns"]
    return Result(summary, _report, code=1 if faulty else 0)


def print_statuses(statuses: dict[str, dict[str, int]]) -> None:
    """Print how many per cent of what was counted of each document has which statuses."""
    rows = [
        [document, *(_share(found, alike) for alike in COLUMNS.values())]
        for document, found in statuses.items()
        if found
    ]
    table("Statuses by document, percent", ["document", *COLUMNS], rows)


def _share(found: dict[str, int], statuses: tuple[str, ...]) -> str:
    count = sum(found.get(status, 0) for status in statuses)
    return f"{100 * count / sum(found.values()):.1f}" if count else ""


def _report(summary: dict[str, Any]) -> None:
    print_statuses(summary["statuses"])
    typer.echo(
        f"{summary['rows']} patients, {summary['status_columns']} status columns: {summary['file']}"
    )
    if summary["unknown_facts"]:
        typer.echo(f"Not in the table, so unknown: {', '.join(summary['unknown_facts'])}")
    for item in summary["ignored_columns"]:
        hint = f"; did you mean '{item['nearest']}'?" if item["nearest"] else ""
        told = f"Column '{item['column']}' is no fact and was not used{hint}"
        typer.echo(f"{told} (--ignore {item['column']} if it is none on purpose)", err=True)
    for item in summary["renamed_columns"]:
        typer.echo(f"Column '{item['column']}' was read as {item['fact']}")
    for item in summary["readings"][:SHOWN]:
        typer.echo(f"{item['column']}: '{item['written']}' was read as {item['read_as']}")
    for fact, count in summary["conflicts"].items():
        typer.echo(f"{fact}: {count} supplied values contradict the derivation and were used")
    for error in summary["error_list"][:SHOWN]:
        typer.echo(
            f"row {error['row']}, column {error['column']}: '{error['value']}' cannot be used"
            + (f": expected {error['why']}" if error["why"] else ""),
            err=True,
        )
    if summary["errors"]:
        typer.echo(
            f"{summary['errors']} cells in {summary['error_rows']} rows cannot be used; "
            "they count as unknown.",
            err=True,
        )
