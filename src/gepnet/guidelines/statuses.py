"""The status of an option in a document over any engine: the lookup as a tree of questions.

``gepnet.guidelines.status`` is the table. Here it is taken apart into the truths that have to be
asked, one after the other, which every engine can do: columns choose a code, bit sets and formulas
say where each status is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import NamedTuple, Protocol, TypeVar

from gepnet.criteria import Node
from gepnet.criteria.algebra import Pair, PairLogic, Parts
from gepnet.guidelines.status import (
    EMPTY,
    LEVELS,
    OPEN,
    POSITIONS,
    TABLE,
    Read,
    Status,
    between,
    left_open_by_text,
    lookup,
)
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
    order = {status: index for index, status in enumerate(Status)}
    found: dict[tuple[Status, tuple[Status, ...]], None] = {}
    for empty, lesser in product(EMPTY.values(), (False, True, None)):
        for scope, *held in TABLE:
            first, second, third, last = ((truth, truth) for truth in held)
            status, possible = lookup(scope, (first, second, third, last), lesser, empty)
            found[status, possible] = None
            # Outside its scope no text of it is open.
            if status in OPEN and Status.OUT_OF_SCOPE not in possible:
                found.update(dict.fromkeys((kind, possible) for kind in OPEN))
    ranked = sorted(found, key=lambda one: (len(one[1]), order[one[0]], [order[s] for s in one[1]]))
    return tuple(Code(index, *one) for index, one in enumerate(ranked))


#: Every code; the first ones are the statuses of one outcome in the order of ``Status``.
CODES = _codes()
#: The code of an option that is outside the subject of a document.
OUT_OF_SCOPE = next(c.code for c in CODES if c.status is Status.OUT_OF_SCOPE)
_NUMBERS = {(code.status, code.possible): code.code for code in CODES}
_LEAVES = tuple(code.code for code in CODES)

# So many questions saved pay for columns in between.
_WORTH_A_STAGE = 10
# A code, or the place of a truth and what follows where it is true, where false and where unknown.
Tree = int | tuple[int, "Tree", "Tree", "Tree"]


class Place(NamedTuple):
    """One truth that is asked: of the scope, of a kind of position, ``lesser`` or ``read``.

    Attributes:
        what: whose truth it is.
        broad: in the broad reading.
        lasting: as no further knowledge can change it; see ``gepnet.criteria.algebra.Lasting``.
    """

    what: str
    broad: bool = False
    lasting: bool = False


class Kind(NamedTuple):
    """A kind of position that a document holds on an option.

    Attributes:
        name: one of ``POSITIONS``.
        read_twice: some text behind it can be read in two ways.
        asks_what_is_known: some criterion behind it asks what is recorded, or certain.
    """

    name: str
    read_twice: bool = False
    asks_what_is_known: bool = False


class Asked(NamedTuple):
    """What has to be asked of a document on an option.

    Attributes:
        kinds: in the order of ``POSITIONS``.
        lesser: whether it somewhere prefers another option to this one.
        named: whether what was read of it speaks of the option.
        levels: how well the topics of the document were read, as in ``EMPTY``.
        scope_asks_what_is_known: whether the scope asks so too.
    """

    kinds: tuple[Kind, ...] = ()
    lesser: bool = False
    named: bool = False
    levels: frozenset[Truth] = frozenset({False})
    scope_asks_what_is_known: bool = False

    @property
    def several_levels(self) -> bool:
        """Whether it depends on the patient how well the document was read."""
        return len({self.empty(level) for level in self.levels}) > 1

    def empty(self, level: Truth) -> Status:
        """Return what stands where no position holds."""
        return EMPTY[False if level is None and not self.named else level]

    @property
    def places(self) -> tuple[Place, ...]:
        """The truths in the order in which they are asked.

        The lasting ones come last, as only a text that seems open is asked for them.
        """
        found = [Place("scope")]
        for kind in self.kinds:
            found += [Place(kind.name, broad) for broad in (False, True)[: 1 + kind.read_twice]]
        found += [Place("lesser")] * self.lesser + [Place("read")] * self.several_levels
        if any(kind.read_twice for kind in self.kinds):
            found += [Place("scope", lasting=True)] * self.scope_asks_what_is_known
            for kind in self.kinds:
                both = (False, True)[: 1 + kind.read_twice] if kind.asks_what_is_known else ()
                found += [Place(kind.name, broad, lasting=True) for broad in both]
        return tuple(found)


class Decision:
    """What the truths of the places of a document on an option come to, one after the other.

    Where each truth stands is looked up once: a table of many patients asks for a code a hundred
    thousand times before its first row.
    """

    def __init__(self, asked_of: Asked) -> None:
        """Start with nothing asked."""
        self.asked = asked_of
        self.places = asked_of.places
        self.today = sum(not place.lasting for place in self.places)
        (self._only, *_) = asked_of.levels
        self._settled: dict[tuple[Truth, ...], int | None] = {}
        at = {place: index for index, place in enumerate(self.places)}
        self._lesser, self._read = at.get(Place("lesser")), at.get(Place("read"))
        self._only_if_quiet = {self._lesser, self._read} - {None}
        # For each kind of position its two readings; of a text that is read in one way the same.
        narrow = [at.get(Place(kind)) for kind in POSITIONS]
        broad = [at.get(Place(kind, broad=True), narrow[i]) for i, kind in enumerate(POSITIONS)]
        self._held = tuple(zip(narrow, broad, strict=True))
        self._before = [at[place._replace(lasting=False)] for place in self.places]
        # Where nothing is asked of what lasts, a text that holds narrowly is not asked broadly, and
        # of one that fails broadly it is one thing whether it failed narrowly or was unknown.
        plain = {
            POSITIONS.index(kind.name) for kind in asked_of.kinds if not kind.asks_what_is_known
        }
        both = ((narrow[i], broad[i]) for i in plain)
        self._narrow_of = {b: a for a, b in both if a is not None and b is not None and a != b}
        lasting = range(self.today, len(self.places))
        self._later = {self._before[index]: index for index in lasting}

    def code(self, truths: tuple[Truth, ...]) -> int | None:
        """Return the code that the first truths come to; None if the next has to be asked."""
        if truths and truths[0] is False:
            return OUT_OF_SCOPE
        if len(truths) < self.today:
            return None
        if truths not in self._settled:
            self._settled[truths] = self._code(truths)
        return self._settled[truths]

    def same_as(self, truths: tuple[Truth, ...]) -> tuple[Truth, ...]:
        """Return truths that come to the same as those given, so that fewer are gone through."""
        last = len(truths) - 1
        if last in self._only_if_quiet and not self._may_be_quiet(truths):
            return (*truths[:-1], False)
        narrow = self._narrow_of.get(last)
        if narrow is not None:
            if truths[narrow] is True:
                return (*truths[:-1], True)
            if truths[narrow] is None and truths[-1] is False:
                return (*truths[:narrow], False, *truths[narrow + 1 :])
        return truths

    def _may_be_quiet(self, truths: tuple[Truth, ...]) -> bool:
        """Whether it may be that no position holds: else nothing that stands there counts."""
        held = (between(*read) for read in _held(self._held, truths))
        return Status.SILENT in TABLE[truths[0], *held]  # type: ignore[index]

    def now(self, truths: tuple[Truth, ...]) -> Truth:
        """Return what the next truth, a lasting one, is today: what is open is not settled."""
        return truths[self._before[len(truths)]]

    def _code(self, truths: tuple[Truth, ...]) -> int | None:
        level = self._only if self._read is None else truths[self._read]
        lesser = False if self._lesser is None else truths[self._lesser]
        held = _held(self._held, truths)
        found, possible = lookup(truths[0], held, lesser, self.asked.empty(level))
        if found is not Status.TEXT_OPEN:
            return _NUMBERS[found, possible]
        if len(truths) < len(self.places):
            return None
        later = self._later
        lasting = [truths[later.get(index, index)] for index in range(self.today)]
        stays = left_open_by_text(lasting[0], _held(self._held, lasting))
        return _NUMBERS[found if stays else Status.FACT_MISSING, possible]


@cache
def decision(asked_of: Asked) -> Decision:
    """Return what truths come to, worked out as far as it is asked for."""
    return Decision(asked_of)


@cache
def tree(asked_of: Asked) -> Tree:
    """Return the questions that lead to a status: a tree over the truths of its places."""
    deciding = Decision(asked_of)
    # Equal parts are one object, so that whether three cases are the same is seen at a glance.
    made: dict[tuple[int, int, int, int], Tree] = {}

    known: dict[tuple[Truth, ...], Tree] = {}

    def ask(truths: tuple[Truth, ...]) -> Tree:
        truths = deciding.same_as(truths)
        if truths not in known:
            known[truths] = new(truths)
        return known[truths]

    def new(truths: tuple[Truth, ...]) -> Tree:
        code = deciding.code(truths)
        if code is not None:
            return _LEAVES[code]
        if len(truths) >= deciding.today:
            now = deciding.now(truths)
            # What is open today is not settled for good.
            unknown = ask((*truths, None))
            sure = unknown if now is None else ask((*truths, now))
            true, false = (sure if now is one else unknown for one in (True, False))
        else:
            true, false = ask((*truths, True)), ask((*truths, False))
            unknown = ask((*truths, None))
        if true is false is unknown:
            return true
        place = len(truths)
        key = (place, id(true), id(false), id(unknown))
        return made.setdefault(key, (place, true, false, unknown))

    return ask(())


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


def _held(
    indices: Iterable[tuple[int | None, int | None]], truths: Sequence[Truth]
) -> tuple[Read, Read, Read, Read]:
    """Return each kind of position in both of its readings; one that is not held is false."""
    first, second, third, last = [
        (False if narrow is None else truths[narrow], False if broad is None else truths[broad])
        for narrow, broad in indices
    ]
    return first, second, third, last


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


def how_well_read(
    engine: Covering[T], coverage: Iterable[tuple[str, Node]], truth: Callable[[Node], T]
) -> T:
    """Return how well a document was read on the first of its topics that fits.

    True is completely, unknown is in part and false is not at all, as in ``EMPTY``.
    """
    branches = [(truth(node), engine.literal(LEVELS[level])) for level, node in coverage]
    return engine.choose(branches, engine.literal(False)) if branches else engine.literal(False)
