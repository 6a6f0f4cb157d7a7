"""The status columns as one SELECT, for a warehouse that holds the facts of many patients.

The table must hold its facts as ``gepnet.criteria.columns`` lays them out, an enumerated one as its
word or as several with a semicolon between them. Derived facts are worked
out in sub-selects, level by level, recorded values first, as every other engine does.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from sqlglot import Dialects
from sqlglot import expressions as sql

from gepnet.criteria.columns import columns_of
from gepnet.facts.given import Source, supplied_columns
from gepnet.facts.sql import SqlAlgebra
from gepnet.facts.wide import WidePlan
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.wide import Cohort, status_stages

PATIENT = "patient"


def cohort_sql(
    base: KnowledgeBase,
    knowledge_date: datetime.date,
    at: datetime.date,
    *,
    columns: Iterable[str] | None = None,
    table: str = "facts",
    dialect: str = "duckdb",
    stage_atoms: bool = False,
) -> str:
    """Return one SELECT with the status columns of ``table``.

    Args:
        base: the knowledge.
        knowledge_date: documents in force on this day.
        at: date of the question, for facts such as the time since diagnosis.
        columns: of the table; by default every column that cannot be derived, and ``patient``.
        table: name of the table.
        dialect: any that sqlglot prints.
        stage_atoms: evaluate atoms in a sub-select of their own instead of where they stand.
    """
    cohort, vocabulary = Cohort(base, knowledge_date), base.vocabulary
    measures = base.knowledge.measures
    bare = Source(base.criteria, measures, frozenset(), at)
    facts = [vocabulary[name] for name in bare.needed(cohort.facts_named)]
    if columns is None:
        recorded = bare.recorded(cohort.facts_named)
        columns = [PATIENT, *(c for name in recorded for c in columns_of(vocabulary[name]))]
    given = list(columns)
    supplied = supplied_columns(facts, given)
    # A number given as one column stands for both of its bounds.
    points = {
        name: fact.id
        for fact in facts
        for name in columns_of(fact)
        if name in supplied and name not in given
    }
    source = Source(base.criteria, measures, supplied, at)
    algebra = SqlAlgebra(vocabulary)
    plan = WidePlan(source, algebra, cohort.nodes, stage_atoms)
    statuses, results = status_stages(plan, cohort)
    bounds = {name: algebra.column(place) for name, place in points.items()}
    enumerated = [fact for fact in facts if fact.type == "enum" and fact.id in supplied]
    bounds |= {fact.id: algebra.mask(fact, fact.id) for fact in enumerated}
    stages: list[Mapping[str, sql.Expr]] = [bounds, *plan.stages, *statuses]
    kept = [PATIENT] if PATIENT in given else []
    names = [*kept, *sorted(supplied - set(points) | set(points.values()))]
    query: sql.Expr = _select(names, {}, sql.to_table(table))
    for stage in _without_unused(stages, set(results.values())):
        again = set(names) & set(stage)
        query = _select([n for n in names if n not in again] if again else ["*"], stage, query)
        names += [name for name in stage if name not in again]
    codes = {name: algebra.column(place) for name, place in results.items()}
    final = {n: sql.cast(code, sql.DataType.Type.UTINYINT) for n, code in codes.items()}
    return _select(kept, final, query).sql(dialect, pretty=True, copy=False)


def dialects() -> tuple[str, ...]:
    """Return the dialects that can be asked for."""
    return tuple(sorted(dialect.value for dialect in Dialects if dialect.value))


def _select(kept: Iterable[str], added: Mapping[str, sql.Expr], query: sql.Expr) -> sql.Select:
    columns: list[sql.Expr] = [
        sql.Star() if name == "*" else sql.column(name, quoted=True) for name in kept
    ]
    columns += [sql.alias_(value, name, quoted=True, copy=False) for name, value in added.items()]
    source = query.subquery("t", copy=False) if isinstance(query, sql.Select) else query
    return sql.select(*columns, copy=False).from_(source, copy=False)


def _without_unused(
    stages: Sequence[Mapping[str, sql.Expr]], used: set[str]
) -> list[dict[str, sql.Expr]]:
    """Drop columns that nothing after them reads, such as the checks of supplied values."""
    kept: list[dict[str, sql.Expr]] = []
    for stage in reversed(stages):
        chosen = {name: value for name, value in stage.items() if name in used}
        for value in chosen.values():
            used |= {column.name for column in value.find_all(sql.Column)}
        if chosen:
            kept.append(chosen)
    return kept[::-1]
