"""The answer for a reader: what is asked, what fires, who is for what, why, and what to order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gepnet.guidelines import Assessment, KnowledgeBase, MissingFact
from gepnet.guidelines.answer import AnswerRow, AskedQuestion, question_for, rows_of
from gepnet.guidelines.answer.differ import difference
from gepnet.guidelines.answer.words import words_in
from gepnet.guidelines.languages import in_language
from gepnet.report.answer_chips import COLUMNS, RowReader, RowView
from gepnet.report.answer_head import (
    contradictions,
    fires,
    question_view,
    strip,
    who,
)
from gepnet.report.answer_reasons import orders_view, why_view
from gepnet.report.assessment import head_view
from gepnet.report.unread import unread_view
from gepnet.report.words import SIGNS
from gepnet.tables import plain, view_class

View = dict[str, Any]
#: Rows in which differences are looked for: a page holds no more, and each costs a search.
_LOOKED_AT = 8


@view_class
class Column:
    """A column of the table."""

    id: str
    symbol: str
    label: str


def answer_view(
    assessment: Assessment,
    base: KnowledgeBase,
    question: str | None = None,
    language: str | None = None,
    lacking: Sequence[MissingFact] | None = None,
) -> View:
    """Return the answer to the question of a patient as JSON-ready data; nothing is merged.

    Every document that takes a position, or is open, on an option stands in its row as one chip.
    "for" counts the documents that are for it (recommended, an option, or for it in a strength that
    is open), "of" all that stand in the row: each once, by name or by class. A payer is no
    document; unverified entries and those of a minority of the authors never count. Rows of
    different purposes are never added.

    The keys:

    - ``patient``, ``at``, ``region``, ``knowledge_date``, ``gepnet_version``,
      ``knowledge_digest``: as in ``assessment_view``.
    - ``language``, ``words``: the texts of that language by key (heads of columns and the like).
    - ``who``: {text, sex, age_years, tumour}.
    - ``question``: {id, text, title, is_set, choices: [{id, title}]}; ``id`` is one of
      ``measures/pathways.yaml``, ``is_set`` whether a person set it.
    - ``strip``: [{id, label, text or None, date, stale, facts, decides}], what failed last.
    - ``contradictions``: [{fact, label, text, says}], what is on record in two ways; both count.
    - ``fires``: {lines: [{id, severity, message, text_ambiguous, options, verification,
      source_title, locator, url}], off_label: [name], more, elsewhere}. Whatever stops or
      withholds is a line; ``more`` warnings are only counted, ``elsewhere`` those on options that
      no document is for.
    - ``columns``: [{id, symbol, label}] in their order; the ids are the keys of ``cells``.
    - ``rows``: the treatments for the purposes asked about, those asked about first, then by
      ``for``, ties in the order of the vocabulary: [{options: [id], label, short, intent,
      intent_label, asked_about, for, of, cells: {column: [chip]}, failed: [text],
      done: [text], access:
      [{option, option_label, region, label, label_words, payer, payer_words}], access_words,
      second: [{intent, intent_label, for, of, cells}], unverified: [name], minority: [name]}].
      ``second`` is the same option for another purpose.
    - a chip: {document, name, year, text, kind, status, symbol, word, strength, badge,
      badge_letter, badge_word, by_class, named, option, intent, provided, missing: [{id, label,
      order}], recommendations: [id]}. ``by_class`` is the class that the document names instead,
      ``named`` the member of a class row; ``provided`` a condition that is not known; ``order``
      the number of the order that brings the fact, or None.
    - ``no_document_for``: rows of the same shape that no document is for.
    - ``beside``: supportive measures; ``other_purposes``: treatments with no row above, for a
      purpose not asked about; ``tests``: tests and follow-up.
    - ``why``: {kind: fact | judgement | strength | nothing, text, also: [text], deciding: [{fact,
      label, before, after, documents, joined, option, intent, position}], scale: {low, high,
      limits, value, unit} or None}.
    - ``orders``: [{number, order, facts, labels, open_positions, changed_positions, results:
      [{text, settles: [{status, symbol, word, documents, options}], more, falls_away}],
      excludes: [message]}], and ``more_orders``.
    - ``documents``: the names of those that stand nowhere above, by reason: ``not_about``,
      ``no_position``, ``not_in_force``.
    - ``unread``: what is recorded and used by no document, in words, oldest first.

    Args:
        assessment: of one patient.
        base: the knowledge that it was made with.
        question: set by a person; by default it follows from disease and earlier treatment.
        language: one of ``languages``; by default that of the knowledge.
        lacking: what ``missing`` says of the patient, where that is known already.

    Raises:
        InputError: for a question or a language that is not known.
    """
    if language is not None:
        base = in_language(base, language)
    language = base.language
    words = words_in(base.knowledge.measures, language)
    asked = question_for(base, assessment.facts, question)
    found = rows_of(base, assessment, asked)
    reader = RowReader(assessment, base, words)
    main = [row for row in found.treatments if _is_shown(row, asked, base)]
    reader_orders, numbers, more = orders_view(found.treatments, reader, lacking)
    reader.orders = numbers
    why = why_view(difference(base, assessment, main[:_LOOKED_AT]), reader)
    deciding = {one.fact for one in why.deciding[:1]}
    second: dict[tuple[str, ...], list[AnswerRow]] = {}
    alone: list[AnswerRow] = []
    shown = {row.options for row in main}
    for row in found.other_purposes:
        if row.options in shown:
            second.setdefault(row.options, []).append(row)
        else:
            alone.append(row)
    first_with: set[tuple[str, ...]] = set()

    def told(rows: Sequence[AnswerRow]) -> list[RowView]:
        views = []
        for row in rows:
            below = [] if row.options in first_with else second.get(row.options, [])
            first_with.add(row.options)
            asked_about = asked.is_about(row.options[0], row.intent, base)
            views.append(reader.row(row, asked_about, below))
        return views

    parts = {
        "language": language,
        "who": who(assessment, base, words),
        "question": question_view(asked, assessment, base, language),
        "strip": strip(assessment, base, language, deciding, words),
        "contradictions": contradictions(assessment, base),
        "fires": fires(assessment, base),
        "columns": _columns(words),
        "rows": told(main),
        "no_document_for": told([row for row in found.treatments if row not in main]),
        "beside": told(found.beside),
        "other_purposes": told(alone),
        "tests": told(found.tests),
        "why": why,
        "orders": reader_orders,
        "more_orders": more,
        "documents": _elsewhere(assessment, reader),
        "unread": [item.told for item in unread_view(assessment.facts, base)],
        "words": words,
    }
    return {**head_view(assessment), **plain(parts)}


def _is_shown(row: AnswerRow, asked: AskedQuestion, base: KnowledgeBase) -> bool:
    """Whether a row stands in the table: somebody is for it, or it is asked about by name."""
    by_name = bool(asked.of.options) and asked.is_about(row.options[0], row.intent, base)
    return row.in_favour > 0 or (by_name and row.of > 0)


def _columns(words: dict[str, str]) -> list[Column]:
    return [
        Column(name, SIGNS[statuses[0]].symbol, words[name]) for name, statuses in COLUMNS.items()
    ]


def _elsewhere(assessment: Assessment, reader: RowReader) -> dict[str, list[str]]:
    """Return the documents that stand nowhere, by the reason why."""
    found: dict[str, list[str]] = {"not_about": [], "no_position": []}
    for name, document in assessment.documents.items():
        if document.scope.truth is False:
            found["not_about"].append(reader.document(name))
        elif not any(cell.reasons for cell in document.cells.spoken.values()):
            found["no_position"].append(reader.document(name))
    return {**found, "not_in_force": list(assessment.not_in_force)}
