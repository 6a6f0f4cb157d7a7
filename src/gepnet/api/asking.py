"""Asking for the facts that settle a question, one after the other."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.ask import UNKNOWN as NOT_KNOWN
from gepnet.guidelines.ask import AskStep, asker_of, read_answer
from gepnet.guidelines.pathway import question_of
from gepnet.knowledge import InputError, need, refuse
from gepnet.record import Answers, Record, record_of, record_to_yaml
from gepnet.vocabulary import Question, exact

#: What is asked where nobody says what.
ASKED = "prrt"
#: The answer of somebody who does not know.
UNKNOWN = NOT_KNOWN


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
    need("numpy", "polars")
    when = asked or Question()
    chosen = question_of(base, question or ASKED, options)
    asker = asker_of(base, chosen, when.knowledge_date, documents)
    return asker.step(answers or {}, facts, when.at)


def read_answers(path: Path, base: KnowledgeBase) -> dict[str, Any]:
    """Return the answers of a YAML or JSON file: fact to value, in the order of the file.

    Raises:
        InputError: if it cannot be read or holds anything else.
    """
    from gepnet.knowledge import Problem, read_text, read_yaml

    document = read_yaml(read_text(path, "file of answers"), str(path))
    data = document.data
    if not isinstance(data, dict):
        told = "a mapping from facts to their answers"
        raise InputError([Problem(str(path), None, "", "", "", told)])
    for name in data:
        if name not in base.vocabulary:
            near = base.vocabulary.nearest(str(name))
            place = document.place((name,))
            raise InputError([Problem(*place, "", str(name), "", "the id of a fact", near)])
    return dict(data)


def answered_record(
    base: KnowledgeBase,
    answers: Mapping[str, Any],
    record: Record | None = None,
    *,
    patient: str = "asked",
    asked: Question | None = None,
) -> Record:
    """Return the record of a patient with what was answered, as one event of kind ``answers``.

    Args:
        base: the knowledge.
        answers: as for ``ask_step``; what is not known is left out.
        record: of the patient before, if there is one.
        patient: a name where there is none.
        asked: its ``at`` is the date of the answers (the record's own ``as_of``, else today).

    Raises:
        InputError: for an answer that is none, or if nothing was answered and there is no record.
    """
    when = (asked or Question()).at or (record.as_of if record else None)
    when = when or exact(datetime.date.today())
    values = {}
    for name, raw in answers.items():
        if name not in base.vocabulary:
            raise refuse("answer", name, "the id of a fact", list(base.vocabulary))
        value = read_answer(base.vocabulary[name], raw)
        if value is not None:
            values[name] = value
    if record is None and not values:
        raise refuse("output", patient, "at least one answer: there is nothing to write")
    before = list(record.events) if record else []
    used = {event.id for event in before}
    name = next(n for n in ("answers", *(f"answers-{i}" for i in range(2, 10**6))) if n not in used)
    events = [*before, *([Answers(id=name, date=when, values=values)] if values else [])]
    head = record.model_dump(exclude={"events"}, exclude_none=True) if record else {}
    data = {"patient": patient, "as_of": str(when), **head, "events": events}
    return record_of(_written(data), base.vocabulary)


def _written(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the head of a record as a file has it."""
    shown = dict(data)
    if shown.get("as_of") is not None:
        shown["as_of"] = str(shown["as_of"])
    complete = shown.get("complete") or {}
    shown["complete"] = {name: None if d is None else str(d) for name, d in complete.items()}
    return shown


def write_patient(record: Record, path: Path, force: bool = False) -> None:
    """Write a patient file, in full or not at all.

    Raises:
        InputError: if the file is there and ``force`` is not set, or cannot be written.
    """
    from gepnet.knowledge import write_atomically

    if path.exists() and not force:
        raise refuse("output", str(path), "a file that is not there yet (or --force)")
    write_atomically(path, record_to_yaml(record))
