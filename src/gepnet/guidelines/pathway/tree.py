"""A pathway: forks on the facts that several options share, and leaves with what is left to ask.

Were a leaf one combination of statuses, a document would need hundreds. So only facts on which
several options depend, or one in a knotty way, become forks; what remains of an option is said in
the leaf as its own condition.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from gepnet.guidelines.pathway.diagrams import ANY, Diagram, Diagrams
from gepnet.guidelines.pathway.positions import Asked
from gepnet.guidelines.pathway.possible import Group, connected, groups
from gepnet.guidelines.pathway.ways import Way, ways_to


@dataclass(frozen=True)
class Line:
    """What is left of one position in a leaf.

    Attributes:
        row: the position.
        holds: the ways in which it holds; one empty way where nothing more is asked.
        left_open: the ways in which the text leaves open whether it does.
        boxes: questions that are still asked within the line, beyond a plain list of conditions.
    """

    row: int
    holds: tuple[Way, ...]
    left_open: tuple[Way, ...]
    boxes: int


@dataclass(frozen=True)
class Leaf:
    """The end of a path."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Fork:
    """A question; each branch has the places of the values that lead along it."""

    level: int
    branches: tuple[tuple[frozenset[int], Node], ...]


Node = Fork | Leaf


@dataclass(frozen=True)
class Tree:
    """A whole pathway.

    Attributes:
        gate: what everybody has of whom the document says anything.
        throughout: lines that are the same for all of them.
        root: the forks and leaves.
    """

    gate: Way
    throughout: tuple[Line, ...]
    root: Node

    @property
    def boxes(self) -> int:
        """How many boxes a drawing has: forks, leaves and what is asked within leaves."""
        nodes = list(distinct(self.root))
        inner = sum(line.boxes for node in nodes if isinstance(node, Leaf) for line in node.lines)
        return len(nodes) + inner + sum(line.boxes for line in self.throughout)

    @property
    def depth(self) -> int:
        """How many questions stand one after the other."""
        return _depth(self.root)

    @property
    def leaves(self) -> int:
        """How many ends there are, each counted where it is drawn."""
        return sum(1 for _ in paths(self.root))


def distinct(root: Node) -> Iterator[Node]:
    """Yield each fork and leaf, once."""
    seen: dict[int, Node] = {}
    left = [root]
    while left:
        node = left.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            if isinstance(node, Fork):
                left.extend(child for _, child in node.branches)
    yield from seen.values()


def paths(root: Node, before: Way = ()) -> Iterator[tuple[Way, Leaf]]:
    """Yield each leaf with the answers that lead to it."""
    if isinstance(root, Leaf):
        yield before, root
    else:
        for places, child in root.branches:
            yield from paths(child, (*before, (root.level, places)))


def _depth(node: Node) -> int:
    return 0 if isinstance(node, Leaf) else 1 + max(_depth(child) for _, child in node.branches)


class TooLargeError(Exception):
    """A pathway does not fit a page; nothing else is worth knowing of it."""


@dataclass(frozen=True)
class Detail:
    """When a fact becomes a fork.

    Attributes:
        knots: questions that a line may keep within its condition.
        shared: lines that must depend on a fact for it to be asked for their sake.
    """

    knots: int
    shared: int


@dataclass(frozen=True)
class _Rest:
    """What is left of one position at a place of the tree."""

    cared: Diagram
    short: Diagram
    boxes: int


_Rests = dict[tuple[Diagram, tuple[Diagram, ...]], _Rest]
# What is left of a position at a place does not depend on how many forks there are.
_rests: WeakKeyDictionary[Asked, _Rests] = WeakKeyDictionary()


class Grower:
    """Grows a pathway from the diagrams of some positions of a document."""

    def __init__(self, asked: Asked, detail: Detail, most: int) -> None:
        """Take the positions of a question; give up after ``most`` forks and leaves."""
        self._asked, self._at = asked, asked.diagrams
        self._rows, self._detail, self._most = tuple(range(len(asked.rows))), detail, most
        self._rests = _rests.setdefault(asked, {})
        self._grown: dict[tuple[Diagram, ...], Node] = {}
        self._groups: dict[tuple[Diagram, ...], list[Group]] = {}

    def tree(self) -> Tree:
        """Return the pathway.

        Raises:
            TooLargeError: if it has too many forks and leaves.
        """
        at, said = self._at, [row.said for row in self._asked.rows]
        gate = self._gate([said[row] for row in self._rows])
        given = (*self._asked.possible, *(at.among(level, places) for level, places in gate))
        throughout = []
        for row in self._rows:
            rest = self._rest(said[row], given)
            if at.is_end(rest.short) and not self._is_quiet(rest.short):
                throughout.append(self._line(row, rest))
        settled = {row for row in self._rows if at.is_end(self._rest(said[row], given).short)}
        rows = [row for row in self._rows if row not in settled]
        while True:
            self._rows, self._grown = tuple(rows), {}
            root = self._node([said[row] for row in rows], given)
            leaves = [node for node in distinct(root) if isinstance(node, Leaf)]
            lines = [{line.row: line for line in leaf.lines} for leaf in leaves]
            same = [
                r for r in rows if len(leaves) > 1 and len({found.get(r) for found in lines}) == 1
            ]
            if not same:
                throughout.sort(key=lambda line: line.row)
                return Tree(gate, tuple(throughout), root)
            for row in same:
                rest = self._rest(said[row], given)
                if not self._is_quiet(rest.short):
                    throughout.append(self._line(row, rest))
            rows = [row for row in rows if row not in same]

    def first(self) -> tuple[int, list[frozenset[int]]]:
        """Return the question that most positions share, with the answers that differ.

        Returns:
            No answers where nothing is asked.
        """
        at, given = self._at, self._asked.possible
        rests = [self._rest(row.said, given) for row in self._asked.rows]
        counts = Counter(level for rest in rests for level in at.support(rest.short))
        if not counts:
            return 0, []
        level = max(counts, key=lambda level: (counts[level], -level))
        groups: dict[tuple[Diagram, ...], list[int]] = {}
        for place in range(at.sizes[level]):
            now = tuple(sorted({at.given(one, {level: place}) for one in given} - {at.true}))
            if at.false not in now:
                said = (at.given(rest.cared, {level: place}) for rest in rests)
                key = tuple(self._rest(one, now).short for one in said)
                groups.setdefault(key, []).append(place)
        return level, [frozenset(places) for places in groups.values()]

    def _is_quiet(self, short: Diagram) -> bool:
        return self._at.is_end(short) and self._at.value(short) in (False, ANY)

    def _gate(self, said: list[Diagram]) -> Way:
        """Return the answers that all give of whom anything is said, one variable at a time."""
        at = self._at
        anything = at.any_of(at.map(_is_said, one) for one in said)
        cared = self._asked.cared(anything)
        if at.map(lambda value: value is True, cared) == at.false:
            return ()
        return tuple(self._needed(cared, at.support(anything)))

    def _needed(
        self, cared: Diagram, levels: Iterable[int]
    ) -> Iterator[tuple[int, frozenset[int]]]:
        """Yield the values of a variable with which something is said, unless it is with all."""
        at = self._at
        said = at.map(lambda value: value is True, cared)
        real = at.map(lambda value: value is not ANY, cared)
        for level in sorted(levels):
            there = at.answers(real, level)
            places = at.answers(said, level) & there
            if places and places != there:
                yield level, places

    def _rest(self, said: Diagram, given: tuple[Diagram, ...]) -> _Rest:
        at = self._at
        if given not in self._groups:
            self._groups[given] = groups(at, given)
        near = tuple(connected(self._groups[given], at.support(said)))
        key = (said, near)
        found = self._rests.get(key)
        if found is None:
            cared = self._asked.cared(said, near)
            short = at.shortest(cared)
            found = self._rests[key] = _Rest(cared, short, self._boxes(cared, short))
        return found

    def _boxes(self, cared: Diagram, short: Diagram) -> int:
        """Return how many questions a line asks beyond one plain list of conditions."""
        at = self._at
        if at.is_end(short):
            return 0
        anything = at.map(lambda v: v if v is ANY else _is_said(v), cared)
        inner = cared
        for level, places in self._needed(anything, at.support(cared)):
            inner = at.within(at.among(level, places), inner)
        return _chains(at, at.shortest(inner))

    def _line(self, row: int, rest: _Rest) -> Line:
        at = self._at
        holds, left_open = (
            ways_to(at, rest.cared, rest.short, end) for end in (at.true, at.unknown)
        )
        return Line(row, holds, left_open, rest.boxes)

    def _node(self, said: list[Diagram], given: tuple[Diagram, ...]) -> Node:
        rests = [self._rest(one, given) for one in said]
        key = tuple(rest.short for rest in rests)
        found = self._grown.get(key)
        if found is None:
            if len(self._grown) > self._most:
                raise TooLargeError
            level = self._fork(rests)
            found = self._leaf(rests) if level is None else self._forked(level, rests, given)
            self._grown[key] = found
        return found

    def _leaf(self, rests: list[_Rest]) -> Leaf:
        pairs = zip(self._rows, rests, strict=True)
        return Leaf(tuple(self._line(row, r) for row, r in pairs if not self._is_quiet(r.short)))

    def _forked(self, level: int, rests: list[_Rest], given: tuple[Diagram, ...]) -> Node:
        at = self._at
        groups: dict[tuple[Diagram, ...], tuple[list[int], list[Diagram], tuple[Diagram, ...]]] = {}
        for place in range(at.sizes[level]):
            now = tuple(sorted({at.given(one, {level: place}) for one in given} - {at.true}))
            if at.false in now:
                continue
            said = [at.given(rest.cared, {level: place}) for rest in rests]
            key = tuple(self._rest(one, now).short for one in said)
            if any(end != at.any for end in key):
                groups.setdefault(key, ([], said, now))[0].append(place)
        children = [(frozenset(p), self._node(said, now)) for p, said, now in groups.values()]
        return children[0][1] if len(children) == 1 else Fork(level, tuple(children))

    def _fork(self, rests: list[_Rest]) -> int | None:
        """Return the fact to ask: the one that most lines share, ties in clinical order."""
        at = self._at
        counts = Counter(level for rest in rests for level in at.support(rest.short))
        hard = {
            level
            for rest in rests
            if rest.boxes > self._detail.knots
            for level in at.support(rest.short)
        }
        often = {level for level, count in counts.items() if count >= self._detail.shared}
        asked = hard | often
        return max(asked, key=lambda level: (counts[level], -level)) if asked else None


def _chains(at: Diagrams, diagram: Diagram) -> int:
    """Return how many questions a diagram has, those with one common exit counted as one box."""
    inner = [node for node in at.nodes(diagram) if not at.is_end(node)]
    above: dict[Diagram, set[Diagram]] = defaultdict(set)
    for node in inner:
        for kid in _exits(at, node):
            above[kid].add(node)
    joined = 0
    for node in inner:
        exits = _exits(at, node)
        for kid in exits:
            shared = {one for one in exits if at.is_end(one)} & _exits(at, kid)
            joined += len(exits) == 2 and above[kid] == {node} and bool(shared)
    return len(inner) - joined


def _exits(at: Diagrams, node: Diagram) -> set[Diagram]:
    return set() if at.is_end(node) else set(at.kids(node)) - {at.any}


def _is_said(value: object) -> bool:
    """Whether a position holds, or may: a truth that is not false."""
    return value is True or value is None
