"""What the status columns of a table of many patients are, whatever engine computes them.

A document has one column for each option and intent that it holds a position on, and one column
named as the document itself for every other option: there only scope and coverage matter. A column
``document/*`` stands for those on which what was read says something, and nowhere a position. A
code of a column is a status; one with several outcomes has a code for each set of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from gepnet.criteria import Node, facts_of
from gepnet.criteria.algebra import Evaluator, Lasting, Pair, asks_what_is_known
from gepnet.criteria.columns import Expression
from gepnet.facts.wide import Stage, WidePlan
from gepnet.guidelines.asking import asked, how_well_read, often_reached
from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation, KnowledgeBase
from gepnet.guidelines.positions import (
    DocumentPosition,
    Holding,
    asked_truths,
    document_positions,
    place_node,
)
from gepnet.guidelines.statuses import Asked, Place, tree

B = TypeVar("B")

#: The option of the column for those that a document speaks of without a position.
ANY = "*"


class Reading(NamedTuple):
    """A recommendation in one of its readings."""

    rule: CompiledRecommendation
    node: Node
    lasting: bool

    @classmethod
    def at(cls, place: Place, rule: CompiledRecommendation) -> Reading:
        """Return the reading that counts at a place."""
        node = place_node(place, rule)
        return cls(rule, node, place.lasting and asks_what_is_known(node))

    @property
    def name(self) -> str:
        """The column of its truth."""
        rule, read = self.rule, " either way"
        if self.node is rule.when or self.node is rule.broadest:
            read = " broad" * (self.node is not rule.when)
        return f"__{rule.full_id}{read}{' lasting' * self.lasting}"


@dataclass(frozen=True)
class StatusColumn:
    """One column: the position of a document on an option, or where it has none.

    The columns without option and intent stand for all options on which it holds no position.
    """

    document: CompiledDocument
    option: str | None
    intent: str | None
    position: DocumentPosition | None
    named: bool

    @property
    def name(self) -> str:
        """``document/option/intent``, the document alone, or ``document/*``."""
        if self.option is None:
            return f"{self.document.id}/{ANY}" if self.named else self.document.id
        return f"{self.document.id}/{self.option}/{self.intent}"

    @property
    def content(self) -> tuple[object, ...]:
        """What its statuses rest on: columns with the same content are the same."""
        return (self.document.id, self.position, self.named)

    @property
    def asked(self) -> Asked:
        """What has to be asked to find the status."""
        if self.position is not None:
            return self.position.asked
        return Asked(named=self.named, levels=self.document.levels)

    def readings(self, place: Place) -> tuple[Reading, ...]:
        """Return the readings of which one has to hold for the truth of a place."""
        if self.position is None:
            return ()
        rules = (holding.recommendation for holding in self.position.of_place(place))
        return tuple({one.name: one for one in (Reading.at(place, r) for r in rules)}.values())

    def truths(self, truth: Evaluator[Pair[B]]) -> list[Pair[B]]:
        """Return the truths that its tree asks, in the terms of an engine of pairs."""
        of_place = self.position.of_place if self.position is not None else _none
        return asked_truths(self.asked, self.document, of_place, truth)


def _none(_: Place) -> tuple[Holding, ...]:
    return ()


class Cohort:
    """The documents in force on a day and the status columns that they give.

    ``only`` names the documents instead, whether they are in force or not.
    """

    def __init__(
        self,
        base: KnowledgeBase,
        knowledge_date: datetime.date,
        only: Collection[str] | None = None,
    ) -> None:
        """Choose the documents."""
        self.base = base
        self.knowledge_date = knowledge_date
        self.documents, self.not_in_force = documents_in_force(base.documents, knowledge_date)
        if only is not None:
            self.documents = [one for one in base.documents if one.id in only]
            self.not_in_force = {}

    @cached_property
    def columns(self) -> tuple[StatusColumn, ...]:
        """Every status column, document by document, options in tree order."""
        found: list[StatusColumn] = []
        for document in self.documents:
            read, positions = self.base.read_by_document[document.id], self._positions(document)
            found.append(StatusColumn(document, None, None, None, False))
            if read - set(positions):
                found.append(StatusColumn(document, None, None, None, True))
            for row in self.base.rows:
                if row in positions:
                    found.append(StatusColumn(document, *row, positions[row], row in read))
        return tuple(found)

    def _positions(self, document: CompiledDocument) -> Mapping[tuple[str, str], DocumentPosition]:
        """Return the rows with a column of their own: those on which a position counts."""
        return document_positions(self.base).every[document.id]

    def column_of(self, document: CompiledDocument, option: str, intent: str) -> str | None:
        """Return the column with the status of an option; None if it is never within scope."""
        if (option, intent) in self._positions(document):
            return f"{document.id}/{option}/{intent}"
        if not self.base.is_covered(document, option):
            return None
        named = (option, intent) in self.base.read_by_document[document.id]
        return f"{document.id}/{ANY}" if named else document.id

    @cached_property
    def recommendations(self) -> tuple[CompiledRecommendation, ...]:
        """The recommendations that count in some column."""
        found = (column.position for column in self.columns if column.position is not None)
        held = (h.recommendation for one in found for h in (*one.holdings, *one.lesser))
        return tuple({rule.full_id: rule for rule in held}.values())

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


def status_stages(plan: WidePlan, cohort: Cohort) -> tuple[list[Stage], dict[str, str]]:
    """Return the stages that follow those of the facts, and the column of each status column.

    Recommendations come first, then what several of them say together, then parts of a status that
    are reached in several ways, then each distinct status.
    """
    algebra, column = plan.algebra, plan.algebra.column
    truths: Stage = {}
    together: Stage = {}
    parts: Stage = {}
    statuses: Stage = {}
    places: dict[tuple[object, ...], str] = {}
    lasting = Lasting(plan.truth, algebra)

    def truth(name: str, node: Node, lasts: bool) -> Expression:
        if name not in truths:
            truths[name] = (lasting if lasts else plan.truth)(node)
        return column(name)

    def at(place: Place, found: StatusColumn) -> Expression:
        """Return the truth of a place as a column."""
        document = found.document
        if place.what == "scope":
            mark = " lasting" * place.lasting
            return truth(f"__scope {document.id}{mark}", document.scope, place.lasting)
        if place.what == "read":
            name = f"__level {document.id}"
            if name not in truths:
                truths[name] = how_well_read(algebra, document.coverage, plan.truth)
            return column(name)
        parts = found.readings(place)
        columns = [truth(one.name, one.node, one.lasting) for one in parts]
        if len(parts) == 1:
            return columns[0]
        name = "__" + " ".join(one.name.removeprefix("__") for one in parts)
        together.setdefault(name, algebra.either(columns))
        return column(name)

    for found in cohort.columns:
        if found.content in places:
            continue
        asking = [at(place, found) for place in found.asked.places]
        places[found.content] = f"__s{len(places)}"
        known: dict[int, Expression] = {}
        for part in often_reached(found.asked):
            name = f"__p{len(parts)}"
            parts[name] = asked(algebra, part, asking, algebra.small)
            known[id(part)] = column(name)
        statuses[places[found.content]] = asked(
            algebra, tree(found.asked), asking, algebra.small, known
        )
    results = {found.name: places[found.content] for found in cohort.columns}
    return [stage for stage in (truths, together, parts, statuses) if stage], results
