"""The algorithm of a document on a question, computed from its criteria and proved."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Literal

from gepnet import __version__
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
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.knowledge import need, refuse
from gepnet.tables import plain
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


def every_pathway(
    base: KnowledgeBase, documents: Sequence[str], facts: Facts | None = None
) -> Pathways:
    """Return what documents say on each question of ``measures/pathways.yaml``, one after another.

    Raises:
        InputError: for a document that is not known.
    """
    names = [one.id for one in PathwayQuestions.read(base.knowledge.measures).questions]
    made = [pathways(base, documents, question_of(base, name), facts) for name in names]
    return Pathways(
        question="every",
        title="Every question",
        pathways=tuple(page for one in made for page in one.pathways),
        withheld=tuple(dict.fromkeys(name for one in made for name in one.withheld)),
        silent=tuple(n for n in documents if all(n in one.silent for one in made)),
    )


def pathway_picture(found: Pathways) -> str:
    """Return one pathway as SVG.

    Raises:
        InputError: if there are several, or none; or without matplotlib.
    """
    if len(found.pathways) != 1:
        titles = [f"{one.short} {one.part}".strip() for one in found.pathways]
        told = ", ".join(titles) or "no pathway"
        raise refuse("format", "svg", f"one document and question with one page; there are: {told}")
    need("matplotlib")
    from gepnet.charts import file_of
    from gepnet.charts.pathway import pathway_chart

    return str(file_of(pathway_chart(found.pathways[0])))


def pathway_pdf(found: Pathways, base: KnowledgeBase, made_on: datetime.date) -> bytes:
    """Return pathways as PDF, each on one page of A4 landscape; the same give the same bytes.

    Args:
        found: the pathways.
        base: the knowledge that they were made from.
        made_on: the day of the file.

    Raises:
        InputError: if there are none; or without typst.
    """
    made: bytes = _printed(found, base, "pdf", made_on)
    return made


def pathway_sheets(found: Pathways, base: KnowledgeBase) -> list[str]:
    """Return the printed pages of pathways as SVG, one for each page of the PDF.

    Raises:
        InputError: if there are none; or without typst.
    """
    made = _printed(found, base, "svg", datetime.date(1980, 1, 1))
    return [page.decode() for page in (made if isinstance(made, list) else [made])]


def _printed(
    found: Pathways, base: KnowledgeBase, kind: Literal["pdf", "svg"], made_on: datetime.date
) -> Any:
    if not found.pathways:
        raise refuse("format", kind, "a document that takes a position on the question")
    need("typst")
    import json
    from importlib.resources import files

    import typst

    from gepnet.report.pathway import printed_pathways

    foot = (
        "Computed from the criteria of the document and proved equal to them. It shows what a "
        "document says; people decide. Research software, not a medical device. "
        f"gepnet {__version__}, knowledge {base.knowledge.digest[:12]}."
    )
    return typst.compile(
        files("gepnet.report").joinpath("templates/pathways.typ").read_bytes(),
        format=kind,
        ignore_system_fonts=True,
        sys_inputs={"pathways": json.dumps(printed_pathways(plain(found), foot))},
        timestamp=datetime.datetime.combine(made_on, datetime.time(), datetime.UTC),
    )


def pathway_html(found: Pathways) -> str:
    """Return pathways as one page of HTML, with a drawing beside each that is small enough.

    Without matplotlib the lists stand alone: they say the same.
    """
    from importlib.util import find_spec

    from gepnet.report.pathway import MOST_DRAWN, pathway_page

    pictures: list[str | None] = [None] * len(found.pathways)
    if find_spec("matplotlib") is not None:
        from gepnet.charts import file_of
        from gepnet.charts.pathway import pathway_chart

        pictures = [
            str(file_of(pathway_chart(one))) if one.boxes <= MOST_DRAWN else None
            for one in found.pathways
        ]
    return pathway_page(plain(found), pictures)
