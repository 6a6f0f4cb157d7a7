"""From many observations of a fact to its value as of a date, by the fact's own policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from math import inf

from gepnet.facts.model import FactValue, Observed, show
from gepnet.vocabulary import Fact, Interval, PartialDate, Place, Value, places


def select(
    fact: Fact, observed: Iterable[Observed], at: PartialDate, earlier: Iterable[Observed] = ()
) -> FactValue | None:
    """Return the value of ``fact`` as of ``at``, or None if nothing was observed by then.

    ``latest`` and ``first`` go by date and time, an undated observation ranking below any dated
    one. Where dates do not say which of several is meant, all of them count: what they say together
    (``Fact.reconciled``), and a contradiction is a conflict. ``highest`` takes the greatest number
    (the bounds of ranges each for itself, since the greatest of several ranges lies between the
    greatest bounds); ``ever`` is true as soon as one observation is; ``sum`` adds. ``agreed`` is of
    what never changes: all of them count, whatever their dates. Values of the ``earlier`` reports
    are kept as alternatives only.
    """
    usable = [item for item in observed if in_time(item, fact, at)]
    if not usable:
        return None
    policy = fact.entry.select
    rivals: list[Observed] = []
    if policy == "highest":
        chosen, value = _highest(fact, usable)
    elif policy == "sum":
        chosen, value = usable[-1], _sum(usable)
    elif policy == "ever":
        chosen = next((item for item in usable if item.value is True), usable[-1])
        value = chosen.value
    else:
        chosen, rivals = _in_question(usable, at, first=policy == "first")
        value = chosen.value
        if policy == "agreed":
            rivals = [item for item in usable if item is not chosen]
    set_aside = [item for item in earlier if in_time(item, fact, at)]
    others = tuple(item for item in (*usable, *set_aside) if item is not chosen)
    age = None if chosen.date is None else max(0, (at.last - chosen.date.last).days)
    stale = age is not None and fact.entry.stale_days is not None and age > fact.entry.stale_days
    value, conflict = _together(fact, value, rivals)
    told = [show(item.value) for item in (chosen, *rivals)] if conflict is not None else []
    return FactValue(
        fact.id,
        value,
        "recorded",
        chosen.date,
        chosen.event,
        chosen.author,
        others if policy != "sum" else (),
        stale,
        age,
        conflict,
        f"contradictory: {'; '.join(dict.fromkeys(told))}" if told else None,
        lasting=policy == "highest",
    )


def _in_question(
    usable: list[Observed], at: PartialDate, first: bool
) -> tuple[Observed, list[Observed]]:
    """Return the observation that counts, and those that dates do not tell from it.

    Of several that may be the latest the one with the most exact date is the one shown, then the
    last in the file.
    """
    dated = [item for item in usable if item.date is not None] or usable
    placed = _places(dated)
    spans = [(_span(item, at, placed), item) for item in dated]
    if first:
        limit = min(end for (_, end), _ in spans)
        left = [(span, item) for span, item in spans if span[0] <= limit]
        left.sort(key=lambda one: (_width(one[1]), one[0], one[1].order))
    else:
        limit = max(start for (start, _), _ in spans)
        left = [(span, item) for span, item in spans if span[1] >= limit]
        left.sort(key=lambda one: (-_width(one[1]), one[0], one[1].order), reverse=True)
    chosen, *others = (item for _, item in left)
    return chosen, others


def _places(items: Iterable[Observed]) -> dict[PartialDate, Place]:
    return places([item.date for item in items if item.date is not None])


def _span(
    item: Observed, at: PartialDate, placed: Mapping[PartialDate, Place]
) -> tuple[Place, Place]:
    """Return the first and the last moment that an observation can be from."""
    if item.date is None:
        return (date.min, 0.0), (date.max, 0.0)
    if item.date.moment is not None:
        return placed[item.date], placed[item.date]
    return (item.date.first, -inf), (min(item.date.last, at.last), inf)


def _width(item: Observed) -> float:
    """Return how vague a date is, in days; a time of day is the most exact."""
    if item.date is None:
        return inf
    return (item.date.last - item.date.first).days + (item.date.moment is None)


def _together(fact: Fact, value: Value, rivals: list[Observed]) -> tuple[Value, Value]:
    """Return what a value and its rivals say together, and the first that contradicts it."""
    found, conflict = value, None
    for item in rivals:
        if conflict is None or found is not None:  # nothing is left of what nothing is known
            found, apart = fact.reconciled(found, item.value)
            conflict = item.value if apart and conflict is None else conflict
    return found, conflict


def in_time(item: Observed, fact: Fact, at: PartialDate) -> bool:
    """Whether a value was there by a date, and is not too old to be looked at."""
    if item.value is None:
        return False
    if item.date is None:
        return True
    if item.date.first > at.last:
        return False
    lookback = fact.entry.lookback_days
    return lookback is None or (at.last - item.date.last).days <= lookback


def _recency(item: Observed, placed: Mapping[PartialDate, Place]) -> tuple[date, float, int]:
    """Return the place in time: of one day those without a time come first, then by the file."""
    if item.date is None:
        return date.min, 0.0, item.order
    return *placed[item.date], item.order


def _highest(fact: Fact, items: list[Observed]) -> tuple[Observed, Value]:
    numbers = [(item, item.value) for item in items if isinstance(item.value, Interval)]
    placed = _places(items)
    if not numbers:
        # A boolean or an enumeration has no highest value; the latest stands for it.
        latest = max(items, key=lambda item: _recency(item, placed))
        return latest, latest.value
    low = max(value.low for _, value in numbers)
    high = max(value.high for _, value in numbers)
    chosen = max(numbers, key=lambda pair: (pair[1].high, pair[1].low, _recency(pair[0], placed)))[
        0
    ]
    value = Interval(low, high)
    return chosen, chosen.value if chosen.value == value else fact.worked_out(value)


def _sum(items: list[Observed]) -> Value:
    numbers = [item.value for item in items if isinstance(item.value, Interval)]
    zero = Decimal(0)
    return Interval(sum((n.low for n in numbers), zero), sum((n.high for n in numbers), zero))
