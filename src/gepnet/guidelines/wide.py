"""What the status columns of a table of many patients are, whatever engine computes them.

A document has one column for each option and intent that it holds a position on, and one column
named as the document itself for every other option: there only scope and coverage matter. A code
of a column is a status; an undetermined one has a code for each set of statuses that it may be.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from gepnet.criteria import Node, facts_of
from gepnet.facts.wide import Stage, WideAlgebra, WidePlan
from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import (
    CompiledDocument,
    CompiledRecommendation,
    HeldPosition,
    KnowledgeBase,
)
from gepnet.guidelines.status import POSITIONS, TABLE, Status, Truths, lookup
from gepnet.measures.columns import Expression
from gepnet.vocabulary import Truth

# How a truth is written as a digit: False 0, True 1, unknown 2.
DIGITS: tuple[Truth, ...] = (False, True, None)


@dataclass(frozen=True)
class Code:
    """One code of a status column."""

    code: int
    status: Status
    possible: tuple[Status, ...]


def _codes() -> tuple[Code, ...]:
    settled = [s for s in Status if s is not Status.UNDETERMINED]
    order = {status: index for index, status in enumerate(Status)}
    open_sets = {lookup(truths, complete)[1] for truths in TABLE for complete in (True, False)} - {
        ()
    }
    ranked = sorted(open_sets, key=lambda found: (len(found), [order[s] for s in found]))
    codes = [Code(index, status, ()) for index, status in enumerate(settled)]
    codes += [
        Code(len(settled) + index, Status.UNDETERMINED, found) for index, found in enumerate(ranked)
    ]
    return tuple(codes)


#: Every code; the first ones are the settled statuses in the order of ``Status``.
CODES = _codes()
#: The code of an option that is outside the subject of a document.
OUT_OF_SCOPE = next(c.code for c in CODES if c.status is Status.OUT_OF_SCOPE)
_NUMBERS = {(code.status, code.possible): code.code for code in CODES}


def code_of(truths: Truths, complete: bool) -> int:
    """Return the code of a row of the status table."""
    return _NUMBERS[lookup(truths, complete)]


@dataclass(frozen=True)
class StatusColumn:
    """One column: the recommendations that hold each kind of position, or none for the rest."""

    document: CompiledDocument
    option: str | None
    intent: str | None
    covered: bool
    held: tuple[tuple[str, tuple[CompiledRecommendation, ...]], ...]

    @property
    def name(self) -> str:
        """``document/option/intent``, or the document alone."""
        return "/".join(part for part in (self.document.id, self.option, self.intent) if part)

    @property
    def content(self) -> tuple[object, ...]:
        """What its statuses rest on: columns with the same content are the same."""
        held = tuple((kind, tuple(r.full_id for r in found)) for kind, found in self.held)
        return (self.document.id, self.covered, held) if self.covered else ()

    def table(self) -> Iterator[tuple[tuple[int, ...], bool, int]]:
        """Yield the digits of scope and of each kind held, whether read completely, and the code.

        The last digit changes fastest.
        """
        kinds = [kind for kind, _ in self.held]
        for complete in (False, True):
            for digits in product(range(3), repeat=1 + len(kinds)):
                truths = dict(zip(kinds, (DIGITS[d] for d in digits[1:]), strict=True))
                scope = DIGITS[digits[0]] if self.covered else False
                others = [truths.get(kind, False) for kind in POSITIONS]
                yield digits, complete, code_of((scope, *others), complete)  # type: ignore[arg-type]


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
        for document in self.documents:
            found.append(StatusColumn(document, None, None, True, ()))
            for option, intent in self.base.rows:
                held = self.base.held.get((document.id, option, intent))
                if held is not None:
                    covered = self.base.is_covered(document, option)
                    kinds = tuple(
                        (kind, recommendations)
                        for kind in POSITIONS
                        if (recommendations := _counting(held, kind))
                    )
                    found.append(StatusColumn(document, option, intent, covered, kinds))
        return tuple(found)

    def column_of(self, document: CompiledDocument, option: str, intent: str) -> str | None:
        """Return the column with the status of an option; None if it is never within scope."""
        if (document.id, option, intent) in self.base.held:
            return f"{document.id}/{option}/{intent}"
        return document.id if self.base.is_covered(document, option) else None

    @cached_property
    def recommendations(self) -> tuple[CompiledRecommendation, ...]:
        """The recommendations that count in some column."""
        return _distinct(r for column in self.columns for _, found in column.held for r in found)

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
            found[recommendation.when] = None
            if recommendation.when_broad is not None:
                found[recommendation.when_broad] = None
        return tuple(found)


def _distinct(found: Iterable[CompiledRecommendation]) -> tuple[CompiledRecommendation, ...]:
    return tuple({r.full_id: r for r in found}.values())


def _counting(held: Iterable[HeldPosition], kind: str) -> tuple[CompiledRecommendation, ...]:
    """Return the recommendations whose position counts: verified, and no minority's."""
    return _distinct(
        item.recommendation
        for item in held
        if item.position.position == kind
        and not item.recommendation.entry.dissent
        and item.recommendation.entry.verification != "unverified"
    )


def status_stages(plan: WidePlan, cohort: Cohort) -> tuple[list[Stage], dict[str, str]]:
    """Return the stages that follow those of the facts, and the column of each status column.

    Recommendations come first, then what several of them say together, then each distinct status.
    """
    column = plan.algebra.column
    truths: Stage = {
        _truth(r): reading_truth(plan, r.when, r.when_broad) for r in cohort.recommendations
    }
    for document in cohort.documents:
        truths[_scope(document)] = plan.truth(document.scope)
        if document.ever_complete:
            truths[_complete(document)] = completely_read(plan, document)
    together = {
        _together(found): plan.algebra.either([column(_truth(r)) for r in found])
        for held in cohort.columns
        for _, found in held.held
        if len(found) > 1
    }
    distinct = {found.content: found for found in cohort.columns}
    places = {content: f"__s{index}" for index, content in enumerate(distinct)}
    statuses: Stage = {}
    for content, found in distinct.items():
        asked = [column(_scope(found.document)), *(column(_together(r)) for _, r in found.held)]
        complete = column(_complete(found.document))
        statuses[places[content]] = status(plan.algebra, found, asked, complete)
    results = {found.name: places[found.content] for found in cohort.columns}
    return [stage for stage in (truths, together, statuses) if stage], results


def _truth(recommendation: CompiledRecommendation) -> str:
    return f"__{recommendation.full_id}"


def _together(found: Sequence[CompiledRecommendation]) -> str:
    return "__" + " ".join(r.full_id for r in found)


def _scope(document: CompiledDocument) -> str:
    return f"__scope {document.id}"


def _complete(document: CompiledDocument) -> str:
    return f"__complete {document.id}"


def reading_truth(plan: WidePlan, when: Node, when_broad: Node | None) -> Expression:
    """Return the truth of a criterion with two readings; open between narrow and broad."""
    narrow = plan.truth(when)
    if when_broad is None:
        return narrow
    algebra = plan.algebra
    broad = plan.truth(when_broad)
    return algebra.choose(
        [(narrow, algebra.literal(True)), (algebra.negate(broad), algebra.literal(False))],
        algebra.literal(None),
    )


def completely_read(plan: WidePlan, document: CompiledDocument) -> Expression:
    """Return whether the first topic of a document that fits the patient was read completely."""
    algebra = plan.algebra
    branches = [
        (plan.truth(node), algebra.literal(level == "complete"))
        for level, node in document.coverage
    ]
    return algebra.choose(branches, algebra.literal(False))


def status(
    algebra: WideAlgebra,
    column: StatusColumn,
    truths: Sequence[Expression],
    complete: Expression,
) -> Expression:
    """Return the code of a status: the table of all statuses, asked truth by truth.

    Args:
        algebra: the engine.
        column: whose table it is.
        truths: of the scope and of each kind of position that the column holds.
        complete: whether the document was read completely on the topic; never unknown.
    """
    halves: dict[bool, list[int]] = {False: [], True: []}
    for _, read, code in column.table():
        halves[read].append(code)
    partly = _asked(algebra, truths, halves[False])
    if not column.document.ever_complete or halves[True] == halves[False]:
        return partly
    return algebra.choose([(complete, _asked(algebra, truths, halves[True]))], partly)


def _asked(algebra: WideAlgebra, truths: Sequence[Expression], codes: Sequence[int]) -> Expression:
    """Ask the first truth; the codes are for false, true and unknown, a third each."""
    if len(set(codes)) == 1:
        return algebra.small(codes[0])
    third = len(codes) // 3
    parts = [codes[:third], codes[third : 2 * third], codes[2 * third :]]
    false, true, unknown = (_asked(algebra, truths[1:], part) for part in parts)
    if parts[0] == parts[1] == parts[2]:
        return false
    # Whether a truth is unknown is asked first: columns say it faster than whether it is false.
    return algebra.choose([(algebra.missing(truths[0]), unknown), (truths[0], true)], false)
