"""Why a criterion holds, fails or stays open, in words; and where an entry was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Annotated

from gepnet.criteria import Always, And, Certain, Explanation, Node, Not, Or, facts_of, prose
from gepnet.facts import Facts, FactValue
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.models import Recommendation, Statement
from gepnet.knowledge.shapes import Sourced
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.report.facts import FactView, fact_view, value_text
from gepnet.rules import Reading
from gepnet.tables import Shown, view_class
from gepnet.vocabulary import TRUTH_WORDS, PartialDate, Truth


@view_class
class SourceView:
    """Where an entry was read and how far that was verified."""

    source: str
    source_title: str
    locator: str | None
    url: str | None
    doi: str | None
    read_in: str | None
    verification: str


def source_of(entry: Sourced | Statement, base: KnowledgeBase, otherwise: str = "") -> SourceView:
    """Return where an entry was read; ``otherwise`` is the source of one that names none."""
    source = base.sources[entry.source or otherwise]
    read_in = base.sources[entry.read_in] if entry.read_in else None
    return SourceView(
        source.id,
        source.title,
        entry.locator,
        (read_in or source).url,
        source.doi,
        None if read_in is None else read_in.title,
        entry.verification,
    )


def strength_text(entry: Recommendation) -> str | None:
    """Return the strength as printed by the document."""
    if entry.strength is None:
        return None
    parts = [entry.strength.level, entry.strength.grade]
    return " ".join(part for part in parts if part) or None


def as_text(entry: Recommendation, base: KnowledgeBase) -> str | None:
    """Return whose recommendation an entry refers to, as "as ENETS SI 2024 (id), section 5"."""
    if entry.as_ is None:
        return None
    document = next(d for d in base.documents if d.id == entry.as_.split("/")[0])
    other = next(r.entry for r in document.recommendations if r.full_id == entry.as_)
    place = f", {other.locator}" if other.locator else ""
    return f"as {document.file.document.short} ({entry.as_}){place}"


#: Missing facts with the test or question that would bring each.
Asks = Annotated[list[FactEntry], Shown(take="id label order")]


@view_class
class Recorded:
    """A recorded fact that another was worked out from."""

    id: str
    label: str
    text: str
    date: PartialDate | None
    event: str | None


@view_class
class Behind:
    """A fact of an explanation; a worked-out one with the recorded facts behind it."""

    id: str
    text: str
    date: PartialDate | None
    event: str | None
    behind: list[Recorded]


@view_class
class Leaf:
    """A condition with its truth and the facts that it is about."""

    text: str
    truth: Annotated[Truth, Shown(by=TRUTH_WORDS)]
    facts: list[Behind]


@view_class
class Branch:
    """A part of a criterion that joins others."""

    text: str
    truth: Annotated[Truth, Shown(by=TRUTH_WORDS)]
    operator: str
    parts: list[Leaf | Branch]


@view_class
class Reader:
    """Puts what was found of one patient into words."""

    base: KnowledgeBase
    facts: Facts
    # The same few facts are behind most explanations, and one explanation behind many cells; by
    # identity, which is quicker than equality: what is kept with it keeps its id its own.
    _told: dict[str, Behind] = field(default_factory=dict)
    _trees: dict[int, tuple[Explanation, Leaf | Branch]] = field(default_factory=dict)
    _words: dict[int, tuple[Node, str]] = field(default_factory=dict)

    def asks(self, missing: Iterable[str]) -> list[FactEntry]:
        """Return what has to be asked for to know these facts."""
        return [self.base.vocabulary[name].entry for name in self.facts.to_ask(missing)]

    def words(self, node: Node) -> str:
        """Return a criterion in words."""
        found = self._words.get(id(node))
        if found is None:
            found = self._words[id(node)] = (node, prose(node, self.base.vocabulary))
        return found[1]

    def tree(self, explanation: Explanation) -> Leaf | Branch:
        """Return a criterion's own tree with truths and the facts behind each atom."""
        found = self._trees.get(id(explanation))
        if found is None:
            found = self._trees[id(explanation)] = (explanation, self._tree(explanation))
        return found[1]

    def _tree(self, explanation: Explanation) -> Leaf | Branch:
        node, truth = explanation.node, explanation.truth
        match node:
            case Not(Certain(Not())):
                condition = explanation.parts[0].parts[0].parts[0]
                return Branch(self.words(node), truth, "provided", [self.tree(condition)])
        negated_leaf = isinstance(node, Not) and not explanation.parts[0].parts
        if not explanation.parts or negated_leaf:
            names = () if isinstance(node, Always) else facts_of(node)
            return Leaf(self.words(node), truth, [self._behind(name) for name in names])
        parts = [self.tree(part) for part in explanation.parts]
        return Branch(self.words(node), truth, type(node).__name__.lower(), parts)

    def because(self, explanation: Explanation) -> list[Leaf]:
        """Return an explanation as a short list: each condition, its truth, the facts behind it.

        Of a choice that is settled only the alternatives that settle it are listed.
        """
        node = explanation.node
        if isinstance(node, And):
            return [line for part in explanation.parts for line in self.because(part)]
        if isinstance(node, Or) and explanation.truth is not None:
            deciding = [part for part in explanation.parts if part.truth is explanation.truth]
            return [line for part in deciding for line in self.because(part)]
        known = [self._behind(name) for name in facts_of(node) if self.facts[name].is_known]
        return [Leaf(self.words(node), explanation.truth, known)]

    def unmet(self, explanation: Explanation) -> list[str]:
        """Return the parts of a conjunction that fail, in words."""
        if explanation.truth is not False:
            return []
        parts = explanation.parts or (explanation,)
        return [self.words(part.node) for part in parts if part.truth is False]

    def known(self, explanation: Explanation) -> list[FactView]:
        """Return the known facts that an explanation rests on."""
        names = facts_of(explanation.node)
        return [fact_view(self.facts[n], self.base) for n in names if self.facts[n].is_known]

    def _behind(self, name: str) -> Behind:
        if name not in self._told:
            self._told[name] = self._traced(name)
        return self._told[name]

    def _traced(self, name: str) -> Behind:
        facts = self.base.vocabulary
        behind = [
            Recorded(it.fact, facts[it.fact].entry.label, self._text(it), it.date, it.event)
            for it in self.facts.behind(name)
        ]
        fact = self.facts[name]
        return Behind(name, self._text(fact), fact.date, fact.event, behind)

    def _text(self, fact: FactValue) -> str:
        return value_text(fact, self.base)


def may_turn_with(judged: Reading[Recommendation]) -> tuple[str, ...]:
    """Return the facts that could still overturn a settled answer; nothing of an open one.

    Such an answer holds as things stand: it asks what is recorded, or takes the unknown for no
    obstacle, and turns once the fact is known.
    """
    return () if judged.truth is None else judged.explanation.unsettled
