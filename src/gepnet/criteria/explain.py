"""Why a criterion holds, does not hold or stays open: the criterion's own tree with its truths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gepnet.criteria.ast import And, Node, Not, Or, children, facts_of
from gepnet.criteria.interpret import Values, conjunction, disjunction, interpret, negation
from gepnet.vocabulary import Truth


@dataclass(frozen=True, slots=True)
class Explanation:
    """A part of a criterion, its truth, and the parts that it is made of."""

    node: Node
    truth: Truth
    parts: tuple[Explanation, ...] = ()

    def walk(self) -> Iterator[Explanation]:
        """Yield this part and everything below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def settled_by(self) -> tuple[Explanation, ...]:
        """The smallest set of atoms that alone gives this truth (for unknown: keeps it open)."""
        if not self.parts:
            return (self,)
        deciding = self._deciding_parts()
        return tuple(dict.fromkeys(atom for part in deciding for atom in part.settled_by))

    def _deciding_parts(self) -> tuple[Explanation, ...]:
        settling = False if isinstance(self.node, And) else True
        if isinstance(self.node, Not) or self.truth is not settling:
            # A true conjunction needs all its parts, an open one all its open parts.
            return tuple(part for part in self.parts if part.truth is self._wanted)
        same = [part for part in self.parts if part.truth is settling]
        return (min(same, key=lambda part: len(part.settled_by)),)

    @property
    def _wanted(self) -> Truth:
        return negation(self.truth) if isinstance(self.node, Not) else self.truth

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that could settle an open criterion; empty when it is settled."""
        if self.truth is not None:
            return ()
        if not self.parts:
            return facts_of(self.node)
        names = (name for part in self.parts if part.truth is None for name in part.missing)
        return tuple(dict.fromkeys(names))


def explain(node: Node, values: Values) -> Explanation:
    """Evaluate a criterion and keep the truth of every part."""
    parts = tuple(explain(child, values) for child in children(node))
    truths = [part.truth for part in parts]
    match node:
        case Not():
            truth = negation(truths[0])
        case And():
            truth = conjunction(truths)
        case Or():
            truth = disjunction(truths)
        case _:
            truth = interpret(node, values)
    return Explanation(node, truth, parts)
