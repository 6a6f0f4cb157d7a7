"""What the knowledge said wrongly, from when to when, and what stands in its place."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import MeasureFile
from gepnet.knowledge.models import DocumentId
from gepnet.knowledge.shapes import Id, Strict


class Correction(Strict):
    """Something that was wrong: which entries said it, and which answers it touched.

    ``entries`` may be gone; ``replaced_by`` are those that say it rightly, none where the topic
    counts as not read now.
    """

    id: Id
    documents: tuple[DocumentId, ...]
    wrong: str
    wrong_from: datetime.date
    mended: datetime.date
    entries: tuple[Id, ...]
    answers: str
    replaced_by: tuple[Id, ...] = ()


class Corrections(MeasureFile):
    """The log of corrections."""

    files = ("corrections",)
    optional = True
    corrections: tuple[Correction, ...] = ()


def corrections_of(base: KnowledgeBase, documents: Collection[str] = ()) -> list[Correction]:
    """Return the corrections of some documents, or all, the newest first."""
    found = Corrections.read(base.knowledge.measures).corrections
    wanted = [one for one in found if not documents or set(one.documents) & set(documents)]
    return sorted(wanted, key=lambda one: (-one.mended.toordinal(), one.id))
