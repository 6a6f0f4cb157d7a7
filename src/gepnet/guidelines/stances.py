"""One document on one option, over many variants of a patient at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gepnet.criteria import Node
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation, KnowledgeBase
from gepnet.guidelines.status import POSITIONS, Status, lookup
from gepnet.guidelines.variants import Masks, Variants, any_of
from gepnet.vocabulary import Truth

# A narrow and a broad criterion of each position that counts, by kind of position.
Readings = tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True, eq=False)
class Stance:
    """What decides the status of one option, for one purpose, in one document.

    Positions of a minority and unverified ones do not count and are left out.
    """

    document: str
    scope: Node
    coverage: tuple[tuple[str, Node], ...]
    held: dict[str, Readings]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every criterion that a stated position rests on."""
        found = [self.scope]
        for readings in self.held.values():
            for narrow, broad in readings:
                found.append(narrow)
                if broad is not None:
                    found.append(broad)
        return tuple(found)

    def truths(self, variants: Variants) -> list[Masks]:
        """Return the truth of the scope and of each kind of position."""
        return [
            variants.truth(self.scope),
            *(
                any_of((_read(variants, *pair) for pair in self.held[kind]), variants.everywhere)
                if kind in self.held
                else (0, variants.everywhere)
                for kind in POSITIONS
            ),
        ]

    def stated(self, variants: Variants) -> dict[Status, int]:
        """Return where the document takes each clear position, for the kinds that it holds.

        The lookup of statuses once more, said for whole sets of variants.
        """
        (scope, _), recommended, option, trial, against = self.truths(variants)
        found: dict[Status, int] = {}
        if "recommended" in self.held:
            found[Status.RECOMMENDED] = scope & recommended[0] & against[1]
        rest = scope & recommended[1]
        if "option" in self.held:
            found[Status.OPTION] = rest & option[0] & against[1]
        rest &= option[1]
        if "trial_only" in self.held:
            found[Status.TRIAL_ONLY] = rest & trial[0]
        if "against" in self.held:
            found[Status.AGAINST] = rest & trial[1] & against[0]
        return found

    def statuses(self, variants: Variants) -> dict[Status, int]:
        """Return where the document has each status."""
        complete = self._read_completely(variants)
        found: dict[Status, int] = {}
        truths = self.truths(variants)
        for read, within in ((True, complete), (False, variants.everywhere ^ complete)):
            for status, where in _by_status(truths, within, read):
                found[status] = found.get(status, 0) | where
        return found

    def _read_completely(self, variants: Variants) -> int:
        complete, rest = 0, variants.everywhere
        for level, node in self.coverage:
            true, _ = variants.truth(node)
            if level == "complete":
                complete |= rest & true
            rest ^= rest & true
        return complete


def _read(variants: Variants, narrow: Node, broad: Node | None) -> Masks:
    """Between its narrow and its broad reading a criterion is open."""
    true, false = variants.truth(narrow)
    return (true, false) if broad is None else (true, variants.truth(broad)[1] & ~true)


def _by_status(
    truths: list[Masks], within: int, read_completely: bool
) -> Iterator[tuple[Status, int]]:
    """Yield each combination of truths that occurs as the status that the lookup gives."""
    groups: list[tuple[tuple[Truth, ...], int]] = [((), within)]
    for true, false in truths:
        groups = [
            ((*so_far, truth), part)
            for so_far, where in groups
            for truth, part in (
                (True, where & true),
                (False, where & false),
                (None, where & ~(true | false)),
            )
            if part
        ]
    for (scope, recommended, option, trial, against), where in groups:
        yield lookup((scope, recommended, option, trial, against), read_completely)[0], where


class Stances:
    """The stances of all documents, one object for equal ones."""

    def __init__(self, base: KnowledgeBase) -> None:
        """Start with none made."""
        self._base = base
        self._documents = {document.id: document for document in base.documents}
        self._made: dict[tuple[str, tuple[tuple[str, str], ...]], Stance] = {}

    def of(self, document: str, option: str, intent: str) -> Stance | None:
        """Return a document's stance on an option; None if it takes no position that counts."""
        compiled = self._documents[document]
        if not self._base.is_covered(compiled, option):
            return None
        counting = [
            (held.position.position, held.recommendation)
            for held in self._base.held.get((document, option, intent), ())
            if not held.recommendation.entry.dissent
            and held.recommendation.entry.verification != "unverified"
        ]
        if not counting:
            return None
        key = (document, tuple((kind, item.entry.id) for kind, item in counting))
        if key not in self._made:
            self._made[key] = _stance(compiled, counting)
        return self._made[key]


def _stance(
    document: CompiledDocument, counting: Sequence[tuple[str, CompiledRecommendation]]
) -> Stance:
    held: dict[str, Readings] = {}
    for kind, item in counting:
        held[kind] = (*held.get(kind, ()), (item.when, item.when_broad))
    return Stance(document.id, document.scope, document.coverage, held)
