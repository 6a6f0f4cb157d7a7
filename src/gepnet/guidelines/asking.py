"""The status of an option in a document over any engine: the questions of its tree are asked.

Columns choose a code (``asked``), sets of rows and of variants and formulas say where each status
is: from the codes up (``where``), from the first question down (``spread``), or only where there is
something (``parted``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Protocol, TypeVar

from gepnet.criteria import Node
from gepnet.criteria.algebra import Pair, PairLogic, Parts
from gepnet.guidelines.status import LEVELS
from gepnet.guidelines.statuses import Asked, Asks, Tree, decision, tree
from gepnet.vocabulary import Truth

T = TypeVar("T")
S = TypeVar("S")
T_contra = TypeVar("T_contra", contravariant=True)
B = TypeVar("B")
K = TypeVar("K", bound=Hashable)

# So many questions saved pay for columns in between.
_WORTH_A_STAGE = 10


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


def asked(
    engine: Asking[T, S],
    found: Tree,
    truths: Sequence[T],
    leaf: Callable[[int], S],
    known: Mapping[int, S] | None = None,
) -> S:
    """Ask the truths of a tree; ``leaf`` says what a code is in the terms of the engine.

    ``known`` are the values of parts of it that were asked before, by ``id``.
    """
    made = dict(known or {})  # equal parts of a tree are one object

    def ask(part: Tree) -> S:
        if id(part) not in made:
            if isinstance(part, int):
                made[id(part)] = leaf(part)
            else:
                place, *cases = part
                calls = {id(case): partial(ask, case) for case in cases}
                made[id(part)] = engine.by(truths[place], *(calls[id(case)] for case in cases))
        return made[id(part)]

    return ask(found)


@cache
def often_reached(asked_of: Asked) -> tuple[Tree, ...]:
    """Return the parts of a large tree that are best worked out once, before the tree.

    Columns work out a part wherever it stands. What is asked from some place on is a cut through
    the tree: the one is taken that leaves the fewest questions above it and below it together.
    """
    whole = tree(asked_of)
    size: dict[int, int] = {}

    def questions(part: Tree, until: int, cut: dict[int, Tree], above: dict[int, int]) -> int:
        if isinstance(part, int):
            return 0
        if part[0] >= until:
            cut[id(part)] = part
            return 0
        if id(part) not in above:
            cases = {id(case): case for case in part[1:]}.values()
            above[id(part)] = 1 + sum(questions(case, until, cut, above) for case in cases)
        return above[id(part)]

    everywhere = len(asked_of.places)
    least, chosen = questions(whole, everywhere, {}, size), dict[int, Tree]()
    enough = least - _WORTH_A_STAGE
    for until in range(1, everywhere):
        cut: dict[int, Tree] = {}
        cost = questions(whole, until, cut, {})
        cost += sum(questions(part, everywhere, {}, size) for part in cut.values())
        if cost < least and cost <= enough:
            least, chosen = cost, cut
    return tuple(chosen.values())


# A leaf for every code that nobody asks for.
_NOTHING = -1


def where(
    engine: PairLogic[B], asked_of: Asked, truths: Sequence[Pair[B]], names: Mapping[int, K]
) -> Parts[K, B]:
    """Return where the status is one of some codes, under the names that these are given."""
    made: dict[int, Parts[K, B]] = {}  # equal parts of a tree are one object

    def ask(part: Tree) -> Parts[K, B]:
        if id(part) not in made:
            found: Parts[K, B] = {}
            made[id(part)] = found
            if isinstance(part, int):
                found[names[part]] = engine.everywhere
                return found
            place, true, false, unknown = part
            for here, case in engine.cases(truths[place], true, false, unknown, nothing=_NOTHING):
                if not engine.is_empty(here):
                    for name, there in ask(case).items():
                        engine.put(found, name, engine.meet([here, there]))
        return made[id(part)]

    whole = _leading_to(frozenset(names), asked_of)
    return {} if whole is _NOTHING else ask(whole)


@cache
def _leading_to(codes: frozenset[int], asked_of: Asked) -> Tree:
    """Return the questions that lead to some codes; all others are one leaf."""
    made: dict[int, Tree] = {}
    same: dict[tuple[int, int, int, int], Tree] = {}

    def kept(part: Tree) -> Tree:
        if isinstance(part, int):
            return part if part in codes else _NOTHING
        if id(part) not in made:
            true, false, unknown = map(kept, part[1:])
            key = (part[0], id(true), id(false), id(unknown))
            alike = true is false is unknown
            made[id(part)] = (
                true if alike else same.setdefault(key, (part[0], true, false, unknown))
            )
        return made[id(part)]

    return kept(tree(asked_of))


def spread(engine: PairLogic[B], found: Tree, truths: Sequence[Pair[B]]) -> Parts[int, B]:
    """Return where the status is each code.

    As ``where``, from the first question on: for an engine whose operations are few and large, as
    each part of a tree is one set, however many codes it leads to.
    """
    codes: dict[int, list[B]] = {}
    # Parts of the tree that are still to be asked, by the place of their question.
    asking: dict[int, dict[int, tuple[Asks, list[B]]]] = {}

    def reach(part: Tree, where: B) -> None:
        if engine.is_empty(where):
            return
        if isinstance(part, int):
            codes.setdefault(part, []).append(where)
        else:
            reached = asking.setdefault(part[0], {}).setdefault(id(part), (part, []))
            reached[1].append(where)

    reach(found, engine.everywhere)
    for place, truth in enumerate(truths):
        for part, ways in asking.pop(place, {}).values():
            here = engine.join(ways)
            for cases in engine.cases(truth, *part[1:]):
                reach(cases[1], engine.meet([here, cases[0]]))
    return {code: engine.join(ways) for code, ways in codes.items()}


def parted(
    engine: PairLogic[B], asked_of: Asked, truths: Sequence[Pair[B]], names: Mapping[int, K]
) -> Parts[K, B]:
    """Return where the status is each of some codes, under their names.

    As ``where``, for an engine that knows what is nowhere: only the branches are asked in which
    something is, while a tree of all of them can take a second to make.
    """
    deciding, found = decision(asked_of), Parts[K, B]()

    def ask(known: tuple[Truth, ...], here: B) -> None:
        code = deciding.code(known)
        if code is not None:
            if code in names:
                engine.put(found, names[code], here)
            return
        pair = truths[len(known)]
        true, false = engine.meet([here, pair.true]), engine.meet([here, pair.false])
        unknown = engine.meet([here, engine.outside(engine.join([pair.true, pair.false]))])
        if len(known) >= deciding.today:
            now = deciding.now(known)
            others = [part for truth, part in ((True, true), (False, false)) if truth is not now]
            unknown = engine.join([unknown, *others])
            true, false = (
                part if now is truth else engine.nowhere
                for truth, part in ((True, true), (False, false))
            )
        for truth, part in ((True, true), (False, false), (None, unknown)):
            if not engine.is_empty(part):
                ask((*known, truth), part)

    ask((), engine.everywhere)
    return found


class Covering(Protocol[T]):
    """What an engine offers to find out how well a topic was read."""

    def literal(self, value: Truth) -> T:
        """Return a truth as a constant."""

    def choose(self, branches: Sequence[tuple[T, T]], otherwise: T) -> T:
        """Return the truth of the first branch whose condition is true."""


def how_well_read(
    engine: Covering[T], coverage: Iterable[tuple[str, Node]], truth: Callable[[Node], T]
) -> T:
    """Return how well a document was read on the first of its topics that fits.

    True is completely, unknown is in part and false is not at all, as in ``EMPTY``.
    """
    branches = [(truth(node), engine.literal(LEVELS[level])) for level, node in coverage]
    return engine.choose(branches, engine.literal(False)) if branches else engine.literal(False)
