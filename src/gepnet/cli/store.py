"""What the commands of the store share: where it is, and who works at the command line."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gepnet import api

if TYPE_CHECKING:
    from gepnet.store import Actor, Store

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        help="A file, sqlite:///PATH or postgresql://USER@HOST/NAME; default: GEPNET_STORE, else "
        "a file in the user's folder of data.",
    ),
]


def at_the_machine() -> Actor:
    """Return who works at the command line, by their name on this system."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        name = "unnamed"
    return api.operator(name)


@contextmanager
def opened_store(address: str | None) -> Iterator[tuple[Store, Actor]]:
    """Open the store for one command, and close it."""
    store = api.open_store(address)
    try:
        yield store, at_the_machine()
    finally:
        store.close()
