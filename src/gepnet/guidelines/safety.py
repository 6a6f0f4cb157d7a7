"""Safety rules of one patient: whether one is about what is in question, and what excludes it.

A rule fires whatever its badge, and whoever shows rules asks here, so that every screen shows the
same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gepnet.criteria import Explanation, IsKnown, Memo, Not, Or
from gepnet.facts import Facts
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.model import Assessment, SafetyNote
from gepnet.guidelines.status import Status
from gepnet.knowledge.models import SafetyRule
from gepnet.rules import Rule
from gepnet.vocabulary import OptionTree, Vocabulary

IN_FAVOUR = frozenset({Status.RECOMMENDED, Status.OPTION, Status.TRIAL_ONLY, Status.CONFLICTING})
_SEVERITY = {"stop": 0, "withhold": 1, "warn": 2}


def safety_notes(
    rules: Iterable[Rule[SafetyRule]], facts: Facts, memo: Memo | None = None
) -> tuple[SafetyNote, ...]:
    """Return the rules that fire first, then those that missing facts or their text leave open."""
    read = [SafetyNote.of(rule, facts, memo) for rule in rules]
    notes = [n for n in read if n.fires or (n.truth is None and n.rule.entry.asked)]
    return tuple(sorted(notes, key=lambda n: (not n.fires, _SEVERITY[n.rule.entry.severity])))


@dataclass(frozen=True)
class InQuestion:
    """The options that are in question for a patient.

    Attributes:
        supported: those that some document is for, or that the patient takes.
        possible: those that a document may turn out to be for.
        options: the tree that they stand in.
    """

    supported: frozenset[str]
    possible: frozenset[str]
    options: OptionTree

    @classmethod
    def of(cls, assessment: Assessment, base: KnowledgeBase) -> InQuestion:
        """Return what is in question by the documents and by what the patient takes."""
        supported, possible = set[str](), set[str]()
        for document in assessment.documents.values():
            for (option, _), cell in document.cells.spoken.items():
                if cell.status in IN_FAVOUR:
                    supported.add(option)
                elif cell.status is Status.UNDETERMINED and not IN_FAVOUR.isdisjoint(cell.possible):
                    possible.add(option)
        for name, fact in assessment.facts.items():
            definition = base.vocabulary[name]
            if definition.family == "on_{therapy}" and fact.value is True and definition.subject:
                supported.add(definition.subject)
        return cls(frozenset(supported), frozenset(possible), base.options)

    def is_about(self, rule: SafetyRule) -> bool:
        """Whether a rule is about the whole patient or about an option in question.

        What says that a use is outside a label is about an option that is supported; every other
        rule also about one that may turn out to be.
        """
        asked = self.supported if rule.off_label else self.supported | self.possible
        return not rule.options or any(
            self.options.covers(holder, option) for holder in rule.options for option in asked
        )


@dataclass(frozen=True)
class Excluding:
    """An order or question that alone would exclude some rules, with the facts that it brings.

    Several orders are together one where a rule needs them all; none where its text leaves it open.
    """

    orders: tuple[str, ...]
    facts: tuple[str, ...]
    notes: tuple[SafetyNote, ...]


def excluding(
    notes: Iterable[SafetyNote],
    facts: Facts,
    vocabulary: Vocabulary,
    first: Callable[[SafetyRule], bool] = lambda _: True,
) -> list[Excluding]:
    """Return the open rules by the one order that would exclude them.

    Args:
        notes: rules of the patient; those that fire are left out.
        facts: of the patient.
        vocabulary: of the facts.
        first: the rules whose orders come first; then the orders that would exclude most.
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

    def rank(one: Excluding) -> tuple[bool, bool, int]:
        rules = [note.rule.entry for note in one.notes]
        asked = any(map(first, rules))
        return (not asked, all(rule.severity == "warn" for rule in rules), -len(rules))

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
        unknown = [
            name
            for part in note.explanation.walk()
            if isinstance(part.node, IsKnown)
            for name in part.open_facts
        ]
        return self.facts.to_ask((*note.missing, *unknown))

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
