"""Whether every identifier of the underlying fact collections has an entry or a stated reason."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import Knowledge, MeasureFile, Problem
from gepnet.knowledge.kinds import carried_facts, rules_of
from gepnet.tables import also_shown

_UNREAD = re.compile(r"\bread nowhere\b|\bnot (?:been )?read\b|\bunread\b")
_RECALLED = re.compile(r"\b(?:remembered|recalled)(?:,| and) not read\b", re.IGNORECASE)
#: How an identifier ends whose statement was remembered, and not read.
_REMEMBERED = "r"


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


def check_unread(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a problem where something that the collections hold as read is called unread.

    Looked at are the reasons for which an identifier has no entry, the sources that count as not
    read although an entry says that it was read there, and the entries and statements that call
    themselves remembered although their badge says that they were read.
    """
    remembered = f"an identifier ending in '{_REMEMBERED}', or a reason that fits what was read"
    for document in knowledge.documents:
        for left in document.not_encoded:
            if _UNREAD.search(left.reason) and not left.fact_id.endswith(_REMEMBERED):
                field = f"not_encoded.{left.fact_id}"
                yield Problem.at(document.document, field, left.reason, remembered)
    stated: list[Any] = [entry for _, entry, _ in rules_of(knowledge)]
    stated += [one for document in knowledge.documents for one in document.statements]
    for one in stated:
        texts = (getattr(one, "note", None), getattr(one, "text", None), one.locator)
        said = next((text for text in texts if text and _RECALLED.search(text)), None)
        if said is not None and one.verification != "unverified":
            expected = f"a text that fits the badge '{one.verification}', or 'unverified'"
            yield Problem.at(one, "note", said, expected)
    unread = {source.id for source in knowledge.sources if source.read == "not_read"}
    for _, entry, _ in rules_of(knowledge):
        if entry.source in unread and entry.verification == "primary":
            yield Problem.at(entry, "source", entry.source, "a source that counts as read")
