"""From the statuses of documents to one verdict on a decision, for this evaluation only."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from gepnet.guidelines import Cell, Status


class Stance(StrEnum):
    """What one document says of one decision."""

    FOR = "for"
    AGAINST = "against"
    BOTH = "both"
    OPEN = "open"
    QUIET = "quiet"


class Verdict(StrEnum):
    """What the documents in force say of a decision."""

    SUPPORTED = "supported"
    CONTESTED = "contested"
    OPPOSED = "opposed"
    NOT_COVERED = "not_covered"
    UNDECIDABLE = "undecidable"
    OUT_OF_SCOPE = "out_of_scope"


_STANCES = {
    Status.RECOMMENDED: Stance.FOR,
    Status.OPTION: Stance.FOR,
    Status.AGAINST: Stance.AGAINST,
    Status.CONFLICTING: Stance.BOTH,
}


def stance_of(cell: Cell, in_trial: bool) -> Stance:
    """Return what a document says of a decision, from one of its cells.

    An undetermined status counts as far as everything it could turn out to be agrees. "Only in a
    trial" is for a decision taken in a trial; of any other it is open, since a report that does
    not speak of a trial may still be of one.
    """
    trial = Stance.FOR if in_trial else Stance.OPEN
    stances = {
        trial if status is Status.TRIAL_ONLY else _STANCES.get(status, Stance.QUIET)
        for status in cell.possible or (cell.status,)
    }
    return stances.pop() if len(stances) == 1 else Stance.OPEN


def strongest(stances: Iterable[Stance]) -> Stance:
    """Return one document's stance over several purposes or options.

    It is for the decision if it is for it under any purpose that the decision may have had, and
    against it only if nothing else is possible.
    """
    found = set(stances)
    order = (Stance.BOTH, Stance.FOR, Stance.OPEN, Stance.AGAINST)
    return next((stance for stance in order if stance in found), Stance.QUIET)


def verdict_of(stances: Iterable[Stance]) -> Verdict:
    """Return the verdict over all documents."""
    found = set(stances)
    supported = bool(found & {Stance.FOR, Stance.BOTH})
    opposed = bool(found & {Stance.AGAINST, Stance.BOTH})
    if supported:
        return Verdict.CONTESTED if opposed else Verdict.SUPPORTED
    if opposed:
        return Verdict.OPPOSED
    return Verdict.UNDECIDABLE if Stance.OPEN in found else Verdict.NOT_COVERED
