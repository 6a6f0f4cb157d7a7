"""What a document says on the options of a question, as one diagram for each of its positions.

A position is what one recommendation says of options, so that a leaf can show its strength and its
place in the document. The status of an option follows from all positions on it by the one table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gepnet.criteria import Node
from gepnet.guidelines.asking import how_well_read
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation, KnowledgeBase
from gepnet.guidelines.pathway.diagrams import Diagram, Diagrams
from gepnet.guidelines.pathway.possible import among, possible
from gepnet.guidelines.pathway.questions import PathwayQuestion
from gepnet.guidelines.pathway.space import Space
from gepnet.rules import rule_truth


@dataclass(frozen=True, eq=False)
class Row:
    """One recommendation with one kind of position on some options.

    Attributes:
        rule: the recommendation.
        kind: recommended, option, trial_only or against.
        options: as the document names them, never a class or member that it does not name.
        said: where it holds, does not, or is left open by the text.
    """

    rule: CompiledRecommendation
    kind: str
    options: tuple[str, ...]
    said: Diagram


def positions_on(
    base: KnowledgeBase, document: CompiledDocument, question: PathwayQuestion, intent: str
) -> list[tuple[CompiledRecommendation, str, tuple[str, ...]]]:
    """Return each recommendation and kind of position with its options, for one purpose."""
    found = []
    for rule in document.recommendations:
        kinds: dict[str, dict[str, None]] = {}
        for position in rule.entry.options if rule.counts else ():
            option = position.option
            if position.intent != intent or not base.is_covered(document, option):
                continue
            if is_asked(base, option, question):
                kinds.setdefault(position.position, {})[option] = None
        found += [(rule, kind, tuple(options)) for kind, options in kinds.items()]
    return found


def is_asked(base: KnowledgeBase, option: str, question: PathwayQuestion) -> bool:
    """Whether an option belongs to a question."""
    if question.options:
        return any(base.options.covers(holder, option) for holder in question.options)
    return base.options[option].kind in question.kinds


@dataclass(frozen=True, eq=False)
class Asked:
    """A question to a document, in diagrams.

    Attributes:
        document: the document.
        question: what is asked.
        intent: for which purpose.
        space: the facts.
        rows: the positions, in the order of the options.
        scope: whether the document is about a patient.
        read: how well it was read on the patient's topic, as in ``status.EMPTY``.
        possible: conditions that every possible patient of the question meets.
        given: what the question assumes.
    """

    document: CompiledDocument
    question: PathwayQuestion
    intent: str
    space: Space
    rows: tuple[Row, ...]
    scope: Diagram
    read: Diagram
    possible: tuple[Diagram, ...]
    given: tuple[Node, ...]

    @property
    def diagrams(self) -> Diagrams:
        """The store of the diagrams."""
        return self.space.diagrams

    def cared(self, diagram: Diagram, conditions: Iterable[Diagram] | None = None) -> Diagram:
        """Return a diagram for possible patients, ``ANY`` for all others."""
        at = self.diagrams
        given = self.possible if conditions is None else conditions
        for one in sorted(
            among(at, given, at.support(diagram)), key=lambda one: (len(at.nodes(one)), one)
        ):
            diagram = at.within(one, diagram)
        return diagram

    def clusters(self) -> list[frozenset[str]]:
        """Return the options that belong together, in the order of the positions.

        They do where one position speaks of both, or where one is a class of the other.
        """
        covers = self.space.base.options.covers
        found: list[frozenset[str]] = []
        for row in self.rows:
            mine = frozenset(row.options)
            near = [
                cluster
                for cluster in found
                if any(covers(a, b) or covers(b, a) for a in mine for b in cluster)
            ]
            joined = mine.union(*near)
            place = found.index(near[0]) if near else len(found)
            found = [one for one in found if one not in near]
            found.insert(place, joined)
        return found

    def about(self, options: frozenset[str]) -> Asked:
        """Return the same question about some options, whole clusters of them."""
        return replace(self, rows=tuple(row for row in self.rows if options & {*row.options}))


def ask_document(
    base: KnowledgeBase,
    document: str,
    question: PathwayQuestion,
    intent: str,
    given: Iterable[str] = (),
) -> Asked | None:
    """Return a question to a document in diagrams; None if it takes no position on it.

    Args:
        base: the knowledge.
        document: by id.
        question: what is asked.
        intent: the purpose.
        given: criteria beside the question's own, such as the line of treatment.
    """
    compiled = next(one for one in base.documents if one.id == document)
    held = positions_on(base, compiled, question, intent)
    if not held:
        return None
    assumed = tuple(base.criteria(text) for text in (question.given, *given) if text != "true")
    nodes = [compiled.scope, *(node for rule, _, _ in held for node in rule.nodes)]
    space = Space(base, [*nodes, *(node for _, node in compiled.coverage)], assumed)
    conditions = possible(space)
    rows = [
        Row(rule, kind, options, rule_truth(space, rule, space.truth))
        for rule, kind, options in held
    ]
    order = base.row_order
    rows.sort(key=lambda row: min(order[option, intent] for option in row.options))
    scope = space.truth(compiled.scope)
    read = how_well_read(space, compiled.coverage, space.truth)
    at = space.diagrams
    within = at.map(lambda truth: truth is not False, scope)
    if within != at.true:
        conditions = [*conditions, within]
    if among(at, conditions, ()) == [at.false]:
        return None  # the document is not about any patient of the question
    return Asked(
        compiled, question, intent, space, tuple(rows), scope, read, tuple(conditions), assumed
    )
