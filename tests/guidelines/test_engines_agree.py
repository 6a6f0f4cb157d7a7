"""Truths, derived facts and statuses are the same by every engine as by the reference.

The reference is ``interpret``, ``derive`` and ``assess``, one patient at a time. The engines are
Polars and SQL over a table of the same patients, bit sets with each patient as one variant of
somebody of whom nothing is known, and the solver.
"""

import datetime
import random
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl
import pytest
import z3

from gepnet.criteria import Node, interpret
from gepnet.criteria.algebra import Evaluator
from gepnet.criteria.columns import cells, columns_of
from gepnet.criteria.smt import SolverLogic, constant, disj, formula, same
from gepnet.facts import Facts, facts_of_values, facts_with
from gepnet.facts.frame import PolarsAlgebra
from gepnet.facts.given import Source, supplied_columns
from gepnet.facts.sql import SqlAlgebra
from gepnet.facts.wide import WidePlan
from gepnet.guidelines import KnowledgeBase, Status, assess
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.cohort_sql import cohort_sql
from gepnet.guidelines.positions import document_positions
from gepnet.guidelines.status import OPEN
from gepnet.guidelines.statuses import CODES
from gepnet.guidelines.variants import Variants
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.vocabulary import Question, Several, Truth, exact
from tests.guidelines.small_world import VALUES, random_base
from tests.random_patients import by_duckdb, in_words, plain_input, table

DAY = datetime.date(2026, 1, 1)
BASES = 12
PATIENTS = 60
DOCUMENTS = 4

Row = tuple[str, str, str]


def given(choose: random.Random, known: float) -> dict[str, Any]:
    """What is recorded of a patient."""
    return {
        name: choose.choice(values)
        for name, values in VALUES.items()
        if choose.random() < (0.15 if name == "grade" else known)
    }


@cache
def patients(seed: int) -> tuple[KnowledgeBase, list[Facts], list[Facts]]:
    """A base, and patients as recorded only and with everything that follows."""
    base = random_base(seed, DOCUMENTS, widely=True)
    choose = random.Random(f"patients {seed}")
    recorded, whole = [], []
    for _ in range(PATIENTS):
        told = given(choose, choose.choice((0.3, 0.5, 0.8)))
        whole.append(facts_of_values(told, base.knowledge, base.criteria, at=exact(DAY)))
        recorded.append(
            facts_of_values(told, base.knowledge, base.criteria, at=exact(DAY), only=())
        )
    return base, recorded, whole


@cache
def nodes_of(base: KnowledgeBase) -> list[Node]:
    rules = [node for d in base.documents for r in d.recommendations for node in r.nodes]
    heads = [n for d in base.documents for n in (d.scope, *(topic for _, topic in d.coverage))]
    return list(dict.fromkeys([*heads, *rules]))


@cache
def derived_of(base: KnowledgeBase) -> list[str]:
    """The facts that the criteria rest on and that something is worked out for."""
    source = Source(base.criteria, base.knowledge.measures, frozenset(), DAY)
    needed = source.needed(base.facts_named)
    return [n for n in needed if base.vocabulary[n].is_derived or base.vocabulary[n].entry.bound]


def reference(base: KnowledgeBase, facts: Facts) -> dict[Row, tuple[Status, tuple[Status, ...]]]:
    found = assess(base, facts, Question(knowledge_date=DAY)).documents
    return {
        (name, *row): (cell.status, cell.possible)
        for name, document in found.items()
        for row, cell in document.cells.spoken.items()
    }


@cache
def references(seed: int) -> list[dict[Row, tuple[Status, tuple[Status, ...]]]]:
    """What the reference says of each patient of a base, asked once for all engines."""
    base, _, whole = patients(seed)
    return [reference(base, one) for one in whole]


def frame_of(base: KnowledgeBase, recorded: Sequence[Facts]) -> pl.DataFrame:
    names = [name for name in VALUES if name in base.vocabulary]
    return table([one.values for one in recorded], [base.vocabulary[name] for name in names])


def columns(
    base: KnowledgeBase, frame: pl.DataFrame, nodes: Sequence[Node], engine: str
) -> pl.DataFrame:
    """Derived facts and truths of criteria by an engine of columns."""
    facts = [base.vocabulary[name] for name in base.vocabulary]
    source = Source(
        base.criteria, base.knowledge.measures, supplied_columns(facts, frame.columns), DAY
    )
    if engine == "polars":
        plan = WidePlan(source, PolarsAlgebra(base.vocabulary), nodes)
        lazy = frame.lazy()
        for stage in plan.stages:
            lazy = lazy.with_columns(**stage)
        return lazy.with_columns(
            plan.truth(node).alias(f"t{i}") for i, node in enumerate(nodes)
        ).collect()
    plan = WidePlan(source, SqlAlgebra(base.vocabulary), nodes)
    truths = {f"t{i}": plan.truth(node) for i, node in enumerate(nodes)}
    query, present = "facts", list(frame.columns)
    for stage in [*plan.stages, truths]:
        kept = ", ".join(f'"{name}"' for name in present if name not in stage)
        added = ", ".join(f'{value.sql("duckdb")} AS "{name}"' for name, value in stage.items())
        query = f"(SELECT {kept}, {added} FROM {query})"
        present = list(dict.fromkeys([*present, *stage]))
    return by_duckdb(f"SELECT * FROM {query}", frame)


@pytest.mark.parametrize("engine", ["polars", "sql"])
@pytest.mark.parametrize("seed", range(BASES))
def test_columns_are_the_reference(seed: int, engine: str) -> None:
    base, recorded, whole = patients(seed)
    nodes, frame = nodes_of(base), frame_of(base, recorded)
    found = columns(base, frame, nodes, engine)
    for name in derived_of(base):
        fact = base.vocabulary[name]
        wanted = [cells(fact, one.values.get(name)) for one in whole]
        for column in columns_of(fact):
            assert found[column].to_list() == [row[column] for row in wanted], column
    for i, node in enumerate(nodes):
        assert found[f"t{i}"].to_list() == [interpret(node, one.values) for one in whole]
    if engine == "polars":
        statuses = CohortPlan(base, dict(frame.schema), DAY, DAY).statuses(frame.lazy()).collect()
    else:
        words = in_words(frame, base.vocabulary.values())
        statuses = by_duckdb(cohort_sql(base, DAY, DAY, columns=frame.columns), words)
    for row, (one, told) in enumerate(zip(whole, references(seed), strict=True)):
        for place, wanted_status in told.items():
            code = CODES[statuses["/".join(place)][row]]
            assert (code.status, code.possible) == wanted_status, (place, one.values)


@pytest.mark.parametrize("seed", range(BASES))
def test_variants_are_the_reference(seed: int) -> None:
    base, recorded, _ = patients(seed)
    nobody = facts_of_values({}, base.knowledge, base.criteria, at=exact(DAY))
    whole = [facts_with(nobody, one.values, base.knowledge, base.criteria) for one in recorded]
    changes = {
        name: [(one.values[name], 1 << i) for i, one in enumerate(recorded) if name in one.values]
        for name in VALUES
    }
    variants = Variants(base, nobody, PATIENTS, {n: c for n, c in changes.items() if c})
    nodes = nodes_of(base)
    for name in derived_of(base):
        for value, where in variants.values(name).items():
            for i, one in enumerate(whole):
                assert bool(where >> i & 1) is (one.values.get(name) == value), name
    for node in nodes:
        truth = variants.truth(node)
        assert not truth.true & truth.false
        for i, one in enumerate(whole):
            wanted = interpret(node, one.values)
            assert (truth.true >> i & 1, truth.false >> i & 1) == (wanted is True, wanted is False)
    wanted_statuses = [reference(base, one) for one in whole]
    for document, rows in document_positions(base).every.items():
        for row, position in rows.items():
            for status, where in position.statuses(variants.truth).items():
                for i, statuses in enumerate(wanted_statuses):
                    told = statuses.get((document, *row))
                    if told is not None:  # within scope, or it may be
                        assert bool(where >> i & 1) is (told[0] is status), (document, row)


@pytest.mark.parametrize("seed", range(BASES))
def test_statuses_by_formulas_are_the_reference(seed: int) -> None:
    base, _, whole = patients(seed)
    for one, statuses in zip(whole, references(seed), strict=True):
        symbols = {n: constant(base.vocabulary[n], v) for n, v in one.values.items()}
        truth = Evaluator(SolverLogic(symbols, base.vocabulary))
        for node in nodes_of(base):
            pair, wanted = truth(node), interpret(node, one.values)
            assert (pair.true, pair.false) == (wanted is True, wanted is False)
        for (document, *row), told in statuses.items():
            position = document_positions(base).every[document][row[0], row[1]]
            assert position.statuses(truth) == {told[0]: True}


def test_the_solver_derives_of_a_fully_known_patient_what_the_reference_does() -> None:
    assert sum(map(solved, range(BASES // 2))) > PATIENTS


def solved(seed: int) -> int:
    """Compare the solver with the reference; return how many derived facts were compared."""
    base, _, _ = patients(seed)
    choose = random.Random(f"fully known {seed}")
    world = Axioms(base).world
    solver = z3.Solver()
    solver.add([formula(axiom) for axiom in world.axioms])
    checked = 0
    for _ in range(PATIENTS // 2):
        solver.push()
        known = given(choose, 1).items()  # of sets a fully known patient has none
        told = [(n, raw) for n, raw in known if n in world.recorded and not isinstance(raw, list)]
        for name, raw in choose.sample(told, len(told)):
            # As many of these facts as one possible patient can have.
            fact = base.vocabulary[name]
            wanted = formula(same(world.symbols[name], constant(fact, fact.parse(raw))))
            if solver.check(wanted) == z3.sat:
                solver.add(wanted)
        assert solver.check() == z3.sat
        model = solver.model()
        solver.pop()
        recorded = {
            name: plain_input(value)
            for name, value in world.values(model, world.recorded).items()
            if not base.vocabulary[name].entry.derived
        }
        one = facts_of_values(recorded, base.knowledge, base.criteria, at=exact(DAY))
        for name in derived_of(base):
            fact, value = base.vocabulary[name], one.values.get(name)
            if fact.entry.derived and value is not None:
                checked += 1
                left = value.values if isinstance(value, Several) else [value]
                symbols = [same(world.symbols[name], constant(fact, one)) for one in left]
                holds = formula(disj(symbols))
                assert z3.is_true(model.eval(holds, model_completion=True)), (name, one.values)
    return checked


def test_the_comparison_is_not_an_empty_one() -> None:
    truths: Counter[Truth] = Counter()
    statuses: Counter[Status] = Counter()
    derived = unknown = 0
    for seed in range(BASES):
        base, _, whole = patients(seed)
        nodes = nodes_of(base)
        for one, told in zip(whole, references(seed), strict=True):
            truths.update(interpret(node, one.values) for node in nodes)
            statuses.update(status for status, _ in told.values())
            for name in derived_of(base):
                derived += one.values.get(name) is not None
                unknown += one.values.get(name) is None
    for truth in (True, False, None):
        assert truths[truth] >= 0.15 * truths.total(), truths
    assert min(derived, unknown) > 0.15 * (derived + unknown)
    assert {Status.RECOMMENDED, Status.AGAINST, *OPEN} <= set(statuses), statuses
