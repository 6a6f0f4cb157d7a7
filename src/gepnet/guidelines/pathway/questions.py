"""The questions that pathways answer, and the order in which facts are asked: data."""

from __future__ import annotations

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.models import Intent
from gepnet.knowledge.shapes import FactId, Id, OptionId, Strict
from gepnet.vocabulary import Vocabulary


class AskInstead(Strict):
    """A fact that is asked in the place of others that it settles."""

    ask: FactId
    of: tuple[FactId, ...]


class Line(Strict):
    """A part of patients into which a question is cut where it does not fit a page."""

    id: Id
    title: str
    given: str


class PathwayQuestion(Strict):
    """One clinical question.

    Attributes:
        title: as it stands over a pathway.
        given: a criterion that every patient of the question meets.
        options: asked about, with their members; empty for every option of these ``kinds``.
        kinds: of options.
        intents: purposes, each a pathway of its own.
        lines: how it is cut where it does not fit a page.
    """

    id: Id
    title: str
    given: str = "true"
    options: tuple[OptionId, ...] = ()
    kinds: tuple[str, ...] = ("treatment",)
    intents: tuple[Intent, ...] = ("tumour_control",)
    lines: bool = False


class PathwayQuestions(MeasureFile):
    """The whole page ``measures/pathways.yaml``.

    Attributes:
        most_boxes: boxes that a page holds, those inside leaves counted.
        most_depth: questions one after the other.
        most_listed: positions that a page lists which asks nothing.
        asked_in_order: facts in clinical order.
        ask_instead: facts that are asked in the place of others.
        lines: parts by treatment so far.
        questions: what can be asked.
    """

    files = ("pathways",)
    most_boxes: int
    most_depth: int
    most_listed: int
    asked_in_order: tuple[FactId, ...]
    ask_instead: tuple[AskInstead, ...]
    lines: tuple[Line, ...]
    questions: tuple[PathwayQuestion, ...]

    def order(self, vocabulary: Vocabulary) -> dict[str, tuple[int, int]]:
        """Return the place of each fact; one that is not listed follows the last of its group."""
        listed = {n: i for i, n in enumerate(self.asked_in_order) if n in vocabulary}
        last: dict[str, int] = {}
        for name, index in listed.items():
            last[vocabulary[name].entry.group] = index
        found = {}
        for fact in vocabulary.values():
            own = listed.get(fact.id)
            place = last.get(fact.entry.group, len(listed)) if own is None else own
            found[fact.id] = (place, 0 if own is not None else 1 + vocabulary.order(fact.id))
        return found
