"""Exactly at a limit: values that belong to neither side, and values that belong to both.

The limits are taken from the criteria themselves. The same patient is looked at three times, one
step of the fact's precision below the limit, at it and one step above; everything that follows from
the fact follows anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from weakref import WeakKeyDictionary

from gepnet.criteria import Compare, Node, Term, atoms
from gepnet.criteria.smt import Formula, neg, steps
from gepnet.guidelines.compiled import CompiledRecommendation
from gepnet.guidelines.positions import Holding
from gepnet.guidelines.verify.axioms import World
from gepnet.guidelines.verify.context import Context, none_of, sources, unfinished
from gepnet.guidelines.verify.findings import Finding, Region
from gepnet.guidelines.verify.prover import Answer, Part, Prover
from gepnet.guidelines.verify.regions import fewest, parts_of, texts, words
from gepnet.vocabulary import plain

BELOW, ABOVE = frozenset({"<", "<="}), frozenset({">", ">="})


@dataclass(frozen=True)
class Limit:
    """A number that a criterion of a document compares a fact with."""

    fact: str
    value: Decimal


class Around:
    """One patient a step below, at and a step above a limit; made once for each fact."""

    def __init__(self, prover: Prover) -> None:
        """Start with none made."""
        self._prover = prover
        self._made: dict[str, tuple[World, World]] = {}

    def sides(self, limit: Limit) -> tuple[World, World, list[Formula]]:
        """Return the worlds of a lower and a higher value, and that the limit is between them."""
        fact, prover = limit.fact, self._prover
        if fact not in self._made:
            lower, higher = (prover.axioms.varied([fact], f"@{fact}{side}") for side in "-+")
            for world in (lower, higher):
                prover.add(world.axioms)
            self._made[fact] = lower, higher
        lower, higher = self._made[fact]
        value = steps(prover.world.vocabulary[fact], limit.value)
        places = ((prover.world, value), (lower, value - 1), (higher, value + 1))
        return lower, higher, [world.symbols[fact].low == at for world, at in places]


class Thresholds:
    """Holes and double coverage at the limits that a document names."""

    def __init__(self, context: Context) -> None:
        """Start with nothing asked."""
        self.context = context
        self._around = Around(context.prover)

    def of(self, name: str) -> Iterator[Finding]:
        """Yield the holes and the double coverage of a document."""
        document = self.context.documents[name]
        holdings = list(
            {
                (h.id, h.position.option): h
                for stand in self.context.positions.of_document(name)
                for h in stand.holdings
                if h.position.option in stand.options
            }.values()
        )
        nodes = [node for h in holdings for node in h.recommendation.nodes]
        for limit in limits([document.scope, *nodes]):
            ends = self.context.base.vocabulary[limit.fact].entry.range
            below = _bounded(holdings, limit, BELOW)
            above = _bounded(holdings, limit, ABOVE)
            if below and above and ends is not None and ends[0] < limit.value < ends[1]:
                yield from self._holes(name, limit, below, above)
                yield from self._double(name, limit, below, above)

    def _holes(
        self, name: str, limit: Limit, below: Sequence[Holding], above: Sequence[Holding]
    ) -> Iterator[Finding]:
        """Below the limit one recommendation applies, above it another, and at it neither."""
        prover = self.context.prover
        document = self.context.documents[name]
        lower, higher, around = self._around.sides(limit)
        told: set[tuple[str, str]] = set()
        for one in below:
            for other in above:
                if one.position.intent != other.position.intent:
                    continue
                first, second = one.recommendation, other.recommendation
                if (one.id, other.id) in told:
                    continue
                # A side may be one that the text leaves open: what counts is that the limit itself
                # is on no side in any reading.
                here = [*around, *(w.true(document.scope) for w in (prover.world, lower, higher))]
                here += [prover.world.applies(item).false for item in (first, second)]
                from_below = neg(lower.applies(first).false)
                from_above = neg(higher.applies(second).false)
                answer = prover.ask([*here, from_below, from_above])
                yield from unfinished(
                    answer, "hole", [name], [one.position.option], one.position.intent
                )
                answers = [(answer, first)]
                if not answer.found:
                    # No patient is on both sides, as the two differ in more than this fact; still
                    # the limit is on none of them.
                    if one.position.option != other.position.option:
                        continue
                    answers = [
                        (prover.ask([*here, from_below]), first),
                        (prover.ask([*here, from_above]), second),
                    ]
                    if not all(each.found for each, _ in answers):
                        continue
                finding = self._finding("hole", name, limit, [one, other], answers)
                if finding is not None:
                    told.add((one.id, other.id))
                    yield finding

    def _double(
        self, name: str, limit: Limit, below: Sequence[Holding], above: Sequence[Holding]
    ) -> Iterator[Finding]:
        """Below only the one, above only the other, and exactly at the limit both."""
        prover = self.context.prover
        document = self.context.documents[name]
        lower, higher, around = self._around.sides(limit)
        for one in below:
            for other in above:
                if one.position.intent != other.position.intent or one.id == other.id:
                    continue
                first, second = one.recommendation, other.recommendation
                answer = prover.ask(
                    [
                        *around,
                        *(w.true(document.scope) for w in (prover.world, lower, higher)),
                        lower.true(first.when),
                        lower.applies(second).false,
                        higher.applies(first).false,
                        higher.true(second.when),
                        prover.world.true(first.when),
                        prover.world.true(second.when),
                    ]
                )
                yield from unfinished(
                    answer, "double", [name], [one.position.option], one.position.intent
                )
                if not answer.found:
                    continue
                finding = self._finding("double", name, limit, [one, other], [(answer, second)])
                if finding is not None:
                    yield finding

    def _finding(
        self,
        kind: str,
        name: str,
        limit: Limit,
        held: Sequence[Holding],
        answers: Sequence[tuple[Answer, CompiledRecommendation]],
    ) -> Finding | None:
        context = self.context
        vocabulary = context.base.vocabulary
        regions = []
        for answer, item in answers:
            wanted, also = self._parts(kind, name, limit, held, item)
            shown = context.ask([*wanted, *also])
            if not shown.found:
                shown, wanted = answer, [(context.documents[name].scope, True), self._equals(limit)]
            assert shown.model is not None
            parts = fewest(context.prover, wanted, also)
            witness = context.witnesses.smallest(shown.model, [*wanted, *also], keep=[limit.fact])
            if witness is None:
                context.prover.tally.refused.append(f"{kind} {name} {limit.fact} {limit.value}")
                continue
            ids = tuple(h.id for h in held)
            regions.append(Region(texts(parts), words(parts, vocabulary), witness, ids))
        if not regions:
            return None
        said = "belongs to neither side" if kind == "hole" else "belongs to both sides"
        first, second = (h.recommendation.entry.id for h in held)
        value = plain(limit.value)
        return Finding(
            kind,
            (name,),
            tuple(dict.fromkeys(h.position.option for h in held)),
            held[0].position.intent,
            {name: "nothing at the limit" if kind == "hole" else "both at the limit"},
            tuple(regions),
            sources(held),
            (limit.fact,),
            detail=f"{vocabulary[limit.fact].entry.label} of exactly {value} {said}: "
            f"{first} below, {second} above",
            about=f"{limit.fact}={value}/{first}/{second}",
        )

    def _parts(
        self,
        kind: str,
        name: str,
        limit: Limit,
        held: Sequence[Holding],
        item: CompiledRecommendation,
    ) -> tuple[list[Part], list[Part]]:
        """Return what a patient at the limit is like, and what does not apply to him.

        In a hole that is a criterion without its limit on the fact; on double coverage both.
        """
        scope = (self.context.documents[name].scope, True)
        if kind == "double":
            both = [(h.recommendation.when, True) for h in held]
            return [scope, *both, self._equals(limit)], []
        rest = [
            part
            for part in parts_of([(item.broadest, True)])
            if not any(_compares(atom, limit.fact) for atom in atoms(part[0]))
        ]
        return [scope, *rest, self._equals(limit)], none_of(held)

    @staticmethod
    def _equals(limit: Limit) -> Part:
        return Compare((Term(limit.fact),), "=", limit.value), True


def _compares(atom: Node, fact: str) -> bool:
    return isinstance(atom, Compare) and atom.terms[0].fact == fact


_made: WeakKeyDictionary[Context, Thresholds] = WeakKeyDictionary()


def thresholds(context: Context, name: str) -> Iterator[Finding]:
    """Yield the holes and the double coverage of a document; see ``Thresholds``."""
    if context not in _made:
        _made[context] = Thresholds(context)
    yield from _made[context].of(name)


def limits(nodes: Sequence[Node]) -> list[Limit]:
    """Return every number that one fact alone is compared with, each once."""
    found: dict[Limit, None] = {}
    for node in nodes:
        for atom in atoms(node):
            if not isinstance(atom, Compare) or len(atom.terms) > 1 or atom.operator == "=":
                continue
            if atom.terms[0].factor == 1:
                found[Limit(atom.terms[0].fact, atom.constant)] = None
    return list(found)


def is_bound(node: Node, limit: Limit, operators: Collection[str]) -> bool:
    """Whether a limit is a bound of one kind in a criterion."""
    return any(
        isinstance(atom, Compare)
        and atom.terms == (Term(limit.fact),)
        and atom.constant == limit.value
        and atom.operator in operators
        for atom in atoms(node)
    )


def _bounded(
    holdings: Sequence[Holding], limit: Limit, operators: Collection[str]
) -> list[Holding]:
    """Return the recommendations in which the limit is a bound of a kind."""
    return [
        holding
        for holding in holdings
        if any(is_bound(node, limit, operators) for node in holding.recommendation.nodes)
    ]


__all__ = ["ABOVE", "BELOW", "Around", "Limit", "Thresholds", "is_bound", "limits", "thresholds"]
