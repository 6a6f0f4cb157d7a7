"""Which values of an event are outside what is believed of their quantity without a question."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from pydantic import BaseModel

from gepnet.record.cycles import ACTIVITY, TOTAL
from gepnet.record.model import AnyEvent, Observation
from gepnet.vocabulary import (
    Fact,
    Interval,
    LimitOfNormal,
    PartialDate,
    Vocabulary,
    months_between,
    parse_date,
)

#: The quantity of each number that an event has besides its facts; in braces those of a therapy.
FIELDS = {
    "activity_gbq": ACTIVITY,
    "cumulative_activity_gbq": TOTAL,
    "dose_mg": "treatment_dose_mg",
    "interval_days": "treatment_interval_days",
    "cycles": "treatment_cycles",
    "benefit_months": "benefit_months_{therapy}",
    "benefit_from_last_dose_months": "benefit_months_{therapy}",
    "duration_months": "benefit_months_{therapy}",
}
_MONTHS = 12
_LIMITS: tuple[LimitOfNormal, ...] = ("lln", "uln")


@dataclass(frozen=True)
class Doubt:
    """A value that is asked about: its path in the event, its quantity, what would be believed."""

    path: tuple[str | int, ...]
    quantity: str
    written: object
    expected: str

    @property
    def key(self) -> str:
        """The path as an event keeps it with who accepts the value."""
        return ".".join(map(str, self.path))


def doubts_of(
    event: AnyEvent,
    item: Mapping[str, Any],
    vocabulary: Vocabulary,
    on: PartialDate,
    among: Container[str] | None = None,
) -> Iterator[Doubt]:
    """Yield the values of an event that are asked about; a withdrawn event tells nothing.

    Args:
        event: as it was read.
        item: as it is written.
        vocabulary: the facts, with what is believed of them.
        on: the day by which an age is counted.
        among: the facts to look at, where the others are known to be believed: a long record
            repeats its values.
    """
    if event.withdrawn:
        return
    for name, value in event.values.items():
        if among is not None and name not in among:
            continue
        fact = vocabulary[name]
        if isinstance(value, Interval):
            raw = item.get(name)
            written = str(value) if raw is None else _written(raw)
            expected = vocabulary.doubt(fact, value, written)
            if expected is not None:
                yield Doubt((name,), fact.family or fact.id, written, expected)
        elif fact.type == "date" and isinstance(value, str):
            told = date_doubt(fact, value, vocabulary, on)
            yield from () if told is None else (told,)
    if type(event) is Observation:
        for name, limits in event.limits.items():
            for at, limit in enumerate(_LIMITS):
                number = getattr(limits, limit)
                if number:  # a lower limit of 0 is none
                    doubted = _of_limit(name, number, limit, vocabulary)
                    if doubted is not None:
                        yield replace(doubted, path=("limits", name, at))
    for name, quantity in _fields_of(type(event)).items():
        number = getattr(event, name)
        if number is not None:
            yield from _of_field(name, quantity, Decimal(str(number)), item, vocabulary)


@cache
def _fields_of(kind: type[BaseModel]) -> dict[str, str]:
    """Return the numbers of a kind of event; a record has very many of a few kinds."""
    return {name: FIELDS[name] for name in FIELDS if name in kind.model_fields}


@lru_cache(maxsize=1 << 12)
def _of_limit(
    name: str, number: Decimal, limit: LimitOfNormal, vocabulary: Vocabulary
) -> Doubt | None:
    """Return what is asked about a limit of normal: a laboratory repeats the few that it has."""
    fact, value = vocabulary[name], Interval(number, number)
    expected = vocabulary.doubt(fact, value, str(value), limit)
    return None if expected is None else Doubt((), fact.family or fact.id, str(value), expected)


def _of_field(
    name: str, quantity: str, number: Decimal, item: Mapping[str, Any], vocabulary: Vocabulary
) -> Iterator[Doubt]:
    written = _written(item.get(name))
    fact = vocabulary.get(quantity)
    if "{therapy}" in quantity:
        fact = vocabulary.get(quantity.format(therapy=item.get("option")))
        hard = None if fact is None else fact.entry.range
        if hard is not None and not hard[0] <= number <= hard[1]:
            return  # told as what cannot be
    unit = None if fact is None else fact.entry.unit
    value = Interval(number, number)
    expected = vocabulary.plausible.doubt(quantity, value, written, unit)
    if expected is not None:
        yield Doubt((name,), quantity, written, expected)


def date_doubt(fact: Fact, value: str, vocabulary: Vocabulary, on: PartialDate) -> Doubt | None:
    """Return what is asked about a date by how long ago it is, as about that of birth."""
    quantity = vocabulary.plausible.from_date(fact.id)
    day = parse_date(value)
    if quantity is None or day.first > on.last:
        return None  # a date to come is told elsewhere
    ages = Interval(*(months // _MONTHS for months in months_between(day, on)))
    expected = vocabulary.plausible.doubt(quantity.of, ages, None, "a")
    if expected is None:
        return None
    return Doubt((fact.id,), quantity.of, value, f"{expected} ({ages} years on {on})")


def _written(raw: Any) -> object:
    return raw.get("value") if isinstance(raw, Mapping) else raw
