"""``gepnet import board``: the cases of a board for a registry."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import say
from gepnet.cli.registry.store import SHOWN, print_registry
from gepnet.cli.store import StoreOption, opened_store


@command
def board(
    output: Annotated[str, "Folder or URL of the registry, begun or added to."],
    pseudonyms: Annotated[
        Path,
        typer.Option("--pseudonyms", help="File with the secret key that names are made with."),
    ],
    base: Base,
    store: StoreOption = None,
    title: Annotated[str, "Of a registry that is begun."] = "",
    on: Annotated[datetime.date | None, "Day of the addition; default: today."] = None,
    demo: Annotated[bool, "The cases of a demonstration, and no others."] = False,
) -> Result:
    """Bring the cases of a board into a registry, under pseudonyms and without free text.

    For who runs the store: each case that is read is noted in its audit trail. Coming again, only
    what changed is added, and what the board has no longer is withdrawn.

    Exit code 0: added; 1: added, but a record could not be read; 2: nothing added.
    """
    with opened_store(store) as (open_, actor):
        view = api.board_to_registry(base, open_, actor, output, pseudonyms, title, on, demo)
    return Result(view, _print, code=1 if view["problem_list"] else 0)


def _print(view: dict[str, Any]) -> None:
    print_registry(view)
    say(f"{view['cases']} cases of the board: {view['added']} new or changed")
    say(f"{view['events_left']} events in words, or withdrawn, stayed behind")
    for problem in view["problem_list"][:SHOWN]:
        say(problem)
