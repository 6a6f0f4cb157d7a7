"""Numbers that are likely to be slips of a unit: asked about, and taken once confirmed.

A plausible range is data (``measures/plausible_dosimetry.yaml``) and narrow enough to notice the
usual slip of its quantity: no value in it stays in it when it is written in the other unit. What is
outside is refused until somebody accepts it and says why (:mod:`gepnet.vocabulary.accepting`),
which is kept with the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pydantic import model_validator

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Stated, Strict
from gepnet.vocabulary import Accepted, Accepting

#: Judged by its own table, beside published values (``dosimetry_checks.yaml``).
DOSE_PER_ACTIVITY = "dose_gy_per_gbq"


class Band(Stated):
    """A range of numbers with unit and source."""

    low: float
    high: float
    unit: str

    def holds(self, value: float) -> bool:
        """Whether the value lies in the range, ends included."""
        return self.low <= value <= self.high


class PlausibleRange(Band):
    """Where a quantity usually lies, for some regions or for all.

    ``slips`` are units in which it is written by mistake, with the size of one of them in ``unit``.
    """

    quantity: str
    regions: tuple[str, ...] = ()
    slips: dict[str, float]

    @model_validator(mode="after")
    def _notices_slips(self) -> Self:
        for unit, size in self.slips.items():
            factor = max(size, 1 / size)
            if self.low * factor <= self.high:
                raise ValueError(
                    f"{self.low:g} to {self.high:g} {self.unit} is too wide: written in {unit}, a "
                    f"value in it can stay in it (high/low has to be below {factor:g})"
                )
        return self

    def doubt(self, value: float, of: str = "") -> str:
        """Say what is usual, and which unit would explain a value outside of it."""
        told = f"{self.low:g} to {self.high:g} {self.unit}{f' for {of}' if of else ''}"
        for unit, size in self.slips.items():
            if self.holds(value * size):
                told += f"; as {unit} it would be {value * size:.3g} {self.unit}"
                break
        return told


class NotJudged(Strict):
    """A quantity that spreads wider than its slips, so that no range would notice them."""

    quantity: str
    regions: tuple[str, ...]
    why: str


class Plausible(MeasureFile):
    """``plausible_dosimetry.yaml``."""

    files = ("plausible_dosimetry",)
    ranges: tuple[PlausibleRange, ...]
    not_judged: tuple[NotJudged, ...] = ()

    def of(self, quantity: str, region: str | None = None) -> PlausibleRange | None:
        """Return the range of a quantity; with a region the one for it, or the one for all."""
        own = [r for r in self.ranges if r.quantity == quantity and region in r.regions]
        general = [r for r in self.ranges if r.quantity == quantity and not r.regions]
        return next(iter([*own, *general]), None)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Every quantity that is judged."""
        return (*dict.fromkeys(r.quantity for r in self.ranges), DOSE_PER_ACTIVITY)


@dataclass(frozen=True, slots=True)
class Breach:
    """A value outside its range, with who accepts it and why; None if nobody does."""

    quantity: str
    value: float
    usual: str
    accepted: Accepted | None


def told(value: float) -> str:
    """Return a number as it is told: to three digits, as it is accepted too."""
    return f"{value:.3g}"


def accepted(
    accepting: Accepting, quantity: str, value: float, patient: str, region: str
) -> Accepted | None:
    """Return who accepts a value, as it is told or in full, or None."""
    return accepting.find(quantity, told(value), repr(value), patient=patient, part=region)
