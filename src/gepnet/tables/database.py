"""Tables of a database, by its URL: DuckDB or PostgreSQL, read only, as columns of text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gepnet.knowledge import need, unusable
from gepnet.tables.sheet import Sheet, sheet_of

if TYPE_CHECKING:
    import polars as pl

_POSTGRES = ("postgresql", "postgres")
_DUCK = (".duckdb", ".ddb")


@dataclass(frozen=True)
class Database:
    """The tables of a database.

    Attributes:
        name: without password, for messages.
        tables: by their names in small letters, each with its name in its schema.
        query: returns the answer of a query.
        close: ends the connection.
    """

    name: str
    tables: dict[str, str]
    query: Callable[[str], pl.DataFrame]
    close: Callable[[], None]

    def read(self, table: str) -> Sheet:
        """Return a table, ordered by its first column so that every reading is the same."""
        answer = self.query(f"SELECT * FROM {self.tables[table]} ORDER BY 1")
        return sheet_of(table, answer)


def is_database(source: str) -> bool:
    """Whether a source is a database and no file or folder of tables."""
    scheme = urlsplit(source).scheme
    return scheme in (*_POSTGRES, "duckdb") or Path(source).suffix.casefold() in _DUCK


def open_database(source: str) -> Database:
    """Open a database to be read.

    Args:
        source: ``postgresql://user@host/name``, ``duckdb:///path`` or the path of a DuckDB file;
            with ``?schema=NAME`` the tables of one schema.

    Raises:
        InputError: if it cannot be opened; the password of a URL is not told.
    """
    parts = urlsplit(source)
    if parts.scheme in _POSTGRES:
        return _postgres(source)
    path, schema = source, None
    if parts.scheme == "duckdb":
        path = parts.path if parts.path.startswith("//") else parts.netloc + parts.path
        path = re.sub(r"^/+", "/", path)
        schema = dict(parse_qsl(parts.query)).get("schema")
    return _duckdb(Path(path), schema)


def without_password(source: str) -> str:
    """Return a URL as it may be shown."""
    parts = urlsplit(source)
    if not parts.password:
        return source
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")))


_LISTED = (
    "SELECT table_schema, table_name FROM information_schema.tables "
    "WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1, 2"
)


def _names(rows: list[tuple[str, str]], schema: str | None) -> dict[str, str]:
    """Return the tables by name; of two of one name that of the first schema."""
    found: dict[str, str] = {}
    for of, name in rows:
        if schema in (None, of):
            quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (of, name))
            found.setdefault(name.casefold(), quoted)
    return found


def _texts(names: list[str], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    import polars as pl

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pl.DataFrame(
        [
            pl.Series(name, [_written(cell) for cell in column], pl.String)
            for name, column in zip(names, columns, strict=True)
        ]
    )


def _written(cell: Any) -> str | None:
    """Return a cell as a person would write it: a whole number without a point."""
    if cell is None:
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _duckdb(path: Path, schema: str | None) -> Database:
    need("polars", "duckdb")
    import duckdb

    if not path.is_file():
        raise unusable(path, "a DuckDB file")
    try:
        # An extension would be loaded from elsewhere, and a file could name others to be read.
        safe: dict[str, Any] = {
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
        }
        connection = duckdb.connect(str(path), read_only=True, config=safe)
        rows = connection.execute(_LISTED).fetchall()
    except duckdb.Error as error:
        raise unusable(path, f"a DuckDB file ({str(error).splitlines()[0][:100]})") from error

    def query(text: str) -> pl.DataFrame:
        try:
            answer = connection.execute(text)
            names = [column[0] for column in answer.description or ()]
            return _texts(names, answer.fetchall())
        except duckdb.Error as error:
            raise unusable(path, f"a table ({str(error).splitlines()[0][:100]})") from error

    return Database(str(path), _names(rows, schema), query, connection.close)


def _postgres(source: str) -> Database:
    need("polars", "psycopg")
    import psycopg

    parts = urlsplit(source)
    asked = dict(parse_qsl(parts.query))
    schema = asked.pop("schema", None)
    url = urlunsplit(parts._replace(query=urlencode(asked)))
    shown = without_password(source)
    try:
        connection = psycopg.connect(url, connect_timeout=15)
        connection.read_only = True
        rows = connection.execute(_LISTED).fetchall()
    except psycopg.Error as error:
        told = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise unusable(shown, f"a database that can be reached ({told})") from error

    def query(text: str) -> pl.DataFrame:
        try:
            cursor = connection.execute(text.encode())
            names = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
        except psycopg.Error as error:
            told = str(error).splitlines()[0][:100]
            raise unusable(shown, f"a table that can be read ({told})") from error
        return _texts(names, rows)

    return Database(shown, _names(rows, schema), query, connection.close)
