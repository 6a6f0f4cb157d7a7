"""The quick check: a handful of questions whose answers are events of a patient file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import InputError, MeasureFile, Problem, refuse
from gepnet.knowledge.shapes import FactId, Id, Strict
from gepnet.record import Record, record_of
from gepnet.rules import Rulebook
from gepnet.vocabulary import Fact

_FILE = "measures/quick_check.yaml"
#: Stands in an event for the treatments that were given so far.
TREATED = "treated"
#: The answer to every question that says nothing.
NOT_KNOWN = "not-known"


class QuickChoice(Strict):
    """An answer: what it says as events, and which domains of the record it makes complete."""

    id: Id | str
    label: dict[str, str]
    events: tuple[dict[str, Any], ...] = ()
    complete: tuple[str, ...] = ()


class QuickQuestion(Strict):
    """A question with its answers.

    Attributes:
        id: of the question.
        asks: its wording by language.
        short: as a place in a list of answers, by language.
        hint: what is meant, by language.
        facts: those that wait for it.
        number: the fact that may be typed instead of chosen.
        choices: the answers, beside that it is not known.
    """

    id: Id
    asks: dict[str, str]
    short: dict[str, str]
    hint: dict[str, str] = Field(default_factory=dict)
    facts: tuple[FactId, ...]
    number: FactId | None = None
    choices: tuple[QuickChoice, ...]


class QuickCheck(MeasureFile):
    """The whole page ``measures/quick_check.yaml``."""

    files = ("quick_check",)
    questions: tuple[QuickQuestion, ...]


def quick_questions(base: KnowledgeBase) -> tuple[QuickQuestion, ...]:
    """Return the questions of the quick check."""
    return QuickCheck.read(base.knowledge.measures).questions


def quick_record(
    base: KnowledgeBase,
    chosen: Mapping[str, str],
    further: Mapping[str, str] | None = None,
    region: str | None = None,
    today: datetime.date | None = None,
) -> tuple[Record, dict[str, str]]:
    """Return answers as a patient record, and those that no event of a record can carry.

    Args:
        base: the knowledge.
        chosen: the id of the answer by the id of its question; of a question with a number also the
            number or range itself. What is not there is not known.
        further: values of other facts, as a patient file has them.
        region: of care.
        today: the day of the answers; default: today.

    Raises:
        InputError: for a question, answer, fact or value that is none.
    """
    day = today or datetime.date.today()
    events: list[dict[str, Any]] = []
    complete: dict[str, str] = {}
    known = {one.id: one for one in quick_questions(base)}
    if unknown := [name for name in chosen if name not in known]:
        raise refuse("question", unknown[0], "a question of the quick check", known)
    for question in known.values():
        answer = chosen.get(question.id, NOT_KNOWN)
        if answer == NOT_KNOWN:
            continue
        choice = _choice(question, answer)
        events += [dict(event) for event in choice.events]
        complete |= dict.fromkeys(choice.complete, day.isoformat())
    given = [event["option"] for event in events if event["kind"] == "treatment"]
    for event in events:
        if event.get("on") == TREATED:
            event["on"] = given
    rest: dict[str, str] = {}
    for name, value in (further or {}).items():
        if name not in base.vocabulary:
            raise refuse("fact", name, "the id of a fact", list(base.vocabulary))
        kind = _carried_by(base.vocabulary[name])
        if kind is None:
            rest[name] = value
        else:
            events.append({"kind": kind, name: value})
    for number, event in enumerate(events, 1):
        event["id"] = f"answer-{number}"
        if event["kind"] in ("progression", "sstr_imaging", "assertion", "symptoms", "stage"):
            event["date"] = day.isoformat()
    data: dict[str, Any] = {
        "gepnet": 1,
        "patient": "quick-check",
        "as_of": day.isoformat(),
        "complete": complete,
        "events": events,
    }
    if region is not None:
        data["region"] = region
    return record_of(data, base.vocabulary, day), rest


def _carried_by(fact: Fact) -> str | None:
    """Return the kind of event that an observation of a fact stands in; None if there is none."""
    entry = fact.entry
    worked_out = bool(getattr(entry, "function", None))
    kind = getattr(entry, "event", None)
    return None if worked_out or kind in (None, "treatment", "progression") else str(kind)


def _choice(question: QuickQuestion, answer: str) -> QuickChoice:
    found = next((one for one in question.choices if one.id == answer), None)
    if found is not None:
        return found
    if question.number is not None:
        typed = {"kind": "pathology", question.number: answer}
        return QuickChoice(id=answer, label={}, events=(typed,))
    raise refuse(question.id, answer, "one of its answers", [one.id for one in question.choices])


def check_quick(book: Rulebook) -> Iterator[Problem]:
    """Yield every answer that is no part of a patient file, or lacks a language of the others."""
    try:
        page = QuickCheck.read(book.knowledge.measures)
    except InputError:
        return  # told by the shape of the file
    languages = page.questions[0].asks.keys()
    day = datetime.date(2026, 1, 1)
    for question in page.questions:
        for texts in (question.asks, question.short, *(one.label for one in question.choices)):
            if texts.keys() != languages:
                expected = f"the languages {', '.join(languages)}"
                yield Problem(_FILE, None, question.id, "label", ", ".join(texts), expected)
        for choice in question.choices:
            events = [dict(e, id=f"e{n}") for n, e in enumerate(choice.events)]
            for event in events:
                if event.get("on") == TREATED:
                    event["on"] = []
            data = {
                "gepnet": 1,
                "patient": "quick-check",
                "complete": dict.fromkeys(choice.complete, day.isoformat()),
                "events": events,
            }
            try:
                record_of(data, book.vocabulary, day)
            except InputError as error:
                for fault in error.problems:
                    yield Problem(
                        _FILE, None, f"{question.id}, {choice.id}", fault.field, fault.value,
                        fault.expected, fault.nearest,
                    )  # fmt: skip
