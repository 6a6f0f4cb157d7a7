"""What each document holds on each option, and what status that gives over any engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar
from weakref import WeakKeyDictionary

from gepnet.criteria import Node
from gepnet.criteria.algebra import Evaluator, Pair, PairLogic, Parts
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation, KnowledgeBase
from gepnet.guidelines.status import POSITIONS, STATED, Status
from gepnet.guidelines.statuses import CODES, codes_within, completely_read, tree, where
from gepnet.knowledge.models import Position
from gepnet.rules import rule_truth

B = TypeVar("B")

SUPPORT = ("recommended", "option")
#: Statuses that leave no doubt that a document is for an option.
FOR = frozenset({Status.RECOMMENDED, Status.OPTION})
#: Statuses of a document that is not about the patient or says nothing, however it was read.
NOTHING = frozenset({Status.SILENT, Status.OUT_OF_SCOPE})
_STATED_CODES = {code.code: code.status for code in CODES if code.status in STATED}
_ALL_CODES = {code.code: code.status for code in CODES}


@dataclass(frozen=True)
class Holding:
    """A recommendation with one kind of position on an option."""

    recommendation: CompiledRecommendation
    kind: str
    position: Position

    @property
    def id(self) -> str:
        """``document/recommendation``."""
        return self.recommendation.full_id


@dataclass(frozen=True, eq=False)
class DocumentPosition:
    """One document on options, for one purpose, on which the same recommendations hold.

    Positions of a minority and unverified ones do not count and are left out.
    """

    document: CompiledDocument
    options: tuple[str, ...]
    intent: str
    holdings: tuple[Holding, ...]

    def of_kind(self, *kinds: str) -> tuple[Holding, ...]:
        """Return the recommendations with one of these kinds of position."""
        return tuple(holding for holding in self.holdings if holding.kind in kinds)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of position that it holds, the strongest first."""
        return tuple(kind for kind in POSITIONS if self.of_kind(kind))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every criterion that a position rests on, the scope first."""
        rules = (node for holding in self.holdings for node in holding.recommendation.nodes)
        return (self.document.scope, *rules)

    def where(self, truth: Evaluator[Pair[B]], statuses: Iterable[Status]) -> B:
        """Return where nothing but some statuses is possible, if it was read completely."""
        engine = _pairs(truth)
        names = dict.fromkeys(codes_within(statuses), True)
        found = where(engine, tree(self.kinds, True), self._truths(truth), names)
        return found.get(True, engine.nowhere)

    def stated(self, truth: Evaluator[Pair[B]]) -> Parts[Status, B]:
        """Return where it takes each clear position."""
        return where(_pairs(truth), tree(self.kinds, True), self._truths(truth), _STATED_CODES)

    def statuses(self, truth: Evaluator[Pair[B]]) -> Parts[Status, B]:
        """Return where it has each status."""
        engine, truths = _pairs(truth), self._truths(truth)
        if not self.document.ever_complete:
            return where(engine, tree(self.kinds, False), truths, _ALL_CODES)
        read = completely_read(engine, self.document.coverage, truth)
        complete, partly = (
            partial(where, engine, tree(self.kinds, known), truths, _ALL_CODES)
            for known in (True, False)
        )
        return engine.by(read, complete, partly, partly)

    def _truths(self, truth: Evaluator[Pair[B]]) -> list[Pair[B]]:
        """Return the truth of the scope and of each kind of position."""
        engine = _pairs(truth)
        kinds = [
            engine.either(rule_truth(engine, h.recommendation, truth) for h in self.of_kind(kind))
            for kind in self.kinds
        ]
        return [truth(self.document.scope), *kinds]


def _pairs(truth: Evaluator[Pair[B]]) -> PairLogic[B]:
    """Return the engine of an evaluator of pairs."""
    assert isinstance(truth.logic, PairLogic)
    return truth.logic


class DocumentPositions:
    """The positions of every document; one object where the same recommendations hold."""

    def __init__(self, base: KnowledgeBase) -> None:
        """Find the position of each document on each (option, intent) that it is about."""
        self.by_document: dict[str, dict[tuple[str, str], DocumentPosition]] = {
            document.id: dict(_positions(base, document)) for document in base.documents
        }

    def of_document(self, document: str) -> list[DocumentPosition]:
        """Return the different positions of a document."""
        return list(dict.fromkeys(self.by_document[document].values()))

    def shared(
        self, first: str, second: str
    ) -> list[tuple[DocumentPosition, DocumentPosition, tuple[str, ...]]]:
        """Return the pairs of positions of two documents on the same options, with these."""
        found: dict[tuple[DocumentPosition, DocumentPosition], list[str]] = {}
        others = self.by_document[second]
        for row, one in self.by_document[first].items():
            if row in others:
                found.setdefault((one, others[row]), []).append(row[0])
        return [(one, other, tuple(options)) for (one, other), options in found.items()]


def _positions(
    base: KnowledgeBase, document: CompiledDocument
) -> Iterator[tuple[tuple[str, str], DocumentPosition]]:
    kept: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[list[str], tuple[Holding, ...]]] = {}
    for (option, intent), held in base.held_by_document[document.id].items():
        holdings = tuple(
            Holding(item.recommendation, item.position.position, item.position)
            for item in held
            if item.recommendation.counts
        )
        if holdings and base.is_covered(document, option):
            key = (intent, tuple((h.id, h.kind) for h in holdings))
            kept.setdefault(key, ([], holdings))[0].append(option)
    for (intent, _), (options, holdings) in kept.items():
        found = DocumentPosition(document, tuple(options), intent, holdings)
        yield from (((option, intent), found) for option in options)


_known: WeakKeyDictionary[KnowledgeBase, DocumentPositions] = WeakKeyDictionary()


def document_positions(base: KnowledgeBase) -> DocumentPositions:
    """Return the positions of every document, made once for each state of the knowledge."""
    if base not in _known:
        _known[base] = DocumentPositions(base)
    return _known[base]
