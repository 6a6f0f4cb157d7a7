"""Partly known is not unknown: what rules leave of a fact is what its inputs leave, and no more.

The grade is tried on every combination of its inputs, sets and ranges included, against the plain
meaning of its rules: each combination split into every case that it leaves, and the results put
together.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gepnet.criteria import Certain, IsKnown, Node, facts_of, interpret
from gepnet.criteria.ast import walk
from gepnet.criteria.columns import cells
from gepnet.facts import Facts, facts_of_values, needed_for
from gepnet.facts.derive import derive
from gepnet.facts.frame import PolarsAlgebra
from gepnet.facts.given import Source, supplied_columns
from gepnet.facts.wide import WidePlan
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.variants import Variants
from gepnet.knowledge import load_knowledge
from gepnet.vocabulary import Fact, Interval, Several, Value, exact, parse_date
from tests.random_patients import table

BASE = KnowledgeBase(load_knowledge())
VOCABULARY = BASE.vocabulary
AT = exact(parse_date("2026-01-01").first)
GRADE = VOCABULARY["grade"]
NEEDED = needed_for(["grade"], BASE.criteria)
INPUTS = ("differentiation", "ki67_percent", "mitoses_per_2mm2", "grade_reported")
EDITION = "grade_reported_edition"
# One value within each band, and every run of bands.
BANDS = ("1", "10", "30", "1-10", "10-30", "1-30")


def sets_of(name: str) -> list[Any]:
    """Every value and every set of values of an enumeration, as a patient file says them."""
    fact = VOCABULARY[name]
    meanings = [value for value in fact.members if value in fact.meanings]
    found: list[Any] = list(fact.members)
    for size in range(2, len(meanings)):
        found += [list(some) for some in combinations(meanings, size)]
    return found


COMBINATIONS = [
    dict(zip((*INPUTS, EDITION), row, strict=True))
    for row in product(
        [None, *sets_of("differentiation")],
        [None, *BANDS],
        [None, *BANDS],
        [None, *sets_of("grade_reported")],
        [None, "WHO2022"],
    )
]


def told(given_: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given_.items() if value is not None}


@cache
def _facts(items: tuple[tuple[str, Any], ...]) -> Facts:
    given_ = {name: list(v) if isinstance(v, tuple) else v for name, v in items}
    return facts_of_values(given_, BASE.knowledge, BASE.criteria, at=AT, only=NEEDED)


def facts(given_: dict[str, Any]) -> Facts:
    """The facts behind a grade."""
    frozen = {n: tuple(v) if isinstance(v, list) else v for n, v in told(given_).items()}
    return _facts(tuple(frozen.items()))


def left(fact: Fact, value: Value) -> frozenset[Any]:
    """What a value leaves possible of a fact that is no number."""
    if value is None:
        return fact.meanings or frozenset({True, False})
    return frozenset(fact.candidates(value) if isinstance(value, str | Several) else [value])


def _list(name: str) -> Fact:
    """The grade by one of its two lists alone."""
    rules = getattr(GRADE.entry, name)
    return Fact(GRADE.entry.model_copy(update={"derived": rules, "narrowed": ()}))


LISTS = [_list("derived"), _list("narrowed")]


@cache
def _of_list(place: int, items: tuple[tuple[str, Any], ...]) -> frozenset[str]:
    values = _facts(items).values
    found = derive(LISTS[place], values, BASE.criteria, BASE.knowledge.measures, AT)
    return left(GRADE, found.value)


def cases(given_: dict[str, Any]) -> Iterator[tuple[tuple[str, Any], ...]]:
    """Every patient without ranges and sets that somebody may be; what is not recorded stays so."""
    choices = []
    for name, value in told(given_).items():
        if name in ("ki67_percent", "mitoses_per_2mm2"):
            low, _, high = value.partition("-")
            inside = [n for n in BANDS[:3] if int(low) <= int(n) <= int(high or low)]
            choices.append([(name, n) for n in inside])
        else:
            choices.append([(name, one) for one in (value if isinstance(value, list) else [value])])
    yield from product(*choices)


@pytest.mark.slow
def test_the_rules_of_the_grade_leave_what_every_case_leaves() -> None:
    assert len(COMBINATIONS) > 11_935
    for given_ in COMBINATIONS:
        split: list[set[str]] = [set(), set()]
        for case in cases(given_):
            for place in range(2):
                split[place] |= _of_list(place, case)
        together = GRADE.reconciled(*map(GRADE.among, split))[0]
        assert facts(given_).values.get("grade") == together, given_


@cache
def grades() -> list[Value]:
    return [facts(given_).values.get("grade") for given_ in COMBINATIONS]


@pytest.mark.slow
def test_every_engine_gives_that_grade() -> None:
    names = (*INPUTS, EDITION)
    recorded = [
        {name: VOCABULARY[name].parse(value) for name, value in told(given_).items()}
        for given_ in COMBINATIONS
    ]
    frame = table(recorded, [VOCABULARY[name] for name in names])
    given_columns = supplied_columns(VOCABULARY.values(), frame.columns)
    source = Source(BASE.criteria, BASE.knowledge.measures, given_columns, AT.first)
    plan = WidePlan(source, PolarsAlgebra(VOCABULARY), [BASE.criteria("grade = 'NEC'")])
    lazy = frame.lazy()
    for stage in plan.stages:
        lazy = lazy.with_columns(**stage)
    masks = lazy.collect()["grade"].to_list()
    assert masks == [cells(GRADE, value)["grade"] for value in grades()]
    nobody = facts_of_values({}, BASE.knowledge, BASE.criteria, at=AT)
    changes = {
        name: [(one[name], 1 << i) for i, one in enumerate(recorded) if name in one]
        for name in names
    }
    variants = Variants(BASE, nobody, len(recorded), changes)
    for value, where in variants.values("grade").items():
        bits = bin(where)[:1:-1]
        for bit, wanted in zip(bits, grades(), strict=False):
            assert (bit == "1") is (wanted == value)


WORDED = [
    ({"ki67_percent": "2-3", "differentiation": "well"}, "NET G1 or G2"),
    ({"ki67_percent": "2-3", "differentiation": "well", "grade_reported": "G1"}, "NET G1"),
    ({"ki67_percent": "15-25", "differentiation": "well"}, "NET G2 or G3"),
    ({"ki67_percent": "15-25", "differentiation": "well", "grade_reported": "G2"}, "NET G2"),
    ({"differentiation": "well"}, "NET G1 or G2 or G3"),
    ({"grade_reported": ["G1", "G2"]}, "NET G1 or G2"),
    ({"ki67_percent": 30, "differentiation": ["well", "poor"]}, "NET G3 or NEC"),
    ({"ki67_percent": 30}, "High grade, NET G3 or NEC not settled"),
]


@pytest.mark.parametrize(("given_", "words"), WORDED)
def test_a_set_reads_in_words(given_: dict[str, Any], words: str) -> None:
    value = facts(given_).values["grade"]
    assert isinstance(value, str | Several)
    assert GRADE.label_of(value) == words


def test_there_is_one_form_of_each_set() -> None:
    stage = VOCABULARY["stage"]
    assert stage.among(["metastatic", "locally_advanced"]) == stage.parse("advanced")
    assert str(stage.parse(["locally_advanced", "metastatic"])) == "advanced"
    assert stage.parse(["localised"]) == "localised"
    assert stage.parse(["advanced", "not_metastatic"]) is None, "all that there are"
    assert stage.parse("localised;metastatic") == stage.parse(["metastatic", "localised"])
    assert str(VOCABULARY["netpet_grade"].among(["P0", "P1"])) == "P0 or P1"
    rest = [one for one in VOCABULARY["netpet_grade"].members if one != "P0"]
    assert str(VOCABULARY["netpet_grade"].among(rest)) == "not P0"


def test_a_set_asks_for_what_would_narrow_it() -> None:
    found = facts({"differentiation": "well"})
    assert {"ki67_percent", "mitoses_per_2mm2", "grade_reported"} <= set(found.lacking["grade"])
    assert "grade" not in facts({"differentiation": "well", "ki67_percent": 2}).lacking


@pytest.mark.parametrize("reported", ["G1", ["G1", "G2"]])
def test_two_statements_that_leave_everything_possible_contradict_each_other(reported: Any) -> None:
    """What both together leave may be all there is, as if nothing were known: it is told."""
    grade = facts({"ki67_percent": 25, "grade_reported": reported})["grade"]
    assert grade.conflict is not None
    assert {"NET_G1", "NET_G3"} <= left(VOCABULARY["grade"], grade.value)


# More knowledge ----------------------------------------------------------------------------------

DERIVED = [f for f in VOCABULARY.base_facts() if f.entry.derived]
BEHIND = sorted(
    {n for f in DERIVED for n in needed_for([f.id], BASE.criteria) if not VOCABULARY[n].is_derived}
)


def guards(fact: Fact, seen: frozenset[str] = frozenset()) -> frozenset[Node]:
    """What rules ask of the record and not of the patient: is what is worked out known?

    More knowledge changes such an answer, and only such an answer: they are the parts of a
    criterion that are certain or not, and that ask whether a derived fact has a value.
    """
    found: set[Node] = set()
    for rule in fact.entry.rules:
        node = BASE.criteria(rule.when)
        for part in walk(node):
            asked = isinstance(part, IsKnown) and _is_worked_out(VOCABULARY[part.fact], fact)
            if asked or isinstance(part, Certain):
                found.add(part)
        for name in set(facts_of(node)) - seen:
            if VOCABULARY[name].entry.derived:
                found |= guards(VOCABULARY[name], seen | {fact.id})
    return frozenset(found)


def _is_worked_out(asked: Fact, by: Fact) -> bool:
    """Whether a fact can have a value without being recorded, which ``by`` asks for.

    A reported grade bounds an index that nobody measured, and is itself held against the index.
    """
    return asked.is_derived or (by.id == "grade_reported_differs" and asked.entry.bound is not None)


GUARDS = {fact.id: guards(fact) for fact in DERIVED}


def some(fact: Fact, choose: Random) -> Any:
    """Something recorded of a fact, more often than not something partly known."""
    if fact.type == "boolean":
        return choose.random() < 0.5
    if fact.type == "enum":
        count = choose.randint(1, max(1, len(fact.members) - 1))
        return choose.sample(fact.members, count if choose.random() < 0.6 else 1)
    if fact.type == "date":
        return "2025-01-01"
    least, greatest = fact.entry.range or (0, 1)
    near = [n for n in (0, 1, 2, 3, 4, 5, 6, 10, 20, 21) if least <= n <= greatest] or [int(least)]
    ends = sorted(choose.choices(near, k=2 if fact.entry.interval else 1))
    return f"{ends[0]}-{ends[-1]}" if len(ends) == 2 else ends[0]


def narrower(fact: Fact, raw: Any, choose: Random) -> Any:
    """As much, or more, of the same."""
    value = fact.parse(raw)
    if isinstance(value, Several):
        return choose.sample(value.values, choose.randint(1, len(value.values)))
    if isinstance(value, Interval) and not value.is_point:
        return str(choose.choice([value.low, value.high]))
    return raw


# How often a fact with guards was held to the law.
TRIED: dict[str, int] = {}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, 10**9))
def test_more_knowledge_gives_a_subset(seed: int) -> None:
    """Whatever is recorded more exactly, nothing becomes possible that was excluded.

    What is recorded stays recorded: whether something is at all is a question of its own. Rules
    that ask it of what is worked out ("x is not true", "x is null") may answer otherwise, and are
    held to the law wherever those answers stay as they were: that alone is left out. Nor is a
    contradiction of it: two statements of which neither wins leave more than either.
    """
    choose = Random(seed)
    names = choose.sample(BEHIND, choose.randint(0, 25))
    less = {name: some(VOCABULARY[name], choose) for name in names}
    more = {name: narrower(VOCABULARY[name], raw, choose) for name, raw in less.items()}
    before, after = (
        facts_of_values(told(one), BASE.knowledge, BASE.criteria, at=AT) for one in (less, more)
    )
    contradictory = {name for name in after if after[name].conflict is not None}
    for fact in DERIVED:
        asked = GUARDS[fact.id]
        turned = [n for n in asked if interpret(n, before.values) is not interpret(n, after.values)]
        if not turned and contradictory.isdisjoint(needed_for([fact.id], BASE.criteria)):
            TRIED[fact.id] = TRIED.get(fact.id, 0) + bool(asked)
            now, then = after[fact.id].value, before[fact.id].value
            assert left(fact, now) <= left(fact, then), (fact.id, then, now)


def test_facts_with_such_questions_are_held_to_it_where_these_stay_as_they_were() -> None:
    plain = {name for name, asked in GUARDS.items() if not asked}
    assert len(plain) > 0.3 * len(DERIVED)
    assert {"grade", "site_group", "ki67_band", "well_differentiated"} <= plain
    test_more_knowledge_gives_a_subset()
    assert {name for name, count in TRIED.items() if count} == GUARDS.keys() - plain
