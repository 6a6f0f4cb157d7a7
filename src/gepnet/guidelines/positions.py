"""What each document holds on each option, and what status that gives over any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar
from weakref import WeakKeyDictionary

from gepnet.criteria import Node
from gepnet.criteria.algebra import Evaluator, Lasting, Pair, PairLogic, Parts, asks_what_is_known
from gepnet.guidelines.asking import how_well_read, parted, where
from gepnet.guidelines.compiled import (
    CompiledDocument,
    CompiledRecommendation,
    HeldPosition,
    KnowledgeBase,
)
from gepnet.guidelines.status import LEVELS, POSITIONS, STATED, Status
from gepnet.guidelines.statuses import CODES, Asked, Kind, Place, codes_within, decision
from gepnet.knowledge.models import Position

B = TypeVar("B")

SUPPORT = ("recommended", "option")
#: Statuses of a document that is not about the patient or says nothing, however it was read.
NOTHING = frozenset({Status.SILENT, Status.OUT_OF_SCOPE})
_STATED_CODES = {code.code: code.status for code in CODES if code.status in STATED}
_ALL_CODES = {code.code: code.status for code in CODES}
_COMPLETE = LEVELS["complete"]


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

    Positions of a minority and unverified ones do not count and are left out. ``lesser`` are those
    that prefer another option to these; ``named`` is whether what was read of the document speaks
    of them.
    """

    document: CompiledDocument
    options: tuple[str, ...]
    intent: str
    holdings: tuple[Holding, ...]
    lesser: tuple[Holding, ...] = ()
    named: bool = True

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

    @cached_property
    def asked(self) -> Asked:
        """What has to be asked to find the status."""
        kinds = tuple(kind_of(name, self.of_kind(name)) for name in self.kinds)
        document = self.document
        scope = asks_what_is_known(document.scope)
        return Asked(kinds, bool(self.lesser), self.named, document.levels, scope)

    def where(self, truth: Evaluator[Pair[B]], statuses: Iterable[Status]) -> B:
        """Return where nothing but some statuses is possible, if it was read completely."""
        engine = _pairs(truth)
        names = dict.fromkeys(codes_within(statuses), True)
        found = where(engine, self._spoken, self._truths(truth, self._spoken), names)
        return found.get(True, engine.nowhere)

    def stated(self, truth: Evaluator[Pair[B]]) -> Parts[Status, B]:
        """Return where it takes each clear position."""
        truths = self._truths(truth, self._spoken)
        return where(_pairs(truth), self._spoken, truths, _STATED_CODES)

    def statuses(self, truth: Evaluator[Pair[B]]) -> Parts[Status, B]:
        """Return where it has each status."""
        truths = self._truths(truth, self.asked)
        return parted(_pairs(truth), self.asked, truths, _ALL_CODES)

    @cached_property
    def _spoken(self) -> Asked:
        """What has to be asked to find out which position it takes, if any."""
        kinds = tuple(kind._replace(asks_what_is_known=False) for kind in self.asked.kinds)
        return Asked(kinds, named=True, levels=frozenset({_COMPLETE}))

    def of_place(self, place: Place) -> tuple[Holding, ...]:
        """Return the recommendations of which one has to hold for the truth of a place."""
        return self.lesser if place.what == "lesser" else self.of_kind(place.what)

    def _truths(self, truth: Evaluator[Pair[B]], asked: Asked) -> list[Pair[B]]:
        """Return the truths that ``tree`` asks."""
        return asked_truths(asked, self.document, self.of_place, truth)


def asked_truths(
    asked: Asked,
    document: CompiledDocument,
    of_place: Callable[[Place], Iterable[Holding]],
    truth: Evaluator[Pair[B]],
) -> list[Pair[B]]:
    """Return the truths that ``tree`` asks of a document.

    Args:
        asked: what has to be asked.
        document: whose scope and coverage count.
        of_place: the recommendations of which one has to hold for the truth of a place.
        truth: of a criterion.
    """
    engine = _pairs(truth)
    lasting = Lasting(truth, engine)
    found = []
    for place in decision(asked).places:
        evaluator = lasting if place.lasting else truth
        if place.what == "scope":
            found.append(evaluator(document.scope))
        elif place.what == "read":
            found.append(how_well_read(engine, document.coverage, truth))
        else:
            nodes = (place_node(place, holding.recommendation) for holding in of_place(place))
            found.append(engine.either(evaluator(node) for node in nodes))
    return found


def kind_of(name: str, holdings: Iterable[Holding]) -> Kind:
    """Return what has to be asked of a kind of position."""
    rules = [holding.recommendation for holding in holdings]
    read_twice = any(rule.when_broad is not None for rule in rules)
    recorded = any(asks_what_is_known(node) for rule in rules for node in rule.nodes)
    return Kind(name, read_twice, recorded)


def place_node(place: Place, rule: CompiledRecommendation) -> Node:
    """Return the criterion of a recommendation that counts at a place.

    To be named as the lesser is read broadly: only then is a document silent on an option. Who is
    included narrowly is so whatever the broad words say, as where a record contradicts itself.
    """
    if place.what == "lesser":
        return rule.either_way
    return rule.broadest if place.broad else rule.when


def _pairs(truth: Evaluator[Pair[B]]) -> PairLogic[B]:
    """Return the engine of an evaluator of pairs."""
    assert isinstance(truth.logic, PairLogic)
    return truth.logic


class DocumentPositions:
    """The positions of every document; one object where the same recommendations hold."""

    def __init__(self, base: KnowledgeBase) -> None:
        """Find the position of each document on each (option, intent) that it is about."""
        #: Rows on which it only prefers another option included.
        self.every: dict[str, dict[tuple[str, str], DocumentPosition]] = {
            document.id: dict(_positions(base, document)) for document in base.documents
        }
        self.by_document: dict[str, dict[tuple[str, str], DocumentPosition]] = {
            name: {row: position for row, position in rows.items() if position.holdings}
            for name, rows in self.every.items()
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
    held, lesser = base.held_by_document[document.id], base.lesser_by_document[document.id]
    read = base.read_by_document[document.id]
    kept: dict[tuple[object, ...], tuple[list[str], DocumentPosition]] = {}
    for option, intent in base.rows:
        row = option, intent
        holdings = _holdings(held.get(row, ()))
        preferring = _holdings(lesser.get(row, ()))
        if (holdings or preferring) and base.is_covered(document, option):
            alike = (intent, _key(holdings), _key(preferring), row in read)
            position = DocumentPosition(document, (), intent, holdings, preferring, row in read)
            kept.setdefault(alike, ([], position))[0].append(option)
    for options, position in kept.values():
        found = replace(position, options=tuple(options))
        yield from (((option, found.intent), found) for option in options)


def _holdings(held: Iterable[HeldPosition]) -> tuple[Holding, ...]:
    return tuple(
        Holding(item.recommendation, item.position.position, item.position)
        for item in held
        if item.recommendation.counts
    )


def _key(holdings: Iterable[Holding]) -> tuple[tuple[str, str], ...]:
    return tuple((holding.id, holding.kind) for holding in holdings)


_known: WeakKeyDictionary[KnowledgeBase, DocumentPositions] = WeakKeyDictionary()


def document_positions(base: KnowledgeBase) -> DocumentPositions:
    """Return the positions of every document, made once for each state of the knowledge."""
    if base not in _known:
        _known[base] = DocumentPositions(base)
    return _known[base]
