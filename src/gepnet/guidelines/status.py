"""From truths to the status of an option in a document: one lookup for every engine.

The scope of a document is true, false or unknown. A kind of position is read twice, narrowly and
broadly: where the narrow reading fails and the broad one holds, and no fact is missing, the text
itself leaves it open. The status is what every completion of the unknowns agrees on; where they
disagree it says which of two is to blame:

- **text open**: it stays undetermined under every completion of the facts;
- **fact missing**: some completion settles it.

Unknowns are completed independently of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import product

from gepnet.vocabulary import Truth


class Status(StrEnum):
    """What one document says of one option for one patient."""

    RECOMMENDED = "recommended"
    OPTION = "option"
    TRIAL_ONLY = "trial_only"
    AGAINST = "against"
    CONFLICTING = "conflicting"
    LESSER = "lesser"
    SILENT = "silent"
    NO_POSITION = "no_position"
    NOT_READ = "not_read"
    OUT_OF_SCOPE = "out_of_scope"
    IN_FAVOUR = "in_favour"
    TEXT_OPEN = "text_open"
    FACT_MISSING = "fact_missing"
    QUIET_EITHER_WAY = "quiet_either_way"


# A document takes one clear position, or nothing can be read from it on the question.
STATED = frozenset({Status.RECOMMENDED, Status.OPTION, Status.TRIAL_ONLY, Status.AGAINST})
#: Statuses that leave no doubt that a document is for an option.
FOR = frozenset({Status.RECOMMENDED, Status.OPTION, Status.IN_FAVOUR})
# It speaks: a clear position, for in whatever strength, or two positions that exclude each other.
SPOKEN = STATED | FOR | {Status.CONFLICTING}
#: The two kinds of "?".
OPEN = frozenset({Status.TEXT_OPEN, Status.FACT_MISSING})
QUIET = frozenset(Status) - SPOKEN - OPEN
#: How well a topic was read, as the truths that engines work with.
LEVELS: dict[str, Truth] = {"complete": True, "partial": None, "none": False}
#: What stands where no position holds: in a document read completely, in part, or not at all.
EMPTY: dict[Truth, Status] = {
    True: Status.SILENT,
    None: Status.NO_POSITION,
    False: Status.NOT_READ,
}


#: A document that is about the patient takes no position, however well it was read.
WITHOUT_POSITION = frozenset({*EMPTY.values(), Status.LESSER})


def nothing_found(level: str, named: bool) -> Status:
    """Return what stands where no position holds.

    Args:
        level: how well the topic was read.
        named: whether what was read of the document speaks of the option.
    """
    read = LEVELS[level]
    return EMPTY[False if read is None and not named else read]


# The truths of scope, recommended, option, trial_only and against, in this order.
Truths = tuple[Truth, Truth, Truth, Truth, Truth]
POSITIONS = ("recommended", "option", "trial_only", "against")
#: A kind of position in the narrow and in the broad reading of the text.
Read = tuple[Truth, Truth]
ABSENT: Read = (False, False)


def outcome(scope: bool, recommended: bool, option: bool, trial: bool, against: bool) -> Status:
    """Return the status when everything is known; SILENT stands for "no position found"."""
    if not scope:
        return Status.OUT_OF_SCOPE
    if against and (recommended or option):
        return Status.CONFLICTING
    held = (
        (recommended, Status.RECOMMENDED),
        (option, Status.OPTION),
        (trial, Status.TRIAL_ONLY),
        (against, Status.AGAINST),
    )
    return next((status for truth, status in held if truth), Status.SILENT)


def completions(truths: Truths) -> Iterator[tuple[bool, bool, bool, bool, bool]]:
    """Yield every way in which the unknowns could turn out."""
    scope, recommended, option, trial, against = (
        (False, True) if truth is None else (truth,) for truth in truths
    )
    yield from product(scope, recommended, option, trial, against)


def possible_statuses(truths: Truths) -> tuple[Status, ...]:
    """Return the statuses that some completion gives, in the order of ``Status``."""
    found = {outcome(*completion) for completion in completions(truths)}
    return tuple(status for status in Status if status in found)


_TRUTHS: tuple[Truth, ...] = (True, False, None)
# All 3**5 rows; printed in the documentation and tested row by row. An unknown is a fact or a text.
TABLE: dict[Truths, tuple[Status, ...]] = {
    truths: possible_statuses(truths)
    for truths in product(_TRUTHS, _TRUTHS, _TRUTHS, _TRUTHS, _TRUTHS)
}


def between(narrow: Truth, broad: Truth) -> Truth:
    """Return the truth of a text from that of its two readings."""
    if narrow is True:
        return True
    return False if broad is False else None


@cache
def _read_with_all_facts(read: Read) -> tuple[Truth, ...]:
    """Return what a kind of position can be once every fact is known; None: left open by text."""
    narrow, broad = read
    if narrow is True:
        return (True,)
    if broad is False:
        return (False,)
    true = (True,) if narrow is None else ()
    false = (False,) if broad is None else ()
    return (*true, *false, None)


@cache
def is_open(possible: tuple[Status, ...]) -> bool:
    """Whether outcomes are at odds: more than one, neither all in favour nor all without position.

    SILENT stands for "no position found".
    """
    among = set(possible)
    return len(among) > 1 and not among <= FOR and not among <= QUIET


@cache
def left_open_by_text(scope: Truth, held: tuple[Read, ...]) -> bool:
    """Whether a status stays open under every completion of the facts."""
    scopes = (True, False) if scope is None else (scope,)
    ways = product(scopes, *(_read_with_all_facts(read) for read in held))
    return all(is_open(TABLE[way]) for way in ways)  # type: ignore[index]


def lookup(
    scope: Truth, held: tuple[Read, Read, Read, Read], lesser: Truth, empty: Status
) -> tuple[Status, tuple[Status, ...]]:
    """Return the status and, if several outcomes are possible, which.

    Args:
        scope: whether the document is about the patient.
        held: the four kinds of position, each read narrowly and broadly.
        lesser: whether it prefers another option to this one, read broadly.
        empty: what stands where no position holds, one of ``EMPTY``.
    """
    return _looked_up(scope, held, lesser, empty)


@cache
def _looked_up(
    scope: Truth, held: tuple[Read, Read, Read, Read], lesser: Truth, empty: Status
) -> tuple[Status, tuple[Status, ...]]:
    first, second, third, last = (between(*read) for read in held)
    found = TABLE[scope, first, second, third, last]
    # Beside a position that may hold, it is one thing whether it may also be the lesser: nothing.
    if lesser is True:
        nothing: tuple[Status, ...] = (Status.LESSER,)
    else:
        nothing = (Status.LESSER, empty) if lesser is None and not is_open(found) else (empty,)
    possible = tuple(
        named for status in found for named in (nothing if status is Status.SILENT else (status,))
    )
    if len(possible) == 1:
        return possible[0], ()
    if FOR.issuperset(possible):
        return Status.IN_FAVOUR, possible
    if QUIET.issuperset(possible):
        return Status.QUIET_EITHER_WAY, possible
    kind = Status.TEXT_OPEN if left_open_by_text(scope, held) else Status.FACT_MISSING
    return kind, possible
