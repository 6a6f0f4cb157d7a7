"""The status columns as one SELECT, for a warehouse that holds the facts of many patients.

The table must hold its facts as ``gepnet.criteria.columns`` lays them out. Derived facts are worked
out in sub-selects, level by level, recorded values first, as every other engine does.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from sqlglot import Dialects
from sqlglot import expressions as sql

from gepnet.criteria.columns import columns_of
from gepnet.facts.sql import SqlAlgebra
from gepnet.facts.wide import Source, WidePlan, supplied_columns
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.wide import (
    Cohort,
    StatusColumn,
    completely_read,
    reading_truth,
)

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
    return CohortSql(base, knowledge_date, at, columns, stage_atoms).text(table, dialect)


def dialects() -> tuple[str, ...]:
    """Return the dialects that can be asked for."""
    return tuple(sorted(dialect.value for dialect in Dialects if dialect.value))


class CohortSql:
    """Builds the SELECT."""

    def __init__(
        self,
        base: KnowledgeBase,
        knowledge_date: datetime.date,
        at: datetime.date,
        columns: Iterable[str] | None,
        stage_atoms: bool,
    ) -> None:
        """Lay out the stages."""
        self.cohort = Cohort(base, knowledge_date)
        vocabulary = base.vocabulary
        measures = base.knowledge.measures
        bare = Source(base.criteria, measures, frozenset(), at)
        levels = bare.needed(self.cohort.facts_named)
        if columns is None:
            recorded = bare.recorded(self.cohort.facts_named)
            columns = [PATIENT, *(c for name in recorded for c in columns_of(vocabulary[name]))]
        self.given = list(columns)
        facts = [vocabulary[name] for name in levels]
        supplied = supplied_columns(facts, self.given)
        # A number given as one column stands for both of its bounds.
        self.points = {
            name: fact.id
            for fact in facts
            for name in columns_of(fact)
            if name in supplied and name not in self.given
        }
        source = Source(base.criteria, measures, supplied, at)
        self.algebra = SqlAlgebra(vocabulary)
        self.plan = WidePlan(source, self.algebra, self.cohort.nodes, stage_atoms)
        self.read = sorted(supplied - set(self.points) | set(self.points.values()))

    def text(self, table: str, dialect: str) -> str:
        """Return the SELECT."""
        kept = [PATIENT] if PATIENT in self.given else []
        truths = self._truths()
        points = {name: self.algebra.column(source) for name, source in self.points.items()}
        stages: list[Mapping[str, sql.Expr]] = [points, *self.plan.stages, truths]
        names = [*kept, *self.read]
        query: sql.Expr = sql.to_table(table)
        for stage in _without_unused(stages, set(truths)):
            query = _select(names, stage, query)
            names = [*names, *(name for name in stage if name not in names)]
        distinct = {column.content: column for column in self.cohort.columns}
        places = {content: f"__s{index}" for index, content in enumerate(distinct)}
        statuses = {places[content]: self._status(column) for content, column in distinct.items()}
        final = {c.name: self.algebra.column(places[c.content]) for c in self.cohort.columns}
        return _select(kept, final, _select(kept, statuses, query)).sql(
            dialect, pretty=True, copy=False
        )

    def _truths(self) -> dict[str, sql.Expr]:
        plan = self.plan
        truths = {
            _truth(r.full_id): reading_truth(plan, r.when, r.when_broad)
            for r in self.cohort.recommendations
        }
        for document in self.cohort.documents:
            truths[_scope(document.id)] = plan.truth(document.scope)
            if document.ever_complete:
                truths[_complete(document.id)] = completely_read(plan, document)
        return truths

    def _status(self, column: StatusColumn) -> sql.Expr:
        """Return the lookup as nested CASE: every test once on every way through."""
        return sql.cast(self._lookup(column), sql.DataType.Type.UTINYINT)

    def _lookup(self, column: StatusColumn) -> sql.Expr:
        if not column.covered:
            return _code(next(column.table())[2])
        tests = [self.algebra.column(_scope(column.document.id))]
        for _, found in column.held:
            names = [self.algebra.column(_truth(r.full_id)) for r in found]
            tests.append(self.algebra.either(names))
        halves: dict[bool, list[int]] = {False: [], True: []}
        for _, complete, code in column.table():
            halves[complete].append(code)
        partly = _tree(tests, halves[False])
        if not column.document.ever_complete:
            return partly
        read = self.algebra.column(_complete(column.document.id))
        return _case([(read, _tree(tests, halves[True]))], partly)


def _tree(tests: Sequence[sql.Expr], codes: Sequence[int]) -> sql.Expr:
    """Return CASE over the first test; the codes are for false, true, unknown, in this order."""
    if len(set(codes)) == 1:
        return _code(codes[0])
    third = len(codes) // 3
    parts = [codes[:third], codes[third : 2 * third], codes[2 * third :]]
    false, true, unknown = (_tree(tests[1:], part) for part in parts)
    if parts[0] == parts[1] == parts[2]:
        return false
    test = sql.Paren(this=tests[0].copy())
    return _case([(test, true), (sql.Not(this=test.copy()), false)], unknown)


def _case(branches: Sequence[tuple[sql.Expr, sql.Expr]], otherwise: sql.Expr) -> sql.Case:
    case = sql.Case()
    for condition, value in branches:
        case = case.when(condition, value, copy=False)
    return case.else_(otherwise, copy=False)


def _code(code: int) -> sql.Expr:
    return sql.Literal.number(code)


def _select(kept: Iterable[str], added: Mapping[str, sql.Expr], query: sql.Expr) -> sql.Select:
    columns: list[sql.Expr] = [sql.column(name, quoted=True) for name in kept if name not in added]
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


def _truth(name: str) -> str:
    return f"__{name}"


def _scope(document: str) -> str:
    return f"__scope_{document}"


def _complete(document: str) -> str:
    return f"__complete_{document}"
