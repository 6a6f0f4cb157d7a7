"""Numbers that are likely to be slips of a unit: asked about, and taken once confirmed.

A plausible range is data (``measures/plausible_dosimetry.yaml``) and narrow enough to notice the
usual slip of its quantity: no value in it stays in it when it is written in the other unit. What is
outside is refused until it is accepted with a reason, which is kept with the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import model_validator

from gepnet.knowledge import InputError, MeasureFile, asked, nearest
from gepnet.knowledge.shapes import Stated, Strict

#: Judged by its own table, beside published values (``dosimetry_checks.yaml``).
DOSE_PER_ACTIVITY = "dose_gy_per_gbq"


class PlausibleRange(Stated):
    """Where a quantity usually lies, for some regions or for all.

    ``slips`` are units in which it is written by mistake, with the size of one of them in ``unit``.
    """

    quantity: str
    regions: tuple[str, ...] = ()
    low: float
    high: float
    unit: str
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

    def holds(self, value: float) -> bool:
        """Whether a value lies in the range, ends included."""
        return self.low <= value <= self.high

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
class Acceptance:
    """A breach that somebody confirmed: of what, for whom (None: everybody), and why."""

    quantity: str
    patient: str | None
    region: str | None
    reason: str

    def covers(self, quantity: str, patient: str, region: str) -> bool:
        """Whether it is about a value."""
        return (
            self.quantity == quantity
            and self.patient in (None, patient)
            and self.region in (None, region)
        )


@dataclass(frozen=True, slots=True)
class Breach:
    """A value outside its range, with the reason for which it was accepted; None if it was not."""

    quantity: str
    value: float
    usual: str
    accepted: str | None


def reason_for(
    acceptances: Iterable[Acceptance], quantity: str, patient: str, region: str
) -> str | None:
    """Return why a value was accepted, or None."""
    return next((a.reason for a in acceptances if a.covers(quantity, patient, region)), None)


def how_to_accept(quantity: str) -> str:
    """Say how a value is confirmed."""
    return f"if it is right, confirm it: --accept {quantity}=REASON"


def read_acceptances(texts: Sequence[str], quantities: Sequence[str]) -> tuple[Acceptance, ...]:
    """Read ``QUANTITY=REASON``, before which ``PATIENT:`` or ``PATIENT:REGION:`` may stand.

    Raises:
        InputError: for a quantity that is not judged, or without a reason.
    """
    found, problems = [], []
    for text in texts:
        key, _, reason = text.partition("=")
        *about, quantity = (part.strip() for part in key.split(":"))
        if quantity not in quantities:
            expected = f"QUANTITY=REASON, of {', '.join(quantities)}"
            near = nearest(quantity, quantities)
            problems.append(asked("accept", text, expected, [near] if near else ()))
        elif not reason.strip() or len(about) > 2 or not all(about):
            expected = "QUANTITY=REASON, PATIENT:QUANTITY=REASON or PATIENT:REGION:QUANTITY=REASON"
            problems.append(asked("accept", text, expected))
        else:
            patient, region = [*about, None, None][:2]
            found.append(Acceptance(quantity, patient, region, reason.strip()))
    if problems:
        raise InputError(problems)
    return tuple(found)
