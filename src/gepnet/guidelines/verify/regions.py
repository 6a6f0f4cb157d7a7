"""Regions of patients by the fewest facts, from the criteria themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gepnet.criteria import And, Compare, Holds, Node, Not, OneOf, Or, Term, atoms, facts_of
from gepnet.criteria.ast import FLIPPED, Always
from gepnet.criteria.prose import prose
from gepnet.criteria.smt import is_true, neg
from gepnet.criteria.text import to_text
from gepnet.facts import needed_for
from gepnet.guidelines.verify.prover import Part, Patients, Prover
from gepnet.vocabulary import Interval, Value, Vocabulary


def parts_of(wanted: Iterable[Part]) -> list[Part]:
    """Return criteria taken apart: a true "and" and a false "or" are all of their parts."""
    found: dict[Part, None] = {}

    def take(node: Node, truth: bool) -> None:
        match node:
            case Not(operand):
                take(operand, not truth)
            case And(operands) if truth:
                for operand in operands:
                    take(operand, True)
            case Or(operands) if not truth:
                for operand in operands:
                    take(operand, False)
            case Always(value) if value is truth:
                pass
            case _:
                found[node, truth] = None

    for node, truth in wanted:
        take(node, truth)
    return list(found)


def fewest(prover: Prover, wanted: Sequence[Part], also: Sequence[Part] = ()) -> list[Part]:
    """Return the parts that say the same as all: those that follow from the others are dropped.

    Args:
        prover: of the axioms.
        wanted: criteria that make up the region.
        also: criteria that the region needs as well, kept only where they do not follow.
    """
    core, extra = parts_of(wanted), parts_of(also)
    kept = [*core, *(part for part in extra if part not in core)]
    # What is said with most words goes first, and the exclusions before the criteria themselves.
    order = sorted(kept, key=lambda part: (part in core, -len(atoms(part[0]))))
    for part in order:
        rest = [other for other in kept if other != part]
        if prover.ask([*map(prover.holds, rest), prover.fails(part)]).verdict == "none":
            kept = rest
    for part in list(kept):
        rest = [other for other in kept if other != part]
        kept = [_shorter(prover, part, rest) if other == part else other for other in kept]
    return _sorted(parts_of(kept), prover.world.vocabulary)


def _shorter(prover: Prover, part: Part, rest: Sequence[Part]) -> Part:
    """Leave out of "not (a and b)" what the rest says anyway: with a certain, "not b" is left."""
    node, truth = part
    bare, flipped = (node.operand, True) if isinstance(node, Not) else (node, False)
    holds = truth is not flipped
    if not (isinstance(bare, And) and not holds) and not (isinstance(bare, Or) and holds):
        return part
    context = [*map(prover.holds, rest)]
    kept = [
        operand
        for operand in bare.operands
        # A part that the rest makes true cannot be what fails; likewise for "or".
        if prover.ask([*context, prover.fails((operand, not holds))]).verdict != "none"
    ]
    if not kept or len(kept) == len(bare.operands):
        return part
    return (kept[0] if len(kept) == 1 else type(bare)(tuple(kept)), holds)


def implicant(prover: Prover, patients: Patients, of: Sequence[Node], claim: Any) -> list[Part]:
    """Return the fewest atoms, as they are in one patient, that make ``claim`` hold by themselves.

    Args:
        prover: of the axioms.
        patients: of whom the claim holds.
        of: criteria from whose atoms the region may be described.
        claim: a formula.
    """
    literals: list[Part] = []
    names = [name for node in of for name in facts_of(node)]
    model = patients.simplest(needed_for(names, prover.axioms.base.criteria), [])
    if model is None:
        return []
    for atom in dict.fromkeys(atom for node in of for atom in atoms(node)):
        pair = prover.world.truth(atom)
        for truth, part in ((True, pair.true), (False, pair.false)):
            if part is not True and is_true(model, part):
                literals.append((atom, truth))
    core = prover.core([prover.holds(part) for part in literals], [neg(claim)])
    kept = literals if core is None else [literals[place] for place in core]
    return _sorted(kept, prover.world.vocabulary)


def _sorted(parts: Iterable[Part], vocabulary: Vocabulary) -> list[Part]:
    def key(part: Part) -> tuple[int, int]:
        node = _plain(part)
        lower = isinstance(node, Compare) and node.operator in {">", ">="}
        names = facts_of(part[0])
        return (vocabulary.order(names[0]) if names else -1, 0 if lower else 1)

    return sorted(parts, key=key)


def _plain(part: Part) -> Node:
    """Return a part as one criterion that is to be true."""
    node, truth = part
    if truth:
        return node
    if isinstance(node, Compare) and node.operator != "=":
        return Compare(node.terms, FLIPPED[node.operator], node.constant)
    return Not(node)


def texts(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return a region in the criteria language, a criterion for each part."""
    return tuple(to_text(node if truth else Not(node)) for node, truth in parts)


def words(parts: Sequence[Part], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return a region as readable facts; bounds on one number and values of one fact together."""
    nodes = _together([_positive(part, vocabulary) for part in parts], vocabulary)
    return tuple(prose(node, vocabulary) for node in nodes)


def _positive(part: Part, vocabulary: Vocabulary) -> Node:
    node, truth = part
    if not truth and isinstance(node, Compare):
        facts = [vocabulary.get(term.fact) for term in node.terms]
        if any(f is not None and f.entry.absence == "not_applicable" for f in facts):
            return Not(node)
    return _plain(part)


def _together(nodes: list[Node], vocabulary: Vocabulary) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else None
        if (
            isinstance(node, Compare)
            and isinstance(last, Compare)
            and last.terms == node.terms
            and last.operator in {">", ">="}
            and node.operator in {"<", "<="}
        ):
            closed = {last.operator, node.operator} == {">=", "<="}
            exact = closed and last.constant == node.constant
            found[-1] = Compare(node.terms, "=", node.constant) if exact else And((last, node))
        elif _excludes(node) and _excludes(last) and facts_of(node) == facts_of(last):  # type: ignore[arg-type]
            fact = vocabulary[facts_of(node)[0]]
            values = {*last.operand.values, *node.operand.values}  # type: ignore[union-attr]
            left = tuple(v for v in fact.values if v in values)
            found[-1] = Not(OneOf(fact.id, left))
        else:
            found.append(node)
    return found


def _excludes(node: Node | None) -> bool:
    return isinstance(node, Not) and isinstance(node.operand, OneOf)


def deciding_facts(parts: Iterable[Part]) -> tuple[str, ...]:
    """Return the facts that some parts of a region are about."""
    return tuple(dict.fromkeys(name for node, _ in parts for name in facts_of(node)))


def stated(name: str, value: Value) -> list[Part]:
    """Return that a fact has an exact value; nothing where it is unknown or does not apply."""
    match value:
        case bool():
            return [(Holds(name), value)]
        case str():
            return [(OneOf(name, (value,)), True)]
        case Interval() if value.is_point:
            return [(Compare((Term(name),), "=", value.low), True)]
    return []
