"""Which dates of one patient cannot stand beside each other: the one check of everything dated.

A happening is held against each bound that applies to it: nothing after a death or before a birth,
no assessment before the reference date. Only what is certain is told: a partial date is out of
order where every day that it can mean is. Who asks decides what follows: a patient file is
refused, an assessment is shown and not counted.
"""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gepnet.vocabulary import PartialDate

Side = Literal["before", "after"]
#: The bounds that an assessment of response may lie beyond.
AFTER_DEATH = "after_death"
BEFORE_REFERENCE = "before_reference"
AFTER_NEW_THERAPY = "after_new_therapy"


class Happening(NamedTuple):
    """One dated thing: of which sort, when, in which words, and where it stands.

    A tuple, since a long record makes very many. ``of`` names what it belongs to, for the bounds
    that hold within one thing, such as a therapy.
    """

    sort: str
    date: PartialDate
    says: str
    place: Hashable = None
    of: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Bound:
    """What lies ``side`` of a ``sort`` of happening is out of order.

    Attributes:
        id: its name.
        sort: the happening that bounds; of several the earliest, or the ``latest``.
        side: where nothing may lie.
        bounds: the sorts that are held against it; None for every one.
        but: the sorts that may lie beyond it all the same.
        same: only what belongs to the same thing is held against it.
        latest: of several happenings the latest bounds.
    """

    id: str
    sort: str
    side: Side
    bounds: frozenset[str] | None = None
    but: frozenset[str] = frozenset()
    same: bool = False
    latest: bool = False

    def applies(self, sort: str) -> bool:
        """Whether a sort of happening is held against this bound."""
        return sort not in self.but and (self.bounds is None or sort in self.bounds)


# A report may come after a death, and so may a note and the day of the question.
LATE = frozenset({"pathology", "as_of", "note"})
_RESPONSE = frozenset({"assessment", "cycle", "last_contact", "new_therapy"})
_OF_TREATMENT = frozenset({"stop", "last_dose", "told", "progression"})
#: Every bound, the gravest first.
BOUNDS = (
    Bound("before_birth", "birth", "before", but=frozenset({"birth", "note"})),
    Bound(AFTER_DEATH, "death", "after", but=LATE),
    Bound("before_start", "start", "before", _OF_TREATMENT, same=True),
    Bound("after_stop", "stop", "after", frozenset({"last_dose"}), same=True),
    Bound("after_resection", "primary_resection", "after", frozenset({"primary_in_place"})),
    Bound(BEFORE_REFERENCE, "reference", "before", _RESPONSE),
    Bound(AFTER_NEW_THERAPY, "new_therapy", "after", frozenset({"baseline", "assessment"})),
    # The death may be known from a registry long after the last contact.
    Bound(
        "after_last_contact", "last_contact", "after", but=LATE | {"death", "paper"}, latest=True
    ),
    Bound("after_as_of", "as_of", "after", but=frozenset({"note"})),
)


@dataclass(frozen=True)
class Disorder:
    """A happening that lies beyond a bound."""

    bound: Bound
    happening: Happening
    against: Happening

    @property
    def expected(self) -> str:
        """What its date should have been: ``a date not after the death (2024-02-01)``."""
        side = "after" if self.bound.side == "before" else "not after"
        return f"a date {side} {self.against.says} ({self.against.date})"

    @property
    def says(self) -> str:
        """What is wrong, without its own date: ``the cycle is after the death (2024-02-01)``."""
        mine, other = self.happening, self.against
        return f"{mine.says} is {self.bound.side} {other.says} ({other.date})"

    def __str__(self) -> str:
        """One line: ``2024-05-01: the cycle is after the death (2024-02-01)``."""
        return f"{self.happening.date}: {self.says}"


def is_beyond(date: PartialDate, bound: PartialDate, side: Side) -> bool:
    """Whether every day that a date can mean lies beyond every day of the bound."""
    return date.first > bound.last if side == "after" else date.last < bound.first


def disorders(
    happenings: Iterable[Happening], only: Iterable[Bound] = BOUNDS
) -> Iterator[Disorder]:
    """Yield what is out of order among the happenings of one patient, bound by bound."""
    known = list(happenings)
    sorts = {one.sort for one in known}
    for bound in only:
        if bound.sort not in sorts:
            continue
        lines = [one for one in known if one.sort == bound.sort]
        near = _nearest(lines, bound)
        held = {sort for sort in sorts if bound.applies(sort)}
        for happening in known:
            if happening.sort not in held:
                continue
            names: Iterable[str] = happening.of if bound.same else ("",)
            for name in sorted(names):
                against = near.get(name)
                if (
                    against is not None
                    and against is not happening
                    and is_beyond(happening.date, against.date, bound.side)
                ):
                    yield Disorder(bound, happening, against)
                    break


def _nearest(lines: Sequence[Happening], bound: Bound) -> dict[str, Happening]:
    """Return the happening that bounds, for each thing where it bounds the same thing only."""
    pick = max if bound.latest else min
    groups: dict[str, list[Happening]] = {}
    for one in lines:
        for name in one.of if bound.same else ("",):
            groups.setdefault(name, []).append(one)

    def day(one: Happening) -> datetime.date:
        return one.date.last if bound.side == "after" else one.date.first

    return {name: pick(group, key=day) for name, group in groups.items()}
