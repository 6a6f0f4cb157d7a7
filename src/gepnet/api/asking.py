"""Asking for the facts that settle a question, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.ask import AskStep, asker_of
from gepnet.guidelines.pathway import question_of
from gepnet.vocabulary import Question

#: What is asked where nobody says what.
ASKED = "prrt"


def ask_step(
    base: KnowledgeBase,
    answers: Mapping[str, Any] | None = None,
    question: str | None = None,
    *,
    facts: Facts | None = None,
    options: Sequence[str] = (),
    documents: Sequence[str] = (),
    asked: Question | None = None,
) -> AskStep:
    """Return where a question stands, and the fact that is worth asking next.

    Stateless: everything that is known goes in, nothing is kept. The positions are those of every
    document in force that names an option of the question. ``next`` is the question that is
    expected to settle most, over the reference mix of patients; ``next.choices`` are its answers,
    each with the positions that it settles. Asking is over where ``next`` is None: ``state`` then
    says whether everything is settled or no answer can change what is open.

    Args:
        base: the knowledge.
        answers: fact to value, as a patient file has it (``yes`` and ``no`` besides), or
            ``not known``; in the order in which they were given.
        question: by id (``prrt``; see ``measures/pathways.yaml``).
        facts: of a patient, from a record; by default nothing is known.
        options: ask about these options instead.
        documents: ask only these documents, by id.
        asked: its ``at`` is the date of the answers, its ``knowledge_date`` that of the documents.

    Raises:
        InputError: for a question, option or document that is not known, and for an answer that is
            none; without numpy and polars.
    """
    from gepnet.knowledge import need

    need("numpy", "polars")
    when = asked or Question()
    chosen = question_of(base, question or ASKED, options)
    asker = asker_of(base, chosen, when.knowledge_date, documents)
    return asker.step(answers or {}, facts, when.at)
