"""What is counted while patients are simulated: totals of each draw, and where patients are when.

Sums are kept for each draw and counts for each month; no patient is kept. The size of a tally hangs
on the number of draws, states and months, never on the number of patients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gepnet.evidence.simulation.times import Rows
from gepnet.numbers.linear import Array

if TYPE_CHECKING:
    from gepnet.evidence.simulation.engine import Block, Model, Stay

#: Months between two places at which states are looked at, and survival of each draw.
GRID, COARSE = 1.0, 6.0
#: Bins a month in which medians are found.
FINE = 10
#: Blocks of which times on a line are counted.
TIMED = 4
TOTALS = (
    "life_months",
    "life_months_discounted",
    "qaly_months",
    "qaly_months_discounted",
    "cost",
    "cost_discounted",
    "extrapolated_months",
)


def total(rows: Rows) -> Array:
    """Return the sum of the patients of each draw.

    NumPy adds up in pairs, so that a sum of many single-precision numbers loses next to nothing.
    """
    return np.asarray(rows.sum(axis=1), float)


class Tally:
    """Counts of one strategy, over one block or several."""

    def __init__(self, model: Model, block: Block | None, draws: int | None = None) -> None:
        """Start at nought: for the draws of a block, or for all of them."""
        self.draws = block.shape[0] if block is not None else draws or 0
        self.place = block.draws if block is not None else slice(0, self.draws)
        self.patients = block.patients if block is not None else 0
        self.horizon_months = model.horizon
        self.grid = int(np.ceil(model.horizon / GRID)) + 1
        self.coarse = int(np.ceil(model.horizon / COARSE)) + 1
        self.fine = int(np.ceil(model.horizon * FINE)) + 2
        self.totals = {name: np.zeros(self.draws) for name in TOTALS}
        self.months = {state: np.zeros(self.draws) for state in model.states}
        self.occupied = {state: np.zeros(self.grid) for state in model.states}
        self.extrapolated = np.zeros(self.grid)
        self.dead = np.zeros((self.draws, self.coarse))
        self.dead_fine = np.zeros(self.fine)
        self.began: dict[str, Array] = {}
        self.reached: dict[str, Array] = {}
        self.open: dict[str, Array] = {}
        self.toxic: dict[str, Array] = {}
        self.items: dict[str, Array] = {}
        self.ends: dict[str, Array] = {}
        self.still = np.zeros(self.draws)
        self._ended: Array | None = None
        # Medians need no more patients than this; the same ones however the work is shared out.
        self._timed = block is None or block.number < TIMED

    def line(self, name: str, on: Rows, unknown: Rows | None, ready: Rows) -> None:
        """Count who began a line, who came to it, and of whom it is not known whether they may."""
        reached = ready.sum(axis=1)
        began = reached if on is ready else on.sum(axis=1)
        not_known = np.zeros(self.draws) if unknown is None else unknown.sum(axis=1)
        for counts, found in ((self.began, began), (self.reached, reached), (self.open, not_known)):
            counts[name] = counts.get(name, 0) + found

    def stay(
        self, state: str, start: Rows, stay: Stay, worth: Rows | None, follow_up: Rows | None
    ) -> None:
        """Count months in a state, and what they are worth; who is elsewhere spends none."""
        end = stay.then
        months = total(stay.spent)
        later = months if stay.months is stay.spent else total(stay.months)
        self.totals["life_months"] += months
        self.totals["life_months_discounted"] += later
        self.months[state] += months
        if worth is not None:
            self.totals["qaly_months"] += months * worth[:, 0]
            self.totals["qaly_months_discounted"] += later * worth[:, 0]
        # Who is elsewhere begins and ends at one time, and cancels out. Everybody ended the last
        # stay where this one begins; the first begins at nought.
        begun = np.full(self.grid, float(end.size)) if self._ended is None else self._ended
        self._ended = self._begun(end)
        self.occupied[state] += begun - self._ended
        if follow_up is not None:
            beyond = np.minimum(start + follow_up, end)
            self.extrapolated += self._begun(beyond) - self._ended
            self.totals["extrapolated_months"] += total(end - beyond)

    def _begun(self, times: Rows) -> Array:
        """Return how many of some times are past at each place of the grid."""
        places = np.ceil(times.ravel() / times.dtype.type(GRID)).astype(np.int32)
        return np.cumsum(np.bincount(places, minlength=self.grid + 1)[: self.grid]).astype(float)

    def times(self, name: str, on: Rows, complete: Rows, spent: Rows) -> None:
        """Count how long a line lasted: where it ended by itself, and where it was cut off."""
        if not self._timed:
            return
        places = np.minimum((spent * spent.dtype.type(FINE)).astype(np.int32), self.fine - 1)
        places += np.int32(self.fine) * ~complete
        counts = np.bincount(places.ravel(), minlength=2 * self.fine).reshape(2, self.fine)
        counts[1, 0] -= on.size - on.sum()  # who is not on the line is there for no time
        self.ends[name] = self.ends.get(name, 0) + counts.astype(float)

    def lives(self, left: Rows, survived: Rows, end: Rows) -> None:
        """Count deaths by their time, and who is alive at the horizon.

        Args:
            left: who is still simulated; nobody may be lost.
            survived: who is alive at the horizon.
            end: when each life ended, or the horizon was reached.
        """
        if left.any():
            raise AssertionError(f"{int(left.sum())} simulated patients were lost")
        self.still += survived.sum(axis=1)
        # Survivors have a place of their own behind all others, and are left out with it.
        places = np.ceil(end / end.dtype.type(COARSE)).astype(np.int32)
        places[survived] = self.coarse
        places += (self.coarse + 1) * np.arange(self.draws, dtype=np.int32)[:, None]
        counts = np.bincount(places.ravel(), minlength=self.draws * (self.coarse + 1))
        self.dead += counts.reshape(self.draws, -1)[:, :-1]
        fine = (end * end.dtype.type(FINE)).astype(np.int32)
        fine[survived] = self.fine
        self.dead_fine += np.bincount(fine.ravel(), minlength=self.fine + 1)[:-1]

    def cost(self, item: str, plain: Rows, discounted: Rows) -> None:
        """Add to costs."""
        paid = total(plain)
        self.totals["cost"] += paid
        self.totals["cost_discounted"] += total(discounted)
        self.items[item] = self.items.get(item, 0) + paid

    def qaly_loss(self, plain: Rows, discounted: Rows) -> None:
        """Take a loss of quality-adjusted years from the total."""
        self.totals["qaly_months"] -= 12 * total(plain)
        self.totals["qaly_months_discounted"] -= 12 * total(discounted)

    def toxicity(self, name: str, has: Rows) -> None:
        """Count who has an adverse event."""
        self.toxic[name] = self.toxic.get(name, 0) + has.sum(axis=1)

    def add(self, other: Tally) -> None:
        """Add the counts of a block to those of all."""
        at = other.place
        if at.start == 0:
            self.patients += other.patients
        for name, values in other.totals.items():
            self.totals[name][at] += values
        for name, values in other.months.items():
            self.months[name][at] += values
        for name, values in other.occupied.items():
            self.occupied[name] += values
        self.extrapolated += other.extrapolated
        self.dead[at] += other.dead
        self.dead_fine += other.dead_fine
        self.still[at] += other.still
        for mine, theirs in (
            (self.began, other.began),
            (self.reached, other.reached),
            (self.open, other.open),
            (self.toxic, other.toxic),
            (self.items, other.items),
        ):
            for name, values in theirs.items():
                mine.setdefault(name, np.zeros(self.draws))[at] += values
        for name, values in other.ends.items():
            self.ends[name] = self.ends.get(name, 0) + values
