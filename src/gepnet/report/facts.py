"""Facts of a patient for a reader: value in words, date, origin, and what was set aside."""

from __future__ import annotations

from typing import Annotated, Any

from gepnet.facts import Facts, FactValue, Observed, show
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.languages import ENGLISH
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.tables import Shown, plain, view_class
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    Fact,
    Interval,
    Several,
    Value,
    told_ends,
    unit_words,
)

# Facts that a board wants to see as reasons to treat, in this order.
REASONS_TO_TREAT = (
    "symptomatic",
    "highly_symptomatic",
    "hormone_symptoms",
    "mass_symptoms",
    "high_burden",
    "bulky",
    "progression_radiological_or_clinical",
    "hormone_symptoms_worse",
    "rapid_growth",
)


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it: a number, a pair for a range, a word or a boolean."""
    if isinstance(value, Interval):
        low, high = (float(end) for end in told_ends(value))
        return low if value.is_point else [low, high]
    if isinstance(value, Several):
        return value.word or list(value.values)
    return value if isinstance(value, bool | str) or value is None else str(value)


@view_class
class Alternative:
    """A value that another one was preferred to."""

    value: Annotated[Value, Shown(by=show)]
    other: Annotated[Observed, Shown(take="date event", flat=True)]


@view_class
class FactView:
    """A fact with its date, origin and what was set aside for it."""

    fact: Annotated[
        FactValue,
        Shown(take="fact:id origin date event author stale age_days note", flat=True),
    ]
    entry: Annotated[FactEntry, Shown(take="label", flat=True)]
    value: Annotated[Value, Shown(by=plain_value)]
    text: str
    unit: str
    alternatives: list[Alternative]
    conflict: str | None
    family: bool


@view_class
class FactGroup:
    """The facts under one heading."""

    group: str
    facts: list[FactView]


def fact_groups(facts: Facts, base: KnowledgeBase) -> list[FactGroup]:
    """Return what is known, by heading, in vocabulary order."""
    groups: dict[str, list[FactView]] = {}
    for name in sorted(facts, key=base.vocabulary.order):
        if facts[name].value is not None or facts[name].conflict is not None:
            heading = base.vocabulary[name].entry.group
            heading = base.vocabulary.phrases.groups.get(heading, heading)
            groups.setdefault(heading, []).append(fact_view(facts[name], base))
    return [FactGroup(name, members) for name, members in groups.items()]


def facts_view(facts: Facts, base: KnowledgeBase) -> list[dict[str, Any]]:
    """Return the facts of a patient by heading, as JSON-ready data."""
    return list(plain(fact_groups(facts, base)))


def fact_view(fact: FactValue, base: KnowledgeBase) -> FactView:
    """Return one fact for a reader."""
    definition = base.vocabulary[fact.fact]
    unit = definition.entry.unit
    return FactView(
        fact,
        definition.entry,
        fact.value,
        value_text(fact, base),
        "" if unit is None or unit.startswith("{") else unit,
        [Alternative(other.value, other) for other in fact.alternatives],
        None if fact.conflict is None else _conflict(fact, definition, base),
        definition.family is not None,
    )


def _conflict(fact: FactValue, definition: Fact, base: KnowledgeBase) -> str:
    """Return what is said against a value, in words."""
    if isinstance(fact.conflict, str | Several) and definition.type == "enum":
        told = show(fact.conflict)
        return told if base.language == ENGLISH else definition.label_of(fact.conflict)
    return said_value(fact.conflict, None, base)


def value_text(fact: FactValue, base: KnowledgeBase) -> str:
    """Return the value in words, with its unit."""
    definition = base.vocabulary[fact.fact]
    if isinstance(fact.value, str | Several) and definition.type == "enum":
        return definition.label_of(fact.value)
    return said_value(fact.value, definition.entry.unit, base)


def said_value(value: Value, unit: str | None, base: KnowledgeBase) -> str:
    """Return a value that is no word of an enumeration, with its unit."""
    phrases = base.vocabulary.phrases
    if value is None:
        return phrases.unknown
    if isinstance(value, bool):
        return phrases.truth(value)
    if value is NOT_APPLICABLE:
        return phrases.not_applicable
    if not isinstance(value, Interval):
        return show(value)
    text, words = phrases.number(show(value)), unit_words(unit, phrases.units)
    return f"{text} {words}" if words else text


def reasons_to_treat(facts: Facts, base: KnowledgeBase) -> list[FactView]:
    """Return the reasons to treat that are known to hold, or known not to."""
    known = [facts[name] for name in REASONS_TO_TREAT if name in base.vocabulary]
    return [fact_view(fact, base) for fact in known if isinstance(fact.value, bool)]
