"""One file that holds a whole store, and brings it back on either database.

A backup is compressed text, a line of JSON for each row: it does not depend on the version of a
database, and a store on SQLite moves to PostgreSQL by way of it. All of it is read in one
transaction, so that a backup under load is of one moment. Its last line counts the rows and holds
the digest of all lines before: a backup that was cut short or changed is refused. Sessions are left
out: nobody is signed in on a store that was brought back.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, insert, select
from sqlalchemy.orm import Session

from gepnet import __version__
from gepnet.knowledge import InputError, unusable
from gepnet.store.engine import WRITES, make_engine, store_url
from gepnet.store.migrate import newest, open_store, revision, revisions, upgrade_engine
from gepnet.store.policy import Actor
from gepnet.store.tables import canonical, now, time_text
from gepnet.store.verify import verified
from gepnet.store.work import Store

FORMAT = 1
#: Tables that a backup leaves out: who is signed in, and what is worked out anew.
LEFT_OUT = frozenset({"sessions", "attempts", "preparations", "alembic_version"})
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Backup:
    """A backup that was written or brought back.

    Attributes:
        file: the backup.
        store: address of the store, without a password.
        at: the moment that it is of.
        revision: version of the tables.
        rows: in each table.
        faults: what is wrong in the store; none if it is whole.
    """

    file: Path
    store: str
    at: str
    revision: str
    rows: dict[str, int]
    faults: tuple[str, ...] = ()


def backup_store(store: Store, actor: Actor, file: Path) -> Backup:
    """Write all of a store to one file, readable by its owner alone.

    Raises:
        InputError: if the file cannot be written, or is there already.
    """
    store.check(actor, "store.backup")
    if file.exists():
        raise _refused(file, "", "a file that is not there yet")
    store.note(actor, "store.backup", "store")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    at = time_text(now())
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wb", 6) as out:
            rows = _write(store, at, out)
            out.close()
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(file)
    except OSError as error:
        raise _refused(file, "", f"a file that can be written ({error.strerror})") from error
    finally:
        draft.unlink(missing_ok=True)
    shown = store.engine.url.render_as_string()
    return Backup(file, shown, at, str(revision(store.engine)), rows)


def _write(store: Store, at: str, out: gzip.GzipFile) -> dict[str, int]:
    seen = hashlib.sha256()

    def line(data: Any) -> None:
        text = f"{canonical(data)}\n".encode()
        seen.update(text)
        out.write(text)

    rows: dict[str, int] = {}
    with _snapshot(store) as connection:
        head = {"gepnet": "backup", "format": FORMAT, "version": __version__, "at": at}
        line({**head, "revision": str(revision(store.engine))})
        for table in _tables(connection):
            names = [column.name for column in table.columns]
            line({"table": table.name, "columns": names})
            rows[table.name] = 0
            order = select(table).order_by(*table.primary_key.columns)
            for row in connection.execute(order.execution_options(yield_per=_ROWS_AT_ONCE)):
                line(list(row))
                rows[table.name] += 1
    end = {"end": rows, "digest": seen.hexdigest()}
    out.write(f"{canonical(end)}\n".encode())
    return rows


def _snapshot(store: Store) -> Connection:
    """Return a connection that sees the store as it was at one moment."""
    if store.is_sqlite:
        return store.engine.connect()  # a transaction of the write-ahead log does
    options: dict[str, Any] = {
        "isolation_level": "REPEATABLE READ",
        "postgresql_readonly": True,
    }
    return store.engine.connect().execution_options(**options)


def _tables(connection: Connection) -> list[Table]:
    """Return the tables as they are in the database, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def restore_store(
    file: Path, actor: Actor, address: str | None = None, as_it_is: bool = False
) -> Backup:
    """Bring a backup back into an empty store, and its tables to the version of this gepnet.

    Args:
        file: the backup.
        actor: who does.
        address: of the store; see ``open_store``.
        as_it_is: bring back also what does not fit its audit trail.

    Returns:
        What was brought back; with the faults that were found, if ``as_it_is``.

    Raises:
        InputError: if the file is no whole backup, the store is not empty, or what is in the file
            does not fit its own audit trail.
    """
    lines = _lines(file)
    head = next(lines)
    wanted = str(head["revision"])
    if wanted not in revisions():
        raise _refused(file, wanted, "a backup of this gepnet or of an earlier one")
    engine = make_engine(store_url(address))
    try:
        _check_empty(engine)
        upgrade_engine(engine, wanted)
        with engine.connect().execution_options(**{WRITES: True}) as connection:
            rows = _insert(connection, lines, file)
            # Tables of an earlier version are held to the trail once they are of this one.
            faults = _faults(connection) if wanted == newest() else ()
            if faults and not as_it_is:
                told = f"a store that fits its audit trail: {'; '.join(faults[:5])}"
                raise _refused(file, f"{len(faults)} faults", told)
            connection.commit()
        upgrade_engine(engine)
        shown = engine.url.render_as_string()
    finally:
        engine.dispose()
    store = open_store(address)
    try:
        store.note(actor, "store.restore", "store")
    finally:
        store.close()
    return Backup(file, shown, head["at"], wanted, rows, faults)


def _faults(connection: Connection) -> tuple[str, ...]:
    with Session(connection) as session:
        return verified(session, connection.dialect.name == "sqlite").faults


def _insert(connection: Connection, lines: Iterator[Any], file: Path) -> dict[str, int]:
    tables = {table.name: table for table in _tables(connection)}
    rows: dict[str, int] = {}
    batch: list[dict[str, Any]] = []
    table: Table | None = None
    names: list[str] = []

    def send() -> None:
        if batch and table is not None:
            connection.execute(insert(table), batch)
            batch.clear()

    connection.execute(tables["audit_head"].delete())
    for data in lines:
        if isinstance(data, dict) and "table" in data:
            send()
            table, names = tables.get(data["table"]), data["columns"]
            if table is None:
                raise _refused(file, data["table"], "tables of the version that it names")
            rows[table.name] = 0
        elif isinstance(data, list) and table is not None:
            batch.append(dict(zip(names, data, strict=True)))
            rows[table.name] += 1
            if len(batch) >= _ROWS_AT_ONCE:
                send()
    send()
    return rows


def _check_empty(engine: Engine) -> None:
    if revision(engine) is None:
        return
    with engine.connect() as connection:
        for table in _tables(connection):
            if table.name != "audit_head" and connection.execute(select(table).limit(1)).first():
                shown = engine.url.render_as_string()
                told = "an empty store to restore to"
                raise unusable(shown, told, field="store", value="not empty")


def _lines(file: Path) -> Iterator[Any]:
    """Yield what the lines of a backup hold, after looking whether it is whole."""
    _check_whole(file)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for text in lines:
            yield json.loads(text)


def _check_whole(file: Path) -> None:
    """Refuse a file that is no backup, was cut short, or was changed.

    Raises:
        InputError: saying which.
    """
    expected = "a backup that `gepnet db backup` wrote, whole and unchanged"
    seen, last, first = hashlib.sha256(), b"", b""
    try:
        with gzip.open(file, "rb") as lines:
            for text in lines:
                first = first or text
                seen.update(last)
                last = text
        head, end = json.loads(first), json.loads(last)
        is_backup = head["gepnet"] == "backup" and head["format"] == FORMAT
        whole = is_backup and end["digest"] == seen.hexdigest()
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not one"
        raise _refused(file, "", f"{expected} ({reason})") from error
    if not whole:
        raise _refused(file, "", expected)


def _refused(file: Path, value: str, expected: str) -> InputError:
    return unusable(file, expected, field="backup", value=value)
