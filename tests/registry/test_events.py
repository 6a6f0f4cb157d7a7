"""Facts of many patients from tables of events: the same as those of each record by itself."""

import datetime

import polars as pl
import pytest

from gepnet import api
from gepnet.criteria.columns import absent_column
from gepnet.facts.events import AT, EventFacts, record_of_rows
from gepnet.facts.events.many import Refused
from gepnet.facts.events.plain import unplain
from gepnet.guidelines import assess
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.cohort_views import long_form
from gepnet.guidelines.wide import Cohort
from gepnet.registry.points import points_of
from gepnet.registry.recipe import SyntheticRegistry
from gepnet.registry.synth import synthetic_tables
from gepnet.vocabulary import Question, exact
from tests.registry.awkward import Awkward

BASE = api.base()
TODAY = datetime.date(2026, 11, 29)
COHORT = Cohort(BASE, TODAY)


def event_facts(tables: dict[str, pl.DataFrame], plain: bool = True) -> EventFacts:
    given = {kind: table.columns for kind, table in tables.items()}
    named = frozenset(COHORT.facts_named)
    return EventFacts(BASE.knowledge, BASE.criteria, named, given, TODAY, plain)


def days(tables: dict[str, pl.DataFrame], *at: datetime.date) -> pl.DataFrame:
    names = tables["patients"].select("patient")
    return pl.concat([names.with_columns(pl.lit(day).alias(AT)) for day in at])


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    """Hold two tables of facts beside each other; not applicable is false where it is unknown."""
    absent = [absent_column(fact) for fact in BASE.vocabulary.values() if absent_column(fact)]
    marks = [name for name in one.columns if name in absent]
    one, other = (table.with_columns(pl.col(marks).fill_null(False)) for table in (one, other))
    for name in one.columns[2:]:
        differs = one[name].ne_missing(other[name])
        where = one.select("patient", "at", name, other[name].alias("other")).filter(differs)
        assert where.is_empty(), where.head(3)


@pytest.mark.parametrize("seed", [1, 2])
def test_awkward_patients_have_the_facts_of_their_records(seed: int) -> None:
    tables = Awkward(seed).tables(30, BASE.vocabulary)
    points = days(tables, datetime.date(2024, 3, 1), datetime.date(2025, 9, 1))
    refused: list[Refused] = []
    expected = event_facts(tables, plain=False).of(tables, points, refused)
    found = event_facts(tables).of(tables, points, [])
    whole = [one.patient for one in refused]
    assert len(whole) < 15, refused[0].error
    same(found.filter(~pl.col("patient").is_in(whole)), expected)
    hard = unplain(tables, BASE.vocabulary, BASE.knowledge.measures)
    assert 3 < len(hard) < 25  # both ways are walked


def test_made_up_patients_have_the_facts_of_their_records_before_each_treatment() -> None:
    recipe = SyntheticRegistry.read(BASE.knowledge.measures)
    tables = synthetic_tables(recipe, 7, 3, 1, 60)
    points = points_of(tables, "treatments", TODAY)
    assert len(points) > 80
    same(
        event_facts(tables).of(tables, points),
        event_facts(tables, plain=False).of(tables, points),
    )


def test_statuses_from_events_are_those_of_each_record() -> None:
    """The whole way: events, facts, what silence means, the day of each row, statuses."""
    tables = Awkward(11).tables(12, BASE.vocabulary)
    points = days(tables, datetime.date(2024, 6, 1)).with_columns(
        pl.Series(AT, [datetime.date(2024, 1 + n % 12, 3) for n in range(12)])
    )
    work = event_facts(tables)
    refused: list[Refused] = []
    facts = work.of(tables, points, refused)
    silences = {domain: f"__complete_{domain}" for domain in work.domains}
    plan = CohortPlan(BASE, facts.schema, TODAY, AT, None, silences)
    assert plan.ignored == {}
    wide = plan.statuses(facts.lazy()).drop(AT)
    told = {
        (row["patient"], row["document"], row["option"], row["intent"]): row["status"]
        for row in long_form(wide, plan.cohort).collect().iter_rows(named=True)
    }
    compared = 0
    for patient, at in facts.select("patient", AT).iter_rows():
        rows = {
            kind: table.filter(pl.col("patient") == patient).iter_rows(named=True)
            for kind, table in tables.items()
        }
        try:
            record = record_of_rows(patient, rows, BASE.vocabulary, TODAY)
        except api.InputError:
            continue  # events out of order: set aside before it comes to facts
        one = api.facts_of(record, BASE, Question(at=exact(at)))
        for document in assess(BASE, one, Question(knowledge_date=TODAY)).documents.values():
            for (option, intent), cell in document.cells.items():
                place = (patient, document.document.id, option, intent)
                assert told[place] == cell.status.value, (at, place)
                compared += 1
    assert compared > 10_000
