"""The agreement pathway of several documents: whose leaves say who is for, against and open.

Documents are never merged: each has its own line in a leaf, and a document without one takes no
position there. The same forks, leaves and proofs as for one document; a row is what one document
comes to on one option, instead of what one recommendation says.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from gepnet.criteria import Node, Not
from gepnet.criteria.ast import Always
from gepnet.guidelines.ask.rows import Row as StatusRow
from gepnet.guidelines.ask.rows import named_columns, questionnaire
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.cut import Cutter, Page
from gepnet.guidelines.pathway.literals import criterion_of, either, every
from gepnet.guidelines.pathway.positions import Asked, Row
from gepnet.guidelines.pathway.proof import all_known, is_proved_of, missing_branches
from gepnet.guidelines.pathway.questions import PathwayQuestion
from gepnet.guidelines.pathway.tree import Leaf, paths
from gepnet.guidelines.pathway.tree import Node as TreeNode
from gepnet.guidelines.status import FOR, QUIET, Status

if TYPE_CHECKING:
    from gepnet.guidelines.verify.prover import Prover

#: What a document may come to, and the word for a text that leaves it open.
OPEN = "open"
KINDS = ("recommended", "in_favour", "option", "trial_only", "conflicting", "against", OPEN)


@dataclass(frozen=True, eq=False)
class Agreed(Asked):
    """A question to several documents; ``rows`` are the kinds of ``statuses``, one after another.

    Attributes:
        statuses: what each document comes to on each option.
        of_row: for each row the place of its status.
    """

    statuses: tuple[StatusRow, ...]
    of_row: tuple[int, ...]

    def about(self, options: frozenset[str]) -> Agreed:
        """Return the same question about some options, whole clusters of them."""
        left = [at for at, one in enumerate(self.statuses) if one.column.option in options]
        pairs = [
            (row, left.index(place))
            for row, place in zip(self.rows, self.of_row, strict=True)
            if place in left
        ]
        return replace(
            self,
            rows=tuple(row for row, _ in pairs),
            statuses=tuple(self.statuses[place] for place in left),
            of_row=tuple(place for _, place in pairs),
        )


def ask_documents(
    base: KnowledgeBase,
    documents: Sequence[str],
    question: PathwayQuestion,
    intent: str,
    day: datetime.date,
    given: Sequence[str] = (),
) -> Agreed | None:
    """Return a question to several documents in diagrams; None if none of them takes a position."""
    columns = named_columns(base, question, day, documents, (intent,))
    if not columns:
        return None
    made = questionnaire(base, question, columns, given, gaps=False)
    at = made.diagrams
    if at.false in made.possible:
        return None
    rows, of_row = [], []
    for place, one in enumerate(made.rows):
        assert one.column.position is not None and one.column.option is not None
        for kind in KINDS:
            said = at.map(lambda end, kind=kind: kind_of(end) == kind, one.statuses)  # type: ignore[misc]
            if said != at.false:
                rule = one.column.position.holdings[0].recommendation
                rows.append(Row(rule, kind, (one.column.option,), said))
                of_row.append(place)
    return Agreed(
        columns[0].document, question, intent, made.space, tuple(rows), at.true, at.true,
        made.possible, made.given, made.rows, tuple(of_row),
    )  # fmt: skip


def kind_of(end: Any) -> str:
    """Return the kind of what a document comes to; nothing where it takes no position."""
    status, possible = end
    left = set(possible or (status,))
    if left <= QUIET:
        return ""
    if len(left) == 1:
        return str(status.value)
    return "in_favour" if left <= FOR else OPEN


class AgreementCutter(Cutter):
    """Cuts a question to several documents."""

    def __init__(
        self,
        base: KnowledgeBase,
        documents: Sequence[str],
        question: PathwayQuestion,
        intent: str,
        day: datetime.date,
    ) -> None:
        """Take what is asked."""
        super().__init__(base, "", question, intent)
        self._documents, self._day = documents, day

    def _with(self, given: Sequence[str]) -> Asked | None:
        args = (self._base, self._documents, self._question, self._intent, self._day)
        return ask_documents(*args, given)


def is_agreement_proved(base: KnowledgeBase, page: Page) -> bool:
    """Whether a page says of every possible patient what each document comes to, both ways."""
    asked = page.asked
    assert isinstance(asked, Agreed)
    names = [asked.statuses[place].column.name for place in asked.of_row]
    return is_proved_of(base, page, "agreement-proof", names, solver_doubts)


def solver_doubts(page: Page, prover: Prover) -> Iterator[str]:
    """Yield each place at which the solver finds a patient of whom the page says something else."""
    from gepnet.criteria.smt import disj

    asked, tree, space = page.asked, page.tree, page.asked.space
    assert isinstance(asked, Agreed)
    gate = criterion_of(space, tree.gate)
    assumed = [prover.holds((node, True)) for node in (*asked.given, *all_known(asked))]
    formulas = [_formula(asked, place, prover) for place in range(len(asked.rows))]

    def wrong(where: Node, lines: dict[int, Any]) -> bool:
        here = [*assumed, prover.holds((where, True))]
        differ = []
        for place, truth in enumerate(formulas):
            line = lines.get(place)
            ways = line.holds if line else ()
            told = prover.holds((either([criterion_of(space, one) for one in ways]), True))
            differ.append(told != truth)
        return prover.ask([*here, disj(differ)]).verdict != "none"

    always = {line.row: line for line in tree.throughout}
    if not isinstance(gate, Always) and wrong(Not(gate), {}):
        yield "outside"
    for way, leaf in paths(tree.root):
        lines = {**always, **{line.row: line for line in leaf.lines}}
        if wrong(every([gate, criterion_of(space, way)]), lines):
            yield repr(way)
    for way, node in missing_branches(page, tree.root, ()):
        parts = [*assumed, prover.holds((gate, True)), prover.holds((node, True))]
        if prover.ask(parts).verdict != "none":
            yield repr(way)


def _formula(asked: Agreed, row: int, prover: Prover) -> Any:
    """Return where a document comes to what a row says, from its criteria."""
    from gepnet.criteria.smt import conj, disj, neg

    position = asked.statuses[asked.of_row[row]].column.position
    assert position is not None
    kind, world = asked.rows[row].kind, prover.world
    single = [world.status(position, one) for one in (Status.RECOMMENDED, Status.OPTION)]
    favour = world.status(position, *FOR)
    if kind == "in_favour":
        return conj([favour, *map(neg, single)])
    if kind == OPEN:
        rest = (Status.TRIAL_ONLY, Status.AGAINST, Status.CONFLICTING)
        others = [world.status(position, one) for one in rest]
        return neg(disj([favour, *others, world.status(position, *QUIET)]))
    return world.status(position, Status(kind))


#: What a document comes to at an end under whatever conditions, the first that fits.
_STANCES = {
    "against": {"against", "conflicting"},
    "for": {"recommended", "in_favour", "option"},
    "trial": {"trial_only"},
    "open": {OPEN},
}


def _stance(kinds: set[str]) -> str:
    return next(stance for stance, among in _STANCES.items() if kinds & among)


def parting(asked: Agreed, node: TreeNode) -> dict[int, tuple[tuple[int, int], ...]]:
    """Return for each fork, by identity, the pairs of statuses that its answer parts.

    Two documents part at a question if below one of its answers both are for an option, against it,
    open or silent at every end, and below another they differ at some end.
    """
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    options = [one.column.option for one in asked.statuses]
    pairs = [(a, b) for b, a in combinations(range(len(options)), 2) if options[a] == options[b]]

    def stances(leaf: Leaf) -> dict[int, str]:
        told: dict[int, set[str]] = {}
        for line in leaf.lines:
            told.setdefault(asked.of_row[line.row], set()).add(asked.rows[line.row].kind)
        return {place: _stance(kinds) for place, kinds in told.items()}

    def go(one: TreeNode) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        """Return the pairs that differ somewhere below, and those of whom somebody speaks."""
        if isinstance(one, Leaf):
            said = stances(one)
            differ = {(a, b) for a, b in pairs if said.get(a) != said.get(b)}
            spoken = {(a, b) for a, b in pairs if a in said or b in said}
            return differ, spoken
        below = [go(child) for _, child in one.branches]
        apart = {p for differ, _ in below for p in differ}
        parted = {p for p in apart for differ, spoken in below if p in spoken and p not in differ}
        found[id(one)] = tuple(sorted(parted))
        return apart, {p for _, spoken in below for p in spoken}

    go(node)
    return found
