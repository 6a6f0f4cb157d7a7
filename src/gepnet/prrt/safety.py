"""The safety rules on radioligand therapy, as eligibility and the review of a cycle read them.

They stand in one place, the safety rules of the knowledge. A profile of eligibility or a rule of
release may say the same more exactly; then it is said once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from gepnet.facts import Facts
from gepnet.knowledge.rule_models import SafetyRule
from gepnet.prrt.protocol import Protocols
from gepnet.rules import Rule, SafetyNote, excluding, safety_notes
from gepnet.tables import Shown


@dataclass(frozen=True)
class NotExcluded:
    """What to order or ask, and the safety rules that it alone would exclude."""

    order: str
    facts: tuple[str, ...]
    rules: Annotated[tuple[SafetyRule, ...], Shown(take="id severity message")]


def safety_of(
    facts: Facts, protocols: Protocols, lines: Iterable[Rule[Any]], started: bool
) -> tuple[SafetyNote, ...]:
    """Return the safety rules on radioligand therapy that fire or cannot be excluded.

    Args:
        facts: of the patient.
        protocols: what the course goes by.
        lines: the conditions of a profile, which gives its own limits for the start.
        started: whether a cycle of the course was given: limits of the start hold no longer.
    """
    of_profile = [set(line.facts) for line in lines]
    asked = []
    for rule in protocols.safety:
        own = any(set(rule.facts) <= names for names in of_profile)
        if not rule.entry.start_only or not (started or own):
            asked.append(rule)
    return safety_notes(asked, facts)


def is_told(note: SafetyNote, by: Iterable[Rule[Any]], asked: Collection[str]) -> bool:
    """Whether other rules say already what a safety rule would.

    One with the same criterion does, and one that reads all its facts and speaks up. What fires
    because something is not known is told where that is asked for.

    Args:
        note: the safety rule.
        by: the rules that speak up: those that fire, are not met or are open.
        asked: the facts that they ask for.
    """
    rule = note.rule
    if note.fires and note.not_known and asked and set(note.not_known) <= set(asked):
        return True
    return any(other.when == rule.when or set(rule.facts) <= set(other.facts) for other in by)


def not_excluded(
    notes: Iterable[SafetyNote], facts: Facts, protocols: Protocols
) -> tuple[NotExcluded, ...]:
    """Return the rules that missing facts leave open by the one order that would exclude them."""
    groups = excluding(notes, facts, protocols.criteria.vocabulary)
    return tuple(
        NotExcluded(
            " and ".join(one.orders) or "the text leaves it open",
            one.facts,
            tuple(note.rule.entry for note in one.notes),
        )
        for one in groups
    )
