"""Dose of a daily pattern of contact from a time on, and the first time that keeps a constraint.

The dose is ``sum over days and stretches of (d^-n x integral of the dose rate at 1 m)``; after the
last reading the days are a geometric series. Until contact is taken up it is counted as none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gepnet.prrt.discharge.curve import Curve, Piece, first_at
from gepnet.prrt.dosimetry.data import HOURS_PER_DAY

USV_PER_MSV = 1000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of each day: its hours on the clock, and its dose rate, that at 1 m being 1."""

    start_h: float
    hours: float
    factor: float


def dose_from(curve: Curve, day: Sequence[Stretch], clock_h: float, t: float) -> float:
    """Return the dose in mSv from ``t`` hours after the treatment on, without end.

    Args:
        curve: dose rate at 1 m in uSv/h.
        day: the pattern of contact.
        clock_h: hour of the day at the treatment.
        t: when contact is taken up; not before the curve begins.
    """
    total = 0.0
    for piece in curve.pieces:
        low = max(t, piece.start)
        if low >= piece.end:
            continue
        high = piece.end if math.isfinite(piece.end) else _midnight(low, clock_h)
        for first, last, factor in _stretches(day, clock_h, low, high):
            total += factor * piece.integral(first, last)
        if math.isinf(piece.end):
            total += _from_midnight(piece, day, high)
    return total / USV_PER_MSV


def taken_up(curve: Curve, day: Sequence[Stretch], clock_h: float, msv: float) -> float | None:
    """Return the first time from which contact keeps a constraint; None if from the start on."""
    if dose_from(curve, day, clock_h, curve.start) <= msv:
        return None
    step = float(HOURS_PER_DAY)
    high = curve.start + step
    while dose_from(curve, day, clock_h, high) > msv:
        step *= 2
        high += step
    return first_at(lambda t: dose_from(curve, day, clock_h, t) <= msv, curve.start, high)


def _midnight(t: float, clock_h: float) -> float:
    """Return the first midnight after a time."""
    return (math.floor((t + clock_h) / HOURS_PER_DAY) + 1) * HOURS_PER_DAY - clock_h


def _stretches(
    day: Sequence[Stretch], clock_h: float, low: float, high: float
) -> Iterator[tuple[float, float, float]]:
    number = math.floor((low + clock_h) / HOURS_PER_DAY)
    while (midnight := number * HOURS_PER_DAY - clock_h) < high:
        for one in day:
            first = max(low, midnight + one.start_h)
            last = min(high, midnight + one.start_h + one.hours)
            if last > first:
                yield first, last, one.factor
        number += 1


def _from_midnight(piece: Piece, day: Sequence[Stretch], midnight: float) -> float:
    """Return the sum over all days from a midnight of the last piece on."""
    total = 0.0
    for a, k in piece.parts:
        there = a * math.exp(-k * (midnight - piece.start))
        one_day = sum(
            s.factor * math.exp(-k * s.start_h) * -math.expm1(-k * s.hours) / k for s in day
        )
        total += there * one_day / -math.expm1(-k * HOURS_PER_DAY)
    return total
