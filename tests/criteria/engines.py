"""Every engine behind one signature: criteria and patients in, a row of truths a criterion out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing

import duckdb
import polars as pl

from gepnet.criteria import Node, Values, interpret
from gepnet.criteria.columns import Cell, cells, columns_of
from gepnet.criteria.polars import to_polars
from gepnet.criteria.sql import to_sql
from gepnet.vocabulary import Truth, Vocabulary

Truths = list[list[Truth]]
Engine = Callable[[Sequence[Node], Sequence[Values], Vocabulary], Truths]
_TYPES = {"number": pl.Float64, "text": pl.String, "boolean": pl.Boolean}


def table(patients: Sequence[Values], vocabulary: Vocabulary) -> pl.DataFrame:
    """Patients as the wide table that the column engines read."""
    columns: dict[str, list[Cell]] = {}
    schema = {}
    for fact in vocabulary.values():
        schema.update({name: _TYPES[kind] for name, kind in columns_of(fact).items()})
        rows = [cells(fact, patient.get(fact.id)) for patient in patients]
        columns.update({name: [row[name] for row in rows] for name in rows[0]})
    return pl.DataFrame(columns, schema=schema)


def interpreter(nodes: Sequence[Node], patients: Sequence[Values], _: Vocabulary) -> Truths:
    return [[interpret(node, patient) for patient in patients] for node in nodes]


def polars(nodes: Sequence[Node], patients: Sequence[Values], vocabulary: Vocabulary) -> Truths:
    columns = [to_polars(node, vocabulary).alias(str(i)) for i, node in enumerate(nodes)]
    # A constant is one row long by itself; beside a column it is repeated.
    answers = table(patients, vocabulary).with_columns(columns)
    return [answers[str(i)].to_list() for i in range(len(nodes))]


def sql(nodes: Sequence[Node], patients: Sequence[Values], vocabulary: Vocabulary) -> Truths:
    columns = [to_sql(node, vocabulary) for node in nodes]
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("patients", table(patients, vocabulary))
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM patients").fetchall()
        return [list(column) for column in zip(*rows, strict=True)]


def sqlite(nodes: Sequence[Node], patients: Sequence[Values], vocabulary: Vocabulary) -> Truths:
    """Another dialect of SQL, to see that nothing hangs on the first."""
    rows = table(patients, vocabulary)
    columns = ", ".join(to_sql(node, vocabulary, "sqlite") for node in nodes)
    names = ", ".join(f'"{name}"' for name in rows.columns)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE patients ({names})")
        marks = ", ".join("?" * len(rows.columns))
        connection.executemany(f"INSERT INTO patients VALUES ({marks})", rows.rows())
        found = connection.execute(f"SELECT {columns} FROM patients").fetchall()
    truths = {None: None, 0: False, 1: True}
    return [[truths[answer] for answer in column] for column in zip(*found, strict=True)]


ENGINES: dict[str, Engine] = {
    "interpreter": interpreter,
    "polars": polars,
    "duckdb": sql,
    "sqlite": sqlite,
}
