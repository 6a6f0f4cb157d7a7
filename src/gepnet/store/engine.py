"""Where the store is, and how each database is spoken to.

SQLite: write-ahead log, so that nobody who reads waits; every commit is flushed to the disk
before it is acknowledged; foreign keys are enforced; who finds the file locked waits. A transaction
that is to write takes its lock at once: none fails half way because another wrote first.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gepnet.knowledge import refuse
from gepnet.knowledge.problems import need

#: How long to wait for a lock of SQLite.
BUSY_MS = 20_000
#: Execution option of a connection that is going to write.
WRITES = "gepnet_writes"


def store_url(given: str | None = None) -> URL:
    """Return the address of the store.

    Args:
        given: a path, ``sqlite:///path`` or ``postgresql://user@host/name``; by default what the
            variable ``GEPNET_STORE`` says, else a file in the user's folder of data.

    Raises:
        InputError: if it is none of these.
    """
    text = given or os.environ.get("GEPNET_STORE") or str(_usual_place())
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser().absolute()))
    expected = "a path, sqlite:///path or postgresql://user@host/name"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise refuse("store", "not an address", expected) from error
    name = url.get_backend_name()
    if name == "postgresql":
        need("psycopg")
        return url.set(drivername="postgresql+psycopg")
    if name != "sqlite" or url.database in (None, "", ":memory:"):
        raise refuse("store", url.render_as_string(), expected)  # without the password
    return url.set(drivername="sqlite", database=str(Path(str(url.database)).absolute()))


def _usual_place() -> Path:
    from platformdirs import user_data_path

    return user_data_path("gepnet") / "board.sqlite"


def make_engine(url: URL) -> Engine:
    """Return the engine of a store; a file of SQLite is for its owner alone."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.touch(mode=0o600)
    engine = create_engine(
        url, pool_size=10, max_overflow=30, connect_args={"timeout": BUSY_MS / 1000}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin and end where SQLAlchemy says
    cursor = connection.cursor()
    for setting in (
        f"busy_timeout = {BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased is overwritten
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
