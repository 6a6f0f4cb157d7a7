"""Other values of facts in words: the same for the command line, JSON and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gepnet.criteria.prose import listed
from gepnet.facts import FactValue
from gepnet.guidelines import Band, Change, DecidingFacts, KnowledgeBase, Status
from gepnet.knowledge.phrases import ENGLISH, Phrases
from gepnet.report.facts import plain_value, value_text
from gepnet.vocabulary import Value, plain

View = dict[str, Any]
_BOTH = {
    Status.RECOMMENDED: "both_recommended",
    Status.OPTION: "both_option",
    Status.TRIAL_ONLY: "both_trial_only",
    Status.AGAINST: "both_against",
}


def words_for(fact: str, value: Value, base: KnowledgeBase) -> str:
    """Return a value of a fact in words, with its unit."""
    return value_text(FactValue(fact, value, "recorded"), base)


def values_text(fact: str, values: Sequence[Value], band: Band | None, base: KnowledgeBase) -> str:
    """Return values of which each would do: a band of numbers, or alternatives."""
    if band is None or (band.low is None and band.high is None):
        told = [words_for(fact, value, base) for value in values]
        return listed(told, base.vocabulary.phrases.or_word)
    number = base.vocabulary.phrases.number(str(values[0]))
    unit = words_for(fact, values[0], base).removeprefix(number)
    return band_text(band, base.vocabulary.phrases) + unit


def band_text(band: Band, said: Phrases = ENGLISH) -> str:
    """Return "below 10", "at least 3", "3 to below 10"."""
    low = "" if band.low is None else said.number(plain(band.low))
    high = "" if band.high is None else said.number(plain(band.high))
    if not low:
        return (said.at_most if band.high_included else said.below).format(high)
    if not high:
        return (said.at_least if band.low_included else said.above).format(low)
    if low == high:
        return low
    if band.low_included:
        both = said.low_to_high if band.high_included else said.low_to_below
    else:
        both = said.above_to_high if band.high_included else said.above_to_below
    return both.format(low=low, high=high)


def change_view(change: Change, base: KnowledgeBase) -> View:
    """Return one fact that would have to be different."""
    before = words_for(change.fact, change.before, base)
    after = values_text(change.fact, change.after, change.band, base)
    label = base.vocabulary[change.fact].entry.label
    return {
        "fact": change.fact,
        "label": label,
        "before": plain_value(change.before),
        "after": [plain_value(value) for value in change.after],
        "changeable": change.changeable,
        "text": f"{label} {before} \N{RIGHTWARDS ARROW} {after}",
    }


def deciding_view(found: DecidingFacts, base: KnowledgeBase) -> View:
    """Return a smallest set of changes and what both documents then say."""
    changes = [change_view(change, base) for change in found.changes]
    said = base.vocabulary.phrases
    text = f" {said.and_word} ".join(change["text"] for change in changes)
    then = said.then.format(getattr(said, _BOTH[found.position]))
    changeable = all(change["changeable"] for change in changes)
    return {
        "position": found.position.value,
        "changeable": changeable,
        "changes": changes,
        "what": text if changeable else said.cannot_be_changed.format(text),
        "then": then,
        "text": f"{text}: {then}",
    }
