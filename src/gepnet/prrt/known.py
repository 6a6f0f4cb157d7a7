"""What is known for a condition: its truth, the values behind it, what is missing or too old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gepnet.criteria import Explanation, Node, explain, facts_of
from gepnet.facts import Facts, FactValue
from gepnet.vocabulary import Truth, Value, Vocabulary, unit_words
from gepnet.vocabulary.values import Interval


@dataclass(frozen=True)
class Known:
    """A condition for one patient."""

    truth: Truth
    explanation: Explanation
    values: tuple[FactValue, ...]
    missing: tuple[str, ...]
    stale: tuple[FactValue, ...] = ()


def look_at(
    when: Node, facts: Facts, broad: Node | None = None, max_age_days: int | None = None
) -> Known:
    """Return whether a condition holds and what that rests on.

    ``broad`` is the wider reading of an ambiguous text: between the two the truth is unknown.
    A value is stale if it is older than its fact allows or, where given, than ``max_age_days``.
    """
    told = explain(when, facts.values)
    truth, missing = told.truth, told.missing
    if broad is not None and truth is not True:
        wide = explain(broad, facts.values)
        truth = None if wide.truth is not False else False
        missing = tuple(dict.fromkeys((*missing, *wide.missing))) if truth is None else ()
    # Of a settled condition only what settles it.
    nodes = (when,) if truth is None else tuple(part.node for part in told.settled_by)
    names = dict.fromkeys(name for node in nodes for name in facts_of(node))
    values = tuple(facts[name] for name in names if facts[name].is_known)
    behind = [v for value in values for v in (facts.behind(value.fact) or (value,))]
    stale = tuple(v for v in dict.fromkeys(behind) if is_stale(v, max_age_days))
    return Known(truth, told, values, facts.to_ask(missing), stale)


def is_stale(value: FactValue, max_age_days: int | None = None) -> bool:
    """Whether a value is older than its fact, or a line of a protocol, allows."""
    if max_age_days is not None and value.age_days is not None:
        return value.age_days > max_age_days
    return value.stale


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
