"""From truths to the status of an option in a document: one lookup table for every engine.

The truth of each kind of position, and of the document's scope, is True, False or unknown. The
status is what every completion of the unknowns agrees on; where they disagree it is undetermined
and the possible outcomes are listed. Unknowns are completed independently of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import product

from gepnet.vocabulary import Truth


class Status(StrEnum):
    """What one document says of one option for one patient."""

    RECOMMENDED = "recommended"
    OPTION = "option"
    TRIAL_ONLY = "trial_only"
    AGAINST = "against"
    CONFLICTING = "conflicting"
    SILENT = "silent"
    NOT_READ = "not_read"
    OUT_OF_SCOPE = "out_of_scope"
    UNDETERMINED = "undetermined"


# A document takes one clear position, or nothing can be read from it on the question.
STATED = frozenset({Status.RECOMMENDED, Status.OPTION, Status.TRIAL_ONLY, Status.AGAINST})
# The same, or two clear positions that exclude each other.
SPOKEN = STATED | {Status.CONFLICTING}
QUIET = frozenset({Status.SILENT, Status.NOT_READ, Status.OUT_OF_SCOPE})

# The truths of scope, recommended, option, trial_only and against, in this order.
Truths = tuple[Truth, Truth, Truth, Truth, Truth]
POSITIONS = ("recommended", "option", "trial_only", "against")


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
# All 3**5 rows; printed in the documentation and tested row by row.
TABLE: dict[Truths, tuple[Status, ...]] = {
    truths: possible_statuses(truths)
    for truths in product(_TRUTHS, _TRUTHS, _TRUTHS, _TRUTHS, _TRUTHS)
}


def _read(truths: Truths, empty: Status) -> tuple[Status, tuple[Status, ...]]:
    found = tuple(empty if status is Status.SILENT else status for status in TABLE[truths])
    return (found[0], ()) if len(found) == 1 else (Status.UNDETERMINED, found)


_COMPLETELY = {truths: _read(truths, Status.SILENT) for truths in TABLE}
_PARTLY = {truths: _read(truths, Status.NOT_READ) for truths in TABLE}


def lookup(truths: Truths, read_completely: bool) -> tuple[Status, tuple[Status, ...]]:
    """Return the status and, if it is undetermined, what it could be.

    Args:
        truths: of the scope and of the four kinds of position.
        read_completely: whether the document was read completely on this topic; otherwise finding
            no position means that it was not read, never that the document is silent.
    """
    return (_COMPLETELY if read_completely else _PARTLY)[truths]
