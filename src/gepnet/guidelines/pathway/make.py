"""The pathways of documents on a question: made, proved twice, and only then shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args
from weakref import WeakKeyDictionary

from gepnet.facts import Facts
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.cut import Page, pages
from gepnet.guidelines.pathway.patient import on_page
from gepnet.guidelines.pathway.proof import is_proved_of, solver_faults
from gepnet.guidelines.pathway.questions import PathwayQuestion, PathwayQuestions
from gepnet.guidelines.pathway.view import Pathway, view
from gepnet.knowledge import refuse
from gepnet.knowledge.models import Intent


@dataclass(frozen=True)
class Pathways:
    """What some documents say on a question.

    Attributes:
        question: by id.
        title: of the question.
        pathways: one page each, documents in the order asked.
        withheld: documents of which a pathway could not be proved, so that it is not shown.
        silent: documents that take no position on the question.
    """

    question: str
    title: str
    pathways: tuple[Pathway, ...]
    withheld: tuple[str, ...]
    silent: tuple[str, ...]


_made: WeakKeyDictionary[KnowledgeBase, dict[tuple[str, PathwayQuestion, str], list[Page] | None]]
_made = WeakKeyDictionary()


def pathways(
    base: KnowledgeBase,
    documents: Sequence[str],
    question: PathwayQuestion,
    facts: Facts | None = None,
) -> Pathways:
    """Return the pathways of documents on a question, each for one purpose on one page.

    With the facts of a patient, each has their way and what the document comes to.

    Raises:
        InputError: for a document that is not known.
    """
    known = [document.id for document in base.documents]
    found, withheld, silent = [], [], []
    for document in documents:
        if document not in known:
            raise refuse("document", document, "the id of a document", known)
        made = [proved_pages(base, document, question, intent) for intent in question.intents]
        if None in made:
            withheld.append(document)
        drawn = [page for one in made for page in one or ()]
        shown = [
            view(base, page, None if facts is None else on_page(page, facts)) for page in drawn
        ]
        if not shown and document not in withheld:
            silent.append(document)
        found += shown
    return Pathways(question.id, question.title, tuple(found), tuple(withheld), tuple(silent))


def proved_pages(
    base: KnowledgeBase, document: str, question: PathwayQuestion, intent: str
) -> list[Page] | None:
    """Return the pages of a document on a question; None if one of them is not proved."""
    known = _made.setdefault(base, {})
    key = (document, question, intent)
    if key not in known:
        made = pages(base, document, question, intent)
        known[key] = made if all(is_proved(base, page) for page in made) else None
    return known[key]


def is_proved(base: KnowledgeBase, page: Page) -> bool:
    """Whether a page says of every possible patient what its document says, proved both ways."""
    return is_proved_of(base, page, "pathway-proof", page.asked.document.id, solver_faults)


def question_of(
    base: KnowledgeBase, name: str | None = None, options: Sequence[str] = ()
) -> PathwayQuestion:
    """Return a question by its id, or one about some options.

    Raises:
        InputError: for a question or an option that is not known.
    """
    if options:
        for option in options:
            if option not in base.options:
                raise refuse("options", option, "the id of an option", list(base.options))
        labels = ", ".join(base.options[option].label for option in options)
        intents: tuple[Intent, ...] = get_args(Intent)
        return PathwayQuestion(
            id="options", title=labels, options=tuple(options), intents=intents, lines=True
        )
    questions = {q.id: q for q in PathwayQuestions.read(base.knowledge.measures).questions}
    chosen = name or next(iter(questions))
    if chosen not in questions:
        raise refuse("question", chosen, f"one of {', '.join(questions)}", list(questions))
    return questions[chosen]
