"""Derived facts as columns are what they are for one patient, in Polars and in SQL."""

import datetime
from datetime import date
from random import Random

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gepnet import api
from gepnet.criteria import IsKnown
from gepnet.criteria.columns import cells, columns_of, low_column
from gepnet.facts import derive
from gepnet.facts.frame import PolarsAlgebra
from gepnet.facts.given import Source, supplied_columns
from gepnet.facts.sql import SqlAlgebra
from gepnet.facts.wide import WidePlan
from gepnet.measures import FUNCTIONS
from gepnet.measures.columns import COLUMN_FUNCTIONS, Call, Column, age_from_birth_date
from gepnet.vocabulary import Fact, Interval, Value, exact
from tests.random_patients import Patients, by_duckdb, table

DAY = datetime.date(2025, 12, 31)
BASE = api.base()
COMPUTED = [
    fact
    for fact in BASE.vocabulary.base_facts()
    if fact.entry.function in COLUMN_FUNCTIONS or fact.entry.bound is not None
]


def test_every_named_function_works_on_columns_too() -> None:
    assert set(COLUMN_FUNCTIONS) == set(FUNCTIONS)


def inputs_of(fact: Fact) -> list[Fact]:
    entry = fact.entry.bound or fact.entry
    return [BASE.vocabulary[name] for name in entry.inputs]


def scalar(fact: Fact, values: dict[str, Value]) -> Value:
    """What the reference derives."""
    measures, bound = BASE.knowledge.measures, fact.entry.bound
    if bound is None:
        lacking = {f.id: f for f in inputs_of(fact) if f.entry.bound and values.get(f.id) is None}
        bounded = {name: scalar(one, values) for name, one in lacking.items()}
        return derive(fact, {**values, **bounded}, BASE.criteria, measures, exact(DAY)).value
    inputs = {name: values.get(name) for name in bound.inputs}
    return FUNCTIONS[bound.function](inputs, measures, exact(DAY))


def computed(fact: Fact, patients: list[dict[str, Value]]) -> list[pl.DataFrame]:
    """The columns of a fact by each engine."""
    inputs = inputs_of(fact)
    rows = table(patients, inputs)
    given = supplied_columns(inputs, rows.columns)
    source = Source(BASE.criteria, BASE.knowledge.measures, given, DAY)
    nodes = [IsKnown(fact.id)]
    lazy = rows.lazy()
    for stage in WidePlan(source, PolarsAlgebra(BASE.vocabulary), nodes).stages:
        lazy = lazy.with_columns(**stage)
    query, known = "facts", set(rows.columns)
    for stage in WidePlan(source, SqlAlgebra(BASE.vocabulary), nodes).stages:
        added = ", ".join(f'{value.sql("duckdb")} AS "{name}"' for name, value in stage.items())
        again = ", ".join(f'"{name}"' for name in stage if name in known)
        query = f"(SELECT * {f'EXCLUDE ({again})' if again else ''}, {added} FROM {query})"
        known |= set(stage)
    names = list(columns_of(fact))
    frames = [lazy.collect(), by_duckdb(f"SELECT * FROM {query}", rows)]
    # Null in "not applicable" says no more than false does.
    return [
        frame.select(names).with_columns(pl.col(pl.Boolean).fill_null(False)) for frame in frames
    ]


@pytest.mark.parametrize("fact", COMPUTED, ids=lambda fact: fact.id)
def test_named_functions_give_the_same_for_columns(fact: Fact) -> None:
    make = Patients(Random(fact.id), BASE.vocabulary)
    patients = [make.patient(inputs_of(fact), known) for known in (0.9, 1.0) for _ in range(400)]
    wanted = [cells(fact, scalar(fact, values)) for values in patients]
    assert sum(row[low_column(fact)] is not None for row in wanted) > 50
    for frame in computed(fact, patients):
        for values, row, expected in zip(patients, frame.rows(named=True), wanted, strict=True):
            assert row == expected, values


@given(st.dates(date(1000, 1, 1)), st.dates(date(1000, 1, 1)))
@example(date(2000, 2, 29), date(2001, 2, 28))
@example(date(2000, 2, 29), date(2100, 3, 1))
@example(date(1900, 3, 1), date(2000, 2, 29))
def test_completed_years_between_any_two_days(born: date, at: date) -> None:
    fact = BASE.vocabulary["age_years"]
    call = Call(
        PolarsAlgebra(BASE.vocabulary),
        {"birth_date": Column(pl.col("born"), pl.col("born"))},
        BASE.knowledge.measures,
        at,
        fact.fine,
        int(fact.precision / fact.fine),
    )
    (years,) = pl.select(born=born).select(age_from_birth_date(call).low).row(0)
    whole = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
    assert years * fact.fine == max(0, whole)


def point(number: str) -> Interval:
    value = BASE.vocabulary["weight_kg"].parse(number)
    assert isinstance(value, Interval)
    return value


def test_a_result_beside_a_limit_stays_beside_it_in_columns_too() -> None:
    """A lossy conversion must not take a value to a limit: 29.99996 is kept below 30."""
    body = BASE.vocabulary["bmi_kg_m2"]
    # At 2 m the index is a quarter of the weight: whole steps of it, and a hair beside them.
    weights = [
        f"{120 + tenths / 10 + beside}" for tenths in range(4) for beside in (0, 1e-4, -1e-4)
    ]
    patients = [{"weight_kg": point(kg), "height_cm": point("200")} for kg in weights]
    wanted = [cells(body, scalar(body, values)) for values in patients]
    assert [row["bmi_kg_m2"] for row in wanted[:3]] == [30.0, 30.0001, 29.9999]
    for frame in computed(body, patients):
        assert frame.rows(named=True) == wanted
