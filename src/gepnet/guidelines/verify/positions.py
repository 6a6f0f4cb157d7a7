"""What each document holds on each option, and each status as a formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gepnet.criteria.smt import Formula, Pair, conj, disj, neg
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation, KnowledgeBase
from gepnet.guidelines.status import POSITIONS
from gepnet.guidelines.verify.axioms import World
from gepnet.knowledge.models import Position

SUPPORT = ("recommended", "option")


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
class Stand:
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

    def reading(self, world: World, kinds: Iterable[str]) -> Pair:
        """Return when some recommendation of these kinds applies and when none does."""
        pairs = [read(world, h.recommendation) for h in self.of_kind(*kinds)]
        return Pair(disj(p.true for p in pairs), conj(p.false for p in pairs))

    def status(self, world: World, wanted: str) -> Formula:
        """Return when the document has a status: the lookup of statuses as a formula.

        ``support`` stands for recommended or option, ``quiet`` for no position at all and
        ``stated`` for one clear position.
        """
        scope = world.true(self.document.scope)
        recommended, option, trial, against = (self.reading(world, [kind]) for kind in POSITIONS)
        if wanted == "support":
            return conj([scope, disj([recommended.true, option.true]), against.false])
        if wanted == "quiet":
            return conj([scope, recommended.false, option.false, trial.false, against.false])
        if wanted == "conflicting":
            return conj([scope, against.true, disj([recommended.true, option.true])])
        if wanted == "recommended":
            return conj([scope, recommended.true, against.false])
        if wanted == "option":
            return conj([scope, recommended.false, option.true, against.false])
        none = [scope, recommended.false, option.false]
        if wanted == "trial_only":
            return conj([*none, trial.true])
        if wanted == "against":
            return conj([*none, trial.false, against.true])
        if wanted == "stated":
            kinds = (*POSITIONS,)
            return disj(self.status(world, kind) for kind in kinds)
        raise KeyError(wanted)


def read(world: World, item: CompiledRecommendation) -> Pair:
    """Return when a recommendation applies; between its readings it is open."""
    narrow = world.translate(item.when)
    if item.when_broad is None:
        return narrow
    broad = world.translate(item.when_broad)
    return Pair(narrow.true, conj([broad.false, neg(narrow.true)]))


def counts(item: CompiledRecommendation) -> bool:
    """Whether a recommendation counts as a position of its document."""
    return item.counts


class Positions:
    """The stands of every document."""

    def __init__(self, base: KnowledgeBase) -> None:
        """Keep the knowledge."""
        self.base = base

    @cached_property
    def by_document(self) -> dict[str, dict[tuple[str, str], Stand]]:
        """The stand of each document on each (option, intent) that it is about."""
        return {document.id: self._stands(document) for document in self.base.documents}

    def _stands(self, document: CompiledDocument) -> dict[tuple[str, str], Stand]:
        found: dict[tuple[str, str], Stand] = {}
        options: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
        kept: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Holding, ...]] = {}
        for (option, intent), held in self.base.held_by_document[document.id].items():
            holdings = tuple(
                Holding(item.recommendation, item.position.position, item.position)
                for item in held
                if counts(item.recommendation)
            )
            if holdings and self.base.is_covered(document, option):
                key = (intent, tuple((h.id, h.kind) for h in holdings))
                options.setdefault(key, []).append(option)
                kept[key] = holdings
        for key, names in options.items():
            stand = Stand(document, tuple(names), key[0], kept[key])
            found.update(((name, key[0]), stand) for name in names)
        return found

    def stands(self, document: str) -> list[Stand]:
        """Return the different stands of a document."""
        return list(dict.fromkeys(self.by_document[document].values()))

    def shared(self, first: str, second: str) -> list[tuple[Stand, Stand, tuple[str, ...]]]:
        """Return the pairs of stands of two documents on the same options, with these options."""
        found: dict[tuple[Stand, Stand], list[str]] = {}
        others = self.by_document[second]
        for row, stand in self.by_document[first].items():
            if row in others:
                found.setdefault((stand, others[row]), []).append(row[0])
        return [(one, other, tuple(options)) for (one, other), options in found.items()]


def source_of(item: CompiledRecommendation) -> dict[str, Any]:
    """Return where a recommendation was read."""
    entry = item.entry
    return {
        "document": item.owner,
        "recommendation": entry.id,
        "source": entry.source,
        "locator": entry.locator,
        "read_in": entry.read_in,
        "verification": entry.verification,
        "note": entry.note,
    }
