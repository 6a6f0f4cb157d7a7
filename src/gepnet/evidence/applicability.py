"""Whom a trial speaks of: would this patient have been eligible, and in what do they differ.

The criterion of a trial is read as every other rule is. What the vocabulary cannot say, and what
was not read of the eligibility, is never taken for met: it is told beside the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gepnet.criteria import And, Explanation, Memo, explain, facts_of
from gepnet.evidence.topics import Topics
from gepnet.facts import Facts
from gepnet.knowledge.models import Trial
from gepnet.rules import Reading, Rule
from gepnet.vocabulary import Vocabulary

#: Would the patient have been eligible, as far as the criteria could be read and said.
Outcome = Literal["eligible", "fact missing", "text open", "criteria not read", "not eligible"]
_ORDER: tuple[Outcome, ...] = (
    "eligible",
    "text open",
    "fact missing",
    "criteria not read",
    "not eligible",
)


@dataclass(frozen=True)
class Applicability:
    """A trial for one patient.

    Attributes:
        reading: of the trial's criterion.
        outcome: would the patient have been eligible.
        failing: the parts of the criterion that are not met.
        open: the parts that could still go either way.
        differs: topics of the failing parts, in their order.
        unclear: topics of the open parts.
    """

    reading: Reading[Trial]
    outcome: Outcome
    failing: tuple[Explanation, ...]
    open: tuple[Explanation, ...]
    differs: tuple[str, ...]
    unclear: tuple[str, ...]

    @property
    def trial(self) -> Trial:
        """The trial."""
        return self.reading.rule.entry


def applicable(
    rules: Iterable[Rule[Trial]], facts: Facts, topics: Topics, vocabulary: Vocabulary
) -> list[Applicability]:
    """Return each trial for a patient, those that speak of them first.

    Then come those that could, by how much is open, and those that do not, by how much differs;
    controlled trials before others, later results before earlier.
    """
    memo: Memo = {}
    found = [_of(rule, facts, memo, topics, vocabulary) for rule in rules]
    return sorted(found, key=_rank)


def _of(
    rule: Rule[Trial], facts: Facts, memo: Memo, topics: Topics, vocabulary: Vocabulary
) -> Applicability:
    reading = Reading.of(rule, facts, memo)
    told = reading.explanation
    if reading.truth is False and told.truth is not False and rule.when_broad is not None:
        told = explain(rule.when_broad, facts.values, memo)  # only the broad wording says no
    parts = _parts(told)
    failing = tuple(part for part in parts if part.truth is False)
    still = tuple(part for part in parts if part.truth is None)
    outcome: Outcome
    if reading.truth is False:
        outcome = "not eligible"
    elif rule.entry.eligibility == "not_read":
        outcome = "criteria not read"
    elif reading.truth is True:
        outcome = "eligible"
    else:
        outcome = "text open" if reading.ambiguous else "fact missing"
    return Applicability(
        reading,
        outcome,
        failing,
        still,
        _topics_of(failing, topics, vocabulary),
        _topics_of(still, topics, vocabulary),
    )


def _parts(explanation: Explanation) -> tuple[Explanation, ...]:
    """Return what a criterion asks for one by one."""
    return explanation.parts if isinstance(explanation.node, And) else (explanation,)


def _topics_of(
    parts: Iterable[Explanation], topics: Topics, vocabulary: Vocabulary
) -> tuple[str, ...]:
    groups = {vocabulary[name].entry.group for part in parts for name in facts_of(part.node)}
    return tuple(topic.label for topic in topics.topics if groups & set(topic.groups))


def _rank(one: Applicability) -> tuple[object, ...]:
    counted = len(one.failing) if one.outcome == "not eligible" else len(one.reading.missing)
    trial = one.trial
    return (
        _ORDER.index(one.outcome),
        counted,
        not trial.contrasts,
        -(trial.year or 0),
        trial.id,
    )
