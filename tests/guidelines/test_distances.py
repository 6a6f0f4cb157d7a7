"""How many changes two documents are from agreeing: what is not searched cannot be found."""

from __future__ import annotations

import datetime
import random

import pytest

from gepnet.facts import facts_of_values
from gepnet.guidelines import assess, compare
from gepnet.guidelines.deciding import Deciding
from gepnet.guidelines.distances import ANY
from gepnet.guidelines.positions import document_positions
from gepnet.vocabulary import Question
from tests.guidelines.small_world import document, random_base, random_patient, small_base

ASKED = Question(knowledge_date=datetime.date(2026, 11, 22))
TWO = "rlt_planned and weight_kg >= 60"


@pytest.mark.parametrize(
    ("other", "least", "among"),
    [
        ("differentiation = 'well' and sstr_uptake_vs_liver = 'above'", 4, None),
        ("sstr_uptake_vs_liver = 'above'", 3, ["rlt_planned", "weight_kg"]),
        ("sstr_uptake_vs_liver = 'above' or sex = 'female' and differentiation = 'well'", 3, None),
        ("not (rlt_planned or weight_kg < 60 or sstr_uptake_vs_liver <> 'above')", 3, None),
        ("weight_kg >= 70", 2, ["rlt_planned"]),
        ("(sstr_uptake_vs_liver = 'above') is true", 3, ["rlt_planned", "weight_kg"]),
    ],
)
def test_changes_of_different_facts_add_up(other: str, least: int, among: list[str] | None) -> None:
    base = small_base(
        [
            document("a", "true", [("option", TWO, None)]),
            document("b", "true", [("option", other, None)]),
        ]
    )
    facts = facts_of_values({}, base.knowledge, base.criteria)
    pairs = compare(assess(base, facts, ASKED))
    search = Deciding(base, facts)
    row = pairs[0].option, pairs[0].intent
    by_document = document_positions(base).by_document
    question = frozenset(by_document[name][row] for name in "ab")
    assert search.distances.within(question, 1) == ANY, "nothing is known before a search"
    search.between(pairs, most=2)
    enough = [count for count in range(1, 5) if search.distances.within(question, count)]
    assert enough == list(range(least, 5))
    assert search.distances.within(question, least + 1) == ANY
    if among is not None:
        found = search.distances.within(question, least)
        assert found & base.behind(among) == base.behind(among)
        assert not found & base.behind(["differentiation"])


def test_what_was_searched_before_changes_nothing() -> None:
    base = random_base(7, 24)
    choose = random.Random(5)
    for _ in range(2):
        facts = random_patient(choose, base)
        pairs = compare(assess(base, facts, ASKED))
        at_once = Deciding(base, facts).between(pairs)
        bit_by_bit = Deciding(base, facts)
        for most in (1, 2, 1, 2):
            bit_by_bit.between(choose.sample(pairs, len(pairs) // 4), most)
        assert bit_by_bit.between(pairs) == at_once
