"""An agreement pathway as a typed result: who is for, against, open and silent at each end."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gepnet.criteria.text import to_text
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.agreement import (
    KINDS,
    Agreed,
    AgreementCutter,
    is_agreement_proved,
    parting,
)
from gepnet.guidelines.pathway.cut import Page
from gepnet.guidelines.pathway.literals import criterion_of, either
from gepnet.guidelines.pathway.questions import PathwayQuestion
from gepnet.guidelines.pathway.tree import Fork, Leaf, Line
from gepnet.guidelines.pathway.view import Writer
from gepnet.knowledge import refuse


@dataclass(frozen=True)
class Voice:
    """One document at an end.

    Attributes:
        document: by id.
        short: its name with year.
        condition: what has still to be so, in words; empty where nothing has.
        when: the same as a criterion.
    """

    document: str
    short: str
    condition: str
    when: str


@dataclass(frozen=True)
class Stance:
    """Who comes to the same of an option.

    Attributes:
        option: by id.
        name: its short name.
        kind: a status, ``open`` where the text leaves it open, or ``silent``.
        voices: the documents.
    """

    option: str
    name: str
    kind: str
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class AgreementBranch:
    """One answer to a question, and what follows."""

    answer: str
    when: str
    then: AgreementStep


@dataclass(frozen=True)
class AgreementStep:
    """A question with its answers, or, without a question, who says what at the end.

    Attributes:
        fact: that is asked; empty at the end.
        question: in a clinician's words.
        parting: the documents that part at this question: it is what decides between them.
        branches: the answers.
        stances: at the end, who is for what, against it, open and silent.
    """

    fact: str = ""
    question: str = ""
    parting: tuple[str, ...] = ()
    branches: tuple[AgreementBranch, ...] = ()
    stances: tuple[Stance, ...] = ()


@dataclass(frozen=True)
class AgreementPathway:
    """One question to several documents, on one page.

    Attributes:
        documents: those that take a position on it, by id.
        shorts: their names with year.
        question: by id.
        intent: the purpose.
        title: of the question.
        part: which part of it, where it does not fit one page.
        given: what is taken for granted, as a criterion.
        only_if: what everybody has of whom some document says anything.
        throughout: who says what, whatever the answers are.
        start: the first question.
        boxes: forks, leaves and what is asked within leaves.
        depth: questions one after the other.
    """

    documents: tuple[str, ...]
    shorts: tuple[str, ...]
    question: str
    intent: str
    title: str
    part: str
    given: str
    only_if: tuple[str, ...]
    throughout: tuple[Stance, ...]
    start: AgreementStep
    boxes: int
    depth: int


@dataclass(frozen=True)
class Agreement:
    """What several documents say on a question, beside each other.

    Attributes:
        question: by id.
        title: of the question.
        pathways: one page each.
        withheld: purposes of which a pathway could not be proved, so that it is not shown.
        silent: documents that take no position on the question, or are not in force.
    """

    question: str
    title: str
    pathways: tuple[AgreementPathway, ...]
    withheld: tuple[str, ...]
    silent: tuple[str, ...]


def agreed_pathways(
    base: KnowledgeBase, documents: Sequence[str], question: PathwayQuestion, day: datetime.date
) -> Agreement:
    """Return the agreement pathway of documents on a question, proved before it is shown.

    Raises:
        InputError: for a document that is not known.
    """
    known = [document.id for document in base.documents]
    for document in documents:
        if document not in known:
            raise refuse("document", document, "the id of a document", known)
    shown: list[AgreementPathway] = []
    withheld = []
    for intent in question.intents:
        pages = list(AgreementCutter(base, documents, question, intent, day).pages())
        if all(is_agreement_proved(base, page) for page in pages):
            shown += [_Writer(base, page).pathway() for page in pages]
        else:
            withheld.append(intent)
    spoken = {name for one in shown for name in one.documents}
    silent = [] if withheld else [name for name in documents if name not in spoken]
    return Agreement(question.id, question.title, tuple(shown), tuple(withheld), tuple(silent))


class _Writer(Writer):
    def __init__(self, base: KnowledgeBase, page: Page) -> None:
        super().__init__(base, page)
        assert isinstance(page.asked, Agreed)
        self._asked = page.asked
        self._heads = [one.column.document.file.document for one in self._asked.statuses]
        self._parting = parting(self._asked, page.tree.root)
        always = (self._asked.of_row[line.row] for line in page.tree.throughout)
        self._always = frozenset(always)

    def pathway(self) -> AgreementPathway:
        asked, tree = self._asked, self._page.tree
        heads = {head.id: head.short for head in self._heads}
        return AgreementPathway(
            documents=tuple(heads),
            shorts=tuple(heads.values()),
            question=asked.question.id,
            intent=asked.intent,
            title=asked.question.title,
            part="; ".join(cut.title for cut in self._page.cuts),
            given="; ".join(to_text(node) for node in asked.given),
            only_if=self.conditions(tree.gate),
            throughout=self._stances(tree.throughout),
            start=self._step(tree.root),
            boxes=tree.boxes,
            depth=tree.depth,
        )

    def _step(self, node: Fork | Leaf) -> AgreementStep:
        if isinstance(node, Leaf):
            spoken = self._stances(node.lines)
            return AgreementStep(stances=(*spoken, *self._silent(node.lines)))
        variable = self._space.variables[self._space.names[node.level]]
        branches = tuple(
            AgreementBranch(answer, when, self._step(node.branches[index][1]))
            for answer, when, index in self.answers(node)
        )
        parts = tuple(
            dict.fromkeys(
                f"{self._heads[b].short} and {self._heads[a].short}"
                for a, b in self._parting.get(id(node), ())
            )
        )
        question = self._words.question(variable)
        return AgreementStep(variable.name, question, parts, branches)

    def _stances(self, lines: Iterable[Line]) -> tuple[Stance, ...]:
        found: dict[tuple[str, str], list[Voice]] = {}
        for line in lines:
            row = self._asked.rows[line.row]
            head = self._heads[self._asked.of_row[line.row]]
            when = either([criterion_of(self._space, way) for way in line.holds])
            is_sure = line.holds == ((),)
            told = " or ".join(", ".join(self.conditions(way)) for way in line.holds)
            voice = Voice(
                head.id,
                head.short,
                "" if is_sure else f"if {told}",
                "" if is_sure else to_text(when),
            )
            found.setdefault((row.options[0], row.kind), []).append(voice)
        return self._in_order(found)

    def _silent(self, lines: Iterable[Line]) -> tuple[Stance, ...]:
        """Return the documents that name an option and say nothing of it at an end."""
        spoken = {*self._always, *(self._asked.of_row[line.row] for line in lines)}
        found: dict[tuple[str, str], list[Voice]] = {}
        for place, one in enumerate(self._asked.statuses):
            if place not in spoken:
                head = self._heads[place]
                key = (one.column.option or "", "silent")
                found.setdefault(key, []).append(Voice(head.id, head.short, "", ""))
        return self._in_order(found)

    def _in_order(self, found: dict[tuple[str, str], list[Voice]]) -> tuple[Stance, ...]:
        order = {kind: place for place, kind in enumerate((*KINDS, "silent"))}
        options = self._asked.space.base.options
        places = {name: place for place, name in enumerate(options)}
        keys = sorted(found, key=lambda key: (places[key[0]], order[key[1]]))
        return tuple(
            Stance(option, self._words.option(option), kind, tuple(found[option, kind]))
            for option, kind in keys
        )
