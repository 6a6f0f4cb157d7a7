"""How DuckDB and PostgreSQL take and give the tables of a registry."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

_NULL = "\\N"
_SQL = {
    pl.String(): "varchar",
    pl.Date(): "date",
    pl.Boolean(): "boolean",
    pl.Float64(): "double precision",
    pl.Int64(): "bigint",
}
_LIST = pl.List(pl.String())


@dataclass
class DuckDB:
    """A DuckDB file: tables go to and fro as Arrow."""

    link: Any

    def run(self, text: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        found: list[tuple[Any, ...]] = self.link.execute(text, values).fetchall()
        return found

    def insert(self, name: str, table: pl.DataFrame) -> None:
        """Add rows to a table that has their columns."""
        names = ", ".join(f'"{column}"' for column in table.columns)
        self.link.register("__incoming", table.to_arrow())
        self.link.execute(f'insert into "{name}" ({names}) select {names} from "__incoming"')
        self.link.unregister("__incoming")

    def select(self, text: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """Return the rows of a query, its columns in the types of a schema."""
        found = pl.from_arrow(self.link.sql(text).to_arrow_table())
        assert isinstance(found, pl.DataFrame)
        return found.select(pl.col(name).cast(kind) for name, kind in schema.items())

    def types(self, schema: Mapping[str, pl.DataType]) -> dict[str, str]:
        """Return the type of each column in this database."""
        return {n: "varchar[]" if t == _LIST else _SQL[t] for n, t in schema.items()}

    def columns(self, name: str) -> set[str]:
        """Return the columns of a table; none if it is not there."""
        text = "select column_name from information_schema.columns where table_name = ?"
        return {str(one) for (one,) in self.run(text, (name,))}


@dataclass
class PostgreSQL:
    """A schema of PostgreSQL: tables go to and fro as CSV by COPY, lists as JSON."""

    link: Any
    schema: str

    def run(self, text: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        done = self.link.execute(text.replace("?", "%s").encode(), values or None)
        return done.fetchall() if done.description else []

    def insert(self, name: str, table: pl.DataFrame) -> None:
        """Add rows to a table that has their columns."""
        lists = [n for n, kind in table.schema.items() if kind == _LIST]
        plain = table.with_columns(
            pl.col(n).map_elements(_as_json, return_dtype=pl.String) for n in lists
        )
        names = ", ".join(f'"{column}"' for column in table.columns)
        told = f"copy \"{name}\" ({names}) from stdin (format csv, null '{_NULL}')"
        with self.link.cursor().copy(told.encode()) as copy:
            copy.write(plain.write_csv(include_header=False, null_value=_NULL).encode())

    def select(self, text: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """Return the rows of a query, its columns in the types of a schema."""
        told = f"copy ({text}) to stdout (format csv, header, null '{_NULL}', force_quote *)"
        with self.link.cursor().copy(told.encode()) as copy:
            data = b"".join(bytes(part) for part in copy)
        texts = dict.fromkeys(schema, pl.String())
        found = pl.read_csv(io.BytesIO(data), schema=texts, null_values=_NULL)
        return found.select(_typed(name, kind) for name, kind in schema.items())

    def types(self, schema: Mapping[str, pl.DataType]) -> dict[str, str]:
        """Return the type of each column in this database."""
        return {n: "jsonb" if t == _LIST else _SQL[t] for n, t in schema.items()}

    def columns(self, name: str) -> set[str]:
        """Return the columns of a table; none if it is not there."""
        text = "select column_name from information_schema.columns where table_schema = ? "
        return {str(n) for (n,) in self.run(text + "and table_name = ?", (self.schema, name))}


def _as_json(words: pl.Series) -> str:
    import json

    return json.dumps(words.to_list())


def _typed(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Boolean():
        return column == "t"
    if kind == _LIST:
        return column.str.json_decode(kind)
    if kind == pl.Date():
        return column.str.to_date("%Y-%m-%d")
    return column.cast(kind)
