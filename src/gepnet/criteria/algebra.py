"""Criteria over any engine: what an engine offers, and the one walk of a tree.

Columns of many patients (Polars, SQL), bit sets of the variants of one patient and formulas of a
solver are engines: each has truths of its own kind and Kleene's logic on them. Whatever is said
over ``Logic`` and ``PairLogic`` is said once for all of them. The reference,
``gepnet.criteria.interpret``, stays apart, as every engine is tested against it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from gepnet.criteria.ast import Always, And, Atom, Certain, IsKnown, Node, Not, Operator, Or, walk
from gepnet.vocabulary import Truth

T = TypeVar("T")
B = TypeVar("B")
C = TypeVar("C")
K = TypeVar("K", bound=Hashable)


class Logic(Protocol[T]):
    """Kleene's logic in the terms of an engine."""

    def literal(self, value: Truth) -> T:
        """Return a truth as a constant."""

    def atom(self, node: Atom) -> T:
        """Return the truth of an atom."""

    def negate(self, truth: T) -> T:
        """Return Kleene's not."""

    def certainly(self, truth: T) -> T:
        """Return whether a truth is true, with unknown as false."""

    def every(self, truths: Sequence[T]) -> T:
        """Return Kleene's and."""

    def either(self, truths: Sequence[T]) -> T:
        """Return Kleene's or."""


class Evaluator(Generic[T]):
    """The truths of criteria by one engine; a part that many criteria share is worked out once."""

    def __init__(self, logic: Logic[T]) -> None:
        """Start with none worked out."""
        self.logic = logic
        # By identity, which is quicker than equality; the node is kept so that its id stays its.
        self._made: dict[int, tuple[Node, T]] = {}

    def __call__(self, node: Node) -> T:
        """Return the truth of a criterion."""
        found = self._made.get(id(node))
        if found is None:
            found = self._made[id(node)] = (node, self._truth(node))
        return found[1]

    def keep(self, node: Node, truth: T) -> None:
        """Use a truth that was worked out elsewhere, such as a column of its own."""
        self._made[id(node)] = (node, truth)

    def _truth(self, node: Node) -> T:
        match node:
            case Always(value):
                return self.logic.literal(value)
            case Not(operand):
                return self.logic.negate(self(operand))
            case Certain(operand):
                return self.logic.certainly(self(operand))
            case And(operands):
                return self.logic.every([self(operand) for operand in operands])
            case Or(operands):
                return self.logic.either([self(operand) for operand in operands])
        return self.logic.atom(node)


class Choosing(Protocol[T]):
    """What an engine must offer beside its logic to choose between truths."""

    def choose(self, branches: Sequence[tuple[T, T]], otherwise: T) -> T:
        """Return the value of the first branch whose condition is true."""


class Lasting(Evaluator[T]):
    """The truths that no further knowledge can change.

    ``fact is null`` holds as long as nothing is recorded, and ``x is not true`` as long as ``x`` is
    unknown: true today, and open for good.
    """

    def __init__(self, today: Evaluator[T], engine: Choosing[T]) -> None:
        """Take the truths of today where no criterion asks whether something is recorded."""
        super().__init__(today.logic)
        self._today = today
        self._engine = engine

    def _truth(self, node: Node) -> T:
        if not asks_what_is_known(node):
            return self._today(node)
        if isinstance(node, Certain):
            return self(node.operand)
        if isinstance(node, IsKnown):
            sure, open_ = self.logic.literal(True), self.logic.literal(None)
            return self._engine.choose([(self._today(node), sure)], open_)
        return super()._truth(node)


_OF_WHAT_IS_KNOWN = (IsKnown, Certain)


def asks_what_is_known(node: Node) -> bool:
    """Whether a criterion asks if something is recorded, or certain."""
    return any(isinstance(part, _OF_WHAT_IS_KNOWN) for part in walk(node))


class Pair(NamedTuple, Generic[B]):
    """Where something is true and where it is false; elsewhere it is unknown."""

    true: B
    false: B


# Where each of some values holds: parts that do not overlap, none of them empty.
Parts = dict[K, B]


class PairLogic(ABC, Generic[B]):
    """Kleene's logic, choices and decisions over a Boolean algebra, such as sets or formulas."""

    everywhere: B
    nowhere: B

    @abstractmethod
    def meet(self, parts: Iterable[B]) -> B:
        """Return where all parts are."""

    @abstractmethod
    def join(self, parts: Iterable[B]) -> B:
        """Return where some part is."""

    @abstractmethod
    def outside(self, part: B) -> B:
        """Return where a part is not."""

    @abstractmethod
    def is_empty(self, part: B) -> bool:
        """Whether a part is certainly nowhere."""

    def literal(self, value: Truth) -> Pair[B]:
        """Return a truth that is the same everywhere."""
        true, false = (self.everywhere if value is one else self.nowhere for one in (True, False))
        return Pair(true, false)

    def negate(self, truth: Pair[B]) -> Pair[B]:
        """Return Kleene's not."""
        return Pair(truth.false, truth.true)

    def certainly(self, truth: Pair[B]) -> Pair[B]:
        """Return where a truth is true; elsewhere it is false."""
        return Pair(truth.true, self.outside(truth.true))

    def every(self, truths: Iterable[Pair[B]]) -> Pair[B]:
        """Return Kleene's and."""
        true, false = _unzipped(truths)
        return Pair(self.meet(true), self.join(false))

    def either(self, truths: Iterable[Pair[B]]) -> Pair[B]:
        """Return Kleene's or."""
        true, false = _unzipped(truths)
        return Pair(self.join(true), self.meet(false))

    def left_open(self, truth: Pair[B]) -> B:
        """Return where a truth is neither true nor false."""
        return self.outside(self.join(truth))

    def choose(self, branches: Iterable[tuple[Pair[B], Pair[B]]], otherwise: Pair[B]) -> Pair[B]:
        """Return the truth of the first branch whose condition is true."""
        rest, chosen = self.everywhere, []
        for condition, value in branches:
            chosen.append((self.meet([rest, condition.true]), value))
            rest = self.meet([rest, self.outside(condition.true)])
        chosen.append((rest, otherwise))
        true, false = _unzipped(
            Pair(self.meet([where, value.true]), self.meet([where, value.false]))
            for where, value in chosen
        )
        return Pair(self.join(true), self.join(false))

    def possible(
        self, rules: Sequence[tuple[Pair[B], Sequence[K]]], members: Iterable[K]
    ) -> dict[K, B]:
        """Return where each of some values is left possible by a decision list.

        Every rule that is not false leaves its values, down to the first that is true; where none
        is, all of them are left.
        """
        found: dict[K, list[B]] = {member: [] for member in members}
        rest = self.everywhere
        for truth, values in rules:
            reached = self.meet([rest, self.outside(truth.false)])
            if self.is_empty(reached):
                continue  # it is true nowhere that is left, either
            for member, where in found.items():
                if member in values:
                    where.append(reached)
            rest = self.meet([rest, self.outside(truth.true)])
        return {member: self.join([*where, rest]) for member, where in found.items()}

    def cases(
        self, truth: Pair[B], true: C, false: C, unknown: C, nothing: C | None = None
    ) -> Iterator[tuple[B, C]]:
        """Yield where each of three cases is; an unknown that is the same object as one is with it.

        Cases that are ``nothing`` are left out: where they are need not be worked out.
        """
        if true is not nothing:
            yield self.outside(truth.false) if unknown is true else truth.true, true
        if false is not nothing:
            yield self.outside(truth.true) if unknown is false else truth.false, false
        if unknown is not true and unknown is not false and unknown is not nothing:
            yield self.left_open(truth), unknown

    def put(self, parts: Parts[K, B], value: K, where: B) -> None:
        """Let a value hold in one more place."""
        if not self.is_empty(where):
            before = parts.get(value)
            parts[value] = where if before is None else self.join([before, where])


def _unzipped(truths: Iterable[Pair[B]]) -> tuple[list[B], list[B]]:
    pairs = list(truths)
    return [one.true for one in pairs], [one.false for one in pairs]


class Comparing(Protocol):
    """What is needed of an engine to compare its numbers, beside its operators."""

    def equal(self, left: Any, right: Any) -> Any:
        """Return whether two numbers are equal."""

    def negate(self, truth: Any) -> Any:
        """Return the negation."""

    def every(self, truths: Sequence[Any]) -> Any:
        """Return the conjunction."""

    def either(self, truths: Sequence[Any]) -> Any:
        """Return the disjunction."""


def compared(
    operator: Operator, low: Any, high: Any, limit: Any, engine: Comparing
) -> tuple[Any, Any]:
    """Return whether a comparison holds on all that lies between two ends, and whether on nothing.

    Args:
        operator: of the comparison.
        low: the lower end.
        high: the upper end; the same object as ``low`` where the number is known exactly.
        limit: what both are compared with.
        engine: whose numbers they are.
    """
    match operator:
        case "<":
            return high < limit, low >= limit
        case "<=":
            return high <= limit, low > limit
        case ">":
            return low > limit, high <= limit
        case ">=":
            return low >= limit, high < limit
        case "=":
            is_low = engine.equal(low, limit)
            if low is high:
                return is_low, engine.negate(is_low)
            either = engine.either([low > limit, high < limit])
            return engine.every([is_low, engine.equal(high, limit)]), either
