"""The question that a first screen answers: from the state of the disease and earlier therapy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from gepnet.criteria import CriterionError, interpret
from gepnet.facts import Facts
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.questions import PathwayQuestion, PathwayQuestions
from gepnet.knowledge import InputError, MeasureFile, Problem, nearest, refuse
from gepnet.knowledge.languages import languages
from gepnet.knowledge.shapes import FactId, Id, OptionId, Strict
from gepnet.rules import Rulebook

_FILE = "measures/answers.yaml"


class AskedWhen(Strict):
    """A question of ``pathways.yaml``, and for whom it is asked without being set.

    Attributes:
        question: its id.
        when: a criterion; the first of all questions that holds is asked.
        asks: as it stands on top, by language; ``{failed}`` and ``{given}`` are treatments.
    """

    question: Id
    when: str
    asks: dict[str, str]


class StripItem(Strict):
    """A place in the strip of facts: those of ``facts`` that are known, ``most`` of them."""

    id: Id
    label: dict[str, str]
    facts: tuple[FactId, ...]
    most: int = Field(gt=0)


class Answers(MeasureFile):
    """The whole page ``measures/answers.yaml``.

    Attributes:
        most_fires: lines of what fires, unless it stops or withholds.
        most_orders: tests or questions that are named first.
        also: options that stand among the treatments although they are none.
        once: options that are as a rule done once: that one was is said beside what documents say.
        past_groups: groups of facts in which nothing can be changed any more.
        questions: asked in this order.
        strip: the facts of a patient in one line.
    """

    files = ("answers",)
    most_fires: int = Field(gt=0)
    most_orders: int = Field(gt=0)
    also: tuple[OptionId, ...] = ()
    once: tuple[OptionId, ...] = ()
    past_groups: tuple[str, ...] = ()
    questions: tuple[AskedWhen, ...]
    strip: tuple[StripItem, ...] = ()


@dataclass(frozen=True)
class AskedQuestion:
    """The question of one patient.

    Attributes:
        of: the question of ``pathways.yaml``.
        asks: its wording by language; empty where a person set one that is not asked by itself.
        is_set: whether a person set it.
    """

    of: PathwayQuestion
    asks: dict[str, str]
    is_set: bool

    def is_about(self, option: str, intent: str, base: KnowledgeBase) -> bool:
        """Whether an option, for a purpose, is what is asked about."""
        if intent not in self.of.intents:
            return False
        if self.of.options:
            return any(base.options.covers(one, option) for one in self.of.options)
        return base.options[option].kind in self.of.kinds or option in also(base)


def also(base: KnowledgeBase) -> tuple[str, ...]:
    """Return the options that stand among the treatments although they are none."""
    return Answers.read(base.knowledge.measures).also


def question_for(base: KnowledgeBase, facts: Facts, name: str | None = None) -> AskedQuestion:
    """Return the question of a patient: the first that holds, or the one that a person set.

    Raises:
        InputError: for a question that is not known.
    """
    measures = base.knowledge.measures
    known = {one.id: one for one in PathwayQuestions.read(measures).questions}
    asked = Answers.read(measures).questions
    if name is not None and name not in known:
        raise refuse("question", name, f"one of {', '.join(known)}", list(known))
    conditions = [base.criteria(one.when) for one in asked]
    base.criteria.store()
    for one, condition in zip(asked, conditions, strict=True):
        if name in (None, one.question) and interpret(condition, facts.values) is True:
            return AskedQuestion(known[one.question], one.asks, name is not None)
    return AskedQuestion(known[name or "all"], {}, name is not None)


def check_answers(book: Rulebook) -> Iterator[Problem]:
    """Yield every question that is none, every criterion that is none, and an end that is none."""
    try:
        page = Answers.read(book.knowledge.measures)
        known = [one.id for one in PathwayQuestions.read(book.knowledge.measures).questions]
    except InputError:
        return  # told by the shape of the files
    for one in page.questions:
        if one.question not in known:
            guess = nearest(one.question, known)
            expected = "a question of measures/pathways.yaml"
            yield Problem(_FILE, None, one.question, "question", one.question, expected, guess)
        try:
            book.criteria(one.when)
        except CriterionError as error:
            for fault in error.faults:
                found, expected = fault.value, fault.expected
                yield Problem(_FILE, None, one.question, "when", found, expected, fault.suggestion)
    for name, texts in (
        *((one.question, one.asks) for one in page.questions),
        *((item.id, item.label) for item in page.strip),
    ):
        if missing := [one for one in languages(book.knowledge) if one not in texts]:
            expected = f"the languages {', '.join(languages(book.knowledge))}"
            yield Problem(_FILE, None, name, "asks", ", ".join(missing), expected)
    last = page.questions[-1]
    if last.when != "true":
        yield Problem(_FILE, None, last.question, "when", last.when, "true: some question is asked")
