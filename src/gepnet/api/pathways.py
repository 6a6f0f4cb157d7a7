"""The algorithm of a document on a question, computed from its criteria and proved."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.pathway import (
    Agreement,
    Pathway,
    Pathways,
    agreed_pathways,
    pathways,
    question_of,
)
from gepnet.guidelines.pathway.mermaid import mermaid
from gepnet.vocabulary import Question


def pathways_of(
    base: KnowledgeBase,
    documents: Sequence[str],
    question: str | None = None,
    options: Sequence[str] = (),
    facts: Facts | None = None,
) -> Pathways:
    """Return what documents say on a question, each as one page for each purpose.

    Args:
        base: the knowledge.
        documents: by id.
        question: by id; by default the first of ``measures/pathways.yaml``.
        options: ask about these options instead.
        facts: of a patient, whose way is shown.

    Raises:
        InputError: for a document, question or option that is not known.
    """
    return pathways(base, documents, question_of(base, question, options), facts)


def agreement_of(
    base: KnowledgeBase,
    documents: Sequence[str],
    question: str | None = None,
    options: Sequence[str] = (),
    asked: Question | None = None,
) -> Agreement:
    """Return who of several documents is for, against, open and silent at each end of a question.

    Args:
        base: the knowledge.
        documents: by id; those in force on the ``knowledge_date`` of ``asked`` count.
        question: by id; by default the first of ``measures/pathways.yaml``.
        options: ask about these options instead.
        asked: for its date.

    Raises:
        InputError: for a document, question or option that is not known.
    """
    day = (asked or Question()).knowledge_date
    return agreed_pathways(base, documents, question_of(base, question, options), day)


def pathway_flowchart(pathway: Pathway) -> str:
    """Return a pathway as the text of a Mermaid flowchart."""
    return mermaid(pathway)


def pathway_picture(found: Pathways, kind: str) -> str | bytes:
    """Return one pathway as ``svg`` (text) or ``pdf`` (bytes), a page of its own.

    Raises:
        InputError: if there are several, or none; or without matplotlib.
    """
    from gepnet.knowledge import need, refuse

    if len(found.pathways) != 1:
        titles = [f"{one.short} {one.part}".strip() for one in found.pathways]
        told = ", ".join(titles) or "no pathway"
        raise refuse("format", kind, f"one document and question with one page; there are: {told}")
    need("matplotlib")
    from gepnet.charts import file_of
    from gepnet.charts.pathway import pathway_chart

    chart = pathway_chart(found.pathways[0])
    return file_of(chart) if kind == "svg" else chart.pdf()


def pathway_html(found: Pathways) -> str:
    """Return pathways as one page of HTML, with a drawing beside each that is small enough.

    Without matplotlib the lists stand alone: they say the same.
    """
    from importlib.util import find_spec

    from gepnet.report.pathway import MOST_DRAWN, pathway_page
    from gepnet.tables import plain

    pictures: list[str | None] = [None] * len(found.pathways)
    if find_spec("matplotlib") is not None:
        from gepnet.charts import file_of
        from gepnet.charts.pathway import pathway_chart

        pictures = [
            str(file_of(pathway_chart(one))) if one.boxes <= MOST_DRAWN else None
            for one in found.pathways
        ]
    return pathway_page(plain(found), pictures)
