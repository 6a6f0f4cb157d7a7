"""Every rule of one state of the knowledge, with its criterion parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from gepnet.criteria import Criteria, CriterionError, Node
from gepnet.knowledge import InputError, Knowledge, Problem, rule_models
from gepnet.knowledge.kinds import rules_of
from gepnet.knowledge.models import DocumentFile
from gepnet.knowledge.rule_models import ChecklistItem, RuleEntry
from gepnet.knowledge.shapes import Entry
from gepnet.rules.rule import Rule, unless_known_otherwise
from gepnet.vocabulary import load_vocabulary

E = TypeVar("E", bound=RuleEntry)


@dataclass(frozen=True)
class Checklist:
    """A named list of conditions, each a rule of its own."""

    entry: rule_models.Checklist
    items: tuple[Rule[ChecklistItem], ...]


class Rulebook:
    """Vocabulary, criteria and rules of one state of the knowledge."""

    def __init__(self, knowledge: Knowledge, criteria: Criteria | None = None) -> None:
        """Parse every criterion of the knowledge.

        Args:
            knowledge: the entries.
            criteria: what parses and remembers criteria, if there is such a thing already.

        Raises:
            InputError: with every faulty criterion, its file, line and entry.
        """
        self.knowledge = knowledge
        self.criteria = criteria or Criteria(load_vocabulary(knowledge), knowledge.digest)
        self.vocabulary = self.criteria.vocabulary
        problems: list[Problem] = []
        self.rules = tuple(_Parser(self.criteria, problems).rules(knowledge))
        if problems:
            raise InputError(problems)

    def of(self, kind: type[E]) -> tuple[Rule[E], ...]:
        """Return the rules of one kind of entry, in the order of the knowledge."""
        found = tuple(rule for rule in self.rules if isinstance(rule.entry, kind))
        return cast(tuple[Rule[E], ...], found)

    def checklists_for(self, purpose: str) -> tuple[Checklist, ...]:
        """Return the checklists for one purpose."""
        items = self.of(ChecklistItem)
        return tuple(
            Checklist(entry, tuple(item for item in items if item.owner == entry.id))
            for entry in self.knowledge.checklists
            if entry.purpose == purpose
        )


@dataclass(frozen=True)
class _Parser:
    criteria: Criteria
    problems: list[Problem]

    def rules(self, knowledge: Knowledge) -> Iterator[Rule[Any]]:
        """Yield every rule; criteria that belong to no rule are only looked at for faults."""
        for owner, entry, holder in rules_of(knowledge):
            scope = None
            if isinstance(holder, DocumentFile):
                scope = self.node(holder.document.scope, holder.document, "scope")
            yield self.rule(entry, owner, scope)
        for head in (file.document for file in knowledge.documents):
            self.node(head.scope, head, "scope")
            for part in head.coverage:
                self.node(part.when, head, f"coverage ({part.topic})")
        for limit in knowledge.limits:
            if limit.when is not None:
                self.node(limit.when, limit, "when")
        for option in knowledge.options:
            if option.done is not None:
                self.node(option.done, option, "done")
        for fact in knowledge.facts:
            for name, rules in (("derived", fact.derived), ("narrowed", fact.narrowed)):
                for index, step in enumerate(rules):
                    self.node(step.when, fact, f"{name}[{index}].when")

    def rule(self, entry: RuleEntry, owner: str, scope: Node | None = None) -> Rule[Any]:
        provided, broad = (
            None if text is None else self.node(text, entry, field)
            for field, text in (("provided", entry.provided), ("when_broad", entry.when_broad))
        )
        narrow = self.node(entry.when, entry, "when")
        if provided is not None:
            narrow, *rest = (
                self.criteria.shared(unless_known_otherwise(node, provided))
                for node in (narrow, broad)
                if node is not None
            )
            broad = rest[0] if rest else None
        return Rule(entry, owner, narrow, broad, scope, provided)

    def node(self, text: str, entry: Entry, field: str) -> Node:
        try:
            return self.criteria(text)
        except CriterionError as error:
            for fault in error.faults:
                told = (field, fault.value, fault.expected, fault.suggestion)
                self.problems.append(Problem.at(entry, *told))
            return self.criteria("false")
