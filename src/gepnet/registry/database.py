"""A registry as the tables of a DuckDB file or of a schema of PostgreSQL.

Each kind of event is one table, ``laboratory`` and so on, that anybody can query. Three columns
stand before those of the kind: ``_block``, ``_part`` and ``_row``, where a row would lie among the
files of a folder. ``registry_parts`` lists the parts with the digest of what they hold, and
``registry_files`` has the manifest. A part is written with its rows in one transaction and never
changed; the manifest comes last, and rows of a part that it does not name belong to an addition
that was cut off.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit, urlunsplit

import polars as pl

from gepnet.knowledge import need, refuse
from gepnet.tables import without_password

SCHEMA = "registry"
FILES, PARTS = "registry_files", "registry_parts"
_WHERE = {"_block": pl.String(), "_part": pl.String(), "_row": pl.Int64()}
_FORMS = "duckdb:///PATH or postgresql://USER@HOST/NAME?schema=SCHEMA"


def is_database(place: str) -> bool:
    """Whether a place is a database, and not a folder."""
    return place.startswith(("duckdb:", "postgresql:", "postgres:"))


def content(table: pl.DataFrame) -> str:
    """Return the digest of the cells of a table, whatever file they come from."""
    told = json.dumps({name: str(kind) for name, kind in table.schema.items()})
    return hashlib.sha256(told.encode() + table.write_ndjson().encode()).hexdigest()


class Engine(Protocol):
    """What is done by each database in its own way."""

    def run(self, text: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""

    def insert(self, name: str, table: pl.DataFrame) -> None:
        """Add rows to a table that has their columns."""

    def select(self, text: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """Return the rows of a query, its columns in the types of a schema."""

    def types(self, schema: Mapping[str, pl.DataType]) -> dict[str, str]:
        """Return the type of each column in this database."""

    def columns(self, name: str) -> set[str]:
        """Return the columns of a table; none if it is not there."""


@dataclass
class Database:
    """A registry in a database, read and written as a folder is: by the names of its files."""

    place: str

    def __post_init__(self) -> None:
        """Refuse an address that is none.

        Raises:
            InputError: in that case.
        """
        parts = urlsplit(self.place)
        is_file = parts.scheme == "duckdb"
        if is_file and (parts.netloc or not parts.path.strip("/")):
            raise refuse("registry", self.place, _FORMS)
        given = parse_qs(parts.query).get("schema", [SCHEMA])[0]
        if not given.isidentifier():
            raise refuse("schema", given, "a plain name")
        self._schema = given
        if is_file:
            need("duckdb")
            # duckdb:///here.duckdb is beside, duckdb:////data/here.duckdb from the root.
            self._file = Path(parts.path[1:])
        else:
            need("psycopg")
            query = "&".join(p for p in parts.query.split("&") if p and not p.startswith("schema="))
            self._url = urlunsplit(("postgresql", parts.netloc, parts.path, query, ""))
        self._is_file = is_file
        self.place = without_password(self.place)

    # --- as a folder ------------------------------------------------------------------------------

    def read(self, name: str) -> bytes:
        """Return the bytes of a file that is no table, such as the manifest.

        Raises:
            FileNotFoundError: if it is not there.
        """
        with self._open() as engine:
            if engine is not None and engine.columns(FILES):
                text = f'select content from "{FILES}" where name = ?'
                for (found,) in engine.run(text, (name,)):
                    return str(found).encode()
        raise FileNotFoundError(name)

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        with self._open() as engine:
            for table, key in ((FILES, "name"), (PARTS, "part")):
                if engine is None or not engine.columns(table):
                    continue
                if engine.run(f'select 1 from "{table}" where {key} = ?', (name,)):
                    return True
        return False

    def write(self, name: str, data: bytes) -> None:
        """Write a file, or the rows of a part: all of it or nothing."""
        with self._open(writing=True) as engine:
            assert engine is not None
            engine.run(
                f'create table if not exists "{FILES}" (name varchar primary key, content text)'
            )
            engine.run(
                f'create table if not exists "{PARTS}" (part varchar primary key, block varchar, '
                "kind varchar, rows bigint, columns text, content varchar)"
            )
            if not name.endswith(".parquet"):
                engine.run(f'delete from "{FILES}" where name = ?', (name,))
                engine.run(f'insert into "{FILES}" values (?, ?)', (name, data.decode()))
                self._forget(engine, json.loads(data))
                return
            self._write_part(engine, name, pl.read_parquet(io.BytesIO(data)))

    def sweep(self) -> None:
        """Take nothing away: what was cut off was never written."""

    def table(self, name: str, digest: str) -> pl.DataFrame:
        """Return the rows of a part.

        Args:
            name: of the part.
            digest: of the file that it would be; what is compared is the digest of its cells.

        Raises:
            FileNotFoundError: if the part is not there.
            ValueError: if its rows are not those that were written.
        """
        with self._open() as engine:
            if engine is None or not engine.columns(PARTS):
                raise FileNotFoundError(name)
            told = f'select kind, columns, content from "{PARTS}" where part = ?'
            for kind, columns, expected in engine.run(told, (name,)):
                schema = {n: _TYPES[t] for n, t in json.loads(columns).items()}
                found = engine.select(_query(kind, name, schema), schema)
                if content(found) != expected:
                    raise ValueError(digest)
                return found
        raise FileNotFoundError(name)

    # --- tables -----------------------------------------------------------------------------------

    def _write_part(self, engine: Engine, name: str, table: pl.DataFrame) -> None:
        _, block, file = name.split("/")
        kind = file.rpartition("-")[0]
        schema = dict(table.schema)
        columns = json.dumps({n: str(t) for n, t in schema.items()})
        types = engine.types({**_WHERE, **schema})
        there = engine.columns(kind)
        if not there:
            told = ", ".join(f'"{n}" {t}' for n, t in types.items())
            engine.run(f'create table "{kind}" ({told})')
            engine.run(f'create index "{kind}_part" on "{kind}" ("_part")')
        for column in [n for n in types if there and n not in there]:
            engine.run(f'alter table "{kind}" add column "{column}" {types[column]}')
        rows = table.with_row_index("_row", 1).select(
            pl.lit(block).alias("_block"),
            pl.lit(name).alias("_part"),
            pl.col("_row").cast(pl.Int64),
            *table.columns,
        )
        engine.insert(kind, rows)
        values = (name, block, kind, len(table), columns, content(table))
        engine.run(f'insert into "{PARTS}" values (?, ?, ?, ?, ?, ?)', values)

    def _forget(self, engine: Engine, manifest: Mapping[str, Any]) -> None:
        """Take away rows of parts that a manifest does not name: an addition was cut off."""
        named = {part["path"] for block in manifest["blocks"] for part in block["parts"]}
        for part, kind in engine.run(f'select part, kind from "{PARTS}"'):
            if part not in named:
                engine.run(f'delete from "{kind}" where "_part" = ?', (part,))
                engine.run(f'delete from "{PARTS}" where part = ?', (part,))

    @contextmanager
    def _open(self, writing: bool = False) -> Iterator[Engine | None]:
        """Open the database for one transaction; None where there is none and nothing is written.

        Raises:
            InputError: if it cannot be opened.
        """
        if self._is_file:
            yield from self._duckdb(writing)
        else:
            yield from self._postgresql(writing)

    def _duckdb(self, writing: bool) -> Iterator[Engine | None]:
        import duckdb

        from gepnet.registry.engines import DuckDB

        if not writing and not self._file.is_file():
            yield None
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            link = duckdb.connect(str(self._file), read_only=not writing)
        except duckdb.Error as error:
            first = str(error).splitlines()[0][:100]
            raise refuse("registry", str(self._file), f"a DuckDB file ({first})") from error
        try:
            if writing:
                link.execute("begin")
            yield DuckDB(link)
            if writing:
                link.execute("commit")
        finally:
            link.close()

    def _postgresql(self, writing: bool) -> Iterator[Engine | None]:
        import psycopg

        from gepnet.registry.engines import PostgreSQL

        try:
            link = psycopg.connect(self._url)
        except psycopg.Error as error:
            first = str(error).splitlines()[0][:100]
            raise refuse("registry", self.place, f"a PostgreSQL server ({first})") from error
        with link:
            if writing:
                link.execute(f'create schema if not exists "{self._schema}"'.encode())
            link.execute(f'set search_path to "{self._schema}"'.encode())
            yield PostgreSQL(link, self._schema)


def _query(kind: str, name: str, schema: Mapping[str, pl.DataType]) -> str:
    names = ", ".join(f'"{column}"' for column in schema)
    part = name.replace("'", "''")
    return f'select {names} from "{kind}" where "_part" = \'{part}\' order by "_row"'


_TYPES: dict[str, pl.DataType] = {
    str(kind): kind
    for kind in (
        pl.String(), pl.Date(), pl.Boolean(), pl.Float64(), pl.Int64(), pl.List(pl.String()),
    )
}  # fmt: skip
