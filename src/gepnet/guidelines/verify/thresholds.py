"""Exactly at a limit: values that belong to neither side, and values that belong to both.

The limits are taken from the criteria themselves. The same patient is looked at three times, one
step of the fact's precision below the limit, at it and one step above; everything that follows from
the fact follows anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from gepnet.criteria import Compare, atoms
from gepnet.criteria.smt import neg
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.positions import Holding, document_positions
from gepnet.guidelines.verify.context import Context, none_of
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.limits import ABOVE, BELOW, Limit, limits
from gepnet.guidelines.verify.once import once
from gepnet.guidelines.verify.prover import Answer, Part
from gepnet.guidelines.verify.regions import parts_of


@once
def met(base: KnowledgeBase, name: str) -> dict[Limit, list[tuple[Holding, Holding]]]:
    """Return the limits of a document at which two of its recommendations meet, with these."""
    stands = document_positions(base).of_document(name)
    holdings = list(
        {
            (h.id, h.position.option): h
            for stand in stands
            for h in stand.holdings
            if h.position.option in stand.options
        }.values()
    )
    rules = [holding.recommendation for holding in holdings]
    nodes = [*(rule.when for rule in rules), *(n for rule in rules for n in rule.nodes[1:])]
    scopes = [stand.document.scope for stand in stands[:1]]
    found = {}
    for limit in limits([*scopes, *nodes], base.vocabulary):
        below, above = (
            [h for h in holdings if limit.is_bound_in(h.recommendation.nodes, operators)]
            for operators in (BELOW, ABOVE)
        )
        pairs = [
            (one, other)
            for one, other in product(below, above)
            if one.position.intent == other.position.intent
        ]
        if pairs:
            found[limit] = pairs
    return found


def thresholds(
    context: Context, limit: Limit, pairs: Iterable[tuple[Holding, Holding]]
) -> Iterator[Finding]:
    """Yield the holes and the double coverage of a document at one limit; see ``met``."""
    edges = [_Edge(context, limit, *pair) for pair in pairs]
    told: set[tuple[str, str]] = set()
    for edge in edges:
        if (edge.one.id, edge.other.id) not in told:
            found = list(edge.hole())
            if any(finding.verdict == "found" for finding in found):
                told.add((edge.one.id, edge.other.id))
            yield from found
    for edge in edges:
        if edge.one.id != edge.other.id:
            yield from edge.double()


@dataclass(frozen=True)
class _Edge:
    """Two recommendations of one document that meet at a limit: one is below it, one above."""

    context: Context
    limit: Limit
    one: Holding
    other: Holding

    @property
    def _scope(self) -> Part:
        return self.context.documents[self.one.recommendation.owner].scope, True

    def _draft(self, kind: str) -> Draft:
        options = tuple(dict.fromkeys(h.position.option for h in (self.one, self.other)))
        about = (self.one.recommendation.owner,), options, self.one.position.intent
        draft = Draft(self.context, kind, *about, most=2)
        draft.rest_on(self.one.recommendation, self.other.recommendation)
        return draft

    def hole(self) -> Iterator[Finding]:
        """Below the limit the one applies, above it the other, and at it neither."""
        lower, higher, around = self.context.around(self.limit)
        first, second = self.one.recommendation, self.other.recommendation
        world, draft = self.context.prover.world, self._draft("hole")
        # A side may be one that the text leaves open: what counts is that the limit itself is on
        # no side in any reading.
        here = [*around, *(w.true(self._scope[0]) for w in (world, lower, higher))]
        here += [world.applies(rule).false for rule in (first, second)]
        from_below = neg(lower.applies(first).false)
        from_above = neg(higher.applies(second).false)
        answers = [(draft.ask([], *here, from_below, from_above), first)]
        if not answers[0][0].found and self.one.position.option == self.other.position.option:
            # No patient is on both sides, as the two differ in more than this fact; still the limit
            # is on none of them.
            answers = [
                (draft.ask([], *here, from_below), first),
                (draft.ask([], *here, from_above), second),
            ]
        if all(answer.found for answer, _ in answers):
            for answer, rule in answers:
                rest = [
                    part
                    for part in parts_of([(rule.broadest, True)])
                    if not any(
                        isinstance(atom, Compare) and atom.terms[0].fact == self.limit.fact
                        for atom in atoms(part[0])
                    )
                ]
                self._show(draft, answer, rest, none_of([self.one, self.other]))
        yield from self._done(draft, "nothing", "belongs to neither side")

    def double(self) -> Iterator[Finding]:
        """Below only the one, above only the other, and exactly at the limit both."""
        lower, higher, around = self.context.around(self.limit)
        first, second = self.one.recommendation, self.other.recommendation
        world, draft = self.context.prover.world, self._draft("double")
        answer = draft.ask(
            [],
            *around,
            *(w.true(self._scope[0]) for w in (world, lower, higher)),
            lower.true(first.when),
            lower.applies(second).false,
            higher.applies(first).false,
            higher.true(second.when),
            world.true(first.when),
            world.true(second.when),
        )
        if answer.found:
            self._show(draft, answer, [(first.when, True), (second.when, True)], [])
        yield from self._done(draft, "both", "belongs to both sides")

    def _show(self, draft: Draft, answer: Answer, rest: list[Part], also: list[Part]) -> None:
        """Show a patient at the limit, if possible one of whom the rest is true as well."""
        least = [self._scope, self.limit.equals]
        wanted = [self._scope, *rest, self.limit.equals]
        ids = [self.one.id, self.other.id]
        draft.show_at(self.limit, answer, wanted, least, ids, also=also)

    def _done(self, draft: Draft, told: str, said: str) -> Iterator[Finding]:
        names = self.one.recommendation.entry.id, self.other.recommendation.entry.id
        yield from draft.done_at(self.limit, told, said, names, "/".join(names))
