"""Small counts: what would tell who somebody is is not told.

A count from 1 to 4 is hidden. Where one count of a whole that is told would follow from the others,
the next smallest is hidden with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Counts below this, and above none, are hidden.
LEAST = 5
#: How a hidden count is shown.
HIDDEN = f"<{LEAST}"


@dataclass(frozen=True)
class Smallness:
    """What is hidden: everything below ``least``; with 1 nothing is."""

    least: int = LEAST

    @property
    def hidden(self) -> str:
        """What is hidden, in words."""
        return f"counts from 1 to {self.least - 1}" if self.least > 1 else "nothing"

    def hides(self, count: int) -> bool:
        """Whether a count is hidden."""
        return 0 < count < self.least

    def count(self, count: int) -> int | None:
        """Return a count, None where it is hidden."""
        return None if self.hides(count) else count

    def parts(self, counts: Mapping[str, int]) -> dict[str, int | None]:
        """Return the counts that make up a whole which is told.

        Of equal ones the first by name is hidden: tables come in no order that could be relied on.
        """
        hidden = {name for name, count in counts.items() if self.hides(count)}
        if len(hidden) == 1:
            rest = [name for name in counts if name not in hidden and counts[name]]
            if rest:
                hidden.add(min(rest, key=lambda name: (counts[name], name)))
        return {name: None if name in hidden else count for name, count in counts.items()}


def shown(count: int | None) -> str:
    """Return a count as it is printed."""
    return HIDDEN if count is None else str(count)
