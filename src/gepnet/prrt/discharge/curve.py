"""Dose rate over time as exponentials: between readings, and after the last one for good."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

LN2 = math.log(2)
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """``sum a e^(-k (t - start))`` from ``start`` to ``end`` in hours; ``parts`` are (a, k)."""

    start: float
    end: float
    parts: tuple[tuple[float, float], ...]

    def rate(self, t: float) -> float:
        """Return the dose rate at a time."""
        return sum(a * math.exp(-k * (t - self.start)) for a, k in self.parts)

    def integral(self, low: float, high: float) -> float:
        """Return the integral between two times of the piece."""
        return sum(
            a * math.exp(-k * (low - self.start)) * _span(k, high - low) for a, k in self.parts
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """The dose rate at one metre from the first time that is known on, without end."""

    pieces: tuple[Piece, ...]

    @property
    def start(self) -> float:
        """Before this nothing is known."""
        return self.pieces[0].start

    def rate(self, t: float) -> float:
        """Return the dose rate at a time that is known."""
        return next(piece for piece in self.pieces if t <= piece.end).rate(t)

    def below_from(self, limit: float) -> float:
        """Return the time from which the rate stays at or below a limit above zero."""
        for piece in reversed(self.pieces):
            high = piece.end if math.isfinite(piece.end) else _late(piece, limit)
            if piece.rate(high) > limit:
                return high
            if piece.rate(piece.start) > limit:
                return first_at(partial(_below, piece, limit), piece.start, high)
        return self.start


def through(readings: Sequence[tuple[float, float]], half_life_h: float) -> Curve:
    """Return the curve through readings (hours, rate), falling by a half-life after the last."""
    pieces = []
    for (t0, y0), (t1, y1) in pairwise(readings):
        # A reading of nothing at all has no logarithm: from the one before on there is nothing.
        k = math.log(y0 / y1) / (t1 - t0) if y0 > 0 and y1 > 0 else 0.0
        pieces.append(Piece(t0, t1, ((y0 if y1 > 0 else 0.0, k),)))
    last, rate = readings[-1]
    return Curve((*pieces, Piece(last, math.inf, ((rate, LN2 / half_life_h),))))


def two_phases(
    time_h: float, rate: float, fast_share: float, fast_h: float, slow_h: float
) -> Curve:
    """Return a curve of two half-lives from the dose on that goes through one reading."""
    shape = Piece(0, math.inf, ((fast_share, LN2 / fast_h), (1 - fast_share, LN2 / slow_h)))
    scale = rate / shape.rate(time_h)
    return Curve((Piece(0, math.inf, tuple((a * scale, k) for a, k in shape.parts)),))


def first_at(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the first time at which something holds that holds from then on, by bisection."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _below(piece: Piece, limit: float, t: float) -> bool:
    return piece.rate(t) <= limit


def _span(k: float, length: float) -> float:
    """Return the integral of ``e^(-k t)`` over a length; k may be 0 where a rate stays the same."""
    if k == 0:
        return length
    return 1 / k if math.isinf(length) else -math.expm1(-k * length) / k


def _late(piece: Piece, limit: float) -> float:
    """Return a time at which a piece without end is below a limit."""
    slowest = min(k for _, k in piece.parts)
    total = sum(a for a, _ in piece.parts)
    return piece.start + math.log(max(total / limit, 1.0)) / slowest + 1
