"""Patterns of the blood count after PRRT that call for a haematologist.

The patterns are knowledge (``knowledge/protocols/after_prrt.yaml``). Without a lower limit of
normal a value is neither low nor normal, and a signal that rests on it is open, never excluded.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from gepnet.criteria import conjunction, disjunction
from gepnet.knowledge.course_models import MarrowSignal
from gepnet.prrt.after.samples import HOLDS, Sample
from gepnet.prrt.plan.steps import add_months
from gepnet.tables import Shown
from gepnet.vocabulary import Truth


@dataclass(frozen=True, slots=True)
class SignalResult:
    """A signal for one patient: whether it is there, on which values, and what is missing."""

    signal: Annotated[
        MarrowSignal, Shown(take="id label action note source locator verification", flat=True)
    ]
    truth: Annotated[Truth, Shown("signal", by=HOLDS)]
    because: tuple[str, ...]
    missing: tuple[str, ...]


def signal(
    rule: MarrowSignal, series: Mapping[str, Sequence[Sample]], least_samples: int
) -> SignalResult:
    """Return whether a pattern is in the samples since the baseline before PRRT.

    Args:
        rule: the pattern.
        series: by analyte, oldest first.
        least_samples: samples from which a rise can be told.
    """
    results = [_low(rule, name, series.get(name, ())) for name in rule.analytes]
    truth = disjunction(found for found, _, _ in results)
    because = [text for found, text, _ in results if found is True]
    missing = [text for found, _, text in results if found is None]
    if rule.rising is not None:
        rising, told, lacking = _rising(rule.rising, series.get(rule.rising, ()), least_samples)
        truth = conjunction((truth, rising))
        because += [told] if rising is True else []
        missing += [lacking] if rising is None else []
    return SignalResult(
        rule,
        truth,
        tuple(because) if truth is True else (),
        tuple(dict.fromkeys(missing)) if truth is None else (),
    )


def _low(rule: MarrowSignal, name: str, series: Sequence[Sample]) -> tuple[Truth, str, str]:
    """Return truth, the value behind it, and what is missing."""
    if not series:
        return None, "", name
    latest = series[-1]
    lacking = f"lower limit of normal of {name} on {latest.day}"
    told = f"{name} {latest.value}, below {latest.lln}, on {latest.day}"
    if rule.months is None or latest.low is not True:
        return latest.low, told, lacking
    begin = possible = latest.day
    unknown: Sample | None = None
    for sample in reversed(series):
        if sample.low is False:
            break
        possible = sample.day
        if sample.low is None:
            unknown = unknown or sample
        elif unknown is None:
            begin = sample.day
    if _longer(begin, latest.day, int(rule.months)):
        return True, f"{told}; low since {begin}", ""
    if unknown is None or not _longer(possible, latest.day, int(rule.months)):
        return False, "", ""
    # If each sample without a limit was low, the time is long enough; otherwise it may not be.
    return None, "", f"lower limit of normal of {name} on {unknown.day}"


def _longer(first: datetime.date, last: datetime.date, months: int) -> bool:
    return add_months(first, months) < last


def _rising(name: str, series: Sequence[Sample], least: int) -> tuple[Truth, str, str]:
    # A value below or above something tells nothing of a trend.
    series = [sample for sample in series if sample.value.is_point]
    if len(series) < least:
        return None, "", f"{name}: at least {least} values, {len(series)} known"
    first, latest = series[0], series[-1]
    days = [(sample.day - first.day).days for sample in series]
    middle = sum(days) / len(days)
    trend = sum((day - middle) * float(s.value.low) for day, s in zip(days, series, strict=True))
    told = f"{name} from {first.value} ({first.day}) to {latest.value} ({latest.day})"
    return latest.value.low > first.value.low and trend > 0, told, ""
