"""From a patient file to an assessment."""

from __future__ import annotations

import datetime
from collections import deque
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from weakref import ref

from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import Assessment, KnowledgeBase, assess
from gepnet.record import Record, read_record, told
from gepnet.vocabulary import Question, exact


def read_patient(path: Path, base: KnowledgeBase) -> Record:
    """Read a patient file.

    Raises:
        InputError: with every problem of the file.
    """
    return read_record(path, base.vocabulary)


def notes_on(
    record: Record,
    base: KnowledgeBase,
    question: Question | None = None,
    every_day: bool = False,
) -> tuple[str, ...]:
    """Return what to know of a record: what does not count yet, a death before, contradictions.

    Where ``every_day`` of the record is looked at, nothing is left out as coming later, and what
    contradicts itself on which day is left to the command.

    Raises:
        InputError: if the region of the question is none.
    """
    if not every_day:
        return facts_of(record, base, question).notes
    asked = question or Question()
    when = asked.at or record.as_of or exact(datetime.date.today())
    days = [e.date.last for e in record.events if e.date is not None]
    return told(record, base.vocabulary, exact(max(days, default=when.last)))


def facts_of(record: Record, base: KnowledgeBase, question: Question | None = None) -> Facts:
    """Return the facts of a patient as of the date of a question (default: the record's, or today).

    The facts of the record asked about last are kept: a command tells what is odd in a record
    before it answers, and a long record takes seconds.

    Raises:
        InputError: if the region of the question is none.
    """
    today = datetime.date.today()
    for kept in tuple(_LATEST):
        if kept.record() is record and kept.asked == (today, question) and kept.base is base:
            return kept.facts
    found = facts_of_record(
        record, base.knowledge, base.criteria, question, wanted=base.facts_named
    )
    _LATEST.append(_Kept(ref(record), base, (today, question), found))
    return found


@dataclass(frozen=True, slots=True)
class _Kept:
    """The facts of one record for one question; the record itself is not held."""

    record: ref[Record]
    base: KnowledgeBase
    asked: tuple[datetime.date, Question | None]
    facts: Facts


_LATEST: deque[_Kept] = deque(maxlen=1)


def assess_record(
    record: Record, base: KnowledgeBase, question: Question | None = None
) -> Assessment:
    """Assess a patient; without a question as of the record's own date, with today's documents.

    Raises:
        InputError: if the region of the question is none.
    """
    return assess_facts(facts_of(record, base, question), base, question)


def assess_facts(facts: Facts, base: KnowledgeBase, question: Question | None = None) -> Assessment:
    """Assess facts with the documents in force on the question's day (default: today)."""
    return assess(base, facts, question or Question())


def example_patient() -> str:
    """Return the packaged example patient file (a made-up patient)."""
    packaged = files("gepnet.knowledge").joinpath("cases/example_patient.yaml")
    return packaged.read_text(encoding="utf-8")
