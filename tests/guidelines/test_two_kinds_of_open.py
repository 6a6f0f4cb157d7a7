"""A fact is missing, or the text leaves it open: both are what completing the facts shows."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from decimal import Decimal

import pytest

from gepnet import api
from gepnet.facts import Facts, facts_of_values
from gepnet.guidelines import Cell, KnowledgeBase, Status, assess
from gepnet.guidelines.status import OPEN, QUIET
from gepnet.vocabulary import NOT_APPLICABLE, Interval, Question, Several, Value
from tests.guidelines.small_world import FACTS, document, random_base, small_base

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)
DOCUMENTS = 6
PATIENTS = 12
COMPLETIONS = 8
# About the limits of the small world's criteria.
NUMBERS = [Decimal(n) for n in (1, 2, 10, 12, 15, 18, 20, 21, 30, 31, 60, 95, 160, 180)]


def whole(choose: random.Random, base: KnowledgeBase, known: Facts) -> Facts:
    """The patient with every fact known, and nothing that is known changed."""
    given = {}
    for name in FACTS:
        # What is worked out is not recorded beside: a contradiction would be a set of both.
        if base.vocabulary[name].is_derived:
            continue
        value = _within(choose, base, name, known.values.get(name))
        given[name] = _any(choose, base, name) if value is None else value
    return facts_of_values(
        {name: _raw(value) for name, value in given.items()}, base.knowledge, base.criteria
    )


def _within(choose: random.Random, base: KnowledgeBase, name: str, value: Value) -> Value:
    if isinstance(value, Several):
        return choose.choice(value.values)
    if isinstance(value, str):
        return choose.choice(base.vocabulary[name].entry.unresolved.get(value, (value,)))
    if isinstance(value, Interval) and not value.is_point:
        end = choose.choice((value.low, value.high))
        return Interval(end, end)
    return value


def _any(choose: random.Random, base: KnowledgeBase, name: str) -> Value:
    fact = base.vocabulary[name]
    if fact.type == "boolean":
        return choose.random() < 0.5
    if fact.type == "number":
        least, greatest = fact.entry.range or (Decimal(0), Decimal(100))
        numbers = [n for n in NUMBERS if least <= n <= greatest]
        return fact.parse(str(choose.choice(numbers)))
    return choose.choice([v for v in fact.values if v not in fact.entry.unresolved])


def _raw(value: Value) -> object:
    return str(value) if isinstance(value, Interval) else value


def cells(base: KnowledgeBase, facts: Facts) -> dict[tuple[str, str, str], Cell]:
    found = assess(base, facts, ASKED).documents
    return {(n, *row): cell for n, d in found.items() for row, cell in d.cells.items()}


@pytest.mark.parametrize("seed", range(12))
def test_completing_all_facts_settles_what_waits_for_a_fact_and_nothing_else(seed: int) -> None:
    base = random_base(seed, DOCUMENTS, widely=True)
    choose = random.Random(f"completions {seed}")
    for _ in range(PATIENTS):
        everything = whole(choose, base, facts_of_values({}, base.knowledge, base.criteria))
        told = {
            n: v
            for n, v in everything.values.items()
            if choose.random() < 0.6 and not base.vocabulary[n].is_derived
        }
        known = facts_of_values(
            {n: _raw(v) for n, v in told.items() if v is not NOT_APPLICABLE},
            base.knowledge,
            base.criteria,
        )
        before = cells(base, known)
        for _ in range(COMPLETIONS):
            end = whole(choose, base, known)
            if any(end.values.get(n) is None or isinstance(end.values[n], Several) for n in FACTS):
                continue  # facts that do not go together leave a worked out one open
            for place, after in cells(base, end).items():
                cell = before[place]
                assert after.status is not Status.FACT_MISSING, after.missing
                assert not after.missing
                if cell.status is Status.TEXT_OPEN:
                    assert after.status is Status.TEXT_OPEN, place
                if cell.status is Status.IN_FAVOUR:
                    assert after.status in {Status.RECOMMENDED, Status.OPTION, Status.IN_FAVOUR}


def test_the_comparison_is_not_an_empty_one() -> None:
    found: Counter[Status] = Counter()
    for seed in range(12):
        base = random_base(seed, DOCUMENTS, widely=True)
        choose = random.Random(seed)
        for _ in range(PATIENTS):
            everything = whole(choose, base, facts_of_values({}, base.knowledge, base.criteria))
            told = {
                n: _raw(v)
                for n, v in everything.values.items()
                if choose.random() < 0.6 and not base.vocabulary[n].is_derived
            }
            known = facts_of_values(told, base.knowledge, base.criteria)
            found.update(cell.status for cell in cells(base, known).values())
    assert {*OPEN, Status.LESSER, Status.NO_POSITION, Status.SILENT, Status.NOT_READ} <= set(found)
    assert min(found[status] for status in OPEN) > 20, found


NARROW, BROAD = "rlt_planned and ki67_percent < 10", "rlt_planned and ki67_percent < 20"


@pytest.mark.parametrize(
    ("given", "status", "missing"),
    [
        ({"rlt_planned": True, "ki67_percent": 12}, Status.TEXT_OPEN, ()),
        ({"rlt_planned": True}, Status.FACT_MISSING, ("ki67_percent",)),
        ({"ki67_percent": 12}, Status.FACT_MISSING, ("rlt_planned",)),
        ({"rlt_planned": True, "ki67_percent": "12-15"}, Status.TEXT_OPEN, ()),
        ({"rlt_planned": True, "ki67_percent": "8-12"}, Status.FACT_MISSING, ("ki67_percent",)),
        ({"rlt_planned": True, "ki67_percent": 20}, Status.NOT_READ, ()),
    ],
)
def test_only_a_text_that_no_fact_settles_is_open_by_itself(
    given: dict[str, object], status: Status, missing: tuple[str, ...]
) -> None:
    base = small_base([document("a", "true", [("option", NARROW, BROAD)])])
    facts = facts_of_values(given, base.knowledge, base.criteria)
    (cell,) = (c for c in cells(base, facts).values() if c.option == "lu177_dotatate")
    assert (cell.status, cell.missing) == (status, missing)


def test_what_holds_as_long_as_nothing_is_recorded_waits_for_the_record() -> None:
    """The text seems open today; a recorded uptake would end it."""
    broad = "ki67_percent < 20 and sstr_uptake_vs_liver is null"
    base = small_base([document("a", "true", [("option", "ki67_percent < 10", broad)])])
    facts = facts_of_values({"ki67_percent": 12}, base.knowledge, base.criteria)
    cell = cells(base, facts)["a", "lu177_dotatate", "tumour_control"]
    assert (cell.status, cell.missing) == (Status.FACT_MISSING, ("sstr_uptake_vs_liver",))
    known = facts_of_values(
        {"ki67_percent": 12, "sstr_uptake_vs_liver": "above"}, base.knowledge, base.criteria
    )
    assert cells(base, known)["a", "lu177_dotatate", "tumour_control"].status in QUIET


def test_an_option_that_is_only_the_lesser_of_two_is_never_silent() -> None:
    one = document("a", "true", [], [("rlt_planned", None)], [("complete", "true")])
    # The option is in the table because another document is for it.
    base = small_base([one, document("b", "true", [("option", "sex = 'female'", None)])])
    for planned, status in (
        (True, Status.LESSER),
        (False, Status.SILENT),
        (None, Status.QUIET_EITHER_WAY),
    ):
        given = {} if planned is None else {"rlt_planned": planned}
        facts = facts_of_values(given, base.knowledge, base.criteria)
        found = assess(base, facts, ASKED).documents["a"].cells
        assert found["lu177_dotatate", "tumour_control"].status is status


def test_the_packaged_ssa_that_is_the_lesser_of_two_says_so() -> None:
    """The US review: everolimus or cabozantinib rather than an SSA where no receptor is seen."""
    base = api.base()
    preferred = {
        (document.id, row[0])
        for document in base.documents
        for row in base.lesser_by_document[document.id]
    }
    assert ("review-gi-net-2025", "ssa") in preferred
