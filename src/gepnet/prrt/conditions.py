"""A condition of the course for one patient: met or not, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gepnet.criteria import facts_of
from gepnet.facts import Facts, FactValue
from gepnet.rules import Reading, Rule
from gepnet.vocabulary import Truth, Value, Vocabulary, unit_words
from gepnet.vocabulary.values import Interval


@dataclass(frozen=True)
class Condition:
    """A condition for one patient.

    Attributes:
        reading: whether it is met.
        values: known facts that it rests on.
        missing: recorded facts to ask for.
        stale: values behind it that are too old.
    """

    reading: Reading[Any]
    values: tuple[FactValue, ...]
    missing: tuple[str, ...]
    stale: tuple[FactValue, ...]

    @property
    def truth(self) -> Truth:
        """Whether it is met; None if that is open."""
        return self.reading.truth


def look_at(rule: Rule[Any], facts: Facts, max_age_days: int | None = None) -> Condition:
    """Return whether a condition is met and what that rests on.

    A value is stale if it is older than its fact allows or, where given, than ``max_age_days``.
    """
    reading = Reading.of(rule, facts)
    # Of a settled condition only what settles it.
    if reading.truth is None:
        names = rule.facts if reading.ambiguous else facts_of(rule.when)
    else:
        parts = reading.explanation.settled_by
        names = tuple(dict.fromkeys(name for part in parts for name in facts_of(part.node)))
    values = tuple(facts[name] for name in names if facts[name].is_known)
    behind = [v for value in values for v in (facts.behind(value.fact) or (value,))]
    stale = tuple(v for v in dict.fromkeys(behind) if is_stale(v, max_age_days))
    missing = facts.to_ask(reading.missing)
    return Condition(reading, values, missing, stale)


def is_stale(value: FactValue, max_age_days: int | None = None) -> bool:
    """Whether a value is older than its fact, or a line of a protocol, allows.

    The highest of all reports stays the highest: it is told with its date, and asked for again only
    where a line says how old it may be.
    """
    if max_age_days is not None and value.age_days is not None:
        return value.age_days > max_age_days
    return value.stale and not value.lasting


def value_words(value: FactValue, vocabulary: Vocabulary) -> str:
    """Return a value as people read it, with unit and date."""
    fact = vocabulary[value.fact]
    unit = unit_words(fact.entry.unit)
    text = _words(value.value)
    if unit and isinstance(value.value, Interval):
        text = f"{text} {unit}"
    day = "" if value.date is None else f" ({value.date})"
    return f"{fact.entry.label} {text}{day}"


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value).replace("_", " ")


def words(values: Iterable[FactValue], vocabulary: Vocabulary) -> str:
    """Return values in one line."""
    return "; ".join(value_words(value, vocabulary) for value in values)


def labels(facts: Iterable[str], vocabulary: Vocabulary) -> str:
    """Return the names of facts as people say them, in one line."""
    return "; ".join(vocabulary[name].entry.label for name in facts) or "the answer"
