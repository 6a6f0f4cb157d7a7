"""An explanation names what settles a criterion and what could settle an open one, no more."""

from collections.abc import Mapping
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet.criteria import (
    And,
    Certain,
    Compare,
    Holds,
    IsKnown,
    Node,
    Not,
    Or,
    atoms,
    conjunction,
    disjunction,
    explain,
    facts_of,
    interpret,
    walk,
)
from gepnet.criteria.ast import Atom, children
from gepnet.criteria.interpret import Values, negation
from gepnet.criteria.parse import parse
from gepnet.criteria.text import to_text
from gepnet.vocabulary import Interval, Truth
from tests.criteria import spec
from tests.criteria.random_criteria import Maker, names_unresolved

makers = st.builds(lambda seed: Maker(Random(seed), spec.vocabulary()), st.integers(0, 2**40))
CRITERIA = 20


def settled(criterion: str, **written: object) -> list[str]:
    node = parse(criterion, spec.vocabulary())
    return [to_text(part.node) for part in explain(node, spec.values(written)).settled_by]


def missing(criterion: str, **written: object) -> tuple[str, ...]:
    node = parse(criterion, spec.vocabulary())
    return explain(node, spec.values(written)).missing


def with_atoms(node: Node, truths: Mapping[Atom, Truth]) -> Truth:
    """The truth of a criterion of whose atoms only some are known."""
    match node:
        case Not(operand):
            return negation(with_atoms(operand, truths))
        case And(operands):
            return conjunction(with_atoms(operand, truths) for operand in operands)
        case Or(operands):
            return disjunction(with_atoms(operand, truths) for operand in operands)
    return truths.get(node)


# The tree ----------------------------------------------------------------------------------------


@given(makers)
def test_every_part_carries_its_own_truth(make: Maker) -> None:
    for _ in range(CRITERIA):
        node, values = make.criterion(), make.patient()
        for part in explain(node, values).walk():
            assert part.truth is interpret(part.node, values), to_text(part.node)


@given(makers)
def test_remembering_shared_parts_changes_nothing(make: Maker) -> None:
    values, memo = make.patient(), {}
    shared = [make.criterion(1) for _ in range(4)]
    nodes = [kind((one, other)) for kind in (And, Or) for one in shared for other in shared]
    for node in nodes:
        assert explain(node, values, memo) == explain(node, values)


# What settles it ---------------------------------------------------------------------------------


def test_one_false_part_settles_a_conjunction() -> None:
    assert settled("progressed and symptomatic", progressed=True, symptomatic=False) == [
        "symptomatic"
    ]


def test_all_parts_settle_a_true_conjunction() -> None:
    assert settled("progressed and symptomatic", progressed=True, symptomatic=True) == [
        "progressed",
        "symptomatic",
    ]


def test_the_shortest_of_several_reasons_is_given() -> None:
    criterion = "(progressed and symptomatic) or resectable"
    assert settled(criterion, progressed=True, symptomatic=True, resectable=True) == ["resectable"]


def test_a_reason_that_serves_two_parts_is_preferred() -> None:
    criterion = "(progressed or symptomatic) and (symptomatic or resectable)"
    assert settled(criterion, progressed=True, symptomatic=True, resectable=True) == ["symptomatic"]


def test_open_parts_keep_a_criterion_open() -> None:
    criterion = "progressed and symptomatic and (resectable or received_prrt)"
    assert settled(criterion, progressed=True, resectable=False) == ["symptomatic", "received_prrt"]


def _is_open_by_a_record(node: Node) -> bool:
    """Whether ``x is true`` stands over a question whether something is recorded.

    What keeps ``x`` open is then also what is recorded, and leaving that out settles ``x``.
    """
    certain = (part for part in walk(node) if isinstance(part, Certain))
    return any(isinstance(part, IsKnown) for one in certain for part in walk(one))


@settings(max_examples=200)
@given(makers)
def test_what_settles_a_truth_suffices_without_every_other_fact(make: Maker) -> None:
    for _ in range(CRITERIA):
        node, values = make.criterion(), make.patient()
        explanation = explain(node, values)
        if explanation.truth is None or _is_open_by_a_record(node):
            continue
        kept = {name for part in explanation.settled_by for name in facts_of(part.node)}
        few = {name: value for name, value in values.items() if name in kept}
        assert interpret(node, few) is explanation.truth, to_text(node)


@settings(max_examples=200)
@given(makers)
def test_no_smaller_set_of_atoms_settles_it(make: Maker) -> None:
    for _ in range(CRITERIA):
        node, values = make.criterion(3), make.patient()
        explanation = explain(node, values)
        every = atoms(node)
        if explanation.truth is None or len(every) > 7:
            continue
        truths = {atom: interpret(atom, values) for atom in every}
        count = len(explanation.settled_by)
        for fewer in combinations(every, count - 1):
            chosen = {atom: truths[atom] for atom in fewer}
            assert with_atoms(node, chosen) is not explanation.truth, to_text(node)


@given(makers)
def test_only_open_atoms_keep_a_criterion_open(make: Maker) -> None:
    for _ in range(CRITERIA):
        explanation = explain(make.criterion(), make.patient())
        if explanation.truth is None:
            assert explanation.settled_by
            assert all(part.truth is None for part in explanation.settled_by)


# What is missing ---------------------------------------------------------------------------------


def test_a_settled_criterion_lacks_nothing() -> None:
    assert missing("progressed and symptomatic", progressed=False) == ()


def test_open_facts_are_listed_in_reading_order() -> None:
    assert missing("symptomatic and (progressed or resectable)") == (
        "symptomatic",
        "progressed",
        "resectable",
    )


def test_a_fact_that_no_longer_matters_is_not_missing() -> None:
    criterion = "symptomatic and (progressed or resectable)"
    assert missing(criterion, progressed=True) == ("symptomatic",)


def test_a_range_across_the_threshold_is_missing_its_exact_value() -> None:
    assert missing("ki67_percent < 10", ki67_percent="5-15") == ("ki67_percent",)


def test_a_value_that_leaves_two_meanings_is_missing_its_resolution() -> None:
    criterion = "primary_site = 'duodenum_distal'"
    assert missing(criterion, primary_site="duodenum_unspecified") == ("primary_site",)


def test_the_known_part_of_a_sum_is_not_missing() -> None:
    criterion = "bilirubin_direct_mg_dl + bilirubin_indirect_mg_dl > 1"
    assert missing(criterion, bilirubin_direct_mg_dl=0.5) == ("bilirubin_indirect_mg_dl",)


def test_a_fact_asked_only_whether_it_is_known_can_settle_an_open_criterion() -> None:
    # "resectable is null" is true today; recording resectability would settle the whole as false.
    assert missing("progressed and resectable is null") == ("progressed", "resectable")
    assert missing("progressed or resectable is not null") == ("progressed", "resectable")


def test_nothing_is_asked_for_the_sake_of_what_only_has_to_be_certain() -> None:
    assert missing("progressed and resectable is not false") == ("progressed",)
    assert missing("progressed or resectable is true") == ("progressed",)


@settings(max_examples=300)
@given(makers)
def test_no_fact_beside_the_missing_ones_can_settle_an_open_criterion(make: Maker) -> None:
    vocabulary = spec.vocabulary()
    for _ in range(CRITERIA):
        node, values = make.criterion(), make.patient()
        lacking = explain(node, values).missing
        if interpret(node, values) is not None or names_unresolved(list(walk(node)), vocabulary):
            continue
        if any(isinstance(part, Certain) for part in walk(node)):
            continue  # of what is certain today nothing is asked
        refined = make.refined(values)
        others = {name: value for name, value in refined.items() if name not in lacking}
        kept = {name: value for name, value in values.items() if name in lacking}
        assert set(others) | set(kept) <= set(vocabulary)
        assert interpret(node, {**others, **kept}) is None, to_text(node)


@settings(max_examples=300)
@given(makers)
def test_knowing_every_missing_fact_settles_the_criterion(make: Maker) -> None:
    vocabulary = spec.vocabulary()
    for _ in range(CRITERIA):
        node, values = make.criterion(), make.patient()
        explanation = explain(node, values)
        known = {n: make.precise(vocabulary[n], values.get(n)) for n in explanation.missing}
        assert interpret(node, {**values, **known}) is not None, to_text(node)


@given(makers)
def test_a_missing_fact_is_never_one_that_is_exactly_known(make: Maker) -> None:
    for _ in range(CRITERIA):
        node, values = make.criterion(), make.patient()
        for name in explain(node, values).missing:
            value = values.get(name)
            assert value is None or not isinstance(value, bool)
            assert not (isinstance(value, Interval) and value.is_point)


def test_each_missing_fact_of_a_criterion_without_repetition_can_settle_something() -> None:
    # Where no fact occurs twice, some further knowledge makes each listed fact the decisive one.
    make = Maker(Random(5), spec.vocabulary())
    checked = 0
    while checked < 200:
        node, values = make.criterion(2), make.patient()
        named = [n for part in walk(node) if not children(part) for n in facts_of(part)]
        lacking = explain(node, values).missing
        if len(named) > len(set(named)) or not lacking or any(map(is_sum, atoms(node))):
            continue
        if any(isinstance(part, Certain) for part in walk(node)):
            continue
        checked += 1
        for name in lacking:
            assert can_decide(make, node, values, lacking, name), f"{to_text(node)}: {name}"


def is_sum(atom: Atom) -> bool:
    return isinstance(atom, Compare) and len(atom.terms) > 1


def can_decide(
    make: Maker, node: Node, values: Values, lacking: tuple[str, ...], name: str
) -> bool:
    vocabulary = spec.vocabulary()
    for _ in range(400):
        known = {n: make.precise(vocabulary[n], values.get(n)) for n in lacking}
        # The other missing facts become known or stay as they are.
        others = {n: v for n, v in known.items() if n != name and make.random.random() < 0.7}
        before = {**values, **others}
        if interpret(node, before) is not interpret(node, {**before, name: known[name]}):
            return True
    return False


def test_an_atom_alone_explains_itself() -> None:
    explanation = explain(Holds("progressed"), {"progressed": True})
    assert explanation.settled_by == (explanation,)
    assert explanation.missing == ()
