"""The values a fact can have, and the three truths.

``None`` is *unknown* everywhere: as a value it says that nothing is known, as a truth that the
facts at hand leave the question open. Unknown is never false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Final

Truth = bool | None
#: How a truth is said in data for programs and in tables.
TRUTH_WORDS: dict[Truth, str] = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Reported:
    """A number as it was reported, in the unit of the report.

    Attributes:
        text: as written: ``996``, ``<5``, ``2-5``.
        unit: as written; None for the unit of the fact.
        ucum: the code of the unit in UCUM; None where the fact has none.
        low: the lower bound; None where there is none.
        high: the upper bound; None where there is none.
        excluded: whether the bound is not part of it, as that of ``<5`` is not.
        own: as ``text``, in the unit of the fact.
    """

    text: str
    unit: str | None
    ucum: str | None
    low: Decimal | None
    high: Decimal | None
    excluded: bool
    own: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known to lie between two bounds, both included; a point if they are equal.

    ``reported`` is how a record or a table gives it, where that is not the number itself in the
    unit of its fact; ``shown`` are the ends in the step in which a worked out number is shown.
    """

    low: Decimal
    high: Decimal
    reported: Reported | None = field(default=None, compare=False, repr=False, kw_only=True)
    shown: tuple[Decimal, Decimal] | None = field(
        default=None, compare=False, repr=False, kw_only=True
    )

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
        """Return ``9`` for a point, ``2-5`` for a range, ``<5`` for what was reported so."""
        if self.reported is not None:
            return self.reported.own
        low, high = map(plain, self.shown or (self.low, self.high))
        return low if low == high else f"{low}-{high}"


class Absent(Enum):
    """The single value of a fact that cannot exist for this patient."""

    NOT_APPLICABLE = "not_applicable"

    def __str__(self) -> str:
        """Return the words shown on screens."""
        return "not applicable"


NOT_APPLICABLE: Final = Absent.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Several:
    """Two or more values of an enumeration, one of which is the value; made by ``Fact.among``.

    Never all of them: that is unknown, and never one: that is the value itself. They stand in the
    order of the vocabulary, so that the same set is the same bytes in every run.

    Attributes:
        values: what it may be.
        told: the word of the vocabulary for just this set, or how it is shown.
    """

    values: tuple[str, ...]
    told: str = field(default="", compare=False)

    @property
    def word(self) -> str:
        """The word of the vocabulary for just this set; none where it has none."""
        return "" if self.told.startswith("not ") else self.told

    def __str__(self) -> str:
        """Return the word for the set, else its values."""
        return self.told or joined(self.values)


Value = Interval | str | Several | bool | Absent | None


def joined(words: Sequence[str], or_word: str = "or") -> str:
    """Return "NET G1 or G2" of NET G1 and NET G2: words that all begin with are said once."""
    first, *rest = words
    shared = first
    while shared and not all(word.startswith(shared) for word in rest):
        shared = shared[:-1]
    ends = [shared.rfind(mark) for mark in " _"]
    cut = max(ends) + 1
    return f" {or_word} ".join([first, *(word[cut:] for word in rest)])


def told_ends(value: Interval) -> tuple[Decimal, Decimal]:
    """Return the ends of a number as they are told: 5 of ``<5``, though 5 itself is left out."""
    if value.shown is not None:
        return value.shown
    told = value.reported
    bound = None if told is None or told.own[:1] not in "<>" else Decimal(told.own.lstrip("<>="))
    if bound is None or told is None:
        return value.low, value.high
    return (value.low, bound) if told.own.startswith("<") else (bound, value.high)


def plain(number: Decimal) -> str:
    """Print a number without exponent and without trailing zeros."""
    text = format(number.normalize(), "f")
    return text if text != "-0" else "0"
