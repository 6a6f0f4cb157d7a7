"""Why a criterion holds, does not hold or stays open: the criterion's own tree with its truths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gepnet.criteria.ast import And, Atom, Certain, Compare, IsKnown, Node, Not, Or, facts_of
from gepnet.criteria.interpret import Values, conjunction, disjunction, interpret, negation
from gepnet.vocabulary import Interval, Truth

# Atoms shared between many alternatives could give thousands of ways to settle a criterion; the
# shortest ones are carried on.
_ALTERNATIVES = 64


# A tuple, as hundreds are made for each patient and a dataclass takes three times as long.
class Explanation(NamedTuple):
    """A part of a criterion, its truth, and the parts that it is made of.

    ``open_facts`` is filled for atoms: the facts that could still change the truth of this one.
    """

    node: Node
    truth: Truth
    parts: tuple[Explanation, ...] = ()
    open_facts: tuple[str, ...] = ()

    def walk(self) -> Iterator[Explanation]:
        """Yield this part and everything below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def settled_by(self) -> tuple[Explanation, ...]:
        """The smallest set of atoms that alone gives this truth (for unknown: keeps it open)."""
        smallest = self._settling_sets()[0]
        return tuple(dict.fromkeys(atom for atom in self.walk() if atom in smallest))

    def _settling_sets(self) -> list[frozenset[Explanation]]:
        if not self.parts:
            return [frozenset([self])]
        if isinstance(self.node, Not | Certain):
            return self.parts[0]._settling_sets()
        same = [part._settling_sets() for part in self.parts if part.truth is self.truth]
        settling = isinstance(self.node, Or)
        if self.truth is settling:
            return _shortest(way for ways in same for way in ways)
        # A true conjunction needs all its parts, an open one all its open parts.
        joined = [frozenset[Explanation]()]
        for ways in same:
            joined = _shortest(done | way for done in joined for way in ways)
        return joined

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that could settle an open criterion; empty when it is settled."""
        return () if self.truth is not None else self._left_open()[1]

    @property
    def overturning(self) -> tuple[str, ...]:
        """The facts that could still change this truth, settled or not, once they are recorded."""
        return self._left_open()[1]

    @property
    def lasting(self) -> Truth:
        """The truth that no further knowledge can change; see ``algebra.Lasting``."""
        return self.for_good()[0]

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The facts that could still change the truth, settled or not."""
        return self.for_good()[1]

    def for_good(self, known: Lasts | None = None) -> tuple[Truth, tuple[str, ...]]:
        """Return ``lasting`` and ``unsettled``; criteria of one patient may share what is known."""
        found = None if known is None else known.get(id(self.node))
        if found is None:
            found = self._for_good(known)
            if known is not None:
                known[id(self.node)] = found
        return found

    def _for_good(self, known: Lasts | None) -> tuple[Truth, tuple[str, ...]]:
        if isinstance(self.node, Certain):
            return self.parts[0].for_good(known)
        if not self.parts:
            return (None if self.open_facts else self.truth), self.open_facts
        sides = [part.for_good(known) for part in self.parts]
        truth = _combine(self.node, [side for side, _ in sides])
        if truth is not None:
            return truth, ()
        return None, tuple(dict.fromkeys(name for _, names in sides for name in names))

    def _left_open(self) -> tuple[Truth, tuple[str, ...]]:
        """The truth that no further knowledge can change, or the facts that could change it.

        ``fact is null`` is true as long as nothing is recorded: settled today and still open.
        ``x is true`` is too, as long as ``x`` is unknown, but nothing is asked for its sake.
        """
        if isinstance(self.node, Certain):
            return (None if self.parts[0].truth is None else self.truth), ()
        if not self.parts:
            return (None if self.open_facts else self.truth), self.open_facts
        sides = [part._left_open() for part in self.parts]
        truth = _combine(self.node, [side for side, _ in sides])
        if truth is not None:
            return truth, ()
        return None, tuple(dict.fromkeys(name for _, names in sides for name in names))


def _shortest(ways: Iterable[frozenset[Explanation]]) -> list[frozenset[Explanation]]:
    """Return the ways from short to long, without those that contain another."""
    found: list[frozenset[Explanation]] = []
    for way in sorted(dict.fromkeys(ways), key=len):
        if not any(shorter <= way for shorter in found):
            found.append(way)
    return found[:_ALTERNATIVES]


# Of one patient, by the identity of the node, which the caller keeps alive: explanations, and what
# lasts of them with the facts that could still change them.
Memo = dict[int, Explanation]
Lasts = dict[int, tuple[Truth, tuple[str, ...]]]


def explain(node: Node, values: Values, memo: Memo | None = None) -> Explanation:
    """Evaluate a criterion and keep the truth of every part.

    Args:
        node: the criterion.
        values: of one patient.
        memo: shared by the criteria of one patient, so that a part which occurs in many of them
            is evaluated once.
    """
    known: Memo = {} if memo is None else memo
    found = known.get(id(node))
    if found is not None:
        return found
    parts: tuple[Explanation, ...] = ()
    open_facts: tuple[str, ...] = ()
    if isinstance(node, (And, Or)):
        # Most parts of a criterion are in others too: they are looked up without a call for each.
        parts = tuple([known.get(id(p)) or explain(p, values, known) for p in node.operands])
        combine = conjunction if isinstance(node, And) else disjunction
        truth = combine([part.truth for part in parts])
    elif isinstance(node, (Not, Certain)):
        parts = (explain(node.operand, values, known),)
        truth = _combine(node, [parts[0].truth])
    else:
        truth = interpret(node, values)
        open_facts = _open_facts(node, truth, values)
    found = known[id(node)] = Explanation(node, truth, parts, open_facts)
    return found


def _combine(node: Node, truths: list[Truth]) -> Truth:
    if isinstance(node, Not):
        return negation(truths[0])
    if isinstance(node, Certain):
        return truths[0] is True
    return conjunction(truths) if isinstance(node, And) else disjunction(truths)


def _open_facts(atom: Atom, truth: Truth, values: Values) -> tuple[str, ...]:
    if isinstance(atom, IsKnown):
        return () if truth else (atom.fact,)
    if truth is not None:
        return ()
    if isinstance(atom, Compare):
        found = ((term.fact, values.get(term.fact)) for term in atom.terms)
        return tuple(n for n, v in found if not (isinstance(v, Interval) and v.is_point))
    return facts_of(atom)
