"""What each document asks of a record, and what of it a referral letter usually holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from gepnet.criteria import facts_of
from gepnet.facts import Facts, needed_for
from gepnet.guidelines.compiled import CompiledDocument, KnowledgeBase
from gepnet.guidelines.model import DocumentAssessment
from gepnet.guidelines.status import STATED
from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId

Held = Literal["usually", "sometimes", "seldom"]


class Letters(MeasureFile):
    """The file ``measures/letters.yaml``: facts that a referral letter holds; others seldom."""

    files = ("letters",)
    optional = True
    usually: tuple[FactId, ...] = ()
    sometimes: tuple[FactId, ...] = ()

    def held(self, fact: str) -> Held:
        """Return how often a letter holds a fact."""
        if fact in self.usually:
            return "usually"
        return "sometimes" if fact in self.sometimes else "seldom"


def asked_of_a_record(base: KnowledgeBase, document: CompiledDocument) -> tuple[str, ...]:
    """Return the recorded facts that the positions of a document rest on, in vocabulary order.

    Courses of treatment, from which the facts over therapies are worked out, are left out.
    """
    named = [name for rule in document.recommendations for name in rule.facts]
    needed = needed_for(named, base.criteria)
    found = [name for name in needed if base.vocabulary[name].entry.event is not None]
    return tuple(sorted(found, key=base.vocabulary.order))


def decides(facts: Facts, found: DocumentAssessment) -> frozenset[str]:
    """Return the facts behind the clear positions of a document, down to what was recorded."""
    judged = {
        id(reason.judged): reason.judged
        for cell in found.cells.spoken.values()
        if cell.status in STATED
        for reason in cell.reasons
    }
    settled = (part for one in judged.values() for part in one.explanation.settled_by)
    names = (name for part in settled for name in facts_of(part.node))
    return frozenset(_recorded(facts, dict.fromkeys(names)))


def waits_for(facts: Facts, found: DocumentAssessment) -> frozenset[str]:
    """Return the recorded facts that open positions of a document wait for."""
    cells = (cell for cell in found.cells.spoken.values() if cell.is_open)
    return frozenset(facts.to_ask(dict.fromkeys(name for cell in cells for name in cell.missing)))


def _recorded(facts: Facts, names: Iterable[str]) -> Iterator[str]:
    """Yield the facts that are known and those that they were worked out from."""
    for name in names:
        if facts[name].is_known:
            yield name
            yield from _recorded(facts, facts[name].inputs)
