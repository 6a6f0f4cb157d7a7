"""What was never read, by document and topic, with what reading it would settle for some patients.

A gap is a topic of a document that was not read completely. Reading it can settle the cells in
which the document says "not read" while another document is for the option, and those that only its
own wording leaves open. How many there are over some patients is the value of reading it: a reading
list, and no measure of how good a document is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gepnet.criteria import explain
from gepnet.guidelines.compiled import CompiledDocument, KnowledgeBase
from gepnet.guidelines.model import Assessment
from gepnet.guidelines.status import Status
from gepnet.knowledge.models import Coverage

#: A position may stand in what was not read.
_UNREAD = frozenset({Status.NOT_READ, Status.NO_POSITION})
_FOR = {Status.RECOMMENDED, Status.OPTION}


@dataclass
class Gap:
    """A topic that was not read completely, and what that leaves open over some patients.

    Attributes:
        document: its id.
        topic: as its coverage names it; "" for what no topic of it names.
        level: ``partial`` or ``none``.
        note: what was read.
        patients: whom the topic is about.
        not_read: cells of theirs that say "not read" where another document is for the option.
        ambiguous: cells of theirs that the wording of the document alone leaves open.
    """

    document: str
    topic: str
    level: str
    note: str | None
    patients: int = 0
    not_read: int = 0
    ambiguous: int = 0

    @property
    def value(self) -> int:
        """Cells that reading it could settle."""
        return self.not_read + self.ambiguous


def gaps(base: KnowledgeBase, assessments: Iterable[Assessment]) -> list[Gap]:
    """Return every topic that was not read completely, the one that would settle most first."""
    found: dict[tuple[str, str], Gap] = {}
    for document in base.documents:
        for part in (*document.file.document.coverage, None):
            if part is None or part.level != "complete":
                gap = _gap(document, part)
                found[gap.document, gap.topic] = gap
    for assessment in assessments:
        _count(assessment, found)
    named = [gap for gap in found.values() if gap.topic or gap.patients]
    return sorted(named, key=lambda gap: (-gap.value, gap.document, gap.topic))


def _gap(document: CompiledDocument, part: Coverage | None) -> Gap:
    if part is None:
        return Gap(document.id, "", "none", None)
    return Gap(document.id, part.topic, part.level, part.note)


def _count(assessment: Assessment, found: dict[tuple[str, str], Gap]) -> None:
    supported = {
        row
        for document in assessment.documents.values()
        for row, cell in document.cells.items()
        if cell.status in _FOR
    }
    for name, document in assessment.documents.items():
        if document.scope.truth is False:
            continue
        gap = found.get((name, _topic(document.document, assessment)))
        if gap is None:
            continue
        gap.patients += 1
        cells = document.cells
        gap.not_read += sum(cells[row].status in _UNREAD for row in supported)
        gap.ambiguous += sum(cell.status is Status.TEXT_OPEN for cell in cells.values())


def _topic(document: CompiledDocument, assessment: Assessment) -> str:
    """Return the first topic that is about the patient; "" where none is named."""
    values = assessment.facts.values
    for part, (_, node) in zip(document.file.document.coverage, document.coverage, strict=True):
        if explain(node, values).truth is True:
            return part.topic
    return ""
