"""Facts worked out from others: order, conflicts, what is missing, and knowing more."""

import os
import subprocess
import sys
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gepnet.criteria import Criteria, IsKnown, facts_of
from gepnet.criteria.ast import walk
from gepnet.facts import facts_of_values, inputs_of, show
from gepnet.facts.derive import derivation_order
from gepnet.knowledge import Knowledge, load_knowledge
from gepnet.knowledge.read import read_files
from gepnet.vocabulary import Fact, Interval, Several, load_vocabulary, parse_date
from tests.facts.patients import criteria, facts, shown, values_of

SMALL = """\
facts:
- {id: a, label: A, group: g, type: number, precision: 1, range: [0, 10], interval: true,
   event: laboratory, order: Test A, definition: d}
- {id: b, label: B, group: g, type: boolean, event: clinical, order: Ask B, definition: d}
- {id: open, label: O, group: g, type: boolean, event: clinical, definition: d}
- id: band
  label: Band
  group: g
  type: enum
  values: [low, high, other, either]
  unresolved: {either: [low, high]}
  event: clinical
  definition: d
  derived:
  - {value: high, when: "a >= 5"}
  - {value: low, when: "a < 5 and not b"}
  - {value: either, when: "a is not null"}
- id: last
  label: Last
  group: g
  type: boolean
  definition: d
  derived:
  - {value: true, when: "band = 'high'"}
  - {value: false, when: "open is not null and not open"}
"""


@pytest.fixture(scope="module")
def small() -> tuple[Knowledge, Criteria]:
    knowledge = read_files([("facts/small.yaml", SMALL)])
    return knowledge, Criteria(load_vocabulary(knowledge))


RULES: list[tuple[dict[str, Any], str, str]] = [
    ({"a": 5}, "high", "yes"),
    ({"a": 4, "b": False}, "low", "unknown"),
    # a rule that is false gives way to the next; one that is open leaves its value beside theirs
    ({"a": 4, "b": True}, "either", "unknown"),
    ({"a": 4}, "either", "unknown"),
    ({"a": "4-6", "b": True}, "either", "unknown"),
    ({}, "unknown", "unknown"),
    # what a rule asks of the record itself is never open
    ({"a": 4, "b": False, "open": False}, "low", "no"),
    ({"a": 4, "b": False, "open": True}, "low", "unknown"),
]


@pytest.mark.parametrize(("given_", "band", "last"), RULES)
def test_rules_leave_what_they_do_not_exclude(
    given_: dict[str, Any], band: str, last: str, small: tuple[Knowledge, Criteria]
) -> None:
    assert shown(facts_of_values(given_, *small), "band", "last") == [band, last]


@pytest.mark.parametrize(
    ("recorded", "a", "shown_as", "last", "conflict"),
    [
        ("high", 7, "high", "yes", None),
        ("either", 7, "high", "yes", None),  # what both leave
        ("low", "4-6", "low", "unknown", None),
        ("low", 7, "either", "unknown", "high"),  # nothing: both stay possible, and it is told
        (["other", "high"], "4-6", "high", "yes", None),
        ("other", "4-6", "unknown", "unknown", "either"),
    ],
)
def test_a_recorded_word_and_the_derived_one_say_what_both_leave(
    recorded: Any,
    a: Any,
    shown_as: str,
    last: str,
    conflict: str | None,
    small: tuple[Knowledge, Criteria],
) -> None:
    found = facts_of_values({"a": a, "band": recorded}, *small)
    assert shown(found, "band", "last") == [shown_as, last]
    assert found["band"].origin == "recorded"
    told = found["band"].conflict
    assert (None if told is None else show(told)) == conflict


def test_a_recorded_truth_wins_and_the_difference_is_told(
    small: tuple[Knowledge, Criteria],
) -> None:
    found = facts_of_values({"a": 7, "last": False}, *small)
    assert (found["last"].value, found["last"].conflict) == (False, True)


def test_what_is_missing_is_asked_for_by_facts_that_can_be_recorded(
    small: tuple[Knowledge, Criteria],
) -> None:
    assert facts_of_values({}, *small).to_ask(["last"]) == ("a", "b")
    assert facts_of_values({"a": 4}, *small).to_ask(["last"]) == ("b",)
    assert facts_of_values({"a": 4}, *small).to_ask(["last", "b", "open"]) == ("b", "open")
    assert facts_of_values({"a": "4-6", "b": False}, *small).to_ask(["band"]) == ("a",)


def test_the_order_of_derivation_belongs_to_its_vocabulary() -> None:
    """It was once kept by an identity that the next vocabulary could be given."""
    for number in range(30):
        text = SMALL.replace("band", f"band{number}")
        knowledge = read_files([("facts/small.yaml", text)])
        parser = Criteria(load_vocabulary(knowledge))
        found = facts_of_values({"a": 5}, knowledge, parser)
        assert shown(found, f"band{number}", "last") == ["high", "yes"]
        del knowledge, parser


def test_every_derivation_comes_after_its_inputs() -> None:
    vocabulary = criteria().vocabulary
    order = derivation_order(vocabulary, criteria())
    place = {name: index for index, name in enumerate(order)}
    derived = {f.id for f in vocabulary.base_facts() if f.is_derived or f.entry.bound}
    assert set(order) == derived
    for name in order:
        for source in inputs_of(vocabulary[name], criteria()):
            assert place.get(source, -1) < place[name], (source, name)


def test_a_value_worked_out_says_by_which_rule(small: tuple[Knowledge, Criteria]) -> None:
    found = facts_of_values({"a": 5}, *small)["band"]
    assert (found.origin, found.note) == ("derived", "a >= 5")


# The packaged vocabulary -------------------------------------------------------------------------


def test_an_unsettled_high_grade_asks_for_the_differentiation() -> None:
    found = values_of(ki67_percent=30)
    assert shown(found, "grade", "well_differentiated") == ["high grade unspecified", "unknown"]
    assert "differentiation" in found.to_ask(["grade"])


@pytest.mark.parametrize(
    ("given_", "differs"),
    [
        ({"grade_reported": "G1", "ki67_percent": 2}, False),
        ({"grade_reported": "G1", "ki67_percent": 12}, True),
        ({"grade_reported": "G2", "ki67_percent": 25, "differentiation": "well"}, True),
        ({"grade_reported": "G3", "ki67_percent": 25, "differentiation": "well"}, False),
        ({"grade_reported": "G3", "ki67_percent": 25}, False),
        ({"grade_reported": "G3", "ki67_percent": 25, "differentiation": "poor"}, False),
        ({"grade_reported": "G3", "ki67_percent": 5}, True),
        ({"grade_reported": "NEC", "ki67_percent": 25, "differentiation": "well"}, False),
        (
            {
                "grade_reported": "NEC",
                "grade_reported_edition": "WHO2019",
                "ki67_percent": 25,
                "differentiation": "well",
            },
            True,
        ),
        ({"grade_reported": "MiNEN", "differentiation": "poor"}, False),
        ({"grade_reported": "MiNEN", "differentiation": "well"}, True),
        ({"grade_reported": "G1"}, False),
        ({"ki67_percent": 12}, None),
        ({}, None),
    ],
)
def test_a_reported_grade_that_differs_from_the_indices_is_said(
    given_: dict[str, Any], differs: bool | None
) -> None:
    assert values_of(**given_)["grade_reported_differs"].value is differs


@pytest.mark.parametrize(
    ("given_", "adverse"),
    [
        ({"resection_margin": "R1"}, True),
        ({"resection_margin": "R0"}, None),
        ({"lymphovascular_invasion": True}, True),
        ({"lymphovascular_invasion": False}, None),
        ({"primary_site": "appendix", "mesoappendix_invasion_mm": 3}, True),
        ({"primary_site": "appendix", "mesoappendix_invasion_mm": 2.9}, None),
        ({"primary_site": "rectum", "mesoappendix_invasion_mm": 3}, None),
        ({"resection_margin": "R0", "adverse_histology": False}, False),
    ],
)
def test_an_adverse_feature_on_record_is_not_asked_for(
    given_: dict[str, Any], adverse: bool | None
) -> None:
    assert values_of(**given_)["adverse_histology"].value is adverse


def test_poor_differentiation_in_a_reported_minen_is_that_of_its_part() -> None:
    """It once was a contradiction: NEC or MiNEN, nobody's position settled."""
    found = values_of(grade_reported="MiNEN", differentiation="poor", ki67_percent=70)["grade"]
    assert found.value == "MiNEN" and found.conflict is None
    other = values_of(grade_reported="MiNEN", differentiation="well", ki67_percent=8)["grade"]
    assert other.conflict is not None


def test_a_clinician_may_assert_what_would_else_be_worked_out() -> None:
    burden = {"kind": "assertion", "date": "2025-01-01", "tumour_burden": "low"}
    asserted = {"kind": "assertion", "date": "2026-01-01", "author": "board", "high_burden": True}
    found = facts(burden, asserted)["high_burden"]
    assert (found.value, found.origin, found.author) == (True, "recorded", "board")
    assert found.conflict is False


def test_a_declared_absence_gives_way_to_what_can_be_worked_out() -> None:
    """Where imaging is declared complete, no scan is no imaging, and a scan is one."""
    complete = {"imaging": "2026-01-15"}
    assert shown(facts(complete=complete), "sstr_imaging_done") == ["no"]
    scan = {"kind": "sstr_imaging", "date": "2025-01-01", "sstr_method": "PET"}
    assert shown(facts(scan, complete=complete), "sstr_imaging_done") == ["yes"]


# Knowing more ------------------------------------------------------------------------------------


def _asks_what_is_recorded(fact: Fact, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a derivation, or one that it rests on, names the absence of a record."""
    vocabulary = criteria().vocabulary
    for rule in fact.entry.rules:
        node = criteria()(rule.when)
        if any(isinstance(part, IsKnown) for part in walk(node)):
            return True
        for name in facts_of(node):
            deeper = vocabulary[name]
            if name in seen or not deeper.is_derived:
                continue
            if _asks_what_is_recorded(deeper, seen | {fact.id}):
                return True
    return False


DERIVED = [f for f in criteria().vocabulary.base_facts() if f.entry.derived]
LOGICAL = [f for f in DERIVED if not _asks_what_is_recorded(f)]
BASE = sorted(
    {
        name
        for fact in DERIVED
        for rule in fact.entry.rules
        for name in facts_of(criteria()(rule.when))
        if not criteria().vocabulary[name].is_derived
    }
)


def _some_value(fact: Fact, random: Random) -> Any:
    if fact.type == "boolean":
        return random.random() < 0.5
    if fact.type == "enum":
        return random.choice(fact.values)
    if fact.type == "date":
        return "2025-01-01"
    least, greatest = fact.entry.range or (0, 1)
    near = [n for n in (0, 1, 2, 3, 4, 5, 6, 10, 20, 21) if least <= n <= greatest]
    number = random.choice(near or [least])
    if fact.entry.interval and random.random() < 0.3 and number + 4 <= greatest:
        return f"{number}-{number + 4}"
    return number


def _narrower(fact: Fact, given_: Any, random: Random) -> Any:
    """Return a value that an interval given before still allows."""
    value = fact.parse(given_)
    if isinstance(value, Interval) and not value.is_point:
        return str(random.choice([value.low, value.high]))
    return given_


def _left(fact: Fact, value: Any) -> set[Any]:
    """What a value leaves possible, of a fact that is worked out by rules."""
    if value is None:
        return set(fact.meanings or (True, False))
    return set(fact.candidates(value)) if isinstance(value, str | Several) else {value}


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9))
def test_knowing_more_never_turns_a_settled_fact_round(seed: int) -> None:
    """Of a derivation that asks only what is so, and not what is recorded.

    An unknown that becomes known, or a range that becomes a number, settles open facts and leaves
    the settled ones as they are.
    """
    random, vocabulary = Random(seed), criteria().vocabulary
    names = random.sample(BASE, random.randint(0, 25))
    less = {name: _some_value(vocabulary[name], random) for name in names}
    more = {name: _narrower(vocabulary[name], value, random) for name, value in less.items()}
    before = values_of(**less)
    for name in random.sample(BASE, 3):
        # What a reported grade bounds already is not unknown.
        if before[name].value is None:
            more[name] = _some_value(vocabulary[name], random)
    after = values_of(**more)
    for fact in LOGICAL:
        settled = before[fact.id].value
        if settled is None or fact.id in more:
            continue
        now = after[fact.id].value
        assert _left(fact, now) <= _left(fact, settled), (fact.id, settled, now)


def test_most_derivations_ask_only_what_is_so() -> None:
    assert len(LOGICAL) >= 18, sorted(f.id for f in LOGICAL)


@pytest.mark.parametrize("fact", DERIVED, ids=lambda fact: fact.id)
def test_nothing_known_settles_no_derived_fact(fact: Fact) -> None:
    """An empty record must never become a statement about the patient."""
    assert values_of()[fact.id].value is None


# One result --------------------------------------------------------------------------------------

SCRIPT = """
from gepnet import api
from gepnet.record import parse_record
base = api.base()
record = parse_record(api.example_patient(), "p", base.vocabulary)
facts = api.facts_of(record, base)
print([(n, str(f)) for n, f in facts.items()], sorted(facts.lacking.items()))
"""


def test_the_facts_do_not_depend_on_how_python_orders_sets() -> None:
    said = set()
    for seed in ("1", "2", "3"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment,
            check=True,
        )  # fmt: skip
        said.add(done.stdout)
    assert len(said) == 1


def test_the_same_values_give_the_same_facts_in_any_order() -> None:
    given_ = {"ki67_percent": 5, "differentiation": "well", "stage": "metastatic", "sex": "male"}
    there = facts_of_values(given_, load_knowledge(), criteria(), at=parse_date("2026"))
    back = dict(reversed(given_.items()))
    again = facts_of_values(back, load_knowledge(), criteria(), at=parse_date("2026"))
    assert {n: show(f.value) for n, f in there.items()} == {
        n: show(f.value) for n, f in again.items()
    }
