"""Whether a pathway says what its document says, for every possible patient of its question.

Proved twice: exhaustively by the diagrams that it was made from, of what is drawn and not of how it
was found; and by the solver, from the criteria and the axioms about patients, without diagrams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gepnet.criteria import IsKnown, Node, Not, facts_of
from gepnet.criteria.ast import Always
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.cut import Page
from gepnet.guidelines.pathway.diagrams import Diagram
from gepnet.guidelines.pathway.kept import kept
from gepnet.guidelines.pathway.literals import criterion, criterion_of, either, every
from gepnet.guidelines.pathway.positions import Asked
from gepnet.guidelines.pathway.possible import among
from gepnet.guidelines.pathway.tree import Fork, Leaf, Line, paths
from gepnet.guidelines.pathway.ways import Way, holds

if TYPE_CHECKING:
    from gepnet.guidelines.verify.axioms import Axioms
    from gepnet.guidelines.verify.prover import Prover


@dataclass(frozen=True)
class Fault:
    """Where a pathway says something else than its document.

    Attributes:
        recommendation: that is said wrongly; empty where a patient comes to no leaf.
        path: the answers on the way there.
        found: ``different`` or ``unfinished``, when the solver ran out of time.
    """

    recommendation: str
    path: Way
    found: str = "different"


def faults(page: Page) -> list[Fault]:
    """Return every place at which a pathway is wrong, looked for exhaustively with diagrams."""
    asked, tree, at = page.asked, page.tree, page.asked.diagrams
    inside = holds(at, tree.gate)
    found = []
    # Who comes to a leaf; each comes to one, as the branches exclude others.
    covered = at.any_of(holds(at, way) for way, _ in paths(tree.root))
    lost = at.both(inside, at.case(covered, at.false, at.true, at.true))
    conditions: dict[frozenset[int], list[Diagram]] = {}
    if _exists(asked, lost, conditions):
        found.append(Fault("", ()))
    nothing: dict[int, Line] = {}
    places: list[tuple[Diagram, Way, dict[int, Line]]]
    places = [(at.case(inside, at.false, at.true, at.true), (), nothing)]
    places += [
        (at.both(inside, holds(at, way)), way, {line.row: line for line in leaf.lines})
        for way, leaf in paths(tree.root)
    ]
    always = {line.row: line for line in tree.throughout}
    for where, way, lines in places:
        for place, row in enumerate(asked.rows):
            line = lines.get(place) or (always.get(place) if lines is not nothing else None)
            wrong = at.joined(_differ, (row.said, _expected(asked, line)))
            if _exists(asked, at.both(where, wrong), conditions):
                found.append(Fault(row.rule.full_id, way))
    return found


def _differ(values: Sequence[object]) -> bool:
    return values[0] is not values[1]


def _expected(asked: Asked, line: Line | None) -> Diagram:
    """Return what a line says, read off its ways."""
    at = asked.diagrams
    found = at.false
    for value, ways in ((at.unknown, line.left_open), (at.true, line.holds)) if line else ():
        for way in ways:
            found = at.case(holds(at, way), value, found, found)
    return found


def _exists(asked: Asked, where: Diagram, conditions: dict[frozenset[int], list[Diagram]]) -> bool:
    """Whether some possible patient is there.

    ``conditions`` keeps what every possible patient meets, by the variables that it is about.
    """
    at = asked.diagrams
    if where == at.false:
        return False
    about = at.support(where)
    if about not in conditions:
        conditions[about] = among(at, asked.possible, about)
    for one in conditions[about]:
        where = at.both(where, one)
    return where != at.false


def is_proved_of(
    base: KnowledgeBase,
    page: Page,
    kind: str,
    who: object,
    wrong: Callable[[Page, Prover], Iterator[object]],
) -> bool:
    """Whether a page is right of every possible patient, by its diagrams and by the solver.

    Args:
        base: the knowledge.
        page: what is to be proved.
        kind: of proof, under which the answer of the solver is kept.
        who: whose page it is.
        wrong: what yields each place at which the solver finds the page wrong.
    """
    if faults(page):
        return False

    def is_proved_by_solver() -> bool:
        from gepnet.guidelines.verify.prover import Prover

        prover = Prover(_axioms(base, frozenset(page.asked.space.closure)))
        return not any(True for _ in wrong(page, prover))

    asked = page.asked
    # A tree names its variables by their level: which facts these are belongs to what is proved.
    about = who, asked.question, asked.intent, page.cuts, asked.space.names, page.tree
    return bool(kept(base, kind, about, is_proved_by_solver))


@lru_cache(maxsize=2)
def _axioms(base: KnowledgeBase, names: frozenset[str]) -> Axioms:
    """Return what possible patients obey; pages of one question speak of much the same facts."""
    from gepnet.guidelines.verify.axioms import Axioms

    return Axioms(base, names)


def solver_faults(page: Page, prover: Prover) -> Iterator[Fault]:
    """Yield every place at which the solver finds a patient of whom a pathway says something else.

    Patients are those of the question of whom all that it asks is known.
    """
    tree, space = page.tree, page.asked.space
    gate = criterion_of(space, tree.gate)
    start = [*page.asked.given, *all_known(page.asked)]
    assumed = [prover.holds((node, True)) for node in start]
    # Where the scope is open the patient may be one of the document's: only outside is left out.
    assumed.append(prover.fails((page.asked.document.scope, False)))
    always = list(tree.throughout)
    stated = [Fault(*one) for one in _ask(page, prover, assumed, Not(gate), (), [])]
    yield from (stated if not isinstance(gate, Always) else ())
    for way, leaf in paths(tree.root):
        where = every([gate, criterion_of(space, way)])
        yield from (
            Fault(*one) for one in _ask(page, prover, assumed, where, way, [*leaf.lines, *always])
        )
    for way, node in missing_branches(page, tree.root, ()):
        parts = [*assumed, prover.holds((gate, True)), prover.holds((node, True))]
        answer = prover.ask(parts)
        if answer.verdict != "none":
            yield Fault("", way, "different" if answer.found else "unfinished")


def _ask(
    page: Page,
    prover: Prover,
    assumed: list[object],
    where: Node,
    way: Way,
    lines: list[Line],
) -> Iterator[tuple[str, Way, str]]:
    from gepnet.criteria.smt import disj, neg

    said = {line.row: line for line in lines}
    here = [*assumed, prover.holds((where, True))]
    wrong = []
    for place, row in enumerate(page.asked.rows):
        line = said.get(place)
        truth = prover.world.applies(row.rule)
        ways = (line.holds, line.left_open) if line else ((), ())
        true, open_ = (
            prover.holds((either([criterion_of(page.asked.space, one) for one in told]), True))
            for told in ways
        )
        # What is said to hold holds, what is said to be false is, and the rest is open.
        is_open = neg(disj([truth.true, truth.false]))
        wrong.append(disj([true != truth.true, open_ != is_open]))
    if prover.ask([*here, disj(wrong)]).verdict == "none":
        return
    for row, one in zip(page.asked.rows, wrong, strict=True):
        answer = prover.ask([*here, one])
        if answer.verdict != "none":
            yield row.rule.full_id, way, "different" if answer.found else "unfinished"


def all_known(asked: Asked) -> Iterator[Node]:
    """Yield that each fact is known that is asked, unless it is asked for being known."""
    for name in asked.space.asked:
        variable = asked.space.variables[name]
        if variable.atom is not None:
            yield from map(IsKnown, facts_of(variable.atom))
        elif None not in variable.values:
            yield IsKnown(name)


def missing_branches(page: Page, node: Fork | Leaf, way: Way) -> Iterator[tuple[Way, Node]]:
    """Yield for each fork the answers to which it has no branch, with the way to it."""
    if isinstance(node, Leaf):
        return
    space = page.asked.space
    taken = frozenset[int]().union(*(places for places, _ in node.branches))
    left = set(range(page.asked.diagrams.sizes[node.level])) - taken
    if left:
        yield way, every([criterion_of(space, way), criterion(space, node.level, left)])
    for places, child in node.branches:
        yield from missing_branches(page, child, (*way, (node.level, places)))
