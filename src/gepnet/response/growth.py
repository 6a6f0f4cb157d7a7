"""Tumour growth rate, specific growth rate and doubling time of the target sum.

Volume goes with the cube of the sum of diameters: TG = 3 ln(D2/D1) / months and
TGR = 100 (exp(TG) - 1), percent of volume a month (form of Gomez-Roca and Ferte, used by
Lamarca 2019). SGR = ln(V2/V1) / days and doubling time = ln 2 / SGR (Mehrara 2007). Constants and
cut-offs are data (``knowledge/measures/growth.yaml``). Decimal arithmetic, so that a rate exactly
on a cut-off is on it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Annotated

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Said, Stated
from gepnet.response.recist.model import HUNDREDTH, Patient, Role, Thousandths, length, rounded
from gepnet.response.recist.rules import Rules
from gepnet.response.recist.sums import see, target_sum
from gepnet.response.recist.values import value_of
from gepnet.tables import Shown

DIGITS = 40  # of the intermediate arithmetic
SHOWN = Decimal("0.0001")
BEFORE, FIRST = "TGR0", "TGRfirst"


class Constant(Stated):
    """A number."""

    value: Decimal


class Window(Stated):
    """A named interval after baseline, in months."""

    center: Decimal
    tolerance: Decimal
    name: str


class CutOff(Said):
    """A rate from (``at_least``) or beyond (``above``) which a study found a difference."""

    id: str
    name: str
    population: str
    at_least: Decimal | None = None
    above: Decimal | None = None

    @property
    def limit(self) -> str:
        """The cut-off in words."""
        if self.at_least is not None:
            return f">= {self.at_least} %/month"
        return f"> {self.above} %/month"

    def is_met(self, rate: Decimal) -> bool:
        """Whether a rate in percent a month reaches the cut-off."""
        if self.at_least is not None:
            return rate >= self.at_least
        return self.above is not None and rate > self.above


class GrowthRules(MeasureFile):
    """Constants and cut-offs of growth."""

    files = ("growth",)
    formulas: dict[str, Said]
    volume_power: int
    month_days: Constant
    minimum_interval_days: Constant
    first_window_months: Window
    cut_offs: tuple[CutOff, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """A cut-off, and whether the rate reached it."""

    cut_off: Annotated[
        CutOff,
        Shown(take="id limit population says source locator verification", flat=True),
    ]
    reached: bool


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth between two scans.

    Lengths are 0.001 mm; ``rate`` percent of volume a month, ``specific`` percent of volume a day
    (logarithmic), ``doubling_days`` None where the tumour does not grow. ``reached``: for each
    cut-off of this name whether the rate reached it. ``why_not`` says why there is no rate.
    ``rate`` (four decimals) and ``shown`` (two) are rounded, but never across one of its cut-offs.
    """

    names: tuple[str, ...]
    start: Annotated[datetime.date, Shown("from")]
    end: Annotated[datetime.date, Shown("to")]
    days: int
    sum_start: Annotated[Thousandths, Shown("sum_from_mm", by=length)]
    sum_end: Annotated[Thousandths | None, Shown("sum_to_mm", by=length)]
    rate: Annotated[Decimal | None, Shown("tgr_percent_month")]
    specific: Annotated[Decimal | None, Shown("sgr_percent_day")]
    doubling_days: Decimal | None
    reached: Annotated[tuple[Reached, ...], Shown("cut_offs")]
    why_not: str | None = None
    shown: Annotated[Decimal | None, Shown("tgr_rounded", after="rate")] = None


@dataclass(frozen=True, slots=True)
class GrowthCourse:
    """The growth of one patient, scan by scan."""

    patient_id: str
    growth: tuple[Growth, ...]


def growth_rate(first: Decimal, second: Decimal, months: Decimal, power: int) -> Decimal:
    """Return the growth rate in percent of volume a month between two sums of diameters.

    100 [(second/first)^(power/months) - 1]; with three months and a power of three the change of
    diameter itself.
    """
    with localcontext() as context:
        context.prec = DIGITS
        return 100 * (_log_rate(first, second, months, power).exp() - 1)


def _log_rate(first: Decimal, second: Decimal, time: Decimal, power: int) -> Decimal:
    return power * (second / first).ln() / time


def is_reached(first: Decimal, second: Decimal, months: Decimal, power: int, cut: CutOff) -> bool:
    """Whether the growth rate reaches a cut-off; compared as logarithms, never as rounded rates."""
    with localcontext() as context:
        context.prec = DIGITS
        limit = cut.at_least if cut.at_least is not None else cut.above
        assert limit is not None
        grown = power * (second / first).ln()
        bound = months * (1 + limit / 100).ln()
        # The last digits of a logarithm are rounded.
        difference = (grown - bound).quantize(Decimal(10) ** (8 - DIGITS))
        return difference >= 0 if cut.at_least is not None else difference > 0


def growth_courses(
    patients: Iterable[Patient], rules: Rules, growth: GrowthRules
) -> list[GrowthCourse]:
    """Return the growth of each patient; see ``growth_of``."""
    return [GrowthCourse(p.id, tuple(growth_of(p, rules, growth))) for p in patients]


def growth_of(patient: Patient, rules: Rules, growth: GrowthRules) -> Iterator[Growth]:
    """Yield growth before baseline (TGR0), then from baseline to every later scan.

    Targets only, nodes with their short axis; new lesions and non-targets are left out. A scan on
    which a target was not assessed gives no rate.
    """
    baseline = patient.baseline
    if baseline is None:
        return
    seen = see(patient)
    start = target_sum(seen, baseline, rules)
    if start is None:
        return
    before = _before(patient, baseline, rules)
    if before is not None:
        yield _between(before, (baseline, start.value), (BEFORE,), growth)
    first: tuple[str, ...] = (FIRST,)
    for date in patient.dates[1:]:
        found = target_sum(seen, date, rules)
        if found is None or not found.complete:
            missing = () if found is None else found.missing
            why = f"not evaluated: {', '.join(missing)}"
            days = (date - baseline).days
            yield Growth((), baseline, date, days, start.value, None, None, None, None, (), why)
            continue
        names, first = first, ()
        months = Decimal((date - baseline).days) / growth.month_days.value
        window = growth.first_window_months
        if abs(months - window.center) <= window.tolerance:
            names += (window.name,)
        yield _between((baseline, start.value), (date, found.value), names, growth)


def _before(
    patient: Patient, baseline: datetime.date, rules: Rules
) -> tuple[datetime.date, Thousandths] | None:
    """Return the last scan before baseline on which every later target was measured."""
    rows = {(row.date, row.lesion): row for row in patient.lesions if row.role is Role.TARGET}
    wanted = [lesion for date, lesion in rows if date == baseline]
    earlier = sorted({date for date, _ in rows if date < baseline}, reverse=True)
    for date in earlier:
        found = [rows.get((date, lesion)) for lesion in wanted]
        values = [None if row is None else value_of(row, rules) for row in found]
        if wanted and all(v is not None and v.evaluated and v.counted for v in values):
            return date, sum(value.size for value in values if value is not None)
    return None


def _between(
    first: tuple[datetime.date, Thousandths],
    second: tuple[datetime.date, Thousandths],
    names: tuple[str, ...],
    growth: GrowthRules,
) -> Growth:
    (start, before), (end, after) = first, second
    days = (end - start).days
    least = growth.minimum_interval_days.value
    if not before or not after or days < least:
        apart = f"{days} days apart, at least {least} are asked for"
        why = apart if before and after else "a sum of 0 mm has no growth rate"
        return Growth(names, start, end, days, before, after, None, None, None, (), why)
    old, new = Decimal(before), Decimal(after)
    months = Decimal(days) / growth.month_days.value
    power = growth.volume_power
    with localcontext() as context:
        context.prec = DIGITS
        specific = _log_rate(old, new, Decimal(days), power)
        doubling = Decimal(2).ln() / specific if specific > 0 else None
    cuts = [cut for cut in growth.cut_offs if cut.name in names]
    reached = [is_reached(old, new, months, power, cut) for cut in cuts]
    exact = growth_rate(old, new, months, power)
    rate, shown = (
        rounded(exact, lambda value: [cut.is_met(value) for cut in cuts], reached, places)
        for places in (SHOWN, HUNDREDTH)
    )
    return Growth(
        names, start, end, days, before, after, rate,
        (100 * specific).quantize(SHOWN),
        None if doubling is None else doubling.quantize(Decimal("0.1")),
        tuple(map(Reached, cuts, reached)),
        shown=shown,
    )  # fmt: skip
