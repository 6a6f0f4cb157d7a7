"""Words of a report that a later measurement goes beyond: they no longer bound it.

A grade sums up one specimen. Of measurements the highest of all that stand counts, whichever is
newer, so a grade of before stands beside a later index that lies below it; a later index above it
is no contradiction within a report but news of the tumour, and the grade of before is set aside for
it. That the two differ stays told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gepnet.facts.model import FactValue, Observed, show
from gepnet.facts.select import in_time, select
from gepnet.measures import FUNCTIONS
from gepnet.vocabulary import Fact, Interval, PartialDate, Vocabulary

#: Observations by the name of their fact.
ByFact = Mapping[str, Sequence[Observed]]


def bounding(vocabulary: Vocabulary) -> dict[str, Fact]:
    """Return the facts whose words bound a number of which the highest counts, with that number."""
    return {
        fact.entry.bound.inputs[0]: fact
        for fact in vocabulary.base_facts()
        if fact.entry.bound is not None and fact.entry.select == "highest"
    }


def set_aside(
    observed: ByFact, vocabulary: Vocabulary, measures: Mapping[str, Any], at: PartialDate
) -> dict[str, FactValue]:
    """Return what is left of the words that a later measurement goes beyond, by fact.

    Only where dates leave no doubt of which is the later, and numbers none that it lies above.
    """
    found = {}
    for name, number in bounding(vocabulary).items():
        words = vocabulary[name]
        latest = select(words, observed.get(name, ()), at)
        if latest is None or latest.value is None or latest.date is None:
            continue
        bound = _bound(number, latest, observed, measures, at)
        if bound is None:
            continue
        above = [
            item
            for item in _later(observed.get(number.id, ()), latest.date, number, at)
            if isinstance(item.value, Interval) and item.value.low >= bound.high + number.precision
        ]
        if above:
            found[name] = _told(latest, above[-1], number)
    return found


def _bound(
    number: Fact,
    latest: FactValue,
    observed: ByFact,
    measures: Mapping[str, Any],
    at: PartialDate,
) -> Interval | None:
    """Return the bounds that the words of a report set, read with what the same report says."""
    assert number.entry.bound is not None
    values = {
        name: next((i.value for i in observed.get(name, ()) if i.event == latest.event), None)
        for name in number.entry.bound.inputs
    }
    values[latest.fact] = latest.value
    bound = FUNCTIONS[number.entry.bound.function](values, measures, at)
    return bound if isinstance(bound, Interval) else None


def _later(
    items: Iterable[Observed], than: PartialDate, number: Fact, at: PartialDate
) -> list[Observed]:
    return [
        item
        for item in items
        if item.date is not None and item.date.first > than.last and in_time(item, number, at)
    ]


def _told(words: FactValue, item: Observed, number: Fact) -> FactValue:
    value = f"{show(item.value)} {number.entry.unit or ''}".rstrip()
    later = f"a later {number.entry.label} of {value} ({item.date}) lies above it"
    said = f"{show(words.value)} of {words.date}, and {later}"
    return replace(words, value=None, conflict=words.value, note=said)
