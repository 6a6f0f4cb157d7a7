"""``gepnet db``: the store of the board, for who runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say
from gepnet.cli.store import StoreOption, at_the_machine, opened_store

CaseName = Annotated[str, "Id or pseudonym of a case."]


@command
def upgrade(store: StoreOption = None) -> Result:
    """Make the tables of a store, or bring them to the version of this gepnet."""
    found = api.upgrade_store(store)

    def show(view: dict[str, Any]) -> None:
        before = view["before"] or "no tables"
        say(f"{view['store']}: {before} -> version {view['after']}")

    return Result(found, show)


@command
def backup(
    file: Annotated[Path, "File to write; it must not be there yet."],
    store: StoreOption = None,
) -> Result:
    """Write all of a store to one file, of one moment, while others work with it."""
    with opened_store(store) as (open_, actor):
        return Result(api.backup_store(open_, actor, file), _print_rows)


@command
def restore(
    file: Annotated[Path, "A file that `gepnet db backup` wrote."],
    store: StoreOption = None,
    as_it_is: Annotated[bool, "Also what does not fit its audit trail."] = False,
) -> Result:
    """Bring a backup back into an empty store, on SQLite or on PostgreSQL."""
    found = api.restore_store(file, at_the_machine(), store, as_it_is)
    return Result(found, _print_rows, code=1 if found.faults else 0)


def _print_rows(view: dict[str, Any]) -> None:
    rows = [{"table": name, "rows": count} for name, count in view["rows"].items() if count]
    listing(f"{view['store']} as of {view['at']}", rows, "table", "rows")
    for fault in view["faults"]:
        say(fault, "red")
    say(f"File: {view['file']}")


@command
def verify(
    store: StoreOption = None,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="NUMBER:HASH", help="A head noted earlier: it has to be in the trail."
        ),
    ] = None,
) -> Result:
    """Look for rows of the store that were changed, added, moved or taken away from outside."""
    with opened_store(store) as (open_, actor):
        found = api.verify_store(open_, actor, head)
    return Result(found, _print_verified, code=1 if found.faults else 0)


def _print_verified(view: dict[str, Any]) -> None:
    for fault in view["faults"]:
        say(fault, "red")
    state = f"{len(view['faults'])} faults" if view["faults"] else "whole"
    say(f"{view['entries']} entries of the audit trail, {view['rows']} rows: {state}")
    say(f"Head, to be kept elsewhere: {view['head']}")


@command
def export(
    case: CaseName,
    base: Base,
    output: Annotated[Path, "Folder for the files."],
    store: StoreOption = None,
) -> Result:
    """Write all that the store has of one patient: records as patient files, the rest as JSON."""
    with opened_store(store) as (open_, actor):
        found = api.find_case(open_, actor, case)
        files = api.export_case(open_, actor, found.id, output, base.vocabulary)

    def show(view: dict[str, Any]) -> None:
        for file in view["files"]:
            say(file)

    return Result(files, show)


@command
def erase(
    case: CaseName,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, without naming the patient; stays with the trail.")
    ],
    store: StoreOption = None,
    yes: Annotated[bool, "Do not ask."] = False,
) -> Result:
    """Erase one patient for good; the audit trail stays and still verifies."""
    with opened_store(store) as (open_, actor):
        found = api.find_case(open_, actor, case)
        if not yes:
            typed = typer.prompt(f"Type {found.pseudonym} to erase this case for good", err=True)
            if typed.strip() != found.pseudonym:
                raise typer.Abort
        erased = api.erase_case(open_, actor, found.id, reason)

    def show(view: dict[str, Any]) -> None:
        say(
            f"Erased {view['pseudonym']}: {sum(view['rows'].values())} rows. Backups still hold it."
        )

    return Result(erased, show)
