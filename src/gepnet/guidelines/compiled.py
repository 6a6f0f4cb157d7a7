"""The knowledge with every criterion parsed: what assessment works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, get_args

from gepnet.criteria import Always, Node, facts_of
from gepnet.facts import inputs_of, needed_for
from gepnet.guidelines.status import LEVELS
from gepnet.knowledge import Knowledge, KnowledgeFiles, kept
from gepnet.knowledge.measure_files import files_read, remember
from gepnet.knowledge.models import (
    DocumentFile,
    FundingPosition,
    Intent,
    LabelEntry,
    Position,
    Recommendation,
    Source,
)
from gepnet.knowledge.rule_models import ReleaseItem, ReleaseRule, RetreatmentRule, SafetyRule
from gepnet.rules import Rule, Rulebook
from gepnet.vocabulary import OptionTree, PartialDate, Truth, parse_date

CompiledRecommendation = Rule[Recommendation]
CompiledLabel = Rule[LabelEntry]
CompiledFunding = Rule[FundingPosition]
#: Facts as one number, a bit for each in the order of the vocabulary.
FactSet = int


class HeldPosition(NamedTuple):
    """A position as it reaches one option: directly or through a class that it belongs to."""

    recommendation: Rule[Recommendation]
    position: Position
    by_class: bool


class SpokenRow(NamedTuple):
    """What a document says of an option for a purpose, and by which of its recommendations."""

    row: tuple[str, str]
    held: tuple[HeldPosition, ...]
    lesser: tuple[HeldPosition, ...]
    recommendations: frozenset[str]


@dataclass(frozen=True)
class CompiledDocument:
    """A document with its criteria."""

    file: DocumentFile
    scope: Node
    coverage: tuple[tuple[str, Node], ...]
    recommendations: tuple[Rule[Recommendation], ...]

    @property
    def id(self) -> str:
        """Id of the document."""
        return self.file.document.id

    @cached_property
    def levels(self) -> frozenset[Truth]:
        """How well its topics were read, as in ``status.EMPTY``; the rest was not read."""
        found: set[Truth] = set()
        for level, node in self.coverage:
            found.add(LEVELS[level])
            if node == Always(True):
                return frozenset(found)
        return frozenset({*found, LEVELS["none"]})

    def reads(self, option: str, intent: str, options: OptionTree) -> bool:
        """Whether what was read of it speaks of an option for a purpose.

        A position does so for anybody, a statement for every purpose.
        """
        held, stated = self._read
        return any((one, intent) in held or one in stated for one in options.lineage(option))

    @cached_property
    def _read(self) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
        """The options with their purposes, and those for all purposes, that what was read names."""
        entries = (rule.entry for rule in self.recommendations)
        held = (p for e in entries if e.verification != "unverified" for p in e.options)
        stated = (one for one in self.file.statements if one.verification != "unverified")
        return (
            frozenset((position.option, position.intent) for position in held),
            frozenset(name for one in stated for name in one.options),
        )

    @cached_property
    def published(self) -> PartialDate:
        """Date of publication as far as it is known."""
        head = self.file.document
        return parse_date(head.published or str(head.year))


class KnowledgeBase(Rulebook):
    """The rules of one state of the knowledge, with its documents and its option tree."""

    #: In which its words are; see ``in_language``.
    language = "en"
    #: The same as it was written; None if it is this.
    written: KnowledgeBase | None = None

    def __init__(self, knowledge: Knowledge) -> None:
        """Compile every criterion.

        Raises:
            InputError: with every faulty criterion, its file, line and entry.
        """
        super().__init__(knowledge)
        self.options = self.vocabulary.options
        self.sources: dict[str, Source] = {source.id: source for source in knowledge.sources}
        self.documents = tuple(self._document(file) for file in knowledge.documents)
        self.labels = self.of(LabelEntry)
        self.funding = self.of(FundingPosition)
        self.safety = self.of(SafetyRule)
        self.retreatment = self.of(RetreatmentRule)
        self.release: tuple[Rule[ReleaseRule] | Rule[ReleaseItem], ...]
        self.release = (*self.of(ReleaseRule), *self.of(ReleaseItem))
        self.checklists = self.checklists_for("report_head")
        self.profiles = self.checklists_for("eligibility")

    def __getstate__(self) -> dict[str, Any]:
        """What was read of its files of measures is kept with it."""
        return {**vars(self), "_files": files_read(self.knowledge.measures)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        remember(state.pop("_files"))
        vars(self).update(state)

    def _document(self, file: DocumentFile) -> CompiledDocument:
        head = file.document
        coverage = tuple((item.level, self.criteria(item.when)) for item in head.coverage)
        own = tuple(rule for rule in self.of(Recommendation) if rule.owner == head.id)
        return CompiledDocument(file, self.criteria(head.scope), coverage, own)

    @cached_property
    def facts_named(self) -> frozenset[str]:
        """Every fact that an assessment rests on."""
        nodes: list[Node] = []
        for document in self.documents:
            nodes += [document.scope, *(node for _, node in document.coverage)]
            nodes += [node for rule in document.recommendations for node in rule.nodes]
        items = [item for checklist in self.checklists for item in checklist.items]
        for rule in (*self.labels, *self.funding, *self.retreatment, *self.safety, *items):
            nodes += rule.nodes
        return frozenset(name for node in nodes for name in facts_of(node))

    @cached_property
    def facts_read(self) -> frozenset[str]:
        """Every fact that an assessment rests on, and those that they are worked out from."""
        return needed_for(self.facts_named, self.criteria)

    @cached_property
    def facts_read_in_course(self) -> frozenset[str]:
        """Every fact that a course of radioligand therapy, or what follows it, rests on."""
        lines = [line for profile in self.profiles for line in profile.items]
        named = [name for rule in (*self.release, *lines) for name in rule.facts]
        for item in self.of(ReleaseItem):
            named += item.entry.facts
        named += [risk.fact for risk in self.knowledge.marrow_risks]
        return needed_for(named, self.criteria)

    def behind(self, names: Iterable[str]) -> FactSet:
        """Return some facts, and those that they are worked out from."""
        found = 0
        for name in names:
            if name not in self._behind:
                inputs = inputs_of(self.vocabulary[name], self.criteria)
                self._behind[name] = 1 << self.vocabulary.order(name) | self.behind(inputs)
            found |= self._behind[name]
        return found

    @cached_property
    def _behind(self) -> dict[str, FactSet]:
        """What was found behind each fact."""
        return {}

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
        if covers is None:
            return True
        found = self._subjects.get((covers, option))
        if found is None:
            found = any(self.options.covers(holder, option) for holder in covers)
            self._subjects[covers, option] = found
        return found

    @cached_property
    def _subjects(self) -> dict[tuple[tuple[str, ...], str], bool]:
        """Whether an option is within some subjects; asked again for every patient."""
        return {}

    @cached_property
    def row_order(self) -> dict[tuple[str, str], int]:
        """The place of each row."""
        return {row: index for index, row in enumerate(self.rows)}

    @cached_property
    def held_by_document(self) -> dict[str, dict[tuple[str, str], tuple[HeldPosition, ...]]]:
        """The positions of each document on each row that it covers, those on a class included."""
        return {
            document.id: self._by_row(document, lambda position: (position.option,))
            for document in self.documents
        }

    @cached_property
    def lesser_by_document(self) -> dict[str, dict[tuple[str, str], tuple[HeldPosition, ...]]]:
        """Where each document names an option as the lesser of two: what it prefers to it.

        What also holds for the option itself, or for its class, says nothing against it.
        """
        found = {}
        for document in self.documents:
            rows = self._by_row(document, lambda position: position.preferred_over)
            found[document.id] = {
                (option, intent): others
                for (option, intent), held in rows.items()
                if (others := tuple(h for h in held if self._prefers_another(h, option)))
            }
        return found

    @cached_property
    def spoken_by_document(self) -> dict[str, tuple[SpokenRow, ...]]:
        """The rows of which each document says something."""
        return {name: tuple(self._spoken(name)) for name in self.held_by_document}

    def _spoken(self, document: str) -> Iterator[SpokenRow]:
        held, lesser = self.held_by_document[document], self.lesser_by_document[document]
        for row in {**held, **lesser}:
            on_it = held.get(row, ()), lesser.get(row, ())
            names = frozenset(one.recommendation.entry.id for several in on_it for one in several)
            yield SpokenRow(row, *on_it, names)

    def _prefers_another(self, held: HeldPosition, option: str) -> bool:
        position, rule = held.position, held.recommendation
        return (
            rule.counts
            and position.position != "against"
            and not self.options.covers(position.option, option)
        )

    def _reaches(self, position: Position, named: str, option: str) -> bool:
        """Whether a position on what it names holds for an option.

        What is said for a class does not single out a member that site and extent choose.
        """
        if named == option or not self.options[option].not_by_class:
            return self.options.covers(named, option)
        return position.position == "against" and self.options.covers(named, option)

    @cached_property
    def read_by_document(self) -> dict[str, frozenset[tuple[str, str]]]:
        """The rows of which each document speaks in what was read of it."""
        return {
            document.id: frozenset(
                row
                for row in self.rows
                if self.is_covered(document, row[0]) and document.reads(*row, self.options)
            )
            for document in self.documents
        }

    def _by_row(
        self, document: CompiledDocument, named: Callable[[Position], tuple[str, ...]]
    ) -> dict[tuple[str, str], tuple[HeldPosition, ...]]:
        by_name: dict[str, list[tuple[int, CompiledRecommendation, Position]]] = {}
        held = ((r, p) for r in document.recommendations for p in r.entry.options)
        for place, (recommendation, position) in enumerate(held):
            for name in named(position):
                by_name.setdefault(name, []).append((place, recommendation, position))
        found: dict[tuple[str, str], tuple[HeldPosition, ...]] = {}
        for option, intent in self.rows:
            if not self.is_covered(document, option):
                continue
            reaching = {
                place: HeldPosition(recommendation, position, option not in named(position))
                for name in self.options.lineage(option)
                for place, recommendation, position in by_name.get(name, ())
                if position.intent == intent and self._reaches(position, name, option)
            }
            if reaching:
                found[option, intent] = tuple(reaching[place] for place in sorted(reaching))
        return found


#: The rooms whose code gives the knowledge its compiled form.
ROOMS = ("knowledge", "vocabulary", "criteria", "measures", "facts", "rules", "guidelines")
_bases: dict[str, KnowledgeBase] = {}


def knowledge_base(knowledge: Knowledge) -> KnowledgeBase:
    """Return the compiled knowledge, compiled once for each state of it."""
    if knowledge.digest not in _bases or not knowledge.digest:
        _bases[knowledge.digest] = KnowledgeBase(knowledge)
    return _bases[knowledge.digest]


def load_base(*extra: Path) -> KnowledgeBase:
    """Return the packaged knowledge with that of the files and folders in ``extra``, compiled.

    Raises:
        InputError: with every problem found.
    """
    files = KnowledgeFiles.find(*extra)
    if files.digest not in _bases:
        made = kept("base", files.digest, ROOMS, lambda: _worked_out(files.knowledge()))
        _bases[files.digest] = made
    return _bases[files.digest]


def _worked_out(knowledge: Knowledge) -> KnowledgeBase:
    """Return the compiled knowledge with what every assessment asks of it."""
    from gepnet.facts import check as facts
    from gepnet.guidelines.answer.questions import Answers
    from gepnet.guidelines.answer.words import AnswerWords
    from gepnet.guidelines.pathway.questions import PathwayQuestions
    from gepnet.guidelines.pathway.wording import PathwayWords
    from gepnet.guidelines.regions import Regions
    from gepnet.measures import check as measures
    from gepnet.vocabulary import check as vocabulary

    own = (Answers, AnswerWords, PathwayQuestions, PathwayWords, Regions)
    base = KnowledgeBase(knowledge)
    for document in base.documents:
        _ = (document.levels, document.published)
    _ = (base.facts_read, base.row_order, base.spoken_by_document)
    _ = base.read_by_document
    for model in (*vocabulary.FILES, *measures.FILES, *facts.FILES, *own):
        for stem in model.files:
            if stem in knowledge.measures:
                model.read(knowledge.measures, stem)
    return base
