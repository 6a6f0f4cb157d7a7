"""What was given in all, as far as it is known, and where it stands against a limit.

A sum of known parts is where the total begins, not what it is: with a part unknown it has no upper
end. Every limit is asked of that interval, so that what is not known can make a total neither
smaller nor "below". Limits are advice of somebody; a total that reaches one exactly is at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Self

from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.tables import Shown, also_shown

#: ``at_or_over``: the least it can be is the limit. ``within_interval``: what was measured lies on
#: both sides of it. ``unknown``: a part is missing, and what is known stays below.
Standing = Literal["below", "within_interval", "at", "at_or_over", "over", "unknown"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a sum with its interval, where it has one.

    ``low`` None: taken as exact. ``high`` None beside a ``low``, or ``at_least``: no upper end.
    """

    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    at_least: bool = False

    @property
    def bounded(self) -> bool:
        """Whether the part has an upper end."""
        return not self.at_least and (self.low is None or self.high is not None)


@dataclass(frozen=True, slots=True)
class Total:
    """A total: the sum of what is known, the least and the most that it can be.

    ``total`` is None where a part is missing or is only a lower bound.
    """

    total: Decimal | None
    at_least: Decimal
    at_most: Decimal | None
    known: Annotated[Decimal, Shown(hidden=True)]

    @classmethod
    def of(cls, parts: Iterable[Part], complete: bool) -> Self:
        """Add parts; ``complete`` says that no further one is missing.

        Distances to each end add in squares (Zou GY, Donner A. Stat Med 2008;27:1693-1702, doi
        10.1002/sim.3095).
        """
        parts = tuple(parts)
        known = sum((part.value for part in parts), Decimal(0))
        down = sum(((p.value - p.low) ** 2 for p in parts if p.low is not None), Decimal(0))
        up = sum(((p.high - p.value) ** 2 for p in parts if p.high is not None), Decimal(0))
        closed = complete and all(part.bounded for part in parts)
        whole = complete and not any(part.at_least for part in parts)
        return cls(
            known if whole else None,
            max(known - down.sqrt(), Decimal(0)),
            known + up.sqrt() if closed else None,
            known,
        )

    @classmethod
    def exactly(cls, value: Decimal) -> Self:
        """Return a total that is known."""
        return cls(value, value, value, value)

    @classmethod
    def from_(cls, least: Decimal) -> Self:
        """Return a total of which only the least is known."""
        return cls(None, least, None, least)

    def plus(self, more: Decimal) -> Total:
        """Return the total with a further part that is known exactly."""
        return Total(
            None if self.total is None else self.total + more,
            self.at_least + more,
            None if self.at_most is None else self.at_most + more,
            self.known + more,
        )

    def against(self, limit: Decimal) -> Standing:
        """Say where the total stands against a limit."""
        if self.at_least > limit:
            return "over"
        if self.at_most is not None and self.at_most < limit:
            return "below"
        if self.at_least == limit:
            return "at" if self.at_most == limit else "at_or_over"
        if self.total is not None or self.known >= limit:
            return "within_interval"
        return "unknown"


@dataclass(frozen=True, slots=True)
class Against:
    """A total beside a limit; ``organ`` is what the total is of, where the limit is of a dose."""

    limit: Annotated[
        AdvisoryLimit,
        Shown(take="id label profile value:limit unit note source locator verification", flat=True),
    ]
    organ: str | None
    sum: Annotated[Total, Shown(flat=True)]

    @property
    def total(self) -> Decimal | None:
        """The total, None where it is not known."""
        return self.sum.total

    @property
    @also_shown
    def standing(self) -> Standing:
        """Where the total stands."""
        return self.sum.against(self.limit.value)

    @property
    @also_shown
    def left(self) -> Decimal | None:
        """What is left up to the limit; below zero once it is passed."""
        return None if self.total is None else self.limit.value - self.total
