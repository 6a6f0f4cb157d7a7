"""The values a fact can have, and the three truths.

``None`` is *unknown* everywhere: as a value it says that nothing is known, as a truth that the
facts at hand leave the question open. Unknown is never false.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

Truth = bool | None
#: How a truth is said in data for programs and in tables.
TRUTH_WORDS: dict[Truth, str] = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known to lie between two bounds, both included; a point if they are equal."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        """Refuse bounds in the wrong order.

        Raises:
            ValueError: if ``low`` is above ``high``.
        """
        if self.low > self.high:
            raise ValueError(f"interval from {self.low} to {self.high} is empty")

    @property
    def is_point(self) -> bool:
        """Whether the number is known exactly."""
        return self.low == self.high

    def __str__(self) -> str:
        """Return ``9`` for a point and ``2-5`` for a range."""
        return plain(self.low) if self.is_point else f"{plain(self.low)}-{plain(self.high)}"


class Absent(Enum):
    """The single value of a fact that cannot exist for this patient."""

    NOT_APPLICABLE = "not_applicable"

    def __str__(self) -> str:
        """Return the words shown on screens."""
        return "not applicable"


NOT_APPLICABLE: Final = Absent.NOT_APPLICABLE
Value = Interval | str | bool | Absent | None


def plain(number: Decimal) -> str:
    """Print a number without exponent and without trailing zeros."""
    text = format(number.normalize(), "f")
    return text if text != "-0" else "0"
