"""What every kind of proof works with, and how a proof becomes a finding."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from gepnet.criteria import Node
from gepnet.criteria.smt import Formula, is_true, steps
from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition, Holding, document_positions
from gepnet.guidelines.status import FOR
from gepnet.guidelines.verify.axioms import Axioms, World
from gepnet.guidelines.verify.findings import Claim, Region
from gepnet.guidelines.verify.limits import Limit
from gepnet.guidelines.verify.prover import DEFAULT_TIMEOUT_MS, Answer, Part, Patients, Prover
from gepnet.guidelines.verify.regions import fewest, texts, words
from gepnet.guidelines.verify.witnesses import Witnesses
from gepnet.rules import Rule
from gepnet.rules.rule import E_co


class Context:
    """One prover over the whole knowledge, shared by all questions of a process."""

    def __init__(
        self,
        base: KnowledgeBase,
        day: datetime.date,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
        names: Iterable[str] | None = None,
    ) -> None:
        """Make the world of fully known patients once, over some facts or all that are named."""
        self.base = base
        self.day = day
        self.prover = Prover(Axioms(base, names), timeout_ms)
        self.positions = document_positions(base)
        self.witnesses = Witnesses(self.prover, day)
        self._twins: dict[str, World] = {}
        #: Worlds of other facts that some questions are asked in, by what makes them.
        self.beside: dict[Hashable, Context] = {}
        self.documents = {document.id: document for document in base.documents}
        self.in_force = [document.id for document in documents_in_force(base.documents, day)[0]]

    def ask(self, parts: Iterable[Part], *formulas: Formula) -> Answer:
        """Return whether a possible patient is as all parts and formulas say."""
        return self.prover.ask([*formulas, *map(self.prover.holds, parts)])

    def around(self, limit: Limit) -> tuple[World, World, list[Formula]]:
        """Return the patient one step below and one step above a limit, and that it is so.

        Everything that follows from the fact follows anew.
        """
        fact = self.base.vocabulary[limit.fact]
        lower, higher = (self.twin(limit.fact, side) for side in "-+")
        value = steps(fact, limit.value)
        places = ((lower, value - 1), (self.prover.world, value), (higher, value + 1))
        return lower, higher, [world.symbols[limit.fact].low == at for world, at in places]

    def twin(self, fact: str, which: str = "") -> World:
        """Return the same patient with another value of one fact, made once for each ``which``."""
        name = f"@{fact}{which}"
        if name not in self._twins:
            made = self._twins[name] = self.prover.axioms.varied([fact], name)
            self.prover.add(made.axioms)
        return self._twins[name]

    def region(
        self,
        answer: Answer,
        core: Sequence[Part],
        also: Sequence[Part] = (),
        recommendations: Sequence[str] = (),
        claims: Sequence[Claim] = (),
        keep: Iterable[str] = (),
    ) -> Region | None:
        """Describe the patients of an answer; None if the interpreter refuses the witness."""
        parts = fewest(self.prover, core, also)
        return self.described(answer, parts, [*core, *also], recommendations, claims, keep)

    def described(
        self,
        answer: Answer,
        parts: Sequence[Part],
        wanted: Sequence[Part],
        recommendations: Sequence[str] = (),
        claims: Sequence[Claim] = (),
        keep: Iterable[str] = (),
    ) -> Region | None:
        """Return a region with a witness that the interpreter and the assessment confirm.

        Args:
            answer: that there are such patients.
            parts: by which the region is described.
            wanted: what the record of the witness must settle.
            recommendations: that hold in the region, by id.
            claims: statuses that the witness must have.
            keep: facts that stay in the record of the witness, needed or not.
        """
        assert answer.model is not None
        witness, refused = self._witness(answer.model, wanted, claims, keep)
        if refused and claims:
            # Another recommendation is left open by so few facts: settle all of them.
            more = [*wanted, *self._settled(answer.model, wanted, claims)]
            witness, refused = self._witness(answer.model, more, claims, keep)
        if refused or witness is None:
            self.prover.tally.refused.append(f"{', '.join(texts(parts))}: {'; '.join(refused)}")
            return None
        told = words(parts, self.base.vocabulary)
        return Region(told, texts(parts), witness, tuple(recommendations))

    def _witness(
        self,
        patients: Patients,
        wanted: Sequence[Part],
        claims: Sequence[Claim],
        keep: Iterable[str],
    ) -> tuple[dict[str, Any] | None, list[str]]:
        witness = self.witnesses.smallest(patients, wanted, keep)
        if witness is None:
            return None, ["the interpreter does not agree"]
        return witness, self.witnesses.refuted(witness, claims) if claims else []

    def _settled(
        self, patients: Patients, wanted: Sequence[Part], claims: Sequence[Claim]
    ) -> list[Part]:
        """Return every criterion behind some claims with its truth for one of the patients."""
        nodes: dict[Node, None] = {}
        for one in claims:
            stand = self.positions.by_document[one.document].get((one.option, one.intent))
            if stand is None:
                continue
            nodes |= dict.fromkeys(stand.nodes)
        about = self.witnesses.needed([*nodes, *(node for node, _ in wanted)])
        model = patients.simplest(about, wanted)
        if model is None:
            return []
        return [
            (node, truth)
            for node in nodes
            for truth in (True, False)
            if is_true(model, self.prover.holds((node, truth)))
        ]


def source_of(entry: Any, document: str, name: str | None = None) -> dict[str, Any]:
    """Return where an entry was read; ``name`` is what it is called, by default its id."""
    about = {"document": document, "recommendation": entry.id if name is None else name}
    return about | said_in(entry, "source", "locator", "read_in", "verification", "note")


def said_in(entry: Any, *names: str) -> dict[str, Any]:
    """Return some keys of an entry; None for one that entries of its kind do not have."""
    return {name: getattr(entry, name, None) for name in names}


def applies(*rules: Rule[E_co]) -> list[Part]:
    """Return that some recommendations apply, each within its scope, by their narrow readings."""
    nodes = (node for rule in rules for node in (rule.scope, rule.when) if node is not None)
    return [(node, True) for node in nodes]


def none_of(holdings: Iterable[Holding]) -> list[Part]:
    """Return that no recommendation applies, by either reading."""
    return nothing_of(holding.recommendation for holding in holdings)


def nothing_of(rules: Iterable[Rule[E_co]]) -> list[Part]:
    """Return that no rule applies, by either reading."""
    return [(n, False) for n in dict.fromkeys(n for rule in rules for n in rule.nodes[::-1])]


def excluded(stand: DocumentPosition, kind: str) -> list[Part]:
    """Return what must not apply for a recommendation of a kind to be the position."""
    if kind in {"recommended", "option"}:
        return none_of(stand.of_kind("against"))
    if kind == "trial_only":
        return none_of(stand.of_kind("recommended", "option"))
    return none_of(stand.of_kind("recommended", "option", "trial_only"))


def claim(stand: DocumentPosition, option: str, *statuses: str) -> Claim:
    """Return that a document has one of some statuses."""
    return Claim(stand.document.id, option, stand.intent, tuple(sorted(map(str, statuses))))


def statuses_of(kind: str) -> tuple[str, ...]:
    """Return the statuses that a recommendation of a kind gives where nothing excludes it."""
    return tuple(sorted(FOR)) if kind in FOR else (kind,)
