"""On random small documents the solver finds what trying every patient of a grid finds.

The grid holds, of every fact, each value that some criterion could tell from another: both sides of
every limit and the limit itself. What the axioms exclude is left out of it. Between documents and
inside of one, "there is such a patient" must come out the same.
"""

import datetime
from functools import cache
from itertools import combinations, product
from math import prod
from typing import Any

import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gepnet.criteria import interpret
from gepnet.facts import Facts, facts_of_values
from gepnet.guidelines import KnowledgeBase, Status
from gepnet.guidelines.assess import assess
from gepnet.guidelines.verify.between import between
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.gaps import gaps
from gepnet.guidelines.verify.within import within
from gepnet.vocabulary import Question
from tests.guidelines.small_world import INTENT, OPTION, random_base

DAY = datetime.date(2026, 1, 15)
ASKED = Question(knowledge_date=DAY)
# Both sides of each limit in `small_world.ATOMS`, in exact values.
GRID: dict[str, tuple[Any, ...]] = {
    "sex": ("female", "male"),
    "weight_kg": (50, 60),
    "bmi_kg_m2": (18, 25, 31),
    "region": ("EU", "US"),
    "rlt_planned": (True, False),
    "differentiation": ("well", "poor", "mixed"),
    "ki67_percent": (2, "9.9", 10, 12, "20.1"),
    "mitoses_per_2mm2": (1, 5, 21),
    "sstr_uptake_vs_liver": ("below", "equal", "above", None),
}


MOST_PATIENTS = 240
COUNT = 2
NAMES = ("d0", "d1")


@cache
def patients(seed: int, count: int) -> tuple[Facts, ...]:
    """Every patient of the grid, over the facts that the documents look at, whom axioms allow."""
    base = random_base(seed, count)
    axioms = Context(base, DAY).prover.axioms
    named = [name for name in GRID if name in axioms.facts]
    assume(prod(len(GRID[name]) for name in named) <= MOST_PATIENTS)
    found = []
    for values in product(*(GRID[name] for name in named)):
        given_ = {n: v for n, v in zip(named, values, strict=True) if v is not None}
        facts = facts_of_values(given_, base.knowledge, base.criteria)
        if all(interpret(rule, facts.values) is True for rule in axioms.rules.values()):
            found.append(facts)
    return tuple(found)


def statuses(base: KnowledgeBase, facts: Facts) -> dict[str, Status]:
    """The status of each document, from its own criteria and the table of statuses."""
    assessment = assess(base, facts, ASKED)
    return {
        name: document.cells[OPTION, INTENT].status
        for name, document in assessment.documents.items()
        if (OPTION, INTENT) in document.cells
    }


SUPPORT = {Status.RECOMMENDED, Status.OPTION}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_between_documents_the_solver_finds_what_brute_force_finds(seed: int) -> None:
    base = random_base(seed, COUNT)
    context = Context(base, DAY)
    found = [f for one, other in combinations(NAMES, 2) for f in between(context, one, other)]
    assert not context.prover.tally.refused
    seen = {(f.kind, f.documents) for f in found if f.kind in {"opposed", "trial_only"}}
    wanted = set()
    for facts in patients(seed, COUNT):
        said = statuses(base, facts)
        for one, other in product(said, said):
            if said[one] in SUPPORT and said[other] is Status.AGAINST:
                wanted.add(("opposed", (one, other)))
            if said[one] in SUPPORT and said[other] is Status.TRIAL_ONLY:
                wanted.add(("trial_only", (one, other)))
    assert seen == wanted


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_within_a_document_the_solver_finds_what_brute_force_finds(seed: int) -> None:
    base = random_base(seed, COUNT)
    context = Context(base, DAY)
    for document in base.documents:
        found = {f.kind: f for f in [*within(context, document.id), *gaps(context, document.id)]}
        contradictory = nothing = False
        applied: set[str] = set()
        for facts in patients(seed, COUNT):
            said = statuses(base, facts).get(document.id)
            contradictory |= said is Status.CONFLICTING
            truths = [
                interpret(item.when_broad or item.when, facts.values)
                for item in document.recommendations
            ]
            in_scope = interpret(document.scope, facts.values) is True
            nothing |= in_scope and all(truth is False for truth in truths)
            applied |= {
                item.entry.id
                for item, truth in zip(document.recommendations, truths, strict=True)
                if in_scope and truth
            }
        assert ("contradiction" in found) is contradictory
        assert ("encoding_gap" in found) is nothing
        idle = {item.entry.id for item in document.recommendations} - applied
        assert ("never_applies" in found) is bool(idle)


@settings(max_examples=7, deadline=None)
@given(st.integers(0, 10_000))
def test_witnesses_satisfy_what_they_claim(seed: int) -> None:
    base = random_base(seed, COUNT)
    context = Context(base, DAY)
    found: list[Finding] = []
    for one, other in combinations(NAMES, 2):
        found += between(context, one, other)
    for document in base.documents:
        found += [*within(context, document.id), *gaps(context, document.id)]
    for finding in found:
        for region in finding.regions:
            facts = facts_of_values(region.witness, base.knowledge, base.criteria)
            for text in region.criteria:
                assert interpret(base.criteria(text), facts.values) is True, finding.id
            said = statuses(base, facts)
            for claim in finding.claims:
                assert said[claim.document].value in claim.statuses, finding.id


def test_the_random_documents_disagree_often_enough_to_say_something() -> None:
    kinds: dict[str, int] = {}
    for seed in range(12):
        context = Context(random_base(seed, COUNT), DAY)
        for one, other in combinations(NAMES, 2):
            for finding in between(context, one, other):
                kinds[finding.kind] = kinds.get(finding.kind, 0) + 1
    assert kinds["opposed"] >= 1
    assert kinds["condition"] >= 3


def test_a_search_that_runs_out_of_time_is_said_to() -> None:
    base = random_base(3, COUNT)
    context = Context(base, DAY, timeout_ms=5000)

    context.prover._check = lambda literals: z3.unknown  # type: ignore[method-assign]
    found = [f for one, other in combinations(NAMES, 2) for f in between(context, one, other)]
    assert found
    assert {f.verdict for f in found} == {"timed_out"}
    assert all("neither shown nor excluded" in f.detail for f in found)
