"""Three ways to ask a tree agree: from its codes, from its first question, where something is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet.criteria.algebra import Pair
from gepnet.facts import Facts
from gepnet.guidelines.asking import parted, spread, where
from gepnet.guidelines.compiled import knowledge_base
from gepnet.guidelines.positions import document_positions
from gepnet.guidelines.statuses import CODES, Asked, tree
from gepnet.guidelines.variants import Variants
from gepnet.knowledge import load_knowledge
from gepnet.vocabulary import parse_date

BASE = knowledge_base(load_knowledge())
NAMES = {code.code: code.status for code in CODES}
SIZE = 24
ASKED = sorted(
    {
        position.asked
        for rows in document_positions(BASE).by_document.values()
        for position in rows.values()
        if len(position.asked.places) < 8
    },
    key=str,
)


@st.composite
def pairs(draw: st.DrawFn, count: int) -> list[Pair[int]]:
    """Draw where each truth is true, where it is false, and where it is neither."""
    found = []
    for _ in range(count):
        true = draw(st.integers(0, (1 << SIZE) - 1))
        false = draw(st.integers(0, (1 << SIZE) - 1)) & ~true
        found.append(Pair(true, false))
    return found


@settings(max_examples=60, deadline=None)
@given(data=st.data(), asked=st.sampled_from(ASKED))
def test_all_ways_agree(data: st.DataObject, asked: Asked) -> None:
    facts = Facts.of("p", parse_date("2026-01-01"), {}, {}, {})
    engine = Variants(BASE, facts, SIZE, {})
    truths = data.draw(pairs(len(asked.places)))
    wanted = {k: v for k, v in where(engine, asked, truths, NAMES).items() if v}
    assert parted(engine, asked, truths, NAMES) == wanted
    codes = {code: code for code in NAMES}
    by_code = {k: v for k, v in where(engine, asked, truths, codes).items() if v}
    assert {k: v for k, v in spread(engine, tree(asked), truths).items() if v} == by_code
    few = {code: code for code in data.draw(st.sets(st.sampled_from(sorted(NAMES))))}
    of_few = {k: v for k, v in where(engine, asked, truths, few).items() if v}
    assert of_few == {code: part for code, part in by_code.items() if code in few}
    covered = 0
    for part in wanted.values():
        assert not covered & part
        covered |= part
    assert covered == engine.everywhere
