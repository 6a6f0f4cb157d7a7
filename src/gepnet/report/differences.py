"""Other values of facts in words: the same for the command line, JSON and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gepnet.facts import FactValue
from gepnet.guidelines import Band, Change, DecidingFacts, KnowledgeBase, Status
from gepnet.report.facts import plain_value, value_text
from gepnet.vocabulary import Value, plain

View = dict[str, Any]
BOTH = {
    Status.RECOMMENDED: "both recommend it",
    Status.OPTION: "both name it as an option",
    Status.TRIAL_ONLY: "both want it within a trial",
    Status.AGAINST: "both advise against it",
}


def words_for(fact: str, value: Value, base: KnowledgeBase) -> str:
    """Return a value of a fact in words, with its unit."""
    return value_text(FactValue(fact, value, "recorded"), base)


def values_text(fact: str, values: Sequence[Value], band: Band | None, base: KnowledgeBase) -> str:
    """Return values of which each would do: a band of numbers, or alternatives."""
    if band is None or (band.low is None and band.high is None):
        return _alternatives([words_for(fact, value, base) for value in values])
    unit = words_for(fact, values[0], base).removeprefix(str(values[0]))
    return band_text(band) + unit


def band_text(band: Band) -> str:
    """Return "below 10", "at least 3", "3 to below 10"."""
    low = "" if band.low is None else plain(band.low)
    high = "" if band.high is None else plain(band.high)
    if not low:
        return f"{'at most' if band.high_included else 'below'} {high}"
    if not high:
        return f"{'at least' if band.low_included else 'above'} {low}"
    if low == high:
        return low
    upper = high if band.high_included else f"below {high}"
    return f"{low} to {upper}" if band.low_included else f"above {low} to {upper}"


def _alternatives(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


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
    text = " and ".join(change["text"] for change in changes)
    return {
        "position": found.position.value,
        "changeable": all(change["changeable"] for change in changes),
        "changes": changes,
        "what": text if all(c["changeable"] for c in changes) else f"{text} (cannot be changed)",
        "then": f"then {BOTH[found.position]}",
        "text": f"{text}: then {BOTH[found.position]}",
    }
