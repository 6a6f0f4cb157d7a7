"""Whether every identifier of the underlying fact collections has an entry or a stated reason."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import MeasureFile
from gepnet.knowledge.kinds import carried_facts
from gepnet.tables import also_shown


class Coverage(MeasureFile):
    """Which identifiers belong to what, and why some have no entry."""

    files = ("coverage",)
    documents: dict[str, tuple[str, ...]]
    reasons: dict[str, str]


@dataclass(frozen=True)
class CoverageLine:
    """One identifier, the entries that carry it, or the reason why none does."""

    document: str
    fact_id: str
    entries: tuple[str, ...]
    reason: str | None

    @property
    @also_shown
    def covered(self) -> bool:
        """Whether there is an entry or a reason."""
        return bool(self.entries) or self.reason is not None


def coverage(base: KnowledgeBase) -> list[CoverageLine]:
    """Return every identifier that belongs to a document, in the order of ``coverage.yaml``."""
    listed = Coverage.read(base.knowledge.measures)
    carried: dict[str, list[str]] = defaultdict(list)
    reasons: dict[str, str] = dict(listed.reasons)
    for document in base.documents:
        for left in document.file.not_encoded:
            reasons.setdefault(left.fact_id, left.reason)
    for entry, fact_ids in carried_facts(base.knowledge):
        for name in fact_ids:
            carried[name].append(entry)
    return [
        CoverageLine(document, name, tuple(carried.get(name, ())), reasons.get(name))
        for document, names in listed.documents.items()
        for name in names
    ]
