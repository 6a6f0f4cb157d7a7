"""The status of an option in a document over any engine: the lookup as a tree of questions.

``gepnet.guidelines.status`` is the table. Here it is taken apart into the truths that have to be
asked, one after the other, which every engine can do: columns choose a code, bit sets and formulas
say where each status is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol, TypeVar

from gepnet.criteria import Node
from gepnet.criteria.algebra import Pair, PairLogic, Parts
from gepnet.guidelines.status import POSITIONS, TABLE, Status, lookup
from gepnet.vocabulary import Truth

T = TypeVar("T")
S = TypeVar("S")
T_contra = TypeVar("T_contra", contravariant=True)
B = TypeVar("B")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Code:
    """One code of a status column."""

    code: int
    status: Status
    possible: tuple[Status, ...]

    @property
    def outcomes(self) -> tuple[Status, ...]:
        """Every status that it may come to; one if it is settled."""
        return self.possible or (self.status,)


def _codes() -> tuple[Code, ...]:
    settled = [s for s in Status if s is not Status.UNDETERMINED]
    order = {status: index for index, status in enumerate(Status)}
    open_sets = {lookup(truths, complete)[1] for truths in TABLE for complete in (True, False)} - {
        ()
    }
    ranked = sorted(open_sets, key=lambda found: (len(found), [order[s] for s in found]))
    codes = [Code(index, status, ()) for index, status in enumerate(settled)]
    codes += [
        Code(len(settled) + index, Status.UNDETERMINED, found) for index, found in enumerate(ranked)
    ]
    return tuple(codes)


#: Every code; the first ones are the settled statuses in the order of ``Status``.
CODES = _codes()
#: The code of an option that is outside the subject of a document.
OUT_OF_SCOPE = next(c.code for c in CODES if c.status is Status.OUT_OF_SCOPE)
_NUMBERS = {(code.status, code.possible): code.code for code in CODES}

# A code, or the place of a truth and what follows where it is true, where false and where unknown.
Tree = int | tuple[int, "Tree", "Tree", "Tree"]


@cache
def tree(kinds: tuple[str, ...], read_completely: bool) -> Tree:
    """Return the questions that lead to a status.

    Args:
        kinds: of position that a document holds on an option, in the order of ``POSITIONS``.
        read_completely: whether the document was read completely on the topic.

    Returns:
        A tree over the truths of the scope and of each kind, in this order.
    """

    def ask(known: tuple[Truth, ...]) -> Tree:
        if len(known) > len(kinds):
            truths = dict(zip(kinds, known[1:], strict=True))
            first, second, third, last = (truths.get(kind, False) for kind in POSITIONS)
            return _NUMBERS[lookup((known[0], first, second, third, last), read_completely)]
        true, false, unknown = (ask((*known, truth)) for truth in (True, False, None))
        return true if true == false == unknown else (len(known), true, false, unknown)

    return ask(())


def leaves(found: Tree) -> Iterator[int]:
    """Yield the codes of a tree."""
    if isinstance(found, int):
        yield found
    else:
        for part in found[1:]:
            yield from leaves(part)


class Asking(Protocol[T_contra, S]):
    """What an engine offers to ask one truth."""

    def by(
        self,
        truth: T_contra,
        true: Callable[[], S],
        false: Callable[[], S],
        unknown: Callable[[], S],
    ) -> S:
        """Return the value of one of three cases; equal ones are the same object."""


def asked(engine: Asking[T, S], found: Tree, truths: Sequence[T], leaf: Callable[[int], S]) -> S:
    """Ask the truths of a tree; ``leaf`` says what a code is in the terms of the engine."""
    made: dict[Tree, S] = {}

    def ask(part: Tree) -> S:
        if part not in made:
            if isinstance(part, int):
                made[part] = leaf(part)
            else:
                place, *cases = part
                calls = {case: partial(ask, case) for case in cases}
                made[part] = engine.by(truths[place], *(calls[case] for case in cases))
        return made[part]

    return ask(found)


def where(
    engine: PairLogic[B], found: Tree, truths: Sequence[Pair[B]], names: Mapping[int, K]
) -> Parts[K, B]:
    """Return where the status is one of some codes, under the names that these are given."""
    everywhere: dict[K, Parts[K, B]] = {n: {n: engine.everywhere} for n in names.values()}
    nowhere: Parts[K, B] = {}
    return asked(
        engine, found, truths, lambda code: everywhere[names[code]] if code in names else nowhere
    )


def codes_within(statuses: Iterable[Status]) -> list[int]:
    """Return the codes that can come to nothing but some statuses."""
    among = frozenset(statuses)
    return [code.code for code in CODES if among.issuperset(code.outcomes)]


class Covering(Protocol[T]):
    """What an engine offers to find out how well a topic was read."""

    def literal(self, value: Truth) -> T:
        """Return a truth as a constant."""

    def choose(self, branches: Sequence[tuple[T, T]], otherwise: T) -> T:
        """Return the truth of the first branch whose condition is true."""


def completely_read(
    engine: Covering[T], coverage: Iterable[tuple[str, Node]], truth: Callable[[Node], T]
) -> T:
    """Return whether the first topic of a document that fits was read completely; never unknown."""
    branches = [(truth(node), engine.literal(level == "complete")) for level, node in coverage]
    return engine.choose(branches, engine.literal(False)) if branches else engine.literal(False)
