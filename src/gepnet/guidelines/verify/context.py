"""What every kind of proof works with, and how a proof becomes a finding."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import z3

from gepnet.criteria import Node
from gepnet.criteria.smt import formula
from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation, KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition, Holding, document_positions
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.findings import Claim, Finding, Region
from gepnet.guidelines.verify.prover import DEFAULT_TIMEOUT_MS, Answer, Part, Patients, Prover
from gepnet.guidelines.verify.regions import fewest, texts, words
from gepnet.guidelines.verify.witnesses import Witnesses
from gepnet.knowledge.shapes import Entry
from gepnet.rules import Rule


class Context:
    """One prover over the whole knowledge, shared by all questions of a process."""

    def __init__(
        self, base: KnowledgeBase, day: datetime.date, timeout_ms: int = DEFAULT_TIMEOUT_MS
    ) -> None:
        """Make the world of fully known patients once."""
        self.base = base
        self.day = day
        self.prover = Prover(Axioms(base), timeout_ms)
        self.positions = document_positions(base)
        self.witnesses = Witnesses(self.prover, day)
        self.documents = {document.id: document for document in base.documents}
        self.in_force = [document.id for document in documents_in_force(base.documents, day)[0]]

    def ask(self, parts: Iterable[Part]) -> Answer:
        """Return whether a possible patient is as all parts say."""
        return self.prover.ask(self.prover.holds(part) for part in parts)

    def region(
        self,
        answer: Answer,
        core: Sequence[Part],
        also: Sequence[Part] = (),
        recommendations: Sequence[str] = (),
        claims: Sequence[Claim] = (),
    ) -> Region | None:
        """Describe the patients of an answer; None if the interpreter refuses the witness."""
        assert answer.model is not None
        parts = fewest(self.prover, core, also)
        return self.described(answer, parts, [*core, *also], recommendations, claims)

    def described(
        self,
        answer: Answer,
        parts: Sequence[Part],
        wanted: Sequence[Part],
        recommendations: Sequence[str] = (),
        claims: Sequence[Claim] = (),
    ) -> Region | None:
        """Return a region with a witness that the interpreter and the assessment confirm."""
        assert answer.model is not None
        witness, refused = self._witness(answer.model, wanted, claims)
        if refused and claims:
            # Another recommendation is left open by so few facts: settle all of them.
            more = [*wanted, *self._settled(answer.model, wanted, claims)]
            witness, refused = self._witness(answer.model, more, claims)
        if refused or witness is None:
            self.prover.tally.refused.append(f"{', '.join(texts(parts))}: {'; '.join(refused)}")
            return None
        return Region(
            texts(parts),
            words(parts, self.base.vocabulary),
            witness,
            tuple(recommendations),
        )

    def _witness(
        self, patients: Patients, wanted: Sequence[Part], claims: Sequence[Claim]
    ) -> tuple[dict[str, Any] | None, list[str]]:
        witness = self.witnesses.smallest(patients, wanted)
        if witness is None:
            return None, ["the interpreter does not agree"]
        return witness, self.witnesses.refuted(witness, claims)

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
            if z3.is_true(model.eval(formula(self.prover.holds((node, truth))), True))
        ]


def source_of(item: CompiledRecommendation) -> dict[str, Any]:
    """Return where a recommendation was read."""
    return cited(item.entry, item.owner, item.entry.id)


def cited(entry: Entry, document: str, name: str) -> dict[str, Any]:
    """Return where an entry was read, by what it is called in a finding."""
    keys = ("source", "locator", "read_in", "verification", "note")
    told = {key: getattr(entry, key, None) for key in keys}
    return {"document": document, "recommendation": name, **told}


def applies(item: CompiledRecommendation, scope: CompiledDocument) -> list[Part]:
    """Return that a recommendation applies, by its narrow reading."""
    return [(scope.scope, True), (item.when, True)]


def none_of(holdings: Iterable[Holding]) -> list[Part]:
    """Return that no recommendation applies, by either reading."""
    return not_any(holding.recommendation for holding in holdings)


def not_any(items: Iterable[Rule[Any]]) -> list[Part]:
    """Return that no rule applies, by either reading."""
    nodes = (node for item in items for node in reversed(item.nodes))
    return list(dict.fromkeys((node, False) for node in nodes))


def excluded(stand: DocumentPosition, kind: str) -> list[Part]:
    """Return what must not apply for a recommendation of a kind to be the position."""
    if kind in {"recommended", "option"}:
        return none_of(stand.of_kind("against"))
    if kind == "trial_only":
        return none_of(stand.of_kind("recommended", "option"))
    return none_of(stand.of_kind("recommended", "option", "trial_only"))


def claim(stand: DocumentPosition, option: str, *statuses: str) -> Claim:
    """Return that a document has one of some statuses."""
    return Claim(stand.document.id, option, stand.intent, statuses)


def statuses_of(kind: str) -> tuple[str, ...]:
    """Return the statuses that a recommendation of a kind gives where nothing excludes it."""
    return ("recommended", "option") if kind in {"recommended", "option"} else (kind,)


def sources(holdings: Iterable[Holding]) -> tuple[dict[str, Any], ...]:
    """Return where recommendations were read, each once."""
    items = {holding.id: holding.recommendation for holding in holdings}
    return tuple(source_of(item) for item in items.values())


def unfinished(
    answer: Answer, kind: str, documents: Sequence[str], options: Sequence[str], intent: str
) -> Iterator[Finding]:
    """Yield that a search was not finished, if so: neither found nor excluded."""
    if answer.verdict == "timed_out":
        about = (kind, tuple(documents), tuple(options), intent)
        detail = "The solver ran out of time: neither shown nor excluded."
        yield Finding(*about, {}, (), detail=detail, verdict=answer.verdict)
