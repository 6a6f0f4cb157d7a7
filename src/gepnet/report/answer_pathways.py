"""The way of a patient through the algorithm of a document, for the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.tables import plain

View = dict[str, Any]


def pathway_views(
    documents: Sequence[str], question: str, assessment: Assessment, base: KnowledgeBase
) -> list[View]:
    """Return the pathways of documents on a question with the way of a patient in each.

    Making and proving one takes up to seconds, so it is done only for documents that are asked for.

    Args:
        documents: by id.
        question: by id.
        assessment: of the patient.
        base: the knowledge that it was made with.

    Raises:
        InputError: for a document that is not known.
    """
    if not documents:
        return []
    from gepnet.guidelines.pathway import pathways, question_of

    found = pathways(base, documents, question_of(base, question), assessment.facts)
    return [plain(one) for one in found.pathways]
