"""Where the benchmarks of the board keep what they write: a new SQLite file, and PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import benchmarks._checkout  # noqa: F401 - says where `tests` is
from tests.store import servers

NAMES = ("sqlite", "postgresql")


@contextmanager
def addresses(folder: Path | None = None, only: str | None = None) -> Iterator[dict[str, str]]:
    """Yield the addresses of empty stores by kind; PostgreSQL where it is installed.

    Args:
        folder: for the file of SQLite; by default one that is removed afterwards.
        only: one of ``NAMES``; the other is not started.
    """
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = {"sqlite": str(place / "board.sqlite")} if only in (None, "sqlite") else {}
        programs = servers.found() if only in (None, "postgresql") else None
        if programs is not None:
            server = stack.enter_context(servers.postgresql(programs))
            found["postgresql"] = servers.new_database(server)
        yield found
