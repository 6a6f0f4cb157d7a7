"""Deciding facts against a search that tries every set of changes, one patient at a time."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise, product

import pytest

from gepnet import api
from gepnet.criteria import Compare, Node, atoms, disjunction, facts_of, interpret
from gepnet.facts import Facts, facts_of_values, facts_with, is_given
from gepnet.guidelines import (
    Agreement,
    Assessment,
    KnowledgeBase,
    Pair,
    Status,
    Verdict,
    assess,
    compare,
    lookup,
)
from gepnet.guidelines.compiled import CompiledDocument
from gepnet.guidelines.deciding import Deciding
from gepnet.guidelines.status import STATED
from gepnet.vocabulary import Interval, Question, Several, Truth, Value
from tests.guidelines.small_world import document, random_base, random_patient, small_base

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)
PATIENTS, DOCUMENTS = 10, 24
Assignment = frozenset[tuple[str, Value]]


# The slow way ---------------------------------------------------------------------------------


def criteria_of(documents: list[CompiledDocument]) -> list[Node]:
    found = []
    for one in documents:
        found.append(one.scope)
        for entry in one.recommendations:
            found += [node for node in (entry.when, entry.when_broad) if node is not None]
    return found


def looked_at(base: KnowledgeBase, facts: Facts, nodes: list[Node]) -> dict[str, list[Node]]:
    """Every fact that can matter, with the atoms that look at it."""
    found: dict[str, list[Node]] = {}
    waiting = list(nodes)
    seen: set[str] = set()
    while waiting:
        for atom in atoms(waiting.pop()):
            for name in facts_of(atom):
                found.setdefault(name, []).append(atom)
                entry = base.vocabulary[name].entry
                if name in seen or is_given(facts, name, base.vocabulary):
                    continue
                seen.add(name)
                waiting += [base.criteria(rule.when) for rule in entry.rules]
                for source in entry.bound.inputs if entry.bound else ():
                    found.setdefault(source, [])
    return found


def other_values(base: KnowledgeBase, facts: Facts, name: str, seen: list[Node]) -> list[Value]:
    fact, now = base.vocabulary[name], facts.values.get(name)
    if fact.entry.derived and not is_given(facts, name, base.vocabulary):
        return []
    if fact.type == "boolean":
        return [value for value in (True, False) if value is not now]
    if fact.type == "enum":
        vague = {*fact.entry.unresolved, "unknown", "not_done"}
        return [value for value in fact.values if value not in vague and value != now]
    numbers: set[Decimal] = set()
    step = fact.precision
    for atom in seen:
        if not isinstance(atom, Compare):
            continue
        around = [atom.constant + step * offset for offset in range(-2, 3)]
        for low, high in pairwise(around):
            if truth_at(atom, name, low) is not truth_at(atom, name, high):
                numbers |= {low, high}
    least, greatest = fact.entry.range or (Decimal(0), Decimal(0))
    if facts[name].origin == "bounded":
        assert isinstance(now, Interval)
        least, greatest = now.low, now.high
    found = [Interval(n, n) for n in sorted(numbers) if least <= n <= greatest]
    return [value for value in found if value != now]


def truth_at(atom: Node, name: str, number: Decimal) -> Truth:
    return interpret(atom, {name: Interval(number, number)})


def status(one: CompiledDocument, values: dict[str, Value]) -> Status:
    truths: dict[str, list[Truth]] = {k: [] for k in ("recommended", "option", "trial_only")}
    truths["against"] = []
    for entry in one.recommendations:
        narrow = interpret(entry.when, values)
        if entry.when_broad is not None and narrow is not True:
            narrow = False if interpret(entry.when_broad, values) is False else None
        truths[entry.entry.options[0].position].append(narrow)
    scope = interpret(one.scope, values)
    recommended, option, trial, against = ((disjunction(x),) * 2 for x in truths.values())
    return lookup(scope, (recommended, option, trial, against), False, Status.NOT_READ)[0]


class Slowly:
    """Every set of changes, from small to large, without the unchangeable facts first."""

    def __init__(self, base: KnowledgeBase, facts: Facts) -> None:
        self.base, self.facts = base, facts
        self.values = cache(self._values)
        self.status = cache(self._status)
        self.documents = {one.id: one for one in base.documents}

    def _values(self, changes: Assignment) -> dict[str, Value]:
        base = self.base
        return dict(facts_with(self.facts, dict(changes), base.knowledge, base.criteria).values)

    def _status(self, name: str, changes: Assignment) -> Status:
        return status(self.documents[name], self.values(changes))

    def agreed(self, first: str, second: str, changes: Assignment) -> Status | None:
        position = self.status(first, changes)
        return position if position in STATED and self.status(second, changes) is position else None

    def is_another(self, changes: Assignment) -> bool:
        """Whether something that is worked out and cannot change comes out as something else."""
        for fact in self.base.vocabulary.values():
            now, then = self.facts.values.get(fact.id), self.values(changes).get(fact.id)
            if fact.is_derived and not fact.entry.changeable and fact.type == "enum":
                both = isinstance(now, str | Several) and isinstance(then, str | Several)
                if both and set(fact.candidates(now)).isdisjoint(fact.candidates(then)):
                    return True
        return False

    def undoes(self, changes: Assignment) -> bool:
        """Whether some change is of what cannot change, or takes back what has happened."""
        for name, then in changes:
            entry, now = self.base.vocabulary[name].entry, self.facts.values.get(name)
            if not entry.changeable or (entry.lasting and now is True):
                return True
            if entry.lasting and isinstance(now, Interval):
                assert isinstance(then, Interval)
                if then.low < now.low:
                    return True
        return False

    def search(self, first: str, second: str) -> set[tuple[Assignment, Status]]:
        documents = [self.documents[first], self.documents[second]]
        kinds = [{e.entry.options[0].position for e in d.recommendations} for d in documents]
        if not set.intersection(*kinds):
            return set()
        seen = looked_at(self.base, self.facts, criteria_of(documents))
        levers = {n: other_values(self.base, self.facts, n, seen[n]) for n in seen}
        levers = {name: values for name, values in levers.items() if values}
        for is_last in (False, True):
            for count in (1, 2, 3):
                found = {
                    (changes, position)
                    for chosen in combinations(sorted(levers), count)
                    for changes in self.sets(levers, chosen)
                    if is_last or not self.undoes(changes)
                    if (position := self.agreed(first, second, changes)) is not None
                    if (self.undoes(changes) or self.is_another(changes)) is is_last
                }
                if found:
                    return found
        return set()

    def sets(self, levers: dict[str, list[Value]], names: tuple[str, ...]) -> Iterator[Assignment]:
        for values in product(*(levers[name] for name in names)):
            yield frozenset(zip(names, values, strict=True))


def spread(verdict: Verdict) -> set[tuple[Assignment, Status]]:
    """Every single set of changes that a verdict stands for."""
    return {
        (frozenset(zip((c.fact for c in found.changes), values, strict=True)), found.position)
        for found in verdict.sets
        for values in product(*(change.after for change in found.changes))
    }


@pytest.mark.slow
def test_deciding_facts_equal_exhaustive_search_on_500_random_cases() -> None:
    base = random_base(7, DOCUMENTS)
    choose = random.Random(11)
    sizes: dict[int, int] = {}
    tried = unchangeable = 0
    for _ in range(PATIENTS):
        facts = random_patient(choose, base)
        pairs = [p for p in compare(assess(base, facts, ASKED)) if p.agreement != Agreement.SAME]
        chosen = choose.sample(pairs, min(len(pairs), 55))
        verdicts = Deciding(base, facts).between(chosen)
        slowly = Slowly(base, facts)
        for pair in chosen:
            expected = slowly.search(*pair.documents)
            assert spread(verdicts[pair]) == expected, (pair.documents, facts.values)
            tried += 1
            size = max((len(changes) for changes, _ in expected), default=0)
            sizes[size] = sizes.get(size, 0) + 1
            found = verdicts[pair].sets
            unchangeable += any(not c.changeable for one in found for c in one.changes)
    assert tried >= 500
    assert min(sizes.get(size, 0) for size in (0, 1, 2, 3)) >= 10, sizes
    assert unchangeable >= 5


# What is told ---------------------------------------------------------------------------------


def one_verdict(
    first: tuple[str, str, str], second: tuple[str, str, str], given: dict[str, object]
) -> Verdict:
    """The verdict on two documents with one entry each: scope, position, criterion."""
    documents = [
        document(name, scope, [(position, when, None)])
        for name, (scope, position, when) in zip("ab", (first, second), strict=True)
    ]
    base = small_base(documents)
    facts = facts_of_values(given, base.knowledge, base.criteria)
    (pair,) = compare(assess(base, facts, ASKED))
    return Deciding(base, facts).between([pair])[pair]


def told(verdict: Verdict) -> list[list[tuple[str, list[str]]]]:
    return [[(c.fact, [str(v) for v in c.after]) for c in one.changes] for one in verdict.sets]


def test_a_number_moves_to_the_nearest_side_of_a_limit() -> None:
    verdict = one_verdict(
        ("true", "recommended", "ki67_percent < 10"),
        ("true", "recommended", "ki67_percent <= 20"),
        {"ki67_percent": 12},
    )
    assert told(verdict) == [[("ki67_percent", ["9.9"])]]
    band = verdict.sets[0].changes[0].band
    assert band is not None
    assert (band.low, band.high, band.high_included) == (None, 10, False)


def test_agreement_by_silence_or_by_leaving_the_scope_does_not_count() -> None:
    verdict = one_verdict(
        ("rlt_planned", "recommended", "ki67_percent < 10"),
        ("true", "against", "ki67_percent < 10"),
        {"ki67_percent": 5, "rlt_planned": True},
    )
    assert verdict.outcome == "judgement"
    assert verdict.sets == ()


def test_what_is_worked_out_follows_its_inputs() -> None:
    verdict = one_verdict(
        ("true", "option", "grade = 'NET_G3'"),
        ("true", "option", "ki67_percent > 2"),
        {"ki67_percent": 12, "differentiation": "well", "mitoses_per_2mm2": 1},
    )
    assert told(verdict) == [[("ki67_percent", ["20.1"])], [("mitoses_per_2mm2", ["20.1"])]]
    # Another grade is another tumour: nothing that this patient becomes.
    assert not any(change.changeable for one in verdict.sets for change in one.changes)


def test_what_keeps_the_tumour_as_it_is_comes_before_another_grade() -> None:
    """Ki-67 8 to "above 20" is no lever where anything else is; within the grade it is one."""
    verdict = one_verdict(
        ("true", "option", "grade = 'NET_G3' or (rlt_planned and sstr_uptake_vs_liver = 'above')"),
        ("true", "option", "true"),
        {
            "ki67_percent": 8, "differentiation": "well", "mitoses_per_2mm2": 1,
            "rlt_planned": False, "sstr_uptake_vs_liver": "below",
        },
    )  # fmt: skip
    (only,) = verdict.sets
    assert [change.fact for change in only.changes] == ["rlt_planned", "sstr_uptake_vs_liver"]
    verdict = one_verdict(
        ("true", "option", "ki67_percent >= 10"),
        ("true", "option", "true"),
        {"ki67_percent": 8, "differentiation": "well", "mitoses_per_2mm2": 1},
    )
    assert told(verdict) == [[("ki67_percent", ["10"])]]
    assert verdict.sets[0].changes[0].changeable


def test_a_grade_that_is_not_settled_may_turn_out_as_any_that_is_left() -> None:
    verdict = one_verdict(
        ("true", "option", "grade = 'NET_G3'"),
        ("true", "option", "true"),
        {"differentiation": "well"},
    )
    assert verdict.sets
    assert all(change.changeable for one in verdict.sets for change in one.changes)


def test_a_grade_that_was_recorded_itself_is_changed_itself() -> None:
    verdict = one_verdict(
        ("true", "option", "grade = 'NET_G3'"),
        ("true", "option", "ki67_percent > 2"),
        {"ki67_percent": 12, "grade": "NET_G2"},
    )
    assert told(verdict) == [[("grade", ["NET_G3"])]]


def test_sex_is_tried_last_and_marked() -> None:
    verdict = one_verdict(
        ("true", "recommended", "sex = 'female' or (rlt_planned and ki67_percent < 10)"),
        ("true", "recommended", "true"),
        {"sex": "male", "rlt_planned": False, "ki67_percent": 12},
    )
    (only,) = verdict.sets
    assert {change.fact for change in only.changes} == {"rlt_planned", "ki67_percent"}
    verdict = one_verdict(
        ("true", "recommended", "sex = 'female'"), ("true", "recommended", "true"), {"sex": "male"}
    )
    (only,) = verdict.sets
    assert [(c.fact, c.changeable) for c in only.changes] == [("sex", False)]


def test_a_document_that_takes_no_position_is_told_apart_from_judgement() -> None:
    base = small_base(
        [document("a", "true", [("recommended", "true", None)]), document("b", "true", [])]
    )
    facts = facts_of_values({}, base.knowledge, base.criteria)
    (pair,) = compare(assess(base, facts, ASKED))
    assert pair.agreement is Agreement.NOT_READ
    assert Deciding(base, facts).between([pair])[pair].outcome == "no_position"


# On the packaged knowledge --------------------------------------------------------------------


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[KnowledgeBase, Assessment]:
    path = tmp_path_factory.mktemp("patient") / "example.yaml"
    path.write_text(api.example_patient(), encoding="utf-8")
    base = api.base()
    return base, api.assess_record(api.read_patient(path, base), base, ASKED)


def test_ki67_decides_between_esmo_and_the_review(
    packaged: tuple[KnowledgeBase, Assessment],
) -> None:
    base, assessment = packaged
    wanted = {"esmo-2020", "review-gi-net-2025"}
    pairs = [
        pair
        for pair in compare(assessment)
        if set(pair.documents) == wanted
        and pair.option == "lu177_dotatate"
        and pair.intent == "tumour_control"
    ]
    (verdict,) = Deciding(base, assessment.facts).between(pairs).values()
    (found,) = verdict.sets
    assert found.position is Status.RECOMMENDED
    assert [change.fact for change in found.changes] == ["ki67_percent"]


def test_every_verdict_on_the_example_holds_when_assessed_anew(
    packaged: tuple[KnowledgeBase, Assessment],
) -> None:
    base, assessment = packaged
    pairs = compare(assessment)
    verdicts = Deciding(base, assessment.facts).between(pairs)
    choose = random.Random(3)
    with_facts: list[Pair] = [pair for pair in pairs if pair in verdicts and verdicts[pair].sets]
    for pair in choose.sample(with_facts, min(40, len(with_facts))):
        found = choose.choice(verdicts[pair].sets)
        changes = {change.fact: choose.choice(change.after) for change in found.changes}
        facts = facts_with(assessment.facts, changes, base.knowledge, base.criteria)
        after = assess(base, facts, ASKED)
        for name in pair.documents:
            cell = after.documents[name].cells[pair.option, pair.intent]
            assert cell.status is found.position, (pair.documents, pair.option, changes)


@pytest.mark.parametrize("functioning", [False, None])
def test_no_change_makes_a_patient_who_cannot_be(functioning: bool | None) -> None:
    """What is told to be so stays so in every set, unless the set changes that word itself."""
    base = api.base()
    told = {
        "primary_site": "pancreas", "differentiation": "well", "ki67_percent": 8,
        "mitoses_per_2mm2": 3, "stage": "metastatic", "resectability": "unresectable",
        "sstr_method": "PET", "sstr_result": "positive", "sstr_uptake_vs_liver": "above",
        "sstr_lesions_covered": "all", "sstr_negative_lesion_on_ct": False, "functioning": False,
        "progressed_on_ssa": True, "ssa_only_so_far": True, "received_ssa": True,
        "systemic_lines_prior": 1, "progression_radiological_recist": True,
    }  # fmt: skip
    if functioning is None:
        del told["functioning"]
    facts = facts_of_values(told, base.knowledge, base.criteria)
    pairs = [p for p in compare(assess(base, facts, ASKED)) if p.option == "lu177_dotatate"]
    checked = 0
    for verdict in Deciding(base, facts).between(pairs).values():
        for one in verdict.sets:
            changes = {change.fact: change.after[0] for change in one.changes}
            after = facts_with(facts, changes, base.knowledge, base.criteria)
            against = [n for n in told if n not in changes and after[n].conflict is not None]
            told_apart = [n for n in against if base.vocabulary[n].type == "boolean"]
            assert told_apart == [], (changes, one.position)
            checked += 1
    assert checked > 3
