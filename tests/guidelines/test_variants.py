"""Many variants of a patient at once, against the same variants one by one."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable
from itertools import combinations
from math import comb

import pytest

from gepnet import api
from gepnet.criteria.algebra import Pair
from gepnet.facts import facts_with
from gepnet.guidelines import KnowledgeBase, Status, assess
from gepnet.guidelines.alternatives import Influences
from gepnet.guidelines.positions import NOTHING, DocumentPosition, document_positions
from gepnet.guidelines.status import FOR, POSITIONS, STATED, TABLE
from gepnet.guidelines.statuses import Asked, Kind
from gepnet.guidelines.variants import Choices, Variants, bits
from gepnet.io import published_records
from gepnet.vocabulary import Question, Value

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_choices_are_all_ways_to_choose(count: int) -> None:
    choices = Choices(count)
    for things in (0, 1, 5, 9, 6):
        containing = choices.containing(things)
        assert choices.size(things) == comb(things, count)
        chosen = [choices.members(bit) for bit in range(choices.size(things))]
        assert sorted(chosen) == list(combinations(range(things), count))
        for thing, mask in enumerate(containing):
            assert [thing in members for members in chosen] == [
                bool(mask >> bit & 1) for bit in range(len(chosen))
            ]


def test_bits() -> None:
    assert list(bits(0)) == []
    assert list(bits(0b1011)) == [0, 1, 3]


class _Fixed(DocumentPosition):
    """A position whose truths are given, one variant for each row of the status table."""

    asked = Asked(tuple(map(Kind, POSITIONS)))

    def _truths(self, truth: object, asked: Asked) -> list[Pair[int]]:  # type: ignore[override]
        rows = list(enumerate(TABLE))
        return [
            Pair(
                sum(1 << bit for bit, row in rows if row[place] is True),
                sum(1 << bit for bit, row in rows if row[place] is False),
            )
            for place in range(5)
        ]


def test_statuses_are_those_of_the_status_table() -> None:
    base = api.base()
    fixed = _Fixed(base.documents[0], (), "", ())
    facts = api.assess_record(
        next(iter(published_records(base.vocabulary))).record, base, ASKED
    ).facts
    truth = Variants(base, facts, len(TABLE), {}).truth
    stated = fixed.stated(truth)
    for bit, (row, possible) in enumerate(TABLE.items()):
        expected = {possible[0]} & STATED if len(possible) == 1 else set()
        found = {status for status, where in stated.items() if where >> bit & 1}
        assert found == expected, row
    for wanted in ({Status.SILENT}, FOR, NOTHING, STATED, {Status.CONFLICTING}):
        where = fixed.where(truth, wanted)
        for bit, (row, possible) in enumerate(TABLE.items()):
            assert bool(where >> bit & 1) is (set(possible) <= set(wanted)), row


def test_statuses_of_changed_patients_equal_an_assessment_of_each() -> None:
    base = api.base()
    choose = random.Random(5)
    records = [case.record for case in published_records(base.vocabulary)]
    for record in choose.sample(records, 6):
        before = api.assess_record(record, base, ASKED)
        nodes = [s.nodes for s in _positions(base, before.documents).values()]
        influences = Influences(base, before.facts)
        alternatives = influences.alternatives(
            influences.of(node for found in nodes for node in found)
        )
        variants = [_variant(choose, alternatives) for _ in range(5)]
        changes: dict[str, list[tuple[Value, int]]] = {}
        for bit, variant in enumerate(variants):
            for name, value in variant.items():
                changes.setdefault(name, []).append((value, 1 << bit))
        at_once = Variants(base, before.facts, len(variants), changes)
        for bit, variant in enumerate(variants):
            facts = facts_with(before.facts, variant, base.knowledge, base.criteria)
            after = assess(base, facts, ASKED)
            for (name, *row), position in _positions(base, before.documents).items():
                found = [
                    s for s, where in position.statuses(at_once.truth).items() if where >> bit & 1
                ]
                assert found == [after.documents[name].cells[row[0], row[1]].status], (name, row)


def _positions(
    base: KnowledgeBase, documents: Iterable[str]
) -> dict[tuple[str, str, str], DocumentPosition]:
    by_document = document_positions(base).by_document
    return {(d, *row): found for d in documents for row, found in by_document[d].items()}


def _variant(choose: random.Random, alternatives: list) -> dict[str, Value]:  # type: ignore[type-arg]
    chosen = choose.sample(alternatives, 3)
    return {
        alternative.fact: choose.choice(choose.choice(alternative.groups)) for alternative in chosen
    }
