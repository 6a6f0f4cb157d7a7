"""Safety rules of one patient: what fires, what is open, and which order would exclude it.

A rule fires whatever its badge. The assessment, the page, eligibility and the review of a cycle ask
here, so that all of them read the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gepnet.criteria import Explanation, IsKnown, Memo, Not, Or
from gepnet.facts import Facts
from gepnet.knowledge.rule_models import SafetyRule
from gepnet.rules.reading import Reading
from gepnet.rules.rule import Rule
from gepnet.vocabulary import Vocabulary

_SEVERITY = {"stop": 0, "withhold": 1, "warn": 2}


class SafetyNote(Reading[SafetyRule]):
    """A safety rule that fires, or that cannot be excluded."""

    __slots__ = ()

    @property
    def fires(self) -> bool:
        """Whether it certainly fires."""
        return self.truth is True

    @property
    def not_known(self) -> tuple[str, ...]:
        """The unknown facts of which the rule asks whether they are known."""
        parts = (part for part in self.explanation.walk() if isinstance(part.node, IsKnown))
        return tuple(dict.fromkeys(name for part in parts for name in part.open_facts))


def safety_notes(
    rules: Iterable[Rule[SafetyRule]], facts: Facts, memo: Memo | None = None
) -> tuple[SafetyNote, ...]:
    """Return the rules that fire first, then those that missing facts or their text leave open."""
    read = [SafetyNote.of(rule, facts, memo) for rule in rules]
    notes = [n for n in read if n.fires or (n.truth is None and n.rule.entry.asked)]
    return tuple(sorted(notes, key=lambda n: (not n.fires, _SEVERITY[n.rule.entry.severity])))


@dataclass(frozen=True)
class Excluding:
    """An order or question that alone would exclude some rules, with the facts that it brings.

    Several orders are together one where a rule needs them all; none where its text leaves it open.
    """

    orders: tuple[str, ...]
    facts: tuple[str, ...]
    notes: tuple[SafetyNote, ...]


def excluding(notes: Iterable[SafetyNote], facts: Facts, vocabulary: Vocabulary) -> list[Excluding]:
    """Return the open rules by the one order that would exclude them.

    Orders on what stops or withholds come first, then those that would exclude most. Rules that
    fire are left out.

    Args:
        notes: rules of the patient.
        facts: of the patient.
        vocabulary: of the facts.
    """
    groups: dict[tuple[str, ...], dict[str, SafetyNote]] = {}
    brought: dict[str, dict[str, None]] = {}
    orders = _Orders(facts, vocabulary)
    for note in notes:
        if note.fires:
            continue
        for name in orders.asked(note):
            brought.setdefault(orders.of(name), {})[name] = None
        for group in orders.excluding(note):
            groups.setdefault(group, {})[note.rule.entry.id] = note
    found = [
        Excluding(
            group,
            tuple(name for order in group for name in brought.get(order, ())),
            tuple(sorted(own.values(), key=lambda n: _SEVERITY[n.rule.entry.severity])),
        )
        for group, own in groups.items()
    ]

    def rank(one: Excluding) -> tuple[bool, int]:
        severities = [note.rule.entry.severity for note in one.notes]
        return set(severities) == {"warn"}, -len(severities)

    return sorted(found, key=rank)


@dataclass(frozen=True)
class _Orders:
    facts: Facts
    vocabulary: Vocabulary

    def of(self, name: str) -> str:
        """Return the order that brings a fact."""
        entry = self.vocabulary[name].entry
        return entry.order or entry.label

    def asked(self, note: SafetyNote) -> tuple[str, ...]:
        """Return the facts that could settle a rule, those included that it only wants known."""
        return self.facts.to_ask((*note.missing, *note.not_known))

    def excluding(self, note: SafetyNote) -> list[tuple[str, ...]]:
        """Return each order that alone could exclude a rule, or else all that it lacks as one."""
        if note.ambiguous:
            return [()]
        asked = self.asked(note)
        alone = [
            (order,)
            for order in dict.fromkeys(self.of(name) for name in asked)
            if self._could_be(note.explanation, False, order)
        ]
        together = dict.fromkeys(self.of(name) for name in self.facts.to_ask(note.missing))
        return list(alone) or [tuple(together)]

    def _could_be(self, part: Explanation, truth: bool, order: str) -> bool:
        """Whether a part could have a truth once one order has brought its facts."""
        if isinstance(part.node, Not):
            return self._could_be(part.parts[0], not truth, order)
        if part.parts:
            # A conjunction is false by one part, an alternative true by one.
            enough = any if isinstance(part.node, Or) is truth else all
            return enough(self._could_be(one, truth, order) for one in part.parts)
        if part.truth is truth:
            return True
        if part.truth is not None and not (truth and isinstance(part.node, IsKnown)):
            return False
        asked = self.facts.to_ask(part.open_facts)
        return bool(asked) and all(self.of(name) == order for name in asked)
