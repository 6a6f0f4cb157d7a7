"""The knowledge with every criterion parsed: what assessment works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from gepnet.criteria import Criteria, CriterionError, Node, facts_of
from gepnet.knowledge import InputError, Knowledge, Problem
from gepnet.knowledge.models import (
    Checklist,
    DocumentFile,
    Intent,
    LabelEntry,
    Position,
    Recommendation,
    ReleaseItem,
    ReleaseRule,
    RetreatmentRule,
    SafetyRule,
    Source,
)
from gepnet.vocabulary import PartialDate, Vocabulary, load_vocabulary, parse_date


@dataclass(frozen=True)
class CompiledRecommendation:
    """A recommendation with its criteria."""

    entry: Recommendation
    document: str
    when: Node
    when_broad: Node | None

    @property
    def full_id(self) -> str:
        """``document/recommendation``."""
        return f"{self.document}/{self.entry.id}"


@dataclass(frozen=True)
class HeldPosition:
    """A position as it reaches one option: directly or through a class that it belongs to."""

    recommendation: CompiledRecommendation
    position: Position
    by_class: bool


@dataclass(frozen=True)
class CompiledDocument:
    """A document with its criteria."""

    file: DocumentFile
    scope: Node
    coverage: tuple[tuple[str, Node], ...]
    recommendations: tuple[CompiledRecommendation, ...]

    @property
    def id(self) -> str:
        """Id of the document."""
        return self.file.document.id

    @property
    def ever_complete(self) -> bool:
        """Whether some topic of it was read completely, so that silence can mean something."""
        return any(level == "complete" for level, _ in self.coverage)

    @cached_property
    def published(self) -> PartialDate:
        """Date of publication as far as it is known."""
        head = self.file.document
        return parse_date(head.published or str(head.year))


@dataclass(frozen=True)
class CompiledLabel:
    """An authorised indication with its criteria."""

    entry: LabelEntry
    when: Node
    when_broad: Node | None


@dataclass(frozen=True)
class CompiledRule:
    """A safety rule with its criterion."""

    entry: SafetyRule
    when: Node


@dataclass(frozen=True)
class CompiledChecklist:
    """A checklist with one criterion an item."""

    entry: Checklist
    items: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class CompiledRetreatment:
    """A rule on another course with its criteria."""

    entry: RetreatmentRule
    when: Node
    when_broad: Node | None


@dataclass(frozen=True)
class CompiledRelease:
    """A rule about the release of a cycle, or something to be known before, with its criterion."""

    entry: ReleaseRule | ReleaseItem
    when: Node


class KnowledgeBase:
    """Vocabulary, option tree and all compiled entries of one state of the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Compile every criterion.

        Raises:
            InputError: with every faulty criterion, its file, line and entry.
        """
        self.knowledge = knowledge
        self.vocabulary: Vocabulary = load_vocabulary(knowledge)
        self.options = self.vocabulary.options
        self.criteria = Criteria(self.vocabulary, knowledge.digest)
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {source.id: source for source in knowledge.sources}
        self.documents = tuple(self._document(file) for file in knowledge.documents)
        self.labels = tuple(
            CompiledLabel(
                entry,
                self._node(entry.when, entry, "when"),
                self._optional(entry.when_broad, entry),
            )
            for entry in knowledge.labels
        )
        self.safety = tuple(
            CompiledRule(entry, self._node(entry.when, entry, "when")) for entry in knowledge.safety
        )
        checklists = tuple(
            CompiledChecklist(
                entry,
                tuple(
                    (self._node(item.when, item, "when"), self._optional(item.when_broad, item))
                    for item in entry.items
                ),
            )
            for entry in knowledge.checklists
        )
        self.retreatment = tuple(
            CompiledRetreatment(
                entry,
                self._node(entry.when, entry, "when"),
                self._optional(entry.when_broad, entry),
            )
            for entry in knowledge.retreatment_rules
        )
        head = "report_head"
        self.checklists = tuple(c for c in checklists if c.entry.purpose == head)
        self.profiles = tuple(c for c in checklists if c.entry.purpose != head)
        release: list[ReleaseRule | ReleaseItem]
        release = [*knowledge.release_rules, *knowledge.release_items]
        self.release = tuple(
            CompiledRelease(entry, self._node(entry.when, entry, "when")) for entry in release
        )
        for fact in self.vocabulary.base_facts():
            for index, rule in enumerate(fact.entry.derived):
                self._node(rule.when, fact.entry, f"derived[{index}].when")
        if self.problems:
            raise InputError(self.problems)
        self.criteria.store()

    def _document(self, file: DocumentFile) -> CompiledDocument:
        head = file.document
        recommendations = tuple(
            CompiledRecommendation(
                entry,
                head.id,
                self._node(entry.when, entry, "when"),
                self._optional(entry.when_broad, entry),
            )
            for entry in file.recommendations
        )
        coverage = tuple(
            (item.level, self._node(item.when, head, f"coverage ({item.topic})"))
            for item in head.coverage
        )
        return CompiledDocument(
            file, self._node(head.scope, head, "scope"), coverage, recommendations
        )

    def _optional(self, text: str | None, entry: object) -> Node | None:
        return None if text is None else self._node(text, entry, "when_broad")

    def _node(self, text: str, entry: object, field: str) -> Node:
        try:
            return self.criteria(text)
        except CriterionError as error:
            for fault in error.faults:
                self.problems.append(
                    Problem(
                        getattr(entry, "file", ""),
                        getattr(entry, "line", None),
                        str(getattr(entry, "id", "")),
                        field,
                        fault.value,
                        fault.expected,
                        fault.suggestion,
                    )
                )
            return self.criteria("false")

    @cached_property
    def facts_named(self) -> frozenset[str]:
        """Every fact that some criterion names."""
        nodes: list[Node] = []
        for document in self.documents:
            nodes.append(document.scope)
            nodes.extend(node for _, node in document.coverage)
            for recommendation in document.recommendations:
                nodes.append(recommendation.when)
                if recommendation.when_broad is not None:
                    nodes.append(recommendation.when_broad)
        for label in self.labels:
            nodes.extend(node for node in (label.when, label.when_broad) if node is not None)
        for rule_on_more in self.retreatment:
            pair = (rule_on_more.when, rule_on_more.when_broad)
            nodes.extend(node for node in pair if node is not None)
        nodes.extend(rule.when for rule in self.safety)
        for checklist in self.checklists:
            nodes.extend(node for pair in checklist.items for node in pair if node is not None)
        return frozenset(name for node in nodes for name in facts_of(node))

    @cached_property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Every (option, intent) that some document takes a position on, in tree order."""
        named = {
            (position.option, position.intent)
            for document in self.documents
            for recommendation in document.recommendations
            for position in recommendation.entry.options
        }
        order = {name: index for index, name in enumerate(self.options)}
        intents = {intent: index for index, intent in enumerate(get_args(Intent))}
        return tuple(sorted(named, key=lambda row: (order[row[0]], intents[row[1]])))

    def is_covered(self, document: CompiledDocument, option: str) -> bool:
        """Whether an option is within the subject of a document."""
        covers = document.file.document.covers
        return covers is None or any(self.options.covers(holder, option) for holder in covers)

    @cached_property
    def row_order(self) -> dict[tuple[str, str], int]:
        """The place of each row."""
        return {row: index for index, row in enumerate(self.rows)}

    @cached_property
    def held(self) -> dict[tuple[str, str, str], tuple[HeldPosition, ...]]:
        """The positions of each document on each row, those on a class of the option included."""
        return {
            (name, *row): positions
            for name, rows in self.held_by_document.items()
            for row, positions in rows.items()
        }

    @cached_property
    def held_by_document(self) -> dict[str, dict[tuple[str, str], tuple[HeldPosition, ...]]]:
        """The same as ``held``, document by document."""
        return {document.id: self._held_by(document) for document in self.documents}

    def _held_by(
        self, document: CompiledDocument
    ) -> dict[tuple[str, str], tuple[HeldPosition, ...]]:
        found: dict[tuple[str, str], tuple[HeldPosition, ...]] = {}
        for option, intent in self.rows:
            positions = tuple(
                HeldPosition(recommendation, position, position.option != option)
                for recommendation in document.recommendations
                for position in recommendation.entry.options
                if position.intent == intent and self.options.covers(position.option, option)
            )
            if positions:
                found[option, intent] = positions
        return found


_bases: dict[str, KnowledgeBase] = {}


def knowledge_base(knowledge: Knowledge) -> KnowledgeBase:
    """Return the compiled knowledge, compiled once for each state of it."""
    if knowledge.digest not in _bases or not knowledge.digest:
        _bases[knowledge.digest] = KnowledgeBase(knowledge)
    return _bases[knowledge.digest]
