"""What the review of a cycle goes by: rules, items and amounts of the knowledge, compiled once."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from gepnet.criteria import Criteria
from gepnet.facts import needed_for
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.rule_models import ReleaseAmount, ReleaseItem, ReleaseRule, SafetyRule
from gepnet.rules import Rulebook


class Protocols:
    """The compiled part of the knowledge that a course of radioligand therapy goes by."""

    def __init__(self, knowledge: Knowledge, criteria: Criteria) -> None:
        """Take the rules, items, profiles and safety rules of the knowledge."""
        self.knowledge = knowledge
        self.criteria = criteria
        book = Rulebook(knowledge, criteria)
        self.rules = book.of(ReleaseRule)
        self.items = book.of(ReleaseItem)
        self.profiles = {one.entry.id: one for one in book.checklists_for("eligibility")}
        options = book.vocabulary.options
        therapies = {profile.entry.option for profile in self.profiles.values()}
        self.safety = tuple(
            rule
            for rule in book.of(SafetyRule)
            if any(options.covers(o, therapy) for o in rule.entry.options for therapy in therapies)
        )

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
        lines = [line for profile in self.profiles.values() for line in profile.items]
        rules = (*self.rules, *self.items, *self.safety, *lines)
        named = [name for rule in rules for name in rule.facts]
        named += [name for item in self.items for name in item.entry.facts]
        return needed_for(named, self.criteria)
