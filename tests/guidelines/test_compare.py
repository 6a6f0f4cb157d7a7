"""How two positions stand to each other, for every pair of statuses."""

from __future__ import annotations

import datetime
from itertools import combinations, product

import pytest

from gepnet.facts import facts_of_values
from gepnet.guidelines import Agreement, Status, assess, compare
from gepnet.guidelines.compare import agreement
from gepnet.vocabulary import Question
from tests.guidelines.small_world import INTENT, OPTION, document, small_base

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)
S = Status
EXPECTED = {
    # nothing to compare
    (S.SILENT, S.SILENT): None,
    (S.SILENT, S.NOT_READ): None,
    (S.NOT_READ, S.NOT_READ): None,
    # what was not read is never taken for silence
    (S.NOT_READ, S.RECOMMENDED): Agreement.NOT_READ,
    (S.NOT_READ, S.AGAINST): Agreement.NOT_READ,
    (S.NOT_READ, S.FACT_MISSING): Agreement.NOT_READ,
    (S.NO_POSITION, S.RECOMMENDED): Agreement.NOT_READ,
    (S.NO_POSITION, S.TEXT_OPEN): Agreement.NOT_READ,
    (S.NO_POSITION, S.LESSER): None,
    (S.NOT_READ, S.CONFLICTING): Agreement.NOT_READ,
    (S.SILENT, S.RECOMMENDED): Agreement.ONE_SILENT,
    (S.SILENT, S.TRIAL_ONLY): Agreement.ONE_SILENT,
    (S.SILENT, S.AGAINST): Agreement.ONE_SILENT,
    (S.SILENT, S.CONFLICTING): Agreement.ONE_SILENT,
    # what is open is never taken for a position
    (S.SILENT, S.TEXT_OPEN): Agreement.INSUFFICIENT,
    (S.TEXT_OPEN, S.TEXT_OPEN): Agreement.INSUFFICIENT,
    (S.TEXT_OPEN, S.FACT_MISSING): Agreement.INSUFFICIENT,
    (S.LESSER, S.FACT_MISSING): Agreement.INSUFFICIENT,
    (S.FACT_MISSING, S.RECOMMENDED): Agreement.CONDITIONAL,
    (S.TEXT_OPEN, S.OPTION): Agreement.CONDITIONAL,
    (S.FACT_MISSING, S.AGAINST): Agreement.CONDITIONAL,
    # for it, in a strength that is open
    (S.IN_FAVOUR, S.IN_FAVOUR): Agreement.COMPATIBLE,
    (S.IN_FAVOUR, S.RECOMMENDED): Agreement.COMPATIBLE,
    (S.IN_FAVOUR, S.OPTION): Agreement.COMPATIBLE,
    (S.IN_FAVOUR, S.AGAINST): Agreement.CONFLICT,
    (S.IN_FAVOUR, S.TEXT_OPEN): Agreement.CONDITIONAL,
    # to prefer another option is to differ from whoever is for this one
    (S.LESSER, S.RECOMMENDED): Agreement.CONDITIONAL,
    (S.LESSER, S.IN_FAVOUR): Agreement.CONDITIONAL,
    (S.LESSER, S.AGAINST): Agreement.COMPATIBLE,
    # two positions
    (S.RECOMMENDED, S.RECOMMENDED): Agreement.SAME,
    (S.OPTION, S.OPTION): Agreement.SAME,
    (S.TRIAL_ONLY, S.TRIAL_ONLY): Agreement.SAME,
    (S.AGAINST, S.AGAINST): Agreement.SAME,
    (S.RECOMMENDED, S.OPTION): Agreement.COMPATIBLE,
    (S.RECOMMENDED, S.TRIAL_ONLY): Agreement.COMPATIBLE,
    (S.OPTION, S.TRIAL_ONLY): Agreement.COMPATIBLE,
    (S.RECOMMENDED, S.AGAINST): Agreement.CONFLICT,
    (S.OPTION, S.AGAINST): Agreement.CONFLICT,
    (S.TRIAL_ONLY, S.AGAINST): Agreement.CONFLICT,
    # a document in conflict with itself agrees with nobody
    (S.CONFLICTING, S.CONFLICTING): Agreement.CONFLICT,
    (S.CONFLICTING, S.RECOMMENDED): Agreement.CONFLICT,
    (S.CONFLICTING, S.OPTION): Agreement.CONFLICT,
    (S.CONFLICTING, S.AGAINST): Agreement.CONFLICT,
    (S.CONFLICTING, S.TEXT_OPEN): Agreement.CONFLICT,
}


@pytest.mark.parametrize(("pair", "expected"), list(EXPECTED.items()), ids=str)
def test_each_pair_of_statuses(pair: tuple[Status, Status], expected: Agreement | None) -> None:
    assert agreement(*pair) is expected


@pytest.mark.parametrize(("first", "second"), list(product(Status, Status)))
def test_the_order_of_the_documents_does_not_matter(first: Status, second: Status) -> None:
    assert agreement(first, second) is agreement(second, first)


@pytest.mark.parametrize("status", list(Status))
def test_a_document_out_of_scope_is_never_compared(status: Status) -> None:
    assert agreement(Status.OUT_OF_SCOPE, status) is None


def test_every_pair_of_documents_in_force_is_there_once() -> None:
    names = ("a", "b", "c")
    base = small_base([document(n, "true", [("recommended", "true", None)]) for n in names])
    facts = facts_of_values({}, base.knowledge, base.criteria)
    pairs = compare(assess(base, facts, ASKED))
    assert [pair.documents for pair in pairs] == list(combinations(names, 2))
    assert {(pair.option, pair.intent) for pair in pairs} == {(OPTION, INTENT)}
    assert {pair.agreement for pair in pairs} == {Agreement.SAME}


def test_open_between_out_of_scope_and_nothing_found_says_nothing() -> None:
    base = small_base(
        [
            document("a", "sex = 'male'", [("recommended", "rlt_planned", None)]),
            document("b", "true", [("recommended", "rlt_planned", None)]),
            document("c", "true", [("recommended", "true", None)]),
        ]
    )
    facts = facts_of_values({"rlt_planned": False}, base.knowledge, base.criteria)
    pairs = {p.documents: p.agreement for p in compare(assess(base, facts, ASKED))}
    assert pairs == {("a", "c"): Agreement.NOT_READ, ("b", "c"): Agreement.NOT_READ}
