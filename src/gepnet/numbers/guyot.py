"""Observations behind a published survival curve, worked out from its picture.

Guyot P, Ades AE, Ouwens MJNM, Welton NJ. Enhanced secondary analysis of survival data:
reconstructing the data from published Kaplan-Meier survival curves. BMC Med Res Methodol
2012;12:9, doi 10.1186/1471-2288-12-9. Between two printed numbers at risk people are taken to be
lost evenly; how many is found by trial until the next number at risk comes out. Written from the
published description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from gepnet.numbers.linear import Array

# The number lost in an interval is found in a few rounds; more means that it jumps to and fro.
_ROUNDS = 200
HALF = 0.5


@dataclass(frozen=True)
class Rebuilt:
    """Observations of one arm, worked out.

    Attributes:
        time: of each, ascending.
        event: 1 with the event, 0 lost from view.
        at_risk: what the numbers at risk come to, at the times where they are printed.
        largest_gap: between the curve that was given and that of the observations.
        corrected: points of the curve that went up and were brought down.
    """

    time: Array
    event: Array
    at_risk: tuple[int, ...]
    largest_gap: float
    corrected: int


def rebuild(
    times: ArrayLike,
    survival: ArrayLike,
    risk_times: Sequence[float],
    at_risk: Sequence[int],
    events: int | None = None,
) -> Rebuilt:
    """Return observations whose curve is the given one.

    Args:
        times: of points read off the curve, not negative.
        survival: at these points, from 0 to 1.
        risk_times: times at which numbers at risk are printed, ascending from 0.
        at_risk: the numbers.
        events: in all, if it is published.

    Raises:
        ValueError: for points or numbers that are no curve.
    """
    curve, corrected = _points(times, survival)
    begins, counts = _printed(risk_times, at_risk, curve[-1, 0])
    found = _Search(curve, begins, counts)
    for place in range(len(begins) - 1):
        found.settle(place)
    found.last(events)
    return found.result(tuple(risk_times), corrected)


def _points(times: ArrayLike, survival: ArrayLike) -> tuple[Array, int]:
    """Return the points in order from (0, 1) on, never rising, and how many were brought down."""
    given = np.column_stack([np.asarray(times, float), np.asarray(survival, float)])
    if given.shape[0] < 2 or not np.isfinite(given).all():
        raise ValueError("at least two points, each with a time and a survival")
    if (given[:, 0] < 0).any() or (given[:, 1] < 0).any() or (given[:, 1] > 1).any():
        raise ValueError("times of 0 or more, and survival from 0 to 1")
    # At one time the curve comes from above: the higher point first.
    given = given[np.lexsort((-given[:, 1], given[:, 0]))]
    if tuple(given[0]) != (0.0, 1.0):
        given = np.vstack([[0.0, 1.0], given[given[:, 0] > 0]])
    level = np.minimum.accumulate(given[:, 1])
    rising = int((given[:, 1] - level > 0).sum())
    given[:, 1] = level
    # Of several points at one time the lowest counts, as the curve steps down there.
    last = np.append(np.diff(given[:, 0]) > 0, True)
    return np.asarray(given[last]), rising


def _printed(
    risk_times: Sequence[float], at_risk: Sequence[int], end: float
) -> tuple[list[float], list[int]]:
    if len(risk_times) != len(at_risk) or not risk_times:
        raise ValueError("as many numbers at risk as times, and at least one")
    if risk_times[0] != 0:
        raise ValueError("the number at risk at time 0")
    if any(later <= sooner for sooner, later in pairwise(risk_times)):
        raise ValueError("times of numbers at risk that ascend")
    if any(later > sooner for sooner, later in pairwise(at_risk)):
        raise ValueError("numbers at risk that never rise")
    if at_risk[0] < 1 or min(at_risk) < 0:
        raise ValueError("at least one at risk at the beginning, and no negative number")
    kept = [place for place, time in enumerate(risk_times) if time <= end]
    return [risk_times[place] for place in kept], [at_risk[place] for place in kept]


class _Search:
    """The points of a curve with what happens at each, filled in interval by interval."""

    def __init__(self, curve: Array, begins: list[float], counts: list[int]) -> None:
        self.times, self.curve = curve[:, 0], curve[:, 1]
        size = self.times.size
        self.begins, self.counts = begins, list(counts)
        # An interval holds the points from its beginning up to the next one.
        self.first = [int(np.searchsorted(self.times, time)) for time in begins] + [size]
        self.deaths, self.lost = np.zeros(size, int), np.zeros(size, int)
        self.there = np.zeros(size + 1, int)
        self.there[0] = counts[0]
        self.level = np.ones(size)  # of the curve rebuilt, after the last death before a point

    def span(self, place: int) -> tuple[int, int, float, float]:
        """Return first and last point of an interval, and its begin and end in time."""
        low, high = self.first[place], self.first[place + 1]
        end = self.begins[place + 1] if place + 1 < len(self.begins) else float(self.times[-1])
        return low, high, self.begins[place], end

    def settle(self, place: int) -> None:
        """Find how many are lost in an interval so that the next number at risk comes out."""
        low, high, *_ = self.span(place)
        if low == high:  # no point of the curve falls within it
            self._flat(place)
            return
        wanted = self.counts[place + 1]
        share = self._at(self.begins[place + 1]) / max(self._at(self.begins[place]), 1e-12)
        lost = max(0, round(self.there[low] * share - wanted))
        seen: dict[int, int] = {}
        for _ in range(_ROUNDS):
            left = self.walk(place, lost)
            seen[lost] = abs(left - wanted)
            if left == wanted or (left < wanted and lost == 0):
                break
            following = max(0, lost + left - wanted)
            if following in seen:
                break
            lost = following
        best = min(seen, key=lambda one: (seen[one], one))
        self.walk(place, best)
        # The walk says how many are left; a number that cannot come out gives way.
        self.counts[place + 1] = int(self.there[high])

    def _flat(self, place: int) -> None:
        low = self.first[place]
        gone = max(0, int(self.there[low]) - self.counts[place + 1])
        if low > 0:
            self.lost[low - 1] += gone
        self.there[low] -= gone

    def _at(self, time: float) -> float:
        """Return the given curve at a time."""
        return float(self.curve[max(0, int(np.searchsorted(self.times, time, side="right")) - 1)])

    def walk(self, place: int, lost: int) -> int:
        """Go through an interval with so many lost evenly; return how many are left after it."""
        low, high, begin, end = self.span(place)
        self.lost[low:high] = self._evenly(low, high, begin, end, lost)
        level = self.level[low - 1] if low else 1.0
        for point in range(low, high):
            there = int(self.there[point])
            dead = self._dead(point, there, level)
            if dead:
                level *= 1 - dead / there
            gone = min(int(self.lost[point]), there - dead)
            self.deaths[point], self.lost[point], self.level[point] = dead, gone, level
            self.there[point + 1] = there - dead - gone
        return int(self.there[high])

    def _dead(self, point: int, there: int, level: float) -> int:
        """Return how many die at a point: as many as bring the curve nearest to the given one.

        On the same side of one half, though: within the rounding to whole people the median would
        otherwise move over a flat stretch of the curve.
        """
        if point == 0 or level <= 0 or there == 0:
            return 0
        given = float(self.curve[point])
        dead = min(there, max(0, round(there * (1 - given / level))))
        after = level * (1 - dead / there)
        if given <= HALF < after and dead < there and level * (1 - (dead + 1) / there) <= HALF:
            return dead + 1
        if after <= HALF < given and dead > 0 and level * (1 - (dead - 1) / there) > HALF:
            return dead - 1
        return dead

    def _evenly(self, low: int, high: int, begin: float, end: float, lost: int) -> Array:
        """Return how many of those lost fall between each point and the next."""
        moments = begin + (np.arange(lost) + 1) * (end - begin) / (lost + 1)
        places = np.searchsorted(self.times[low:high], moments, side="right") - 1
        return np.asarray(np.bincount(np.maximum(places, 0), minlength=high - low))

    def last(self, events: int | None) -> None:
        """Go through what lies behind the last number at risk.

        So many are lost as bring the curve nearest to the given one; or, if the events are
        published, so many that they come out.
        """
        place = len(self.begins) - 1
        low, high, *_ = self.span(place)
        if low == high:
            return
        there = int(self.there[low])
        if events is None:
            # Of those that come as near, the one that loses as before it in the same time.
            before, begin = int(self.lost[:low].sum()), self.begins[place]
            rate = before / begin if place else 0.0
            usual = min(there, round(rate * (float(self.times[-1]) - begin)))
            self.walk(place, min(range(there + 1), key=lambda n: self._distance(place, n, usual)))
            return
        before = int(self.deaths[:low].sum())
        # More lost leaves fewer to die: the number of deaths falls with the number lost.
        low_lost, high_lost = 0, there
        while low_lost < high_lost:
            middle = (low_lost + high_lost) // 2
            self.walk(place, middle)
            if before + int(self.deaths[low:high].sum()) > events:
                low_lost = middle + 1
            else:
                high_lost = middle
        self.walk(place, low_lost)

    def _distance(self, place: int, lost: int, usual: int) -> tuple[float, int]:
        """Return how far an interval is from the given curve, and from the usual loss."""
        low, high, *_ = self.span(place)
        self.walk(place, lost)
        gap = np.abs(self.level[low:high] - self.curve[low:high]).mean()
        return round(float(gap), 3), abs(lost - usual)

    def result(self, risk_times: tuple[float, ...], corrected: int) -> Rebuilt:
        """Return the observations: deaths at the points, the lost halfway to the next point."""
        after = np.append(self.times[1:], self.times[-1])
        middle = (self.times + after) / 2
        rest = int(self.there[self.times.size])
        time = np.concatenate(
            [
                np.repeat(self.times, self.deaths),
                np.repeat(middle, self.lost),
                np.repeat(self.times[-1], rest),
            ]
        )
        event = np.repeat([1, 0], [int(self.deaths.sum()), int(self.lost.sum()) + rest])
        order = np.lexsort((1 - event, time))
        time, event = time[order], event[order]
        left = tuple(int((time >= moment).sum()) for moment in risk_times)
        gap = float(np.abs(self.level - self.curve).max())
        return Rebuilt(time, event.astype(float), left, gap, corrected)
