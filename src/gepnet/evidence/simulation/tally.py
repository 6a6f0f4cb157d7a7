"""What is counted while patients are simulated: totals of each draw, and where patients are when.

Sums are kept for each draw and counts for each month; no patient is kept. The size of a tally hangs
on the number of draws, states and months, never on the number of patients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gepnet.numbers.linear import Array

if TYPE_CHECKING:
    from gepnet.evidence.simulation.engine import Block, Model

#: Months between two places at which states are looked at, and survival of each draw.
GRID, COARSE = 1.0, 6.0
#: Bins a month in which medians are found.
FINE = 10
#: Blocks of which times on a line are counted.
TIMED = 8
Mask = np.ndarray[Any, Any]
TOTALS = (
    "life_months",
    "life_months_discounted",
    "qaly_months",
    "qaly_months_discounted",
    "cost",
    "cost_discounted",
    "extrapolated_months",
)


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

    def line(self, name: str, on: Mask, unknown: Mask, ready: Mask) -> None:
        """Count who began a line, who came to it, and of whom it is not known whether they may."""
        for counts, mask in ((self.began, on), (self.reached, ready), (self.open, unknown)):
            counts[name] = counts.get(name, 0) + mask.sum(axis=1)

    def stay(
        self,
        state: str,
        start: Array,
        end: Array,
        spent: Array,
        discounted: Array,
        worth: Array | None,
        follow_up: Array | None,
    ) -> None:
        """Count months in a state, and what they are worth; who is elsewhere spends none."""
        months = spent.sum(axis=1)
        later = months if discounted is spent else discounted.sum(axis=1)
        self.totals["life_months"] += months
        self.totals["life_months_discounted"] += later
        self.months[state] += months
        if worth is not None:
            self.totals["qaly_months"] += months * worth[:, 0]
            self.totals["qaly_months_discounted"] += later * worth[:, 0]
        # Who is elsewhere begins and ends at one time, and cancels out. Everybody ended the last
        # stay where this one begins.
        begun = self._begun(start) if self._ended is None else self._ended
        self._ended = self._begun(end)
        self.occupied[state] += begun - self._ended
        if follow_up is not None:
            beyond = np.minimum(start + follow_up, end)
            self.extrapolated += self._begun(beyond) - self._ended
            self.totals["extrapolated_months"] += (end - beyond).sum(axis=1)

    def _begun(self, times: Array) -> Array:
        """Return how many of some times are past at each place of the grid."""
        places = np.ceil(times.ravel() / GRID).astype(np.int64)
        return np.cumsum(np.bincount(places, minlength=self.grid + 1)[: self.grid]).astype(float)

    def times(self, name: str, on: Mask, complete: Mask, spent: Array) -> None:
        """Count how long a line lasted: where it ended by itself, and where it was cut off."""
        if not self._timed:
            return
        places = np.minimum((spent[on] * FINE).astype(np.int64), self.fine - 1)
        whole = complete[on]
        counts = [
            np.bincount(places[which], minlength=self.fine).astype(float)
            for which in (whole, ~whole)
        ]
        self.ends[name] = self.ends.get(name, 0) + np.array(counts)

    def deaths(self, died: Mask, end: Array) -> None:
        """Count deaths by their time, of each draw."""
        which = np.flatnonzero(died)
        rows, when = which // died.shape[1], end.ravel()[which]
        places = np.ceil(when / COARSE).astype(np.int64)
        flat = np.bincount(rows * self.coarse + places, minlength=self.draws * self.coarse)
        self.dead += flat.reshape(self.draws, self.coarse)
        fine = np.minimum((when * FINE).astype(np.int64), self.fine - 1)
        self.dead_fine += np.bincount(fine, minlength=self.fine)

    def horizon(self, survives: Mask) -> None:
        """Count who is alive at the horizon."""
        self.still += survives.sum(axis=1)

    def cost(self, item: str, plain: Array, discounted: Array) -> None:
        """Add to costs."""
        total = plain.sum(axis=1)
        self.totals["cost"] += total
        self.totals["cost_discounted"] += discounted.sum(axis=1)
        self.items[item] = self.items.get(item, 0) + total

    def qaly_loss(self, plain: Array, discounted: Array) -> None:
        """Take a loss of quality-adjusted years from the total."""
        self.totals["qaly_months"] -= 12 * plain.sum(axis=1)
        self.totals["qaly_months_discounted"] -= 12 * discounted.sum(axis=1)

    def toxicity(self, name: str, has: Mask) -> None:
        """Count who has an adverse event."""
        self.toxic[name] = self.toxic.get(name, 0) + has.sum(axis=1)

    def alive_at_end(self, left: Mask) -> None:
        """Hold that nobody was lost: each is dead or was alive at the horizon."""
        if left.any():
            raise AssertionError(f"{int(left.sum())} simulated patients were lost")

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
