"""Exactly at a limit: values that belong to neither side, and values that belong to both.

The limits are taken from the criteria themselves. The same patient is looked at three times, one
step of the fact's precision below the limit, at it and one step above; everything that follows from
the fact follows anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from gepnet.criteria import Compare, Node, Term, atoms
from gepnet.criteria.smt import neg, steps
from gepnet.guidelines.compiled import CompiledRecommendation
from gepnet.guidelines.positions import Holding
from gepnet.guidelines.verify.axioms import World
from gepnet.guidelines.verify.context import Context, none_of, sources, timed_out
from gepnet.guidelines.verify.findings import Finding, Region
from gepnet.guidelines.verify.prover import Answer, Part
from gepnet.guidelines.verify.regions import fewest, parts_of, texts, words
from gepnet.vocabulary import plain


@dataclass(frozen=True)
class Limit:
    """A number that a criterion of a document compares a fact with."""

    fact: str
    value: Decimal


class Thresholds:
    """Patients one step below, at and one step above a limit; made once for each fact."""

    def __init__(self, context: Context) -> None:
        """Start with none made."""
        self.context = context
        self._made: dict[str, tuple[World, World]] = {}

    def sides(self, fact: str) -> tuple[World, World]:
        """Return the same patient with a lower and with a higher value of a fact."""
        if fact not in self._made:
            axioms = self.context.prover.axioms
            worlds = tuple(axioms.varied([fact], f"@{fact}{side}") for side in ("-", "+"))
            for world in worlds:
                self.context.prover.add(world.axioms)
            self._made[fact] = (worlds[0], worlds[1])
        return self._made[fact]

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
        nodes = [h.recommendation.when for h in holdings] + [
            h.recommendation.when_broad for h in holdings if h.recommendation.when_broad is not None
        ]
        for limit in limits([document.scope, *nodes]):
            below = _bounded(holdings, limit, {"<", "<="})
            above = _bounded(holdings, limit, {">", ">="})
            yield from self._holes(name, limit, below, above)
            yield from self._double(name, limit, below, above)

    def _at(self, limit: Limit) -> list[Any] | None:
        """Return that the three patients lie around the limit; None at the end of a range."""
        fact = self.context.base.vocabulary[limit.fact]
        value = steps(fact, limit.value)
        assert fact.entry.range is not None
        if not fact.entry.range[0] < limit.value < fact.entry.range[1]:
            return None
        lower, higher = self.sides(limit.fact)
        return [
            self.context.prover.world.symbols[limit.fact].low == value,
            lower.symbols[limit.fact].low == value - 1,
            higher.symbols[limit.fact].low == value + 1,
        ]

    def _holes(
        self, name: str, limit: Limit, below: Sequence[Holding], above: Sequence[Holding]
    ) -> Iterator[Finding]:
        """Below the limit one recommendation applies, above it another, and at it neither."""
        prover = self.context.prover
        around = self._at(limit) if below and above else None
        if around is None:
            return
        document = self.context.documents[name]
        lower, higher = self.sides(limit.fact)
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
                if answer.verdict == "timed_out":
                    yield timed_out("hole", [name], [one.position.option], one.position.intent)
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
        around = self._at(limit) if below and above else None
        if around is None:
            return
        document = self.context.documents[name]
        lower, higher = self.sides(limit.fact)
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
                if answer.verdict == "timed_out":
                    yield timed_out("double", [name], [one.position.option], one.position.intent)
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
            for part in parts_of([(item.when_broad or item.when, True)])
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


def _bounded(holdings: Sequence[Holding], limit: Limit, operators: set[str]) -> list[Holding]:
    """Return the recommendations in which the limit is a bound of a kind."""
    found = []
    for holding in holdings:
        item = holding.recommendation
        nodes = [item.when] if item.when_broad is None else [item.when, item.when_broad]
        if any(
            isinstance(atom, Compare)
            and len(atom.terms) == 1
            and atom.terms[0].fact == limit.fact
            and atom.constant == limit.value
            and atom.operator in operators
            for node in nodes
            for atom in atoms(node)
        ):
            found.append(holding)
    return found


__all__ = ["Limit", "Thresholds", "limits", "thresholds"]
