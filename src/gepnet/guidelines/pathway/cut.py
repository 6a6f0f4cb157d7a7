"""One page for each part of a question: cut by treatment so far, by options, then by an answer.

Nothing is ever left out: together the parts hold every option and every patient of the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gepnet.criteria import Node
from gepnet.criteria.text import to_text
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.literals import criterion
from gepnet.guidelines.pathway.positions import Asked, ask_document
from gepnet.guidelines.pathway.questions import PathwayQuestion, PathwayQuestions
from gepnet.guidelines.pathway.tree import Detail, Grower, Leaf, TooLargeError, Tree
from gepnet.guidelines.pathway.words import Words

# From the most forks to the fewest: the first with which a question fits its page is taken.
_DETAILS = tuple(
    Detail(*one)
    for one in ((1, 3), (1, 4), (1, 5), (2, 5), (2, 6), (2, 8), (3, 10), (4, 12), (4, 99), (8, 99))
)


@dataclass(frozen=True)
class Cut:
    """What makes a part of a question, and what it is called.

    Attributes:
        title: in words.
        given: a criterion; none where the part is one of options.
        options: what is asked about; all of the question where none is named.
    """

    title: str
    given: Node | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """One drawn pathway: a question to one document, or a part of it.

    Attributes:
        asked: the diagrams.
        tree: the forks and leaves.
        cuts: which part it is; none for a whole question.
    """

    asked: Asked
    tree: Tree
    cuts: tuple[Cut, ...] = ()


def pages(base: KnowledgeBase, document: str, question: PathwayQuestion, intent: str) -> list[Page]:
    """Return the pathways of a question to a document, each on one page."""
    return list(Cutter(base, document, question, intent).pages())


class Cutter:
    """Cuts one question to one document."""

    def __init__(
        self, base: KnowledgeBase, document: str, question: PathwayQuestion, intent: str
    ) -> None:
        """Take what is asked."""
        self._base, self._document = base, document
        self._question, self._intent = question, intent
        self._settings = PathwayQuestions.read(base.knowledge.measures)
        self._words = Words(base)

    def pages(self) -> Iterator[Page]:
        """Yield the pages in the order of treatment, then of options, then of answers."""
        whole = self._asked(())
        if whole is None:
            return
        tree = self._fitting(whole)
        if tree is not None:
            yield Page(whole, tree)
        elif self._question.lines:
            for line in self._settings.lines:
                cut = Cut(line.title, self._base.criteria(line.given))
                part = self._asked((cut,))
                if part is not None:
                    yield from self._by_options(part, (cut,))
        else:
            yield from self._by_options(whole, ())

    def _asked(self, cuts: Sequence[Cut]) -> Asked | None:
        asked = self._with([to_text(cut.given) for cut in cuts if cut.given is not None])
        for cut in cuts:
            if asked is not None and cut.options:
                asked = asked.about(frozenset(cut.options))
        return asked

    def _with(self, given: Sequence[str]) -> Asked | None:
        """Return the question with some more criteria in diagrams."""
        return ask_document(self._base, self._document, self._question, self._intent, given)

    def _by_options(self, asked: Asked, cuts: tuple[Cut, ...]) -> Iterator[Page]:
        """Yield one page, or one for each group of options.

        Options stay together of which one position speaks, or of which one is a class of another:
        so each option has all its positions on one page.
        """
        clusters = asked.clusters()
        tree = self._fitting(asked)
        if tree is not None:
            yield Page(asked, tree, cuts)
        elif len(clusters) == 1:
            yield from self._by_answer(asked, cuts)
        else:
            for options in self._groups(asked, clusters):
                cut = Cut(self._words.titles(options), options=tuple(sorted(options)))
                yield from self._by_answer(asked.about(options), (*cuts, cut))

    def _groups(self, asked: Asked, clusters: Iterable[frozenset[str]]) -> list[frozenset[str]]:
        """Return clusters joined, one after another, while their boxes together fit a page."""
        most = self._settings.most_boxes
        found: list[frozenset[str]] = []
        boxes = most
        for options in clusters:
            tree = self._fitting(asked.about(options))
            own = most + 1 if tree is None else tree.boxes
            joined = found[-1] | options if found else options
            if boxes + own <= most and self._fitting(asked.about(joined)) is not None:
                found[-1], boxes = joined, boxes + own
            else:
                found.append(options)
                boxes = own
        return found

    def _by_answer(self, asked: Asked, cuts: tuple[Cut, ...]) -> Iterator[Page]:
        """Yield one page, or one for each answer to the question that most positions share."""
        tree = self._fitting(asked)
        if tree is not None:
            yield Page(asked, tree, cuts)
            return
        grower = Grower(asked, _DETAILS[0], self._settings.most_boxes)
        level, answers = grower.first()
        if not answers:
            # A list that asks nothing cannot be cut by an answer: it is long, and whole.
            yield Page(asked, grower.tree(), cuts)
        for places in answers:
            when = criterion(asked.space, level, places)
            variable = asked.space.variables[asked.space.names[level]]
            cut = Cut(self._words.condition(variable, places), when)
            part = self._asked((*cuts, cut))
            if part is not None:
                yield from self._by_answer(part, (*cuts, cut))

    def _fitting(self, asked: Asked) -> Tree | None:
        """Return the pathway with the most forks that fits a page."""
        most, depth = self._settings.most_boxes, self._settings.most_depth
        for detail in _DETAILS:
            try:
                tree = Grower(asked, detail, most).tree()
            except TooLargeError:
                continue
            listed = len(tree.root.lines) if isinstance(tree.root, Leaf) else 0
            is_list = listed > self._settings.most_listed
            if tree.boxes <= most and tree.depth <= depth and not is_list:
                return tree
        return None
