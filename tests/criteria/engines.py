"""Every engine behind one signature: criteria and patients in, a row of truths a criterion out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing

import duckdb
import polars as pl
import z3

from gepnet.criteria import Node, interpret
from gepnet.criteria.algebra import Evaluator
from gepnet.criteria.columns import Cell, cells, columns_of
from gepnet.criteria.interpret import Values
from gepnet.criteria.polars import to_polars
from gepnet.criteria.smt import SolverLogic, constant, formula, plausible, same, symbol
from gepnet.criteria.sql import to_sql
from gepnet.vocabulary import Interval, Several, Truth, Vocabulary

Truths = list[list[Truth]]
Engine = Callable[[Sequence[Node], Sequence[Values], Vocabulary], Truths]
_TYPES = {"number": pl.Float64, "set": pl.UInt16, "text": pl.String, "boolean": pl.Boolean}


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


def solver(nodes: Sequence[Node], patients: Sequence[Values], vocabulary: Vocabulary) -> Truths:
    """The formulas stay the same for all patients; each patient is one assignment of the solver."""
    symbols = {name: symbol(fact) for name, fact in vocabulary.items()}
    translate = Evaluator(SolverLogic(symbols, vocabulary))
    pairs = [translate(node) for node in nodes]
    columns = []
    for patient in patients:
        if not _on_steps(patient, vocabulary):  # where no variable of the solver can be
            columns.append([row[0] for row in folded(nodes, [patient], vocabulary)])
            continue
        one = z3.Solver()
        for name, fact in vocabulary.items():
            given = constant(fact, patient.get(name))
            one.add(formula(same(symbols[name], given)))
            if given.known and not given.absent:
                one.add(formula(plausible(fact, symbols[name])))
        assert one.check() == z3.sat
        model = one.model()
        columns.append([_truth(model, pair.true, pair.false) for pair in pairs])
    return [list(row) for row in zip(*columns, strict=True)]


def _on_steps(patient: Values, vocabulary: Vocabulary) -> bool:
    if any(isinstance(value, Several) for value in patient.values()):
        return False  # a variable is one value
    ends = (
        (end, vocabulary[name].precision)
        for name, value in patient.items()
        if isinstance(value, Interval)
        for end in (value.low, value.high)
    )
    return all(end % step == 0 for end, step in ends)


def _truth(model: z3.ModelRef, true: object, false: object) -> Truth:
    holds, fails = (
        z3.is_true(model.eval(formula(part), model_completion=True)) for part in (true, false)
    )
    assert not (holds and fails)
    return True if holds else False if fails else None


def folded(nodes: Sequence[Node], patients: Sequence[Values], vocabulary: Vocabulary) -> Truths:
    """The same translation about constants: Python settles everything without a solver."""
    rows: Truths = [[] for _ in nodes]
    for patient in patients:
        known = {name: constant(fact, patient.get(name)) for name, fact in vocabulary.items()}
        translate = Evaluator(SolverLogic(known, vocabulary))
        for row, node in zip(rows, nodes, strict=True):
            pair = translate(node)
            assert pair.true in (True, False)
            assert pair.false in (True, False)
            row.append(True if pair.true else False if pair.false else None)
    return rows


ENGINES: dict[str, Engine] = {
    "interpreter": interpreter,
    "polars": polars,
    "duckdb": sql,
    "sqlite": sqlite,
    "solver": solver,
    "solver without variables": folded,
}
