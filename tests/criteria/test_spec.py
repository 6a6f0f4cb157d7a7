"""The specification of the criteria language holds on every engine.

The cases are data (``tests/spec``), printed in the documentation from the same files. They are
facts about the language, not about one implementation: an engine that is added later has to pass
them unchanged.
"""

from functools import cache
from pathlib import Path

import pytest
from sqlglot import expressions as sql
from sqlglot import parse_one

from gepnet.criteria import Compare, CriterionError, Node, OneOf, prose, walk
from gepnet.criteria.parse import parse
from gepnet.criteria.sql import to_sql
from gepnet.criteria.text import to_text
from gepnet.vocabulary import NOT_APPLICABLE, Interval, Truth
from tests.criteria import engines, spec

CASES = [(path, index) for path in spec.files() for index in range(len(spec.cases(path)))]


@cache
def answers(engine: str, path: Path) -> list[Truth]:
    """Evaluate a whole file at once: every case is a row, and its criterion a column."""
    cases = spec.cases(path)
    vocabulary = spec.vocabulary()
    nodes = [parse(case.criterion, vocabulary) for case in cases]
    truths = engines.ENGINES[engine](nodes, [case.values for case in cases], vocabulary)
    return [truths[index][index] for index in range(len(cases))]


@pytest.mark.parametrize("engine", engines.ENGINES)
@pytest.mark.parametrize(
    ("path", "index"), CASES, ids=[spec.cases(path)[index].place for path, index in CASES]
)
def test_engine_gives_the_specified_truth(engine: str, path: Path, index: int) -> None:
    case = spec.cases(path)[index]
    assert answers(engine, path)[index] is case.expected, f"{case.criterion}: {case.why}"


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "postgres", "bigquery", "sqlite"])
def test_every_case_prints_in_every_dialect(dialect: str) -> None:
    for path in spec.files():
        for case in spec.cases(path):
            node = parse(case.criterion, spec.vocabulary())
            text = to_sql(node, spec.vocabulary(), dialect)
            assert parse_one(text, dialect=dialect).sql(dialect) == text


@pytest.mark.parametrize("refusal", spec.refusals(), ids=lambda refusal: refusal.place)
def test_text_outside_the_language_is_refused_with_a_reason(refusal: spec.Refusal) -> None:
    with pytest.raises(CriterionError) as caught:
        parse(refusal.criterion, spec.vocabulary())
    assert caught.value.text == refusal.criterion
    found = caught.value.faults
    assert len(found) == len(refusal.faults), found
    for fault, wanted in zip(found, refusal.faults, strict=True):
        assert wanted.value in fault.value
        assert wanted.expected in fault.expected
        assert fault.suggestion == wanted.suggestion


@pytest.mark.parametrize("reading", spec.readings(), ids=lambda reading: reading.place)
def test_criterion_is_said_back_in_its_plain_form_and_in_words(reading: spec.Reading) -> None:
    vocabulary = spec.vocabulary()
    node = parse(reading.criterion, vocabulary)
    assert to_text(node) == reading.text
    assert parse(reading.text, vocabulary) == node
    assert prose(node, vocabulary) == reading.prose


# The specification leaves nothing out ------------------------------------------------------------


def specified() -> list[tuple[Node, spec.Case]]:
    cases = [case for path in spec.files() for case in spec.cases(path)]
    return [(parse(case.criterion, spec.vocabulary()), case) for case in cases]


def test_every_kind_of_node_is_specified_with_every_truth() -> None:
    found = {(type(part), case.expected) for node, case in specified() for part in walk(node)}
    kinds = set(Node.__args__)
    assert {"Always", "Holds", "IsKnown", "OneOf", "Compare", "Not", "Certain", "And", "Or"} == {
        kind.__name__ for kind in kinds
    }
    assert found == {(kind, truth) for kind in kinds for truth in (True, False, None)} - {
        # Whether something is known is itself always known, and so is whether it is certain.
        (kind, None) for kind in kinds if kind.__name__ in {"IsKnown", "Certain"}
    }  # fmt: skip


@pytest.mark.parametrize("truth", [True, False, None])
def test_every_comparison_is_specified_on_points_and_on_ranges(truth: Truth) -> None:
    found = set()
    for node, case in specified():
        if isinstance(node, Compare) and case.expected is truth:
            values = [case.values.get(term.fact) for term in node.terms]
            ranges = any(isinstance(v, Interval) and not v.is_point for v in values)
            found.add((node.operator, len(node.terms) > 1, ranges))
    operators = ("=", "<", "<=", ">", ">=")
    assert {(o, False, r) for o in operators for r in (False, True)} - found == {
        # No number equals every point of a range.
        *({("=", False, True)} if truth is True else ())
    }
    assert {operator for operator, is_sum, _ in found if is_sum} == set(operators)


def test_every_spelling_of_the_language_is_specified() -> None:
    spellings = {
        sql.EQ, sql.NEQ, sql.LT, sql.LTE, sql.GT, sql.GTE, sql.Between, sql.In, sql.Is, sql.And,
        sql.Or, sql.Not, sql.Paren, sql.Add, sql.Sub, sql.Mul, sql.Neg, sql.Boolean,
    }  # fmt: skip
    texts = [case.criterion for path in spec.files() for case in spec.cases(path)]
    found = {type(n) for text in texts for n in parse_one(f"SELECT {text}", "duckdb").walk()}
    assert spellings - found == set()
    assert any("not between" in text for text in texts)
    assert any("not in (" in text for text in texts)
    assert any("is not null" in text for text in texts)


def test_unresolved_and_inapplicable_values_are_specified_for_each_kind_of_fact() -> None:
    kinds = {
        spec.vocabulary()[name].type
        for _, case in specified()
        for name, value in case.values.items()
        if value is NOT_APPLICABLE
    }
    assert kinds == {"boolean", "number", "enum"}
    assert any(isinstance(node, OneOf) and node.written for node, _ in specified())
