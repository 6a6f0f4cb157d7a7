"""Limits of normal as a laboratory event gives them: ``limits: {platelets_10e9_l: [150, 400]}``."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from typing import Any

from gepnet.knowledge import nearest
from gepnet.record.model import Limits
from gepnet.vocabulary import Fact, Interval, ValueProblem

_SHAPE = "[lower, upper] limit of normal, null for one that there is not"


#: Tells a reader of a fault: path, value, what was expected, the nearest spelling.
Told = Callable[[tuple[str | int, ...], object, str, str | None], None]


def read_limits(
    raw: Any,
    kind: str,
    facts: Mapping[str, Fact],
    path: tuple[str | int, ...],
    told: Told,
    known: dict[Hashable, Limits],
) -> dict[str, Limits]:
    """Return the limits of normal of an event, by fact.

    A limit is a number in the unit of its fact, or ``{value: 1.2, unit: mg/dL}``; of a bound such
    as ``<40`` above, or ``>60`` below, the bound itself is the limit. ``known`` are those of other
    events, as they are written: a laboratory repeats the few that it has.
    """
    if kind != "laboratory" or not isinstance(raw, Mapping):
        expected = "limits of normal in an event of kind 'laboratory', as a mapping"
        told(path, kind, expected, None)
        return {}
    found: dict[str, Limits] = {}
    for name, pair in raw.items():
        fact = facts.get(name)
        where = (*path, name)
        if fact is None or fact.type != "number":
            expected = "a laboratory value that is a number"
            told(where, name, expected, nearest(str(name), facts))
        elif isinstance(pair, Limits):
            found[name] = pair
        elif not isinstance(pair, list | tuple) or len(pair) != 2:
            told(where, str(pair), _SHAPE, None)
        else:
            ends = [as_written(str(name), end) for end in pair]
            same = None if None in ends else tuple(ends)
            if same in known:
                found[name] = known[same]
                continue
            try:
                low, high = _limit(fact, pair[0], ">"), _limit(fact, pair[1], "<")
            except ValueProblem as fault:
                told(where, fault.value, fault.expected, fault.suggestion)
                continue
            if low is not None and high is not None and low >= high:
                told(where, f"{low} and {high}", "the lower limit first", None)
            else:
                found[name] = Limits(lln=low, uln=high)
                if same is not None:
                    known[same] = found[name]
    return found


def as_written(name: str, raw: Any) -> Hashable | None:
    """Return what two values of a fact share that are written alike; None of lists and the like."""
    if isinstance(raw, dict):
        value, unit = raw.get("value", raw), raw.get("unit")
        if len(raw) == 2 and type(value) in _PLAIN and isinstance(unit, str):
            return name, type(value), str(value), unit  # 1.0 and 1.00 are reported as they stand
        return None
    return (name, type(raw), raw) if type(raw) in _PLAIN else None


_PLAIN = frozenset({str, int, float, Decimal, bool, type(None)})


def _limit(fact: Fact, raw: Any, open_to: str) -> Decimal | None:
    """Return a limit of normal; ``open_to`` is the sign that may stand before it."""
    if raw is None:
        return None
    value = fact.parse(raw)
    told = value.reported if isinstance(value, Interval) else None
    if told is not None and told.own.startswith(open_to):
        return Decimal(told.own.lstrip("<>="))
    if not isinstance(value, Interval) or not value.is_point:
        raise ValueProblem(raw, "one number")
    return value.low
