"""A pathway as a typed result: everything that a table, a picture or a program shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gepnet.criteria import prose
from gepnet.criteria.text import to_text
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.cut import Page
from gepnet.guidelines.pathway.literals import criterion, criterion_of, either
from gepnet.guidelines.pathway.patient import Outcome, Patient
from gepnet.guidelines.pathway.tree import Fork, Leaf, Line
from gepnet.guidelines.pathway.ways import Way
from gepnet.guidelines.pathway.words import Words
from gepnet.guidelines.status import POSITIONS
from gepnet.tables import also_shown


@dataclass(frozen=True)
class Said:
    """What one recommendation says in a leaf.

    Attributes:
        kind: recommended, option, trial_only or against; ``open`` where the text leaves it open.
        leaning: the kind that an open text may mean; the same as ``kind`` otherwise.
        options: short names, in the order of the options.
        option_ids: the same by id.
        all_of: conditions that all have still to be met.
        any_of: beside them one of these lists of conditions; none where nothing more is asked.
        when: the same as a criterion.
        state: of a patient: ``holds``, ``text open``, ``fact missing`` or ``does not hold``.
        recommendations: full ids of the entries.
        strength: as printed, or empty.
        locator: place in the document.
        badge: primary or secondary.
    """

    kind: str
    leaning: str
    options: tuple[str, ...]
    option_ids: tuple[str, ...]
    all_of: tuple[str, ...]
    any_of: tuple[tuple[str, ...], ...]
    when: str
    state: str
    recommendations: tuple[str, ...]
    strength: str
    locator: str
    badge: str

    @property
    @also_shown
    def word(self) -> str:
        """What is said, in words."""
        if self.kind == "open":
            return f"text open ({self.leaning.replace('_', ' ')}?)"
        return self.kind.replace("_", " ")

    @property
    @also_shown
    def condition(self) -> str:
        """What has still to be so, in words; empty where nothing has."""
        told = "; ".join(self.all_of)
        if self.any_of:
            either = " or ".join(", ".join(way) for way in self.any_of)
            told = f"{told}; and either {either}" if told else f"either {either}"
        return f"if {told}" if told else ""


@dataclass(frozen=True)
class Branch:
    """One answer to a question, and what follows.

    Attributes:
        answer: in words.
        when: the same as a criterion.
        state: of a patient: ``taken``, ``open`` while the fact is not known, or ``folded``.
        then: what follows.
    """

    answer: str
    when: str
    state: str
    then: Step


@dataclass(frozen=True)
class Step:
    """A question with its answers, or, without a question, what is said at the end.

    Attributes:
        fact: that is asked; empty at the end.
        question: in a clinician's words.
        branches: the answers.
        known: what is known of a patient, with its date; empty where nothing is.
        said: at the end, what is said; nothing where the document takes no position.
    """

    fact: str = ""
    question: str = ""
    known: str = ""
    branches: tuple[Branch, ...] = ()
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Pathway:
    """One question to one document, on one page.

    Attributes:
        document: by id.
        short: its name with year.
        question: by id.
        intent: the purpose.
        title: of the question.
        part: which part of it, where it does not fit one page.
        given: what is taken for granted, as a criterion.
        about: of whom the document speaks, in words.
        scope: the same as a criterion.
        only_if: what everybody has of whom the document says anything.
        only_if_when: the same as a criterion.
        throughout: what is said whatever the answers are.
        start: the first question.
        boxes: forks, leaves and what is asked within leaves.
        depth: questions one after the other.
        reading: how completely the document was read on this question.
        note: why a pathway does not tell of a patient; empty without one, or where it does.
        enters: of a patient: whether ``only_if`` is ``met``, ``not met`` or ``not known``.
        outcomes: of a patient: what the document comes to on each option.
    """

    document: str
    short: str
    question: str
    intent: str
    title: str
    part: str
    given: str
    about: str
    scope: str
    only_if: tuple[str, ...]
    only_if_when: str
    throughout: tuple[Said, ...]
    start: Step
    boxes: int
    depth: int
    reading: str
    note: str
    enters: str
    outcomes: tuple[Outcome, ...]


_ORDER = {
    kind: place
    for place, kind in enumerate(("recommended", "option", "open", "trial_only", "against"))
}


def view(base: KnowledgeBase, page: Page, patient: Patient | None = None) -> Pathway:
    """Return a page in words, with the way of a patient if there is one."""
    return _Writer(base, page, patient).pathway()


class Writer:
    """The words for the forks of a page."""

    def __init__(self, base: KnowledgeBase, page: Page) -> None:
        """Take the page."""
        self._page, self._space, self._words = page, page.asked.space, Words(base)

    def conditions(self, way: Way) -> tuple[str, ...]:
        """Return the answers of a way in words."""
        names, variables = self._space.names, self._space.variables
        return tuple(self._words.condition(variables[names[lv]], places) for lv, places in way)

    def answers(self, node: Fork) -> list[tuple[str, str, int]]:
        """Return each answer to a fork, in words and as a criterion, and which branch it takes."""
        variable = self._space.variables[self._space.names[node.level]]
        answers = []
        for index, (places, _) in enumerate(node.branches):
            others = [other for other, _ in node.branches if other is not places]
            when = to_text(criterion(self._space, node.level, places))
            answers.append((self._words.answer(variable, places, others), when, index))
        answers.sort(key=lambda one: min(node.branches[one[2]][0]))
        # "Any other" comes last.
        return sorted(answers, key=lambda one: one[0].startswith("any other"))


class _Writer(Writer):
    def __init__(self, base: KnowledgeBase, page: Page, patient: Patient | None) -> None:
        super().__init__(base, page)
        self._asked, self._base, self._patient = page.asked, base, patient

    def pathway(self) -> Pathway:
        asked, tree = self._asked, self._page.tree
        head = asked.document.file.document
        levels = {level for level, _ in asked.document.coverage}
        whole = (
            "complete" if levels == {"complete"} else "none" if levels <= {"none"} else "partial"
        )
        return Pathway(
            document=head.id,
            short=head.short,
            question=asked.question.id,
            intent=asked.intent,
            title=asked.question.title,
            part="; ".join(cut.title for cut in self._page.cuts),
            given="; ".join(to_text(node) for node in asked.given),
            about=prose(asked.document.scope, self._base.vocabulary),
            scope=to_text(asked.document.scope),
            only_if=self.conditions(tree.gate),
            only_if_when=to_text(criterion_of(self._space, tree.gate)) if tree.gate else "",
            throughout=self.said(tree.throughout),
            start=self.step(tree.root, ()),
            boxes=tree.boxes,
            depth=tree.depth,
            reading=whole,
            note=self._patient.note if self._patient else "",
            enters=self._patient.enters if self._patient else "",
            outcomes=self._patient.outcomes if self._patient else (),
        )

    def step(self, node: Fork | Leaf, way: Way) -> Step:
        if isinstance(node, Leaf):
            return Step(said=self.said(node.lines))
        variable = self._space.variables[self._space.names[node.level]]
        branches = []
        for answer, when, index in self.answers(node):
            places, child = node.branches[index]
            state = self._patient.branch(way, index) if self._patient else ""
            then = self.step(child, (*way, (node.level, places)))
            branches.append(Branch(answer, when, state, then))
        known = self._patient.known(variable, way) if self._patient else ""
        question = self._words.question(variable)
        return Step(variable.name, question, known, tuple(branches))

    def said(self, lines: Iterable[Line]) -> tuple[Said, ...]:
        found = []
        for line in lines:
            for is_open, ways in ((False, line.holds), (True, line.left_open)):
                if ways:
                    found.append(self.one(line, ways, is_open))
        found.sort(key=lambda said: (_ORDER[said.kind], POSITIONS.index(said.leaning)))
        return tuple(_together(found))

    def one(self, line: Line, ways: tuple[Way, ...], is_open: bool) -> Said:
        row = self._asked.rows[line.row]
        entry = row.rule.entry
        common = set(ways[0]).intersection(*ways[1:])
        shared = tuple(one for one in ways[0] if one in common)
        rest = [tuple(one for one in way if one not in common) for way in ways]
        any_of = tuple(self.conditions(way) for way in rest) if all(rest) else ()
        when = either([criterion_of(self._space, way) for way in ways])
        return Said(
            kind="open" if is_open else row.kind,
            leaning=row.kind,
            options=tuple(self._words.option(option) for option in row.options),
            option_ids=row.options,
            all_of=self.conditions(shared),
            any_of=any_of,
            when="" if ways == ((),) else to_text(when),
            state=self._patient.state(when, is_open) if self._patient else "",
            recommendations=(row.rule.full_id,),
            strength=_strength(entry.strength),
            locator=entry.locator or "",
            badge=entry.verification,
        )


def _together(found: Iterable[Said]) -> Iterable[Said]:
    """Say what differs in nothing but its options once."""
    kept: dict[tuple[object, ...], Said] = {}
    for said in found:
        key = (said.kind, said.leaning, said.when, said.strength, said.locator, said.badge)
        before = kept.get(key)
        kept[key] = said if before is None else replace(
            before,
            options=tuple(dict.fromkeys((*before.options, *said.options))),
            option_ids=tuple(dict.fromkeys((*before.option_ids, *said.option_ids))),
            recommendations=(*before.recommendations, *said.recommendations),
        )  # fmt: skip
    return kept.values()


def _strength(strength: object) -> str:
    level, grade = getattr(strength, "level", None), getattr(strength, "grade", None)
    return ", ".join(part for part in (level, grade) if part)
