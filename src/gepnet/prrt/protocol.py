"""What the review of a cycle goes by: rules, items and amounts of the knowledge, compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from gepnet.criteria import Criteria, Node, facts_of
from gepnet.facts import needed_for
from gepnet.knowledge.models import (
    Checklist,
    ChecklistItem,
    Knowledge,
    ReleaseAmount,
    ReleaseItem,
    ReleaseRule,
)


@dataclass(frozen=True)
class Rule:
    """A release rule with its criterion."""

    entry: ReleaseRule
    when: Node


@dataclass(frozen=True)
class Item:
    """Something to be known before a release, with the criterion that says for whom."""

    entry: ReleaseItem
    when: Node


@dataclass(frozen=True)
class Line:
    """One line of an eligibility profile."""

    entry: ChecklistItem
    when: Node
    when_broad: Node | None


@dataclass(frozen=True)
class Profile:
    """One eligibility profile: a document's own conditions, never mixed with another's."""

    entry: Checklist
    lines: tuple[Line, ...]


class Protocols:
    """The compiled part of the knowledge that a course of radioligand therapy goes by."""

    def __init__(self, knowledge: Knowledge, criteria: Criteria) -> None:
        """Compile the criteria of rules, items and profiles."""
        self.knowledge = knowledge
        self.criteria = criteria
        self.rules = tuple(Rule(e, criteria(e.when)) for e in knowledge.release_rules)
        self.items = tuple(Item(e, criteria(e.when)) for e in knowledge.release_items)
        self.profiles = {
            e.id: Profile(
                e,
                tuple(
                    Line(
                        item,
                        criteria(item.when),
                        None if item.when_broad is None else criteria(item.when_broad),
                    )
                    for item in e.items
                ),
            )
            for e in knowledge.checklists
            if e.purpose == "eligibility"
        }

    def amount(self, name: str) -> ReleaseAmount:
        """Return a number that the course goes by.

        Raises:
            KeyError: if the knowledge does not give it.
        """
        return next(a for a in self.knowledge.release_amounts if a.id == name)

    @property
    def full(self) -> Decimal:
        """Full activity of a cycle in GBq."""
        return self.amount("full-activity").value

    @property
    def reduced(self) -> Decimal:
        """Reduced activity of a cycle in GBq."""
        return self.amount("reduced-activity").value

    def is_reduced(self, activity_gbq: Decimal) -> bool:
        """Whether an activity that was given is nearer to the reduced one than to the full one."""
        return activity_gbq * 2 < self.full + self.reduced

    @cached_property
    def needed(self) -> frozenset[str]:
        """Every fact that a review rests on."""
        named = [name for rule in self.rules for name in facts_of(rule.when)]
        named += [name for item in self.items for name in facts_of(item.when)]
        named += [name for item in self.items for name in item.entry.facts]
        lines = [line for profile in self.profiles.values() for line in profile.lines]
        named += [n for line in lines for node in _nodes(line) for n in facts_of(node)]
        return needed_for(named, self.criteria)


def _nodes(line: Line) -> Iterable[Node]:
    return (node for node in (line.when, line.when_broad) if node is not None)
