"""What a question asks of all documents at once: one diagram of statuses for each position.

A position is what one document says of one option that it names itself. Its diagram is the table of
statuses over the same criteria as in an assessment, the two readings of a text and what is lesser
included, so that what is settled here is what an assessment of the whole record says.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gepnet.criteria import Node
from gepnet.criteria.algebra import Evaluator, Lasting
from gepnet.guidelines.asking import how_well_read
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.diagrams import Diagram, Diagrams
from gepnet.guidelines.pathway.positions import is_asked
from gepnet.guidelines.pathway.possible import possible
from gepnet.guidelines.pathway.questions import PathwayQuestion
from gepnet.guidelines.pathway.space import Space
from gepnet.guidelines.status import QUIET, Status
from gepnet.guidelines.statuses import CODES, Place, decision
from gepnet.guidelines.wide import Cohort, StatusColumn

#: What a position comes to: a status and, while it is open for good, which ones it may be.
End = tuple[Status, tuple[Status, ...]]
#: A document says nothing, for whatever reason: these are not worth a question to tell them apart.
NOTHING: End = (Status.QUIET_EITHER_WAY, ())


@dataclass(frozen=True)
class Row:
    """A position: what one document says of one option.

    Attributes:
        column: the document and the option.
        statuses: a diagram that ends in what it comes to.
    """

    column: StatusColumn
    statuses: Diagram


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """A question to several documents.

    Attributes:
        base: the knowledge.
        question: what is asked.
        space: the facts.
        rows: the positions, document by document.
        possible: conditions that every possible patient meets, the question's own included.
        given: what the question takes for granted.
    """

    base: KnowledgeBase
    question: PathwayQuestion
    space: Space
    rows: tuple[Row, ...]
    possible: tuple[Diagram, ...]
    given: tuple[Node, ...]

    @property
    def diagrams(self) -> Diagrams:
        """The store of the diagrams."""
        return self.space.diagrams

    @property
    def levels(self) -> list[int]:
        """The variables that criteria name, by level."""
        return [self.space.variables[name].level for name in self.space.asked]


def named_columns(
    base: KnowledgeBase,
    question: PathwayQuestion,
    day: datetime.date,
    documents: Sequence[str] = (),
    intents: Sequence[str] = (),
) -> list[StatusColumn]:
    """Return what the documents in force on a day name of a question, or some of them.

    ``intents`` are purposes; by default those of the question.
    """
    wanted = intents or question.intents
    return [
        column
        for column in Cohort(base, day).columns
        if (not documents or column.document.id in documents)
        and column.intent in wanted
        and _is_named(base, column, question)
    ]


def questionnaire(
    base: KnowledgeBase,
    question: PathwayQuestion,
    columns: Sequence[StatusColumn],
    given: Sequence[str] = (),
    gaps: bool = True,
) -> Questionnaire:
    """Return a question as diagrams.

    Args:
        base: the knowledge.
        question: what is asked.
        columns: the positions, as ``named_columns`` finds them.
        given: criteria beside the question's own.
        gaps: whether it is about patients too of whom something was not looked at.
    """
    assumed = tuple(base.criteria(text) for text in (question.given, *given) if text != "true")
    nodes: dict[Node, None] = {}
    for column in columns:
        assert column.position is not None
        nodes.update(dict.fromkeys(column.position.nodes))
        nodes.update(dict.fromkeys(node for _, node in column.document.coverage))
        lesser = (one.recommendation.nodes for one in column.position.lesser)
        nodes.update(dict.fromkeys(node for some in lesser for node in some))
    space = Space(base, nodes, assumed, gaps)
    conditions = tuple(possible(space))
    rows = tuple(Row(column, _statuses(space, column)) for column in columns)
    return Questionnaire(base, question, space, rows, conditions, assumed)


def _is_named(base: KnowledgeBase, column: StatusColumn, question: PathwayQuestion) -> bool:
    """Whether a document names the option of a column itself, and the question is about it."""
    if column.position is None:
        return False
    named = {one.position.option for one in column.position.holdings}
    return column.option in named and is_asked(base, column.option, question)


def _statuses(space: Space, column: StatusColumn) -> Diagram:
    at, document = space.diagrams, column.document
    lasting = Lasting[Diagram](space.truth, space)

    def truth(place: Place) -> Diagram:
        evaluator: Evaluator[Diagram] = lasting if place.lasting else space.truth
        if place.what == "scope":
            return evaluator(document.scope)
        if place.what == "read":
            return how_well_read(space, document.coverage, space.truth)
        parts = column.readings(place)
        return space.either([(lasting if p.lasting else space.truth)(p.node) for p in parts])

    deciding = decision(column.asked)

    def end(truths: tuple[Any, ...]) -> End:
        code = deciding.code(truths)
        assert code is not None
        return _end(code)

    return at.joined(end, [truth(place) for place in column.asked.places])


def _end(code: int) -> End:
    """Return what a code comes to; in which way a document says nothing is not told apart."""
    found = CODES[code]
    outcomes = (NOTHING[0] if one in QUIET else one for one in found.outcomes)
    left = tuple(dict.fromkeys(outcomes))
    return (left[0], ()) if len(left) == 1 else (found.status, left)
