"""The status of an option in a document as a code: the lookup as a tree of questions.

``gepnet.guidelines.status`` is the table. Here it is taken apart into the truths that have to be
asked, one after the other, which every engine can do (``gepnet.guidelines.asking``).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple, TypeAlias, TypeVar

from gepnet.guidelines.status import (
    EMPTY,
    OPEN,
    POSITIONS,
    TABLE,
    Read,
    Status,
    between,
    is_open,
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
    for (scope, *held), outcomes in TABLE.items():
        first, second, third, last = ((truth, truth) for truth in held)
        # What stands where no position holds is one thing where some position does.
        nothing = product(EMPTY.values(), (False, True, None))
        for empty, lesser in nothing if Status.SILENT in outcomes else [next(nothing)]:
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

# A code, or the place of a truth and what follows where it is true, where false and where unknown.
Asks: TypeAlias = tuple[int, "Tree", "Tree", "Tree"]
Tree: TypeAlias = int | Asks


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
        self._today: dict[tuple[Truth, ...], tuple[Status, tuple[Status, ...]]] = {}
        self._stays: dict[tuple[Truth, ...], bool] = {}
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
        today = truths[: self.today]
        if today not in self._today:
            self._today[today] = self._found(today)
        found, possible = self._today[today]
        if found is not Status.TEXT_OPEN:
            return _NUMBERS[found, possible]
        if len(truths) < len(self.places):
            return None
        if truths not in self._stays:
            self._stays[truths] = self._stays_open(truths)
        return _NUMBERS[found if self._stays[truths] else Status.FACT_MISSING, possible]

    def same_as(self, truths: tuple[Truth, ...]) -> tuple[Truth, ...]:
        """Return truths that come to the same as those given, so that fewer are gone through."""
        last = len(truths) - 1
        if last in self._only_if_quiet and self._says_nothing(truths):
            return (*truths[:-1], False)
        narrow = self._narrow_of.get(last)
        if narrow is not None:
            if truths[narrow] is True:
                return (*truths[:-1], True)
            if truths[narrow] is None and truths[-1] is False:
                return (*truths[:narrow], False, *truths[narrow + 1 :])
        return truths

    def _says_nothing(self, truths: tuple[Truth, ...]) -> bool:
        """Whether the last truth, of ``lesser`` or ``read``, comes to the same as false."""
        held = (between(*read) for read in _held(self._held, truths))
        found = TABLE[truths[0], *held]  # type: ignore[index]
        if Status.SILENT not in found:
            return True  # some position holds
        if len(truths) - 1 == self._lesser:
            return truths[-1] is None and is_open(found)
        # A document that prefers another option says so, however well it was read.
        return self._lesser is not None and truths[self._lesser] is True

    def now(self, truths: tuple[Truth, ...]) -> Truth:
        """Return what the next truth, a lasting one, is today: what is open is not settled."""
        return truths[self._before[len(truths)]]

    def _found(self, truths: tuple[Truth, ...]) -> tuple[Status, tuple[Status, ...]]:
        """Return the status by the truths of today."""
        level = self._only if self._read is None else truths[self._read]
        lesser = False if self._lesser is None else truths[self._lesser]
        return lookup(truths[0], _held(self._held, truths), lesser, self.asked.empty(level))

    def _stays_open(self, truths: tuple[Truth, ...]) -> bool:
        """Whether a status that seems open does so for good."""
        later = self._later
        lasting = [truths[later.get(index, index)] for index in range(self.today)]
        return left_open_by_text(lasting[0], _held(self._held, lasting))


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


def _held(
    indices: Iterable[tuple[int | None, int | None]], truths: Sequence[Truth]
) -> tuple[Read, Read, Read, Read]:
    """Return each kind of position in both of its readings; one that is not held is false."""
    first, second, third, last = [
        (False if narrow is None else truths[narrow], False if broad is None else truths[broad])
        for narrow, broad in indices
    ]
    return first, second, third, last


def codes_within(statuses: Iterable[Status]) -> list[int]:
    """Return the codes that can come to nothing but some statuses."""
    among = frozenset(statuses)
    return [code.code for code in CODES if among.issuperset(code.outcomes)]
