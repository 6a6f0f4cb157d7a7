"""One rule, one reading: narrow, broad and open between them, for a patient and for any engine."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from gepnet import api
from gepnet.criteria import Holds, interpret
from gepnet.facts import Facts
from gepnet.knowledge.models import Recommendation
from gepnet.knowledge.rule_models import Examples, ReleaseItem
from gepnet.rules import Reading, Rule, rule_truth
from gepnet.rules.reading import between, holds, open_between
from gepnet.vocabulary import Truth, parse_date

TRUTHS: tuple[Truth, ...] = (True, False, None)
EXAMPLES = Examples(applies={}, does_not_apply=(), undetermined=())
NARROW, BROAD = Holds("bulky"), Holds("rapid_growth")


class Plain:
    """The truths of one patient as an engine."""

    def literal(self, value: Truth) -> Truth:
        return value

    def negate(self, truth: Truth) -> Truth:
        return None if truth is None else not truth

    def choose(self, branches: Sequence[tuple[Truth, Truth]], otherwise: Truth) -> Truth:
        return next((value for condition, value in branches if condition is True), otherwise)


def rule(broad: bool = True, **more: Any) -> Rule[Recommendation]:
    given = {"verification": "primary", "note": "", "options": (), **more}
    entry = Recommendation(id="one", source="s", when="bulky", examples=EXAMPLES, **given)
    return Rule(entry, "paper", NARROW, BROAD if broad else None)


def facts(narrow: Truth, broad: Truth) -> Facts:
    return Facts("p", parse_date("2026-01-01"), None, {}, {"bulky": narrow, "rapid_growth": broad})


@pytest.mark.parametrize(
    ("narrow", "broad", "truth", "ambiguous", "missing"),
    [
        (True, True, True, False, ()),
        (True, False, True, False, ()),
        (True, None, True, False, ()),
        (False, False, False, False, ()),
        (False, True, None, True, ()),
        (False, None, None, False, ("rapid_growth",)),
        (None, False, False, False, ()),
        (None, True, None, False, ("bulky",)),
        (None, None, None, False, ("bulky", "rapid_growth")),
    ],
)
def test_between_narrow_and_broad_it_is_open(
    narrow: Truth, broad: Truth, truth: Truth, ambiguous: bool, missing: tuple[str, ...]
) -> None:
    found = Reading.of(rule(), facts(narrow, broad))
    assert (found.truth, found.ambiguous, found.missing) == (truth, ambiguous, missing)
    assert holds(rule(), facts(narrow, broad)) is truth


@pytest.mark.parametrize("narrow", TRUTHS)
def test_a_text_that_is_not_ambiguous_is_its_criterion(narrow: Truth) -> None:
    found = Reading.of(rule(broad=False), facts(narrow, None))
    assert (found.truth, found.ambiguous) == (narrow, False)
    assert found.missing == (("bulky",) if narrow is None else ())
    assert holds(rule(broad=False), facts(narrow, None)) is narrow
    assert found.met == {True: "met", False: "not met", None: "missing"}[narrow]


def test_a_condition_whose_text_is_ambiguous_lacks_no_fact() -> None:
    assert Reading.of(rule(), facts(False, True)).met == "text ambiguous"
    assert Reading.of(rule(), facts(False, None)).met == "missing"


def test_every_engine_that_can_choose_reads_the_same() -> None:
    for narrow, broad in product(TRUTHS, TRUTHS):
        assert open_between(Plain(), narrow, broad) is between(narrow, broad)
        values = facts(narrow, broad).values
        told = rule_truth(Plain(), rule(), lambda node, values=values: interpret(node, values))
        assert told is between(narrow, broad)
    assert rule_truth(Plain(), rule(broad=False), lambda node: True) is True


def test_a_rule_holds_within_the_scope_of_its_document_only() -> None:
    within = Rule(rule().entry, "paper", NARROW, None, scope=BROAD)
    assert holds(within, facts(True, True)) is True
    assert holds(within, facts(True, False)) is False
    assert holds(within, facts(True, None)) is None
    assert holds(within, facts(False, True), (BROAD,)) is True


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"verification": "secondary"}, True),
        ({"verification": "unverified"}, False),
        ({"dissent": True}, False),
        ({"dissent": True, "verification": "unverified"}, False),
    ],
)
def test_a_position_counts_if_it_was_verified_and_is_no_minoritys(
    more: dict[str, Any], counts: bool
) -> None:
    assert rule(**more).counts is counts
    assert rule(**more).full_id == "paper/one"


def test_an_entry_that_nobody_can_disagree_with_counts_by_its_verification() -> None:
    entry = ReleaseItem(id="x", source="s", label="x", facts=("bulky",), verification="primary")
    assert Rule(entry, "release", NARROW).counts


def test_the_rulebook_holds_every_entry_with_a_criterion_once() -> None:
    base = api.base()
    ids = [rule.full_id for rule in base.rules]
    assert len(set(ids)) == len(ids)
    knowledge = base.knowledge
    entries = [entry for file in knowledge.documents for entry in file.recommendations]
    entries += [
        *knowledge.labels,
        *knowledge.funding,
        *knowledge.safety,
        *knowledge.retreatment_rules,
        *knowledge.trials,
    ]
    entries += [*knowledge.release_rules, *knowledge.release_items]
    entries += [item for checklist in knowledge.checklists for item in checklist.items]
    assert sorted(id(rule.entry) for rule in base.rules) == sorted(map(id, entries))


def test_broadest_and_nodes_are_the_readings() -> None:
    assert rule().nodes == (NARROW, BROAD)
    assert rule().broadest is BROAD
    assert rule(broad=False).nodes == (NARROW,)
    assert rule(broad=False).broadest is NARROW
    assert rule().facts == ("bulky", "rapid_growth")
    assert interpret(rule().when, {"bulky": True}) is True
