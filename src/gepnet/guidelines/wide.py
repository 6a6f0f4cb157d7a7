"""What the status columns of a table of many patients are, whatever engine computes them.

A document has one column for each option and intent that it holds a position on, and one column
named as the document itself for every other option: there only scope and coverage matter. A code
of a column is a status; an undetermined one has a code for each set of statuses that it may be.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from gepnet.criteria import Node, facts_of
from gepnet.facts.wide import Stage, WidePlan
from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation, KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition, document_positions
from gepnet.guidelines.statuses import OUT_OF_SCOPE, Tree, asked, completely_read, tree
from gepnet.rules import rule_truth


@dataclass(frozen=True)
class StatusColumn:
    """One column: the position of a document on an option, or where it has none.

    The column of the document alone, without option and intent, stands for all options on which it
    holds no position.
    """

    document: CompiledDocument
    option: str | None
    intent: str | None
    covered: bool
    position: DocumentPosition | None

    @property
    def name(self) -> str:
        """``document/option/intent``, or the document alone."""
        return "/".join(part for part in (self.document.id, self.option, self.intent) if part)

    @property
    def content(self) -> tuple[object, ...]:
        """What its statuses rest on: columns with the same content are the same."""
        return (self.document.id, self.position) if self.covered else ()

    @property
    def held(self) -> list[list[CompiledRecommendation]]:
        """The recommendations of each kind of position, the strongest first."""
        one = self.position
        kinds = [] if one is None else [one.of_kind(kind) for kind in one.kinds]
        return [[holding.recommendation for holding in held] for held in kinds]

    def tree(self, read_completely: bool) -> Tree:
        """Return what to ask to find the status."""
        if not self.covered:
            return OUT_OF_SCOPE
        return tree(() if self.position is None else self.position.kinds, read_completely)


class Cohort:
    """The documents in force on a day and the status columns that they give."""

    def __init__(self, base: KnowledgeBase, knowledge_date: datetime.date) -> None:
        """Choose the documents."""
        self.base = base
        self.knowledge_date = knowledge_date
        self.documents, self.not_in_force = documents_in_force(base.documents, knowledge_date)

    @cached_property
    def columns(self) -> tuple[StatusColumn, ...]:
        """Every status column, document by document, options in tree order."""
        found: list[StatusColumn] = []
        positions = document_positions(self.base).by_document
        for document in self.documents:
            found.append(StatusColumn(document, None, None, True, None))
            for option, intent in self.base.rows:
                if (option, intent) in self.base.held_by_document[document.id]:
                    covered = self.base.is_covered(document, option)
                    position = positions[document.id].get((option, intent))
                    found.append(StatusColumn(document, option, intent, covered, position))
        return tuple(found)

    def column_of(self, document: CompiledDocument, option: str, intent: str) -> str | None:
        """Return the column with the status of an option; None if it is never within scope."""
        if (option, intent) in self.base.held_by_document[document.id]:
            return f"{document.id}/{option}/{intent}"
        return document.id if self.base.is_covered(document, option) else None

    @cached_property
    def recommendations(self) -> tuple[CompiledRecommendation, ...]:
        """The recommendations that count in some column."""
        return _distinct(r for column in self.columns for held in column.held for r in held)

    @cached_property
    def facts_named(self) -> tuple[str, ...]:
        """Every fact that some criterion names."""
        return tuple(dict.fromkeys(name for node in self.nodes for name in facts_of(node)))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every criterion that some column rests on."""
        found: dict[Node, None] = {}
        for document in self.documents:
            found[document.scope] = None
            found.update(dict.fromkeys(node for _, node in document.coverage))
        for recommendation in self.recommendations:
            found.update(dict.fromkeys(recommendation.nodes))
        return tuple(found)


def _distinct(found: Iterable[CompiledRecommendation]) -> tuple[CompiledRecommendation, ...]:
    return tuple({r.full_id: r for r in found}.values())


def status_stages(plan: WidePlan, cohort: Cohort) -> tuple[list[Stage], dict[str, str]]:
    """Return the stages that follow those of the facts, and the column of each status column.

    Recommendations come first, then what several of them say together, then each distinct status.
    """
    algebra, column = plan.algebra, plan.algebra.column
    truths: Stage = {_truth(r): rule_truth(algebra, r, plan.truth) for r in cohort.recommendations}
    for document in cohort.documents:
        truths[_scope(document)] = plan.truth(document.scope)
        if document.ever_complete:
            truths[_complete(document)] = completely_read(algebra, document.coverage, plan.truth)
    together: Stage = {}
    statuses: Stage = {}
    places: dict[tuple[object, ...], str] = {}
    for found in cohort.columns:
        if found.content in places:
            continue
        asking = [column(_scope(found.document))]
        for rules in map(_distinct, found.held):
            if len(rules) > 1:
                together[_together(rules)] = algebra.either([column(_truth(r)) for r in rules])
            asking.append(column(_together(rules)))
        places[found.content] = f"__s{len(places)}"
        partly = asked(algebra, found.tree(False), asking, algebra.small)
        if found.document.ever_complete and found.tree(True) != found.tree(False):
            complete = asked(algebra, found.tree(True), asking, algebra.small)
            partly = algebra.choose([(column(_complete(found.document)), complete)], partly)
        statuses[places[found.content]] = partly
    results = {found.name: places[found.content] for found in cohort.columns}
    return [stage for stage in (truths, together, statuses) if stage], results


def _truth(recommendation: CompiledRecommendation) -> str:
    return _together([recommendation])


def _together(found: Sequence[CompiledRecommendation]) -> str:
    return "__" + " ".join(r.full_id for r in found)


def _scope(document: CompiledDocument) -> str:
    return f"__scope {document.id}"


def _complete(document: CompiledDocument) -> str:
    return f"__complete {document.id}"
