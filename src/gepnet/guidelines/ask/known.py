"""What answers leave possible: values of facts, conditions on patients, and statuses.

Nothing is remembered between steps but what was worked out: the same answers leave the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from gepnet.criteria import Node, interpret
from gepnet.guidelines.ask.rows import End, Questionnaire
from gepnet.guidelines.pathway.diagrams import Diagram, Diagrams
from gepnet.guidelines.pathway.literals import criterion
from gepnet.guidelines.pathway.possible import Group, among, connected, groups
from gepnet.guidelines.pathway.space import named_conditions
from gepnet.guidelines.pathway.walk import Allowed, Values


@dataclass(frozen=True)
class Left:
    """What some answers leave possible.

    Attributes:
        allowed: the values that are left, for each variable that is narrowed.
        given: the conditions on all other variables.
        groups: these conditions as they hang together.
    """

    allowed: Allowed
    given: tuple[Diagram, ...]
    groups: tuple[Group, ...]


class Narrower:
    """Narrows a questionnaire by answers; what was worked out once is found again."""

    def __init__(self, asking: Questionnaire) -> None:
        """Prepare the criteria of the values."""
        self.asking = asking
        self._at = asking.diagrams
        space = asking.space
        self.nodes: dict[int, list[Node]] = {
            level: [criterion(space, level, (place,)) for place in range(self._at.sizes[level])]
            for level in asking.levels
        }
        self._projected: dict[tuple[tuple[Diagram, ...], frozenset[int]], list[Diagram]] = {}
        self._cared: dict[tuple[Diagram, tuple[Diagram, ...]], Diagram] = {}

    def allowed(self, values: Values, unrecorded: Iterable[str] = ()) -> Allowed:
        """Return the values that are left of each variable.

        Args:
            values: the facts that are known.
            unrecorded: facts of which nobody knows anything: where a criterion asks whether they
                are recorded, they are not.
        """
        space, silent = self.asking.space, set(unrecorded)
        found = {}
        for level, nodes in self.nodes.items():
            variable = space.variables[space.names[level]]
            if variable.fact is not None and values.get(variable.name) is None:
                if variable.name in silent and variable.name in space.stated:
                    found[level] = frozenset({variable.values.index(None)})
                continue
            truths = [interpret(node, values) for node in nodes]
            sure = [place for place, truth in enumerate(truths) if truth is True]
            left = sure or [place for place, truth in enumerate(truths) if truth is None]
            if 0 < len(left) < len(nodes):
                found[level] = frozenset(left)
        return found

    def narrowed(self, allowed: Allowed) -> Left | None:
        """Return what is left; None if no possible patient gives these answers together."""
        given = self._conditions(allowed)
        return None if given is None else Left(allowed, given, tuple(groups(self._at, given)))

    def _conditions(self, allowed: Allowed) -> tuple[Diagram, ...] | None:
        at = self._at
        fixed = {level: next(iter(left)) for level, left in allowed.items() if len(left) == 1}
        found = [at.given(one, fixed) for one in self.asking.possible]
        found += [at.among(level, left) for level, left in allowed.items() if len(left) > 1]
        kept = tuple(sorted(one for one in set(found) if one != at.true))
        if at.false in kept:
            return None
        for part in _parts(at, kept):
            if at.false in self._among(part, frozenset()):
                return None
        return kept

    def _among(self, given: tuple[Diagram, ...], keep: frozenset[int]) -> list[Diagram]:
        key = given, keep
        found = self._projected.get(key)
        if found is None:
            found = self._projected[key] = among(self._at, given, keep)
        return found

    def rest(self, diagram: Diagram, left: Left) -> Diagram:
        """Return what is left of a diagram, ``ANY`` for patients whom the answers rule out."""
        at = self._at
        fixed = {lv: next(iter(places)) for lv, places in left.allowed.items() if len(places) == 1}
        rest = at.given(diagram, fixed)
        if at.is_end(rest):
            return rest
        near = tuple(connected(left.groups, at.support(rest)))
        key = rest, near
        found = self._cared.get(key)
        if found is None:
            cared = rest
            parts = self._among(near, at.support(rest))
            for one in sorted(parts, key=lambda one: (len(at.nodes(one)), one)):
                cared = at.within(one, cared)
            only = at.only_end(cared)
            found = self._cared[key] = cared if only is None else only
        return found

    def ends(self, rest: Diagram) -> list[End]:
        """Return what is left of what a position comes to."""
        return self._at.ends(rest)  # type: ignore[return-value]

    def follows(self, level: int, left: Left) -> frozenset[int]:
        """Return the values of a variable that the answers leave."""
        at = self._at
        own = left.allowed.get(level, frozenset(range(at.sizes[level])))
        near = tuple(connected(left.groups, {level}))
        for one in self._among(near, frozenset({level})):
            kids = at.at(one, level)
            own = frozenset(place for place in own if kids[place] != at.false)
        return own

    def contradiction(self, allowed: Allowed) -> tuple[int, ...]:
        """Return as few answers as do not go together, by the level of their variables.

        None of them can be left out: the others then go together.
        """
        kept = dict(allowed)
        for level in allowed:
            less = {one: places for one, places in kept.items() if one != level}
            if self._conditions(less) is None:
                kept = less
        return tuple(kept)

    def reasons(self, level: int, left: Left) -> tuple[int, ...]:
        """Return answers from which the values that ``follows`` leaves come, as few as do."""
        at = self._at
        own = self.follows(level, left)
        other = frozenset(range(at.sizes[level])) - own
        fixed, reached, near = {level: other}, {level}, list[Diagram]()
        told = {one: places for one, places in left.allowed.items() if one != level}
        while True:  # with the nearest conditions that are enough
            more = [one for one in self.asking.possible if at.support(one) & reached]
            if len(more) == len(near):
                return ()
            near = more
            reached.update(*(at.support(one) for one in near))
            kept = {one: places for one, places in told.items() if one in reached}
            if self._clash(near, {**kept, **fixed}):
                return self._fewest(near, fixed, kept)

    def _clash(self, given: Iterable[Diagram], allowed: Allowed) -> bool:
        """Whether some conditions and answers do not go together."""
        at = self._at
        fixed = {lv: next(iter(places)) for lv, places in allowed.items() if len(places) == 1}
        left = [at.given(one, fixed) for one in given]
        left += [at.among(lv, places) for lv, places in allowed.items() if len(places) > 1]
        return at.false in left or at.false in among(at, left, ())

    def _fewest(self, near: list[Diagram], fixed: Allowed, told: Allowed) -> tuple[int, ...]:
        """Return as few answers as clash with what is fixed."""
        kept = dict(told)
        for level in told:
            less = {one: places for one, places in kept.items() if one != level}
            if self._clash(near, {**less, **fixed}):
                kept = less
        return tuple(kept)

    def rules(self, allowed: Allowed, levels: Sequence[int]) -> list[str | Node]:
        """Return the rules between facts that some answers break together, as few as do.

        A rule is a criterion, or the name of a fact whose definition it is.
        """
        at, space = self._at, self.asking.space
        chosen = {level: allowed[level] for level in levels}
        named = list(named_conditions(space))
        reached, near = set(levels), list[tuple[str | Node, Diagram]]()
        while not self._clash([one for _, one in near], chosen):
            more = [(name, one) for name, one in named if at.support(one) & reached]
            if len(more) == len(near):
                return []
            near = more
            reached.update(*(at.support(one) for _, one in near))
        for item in list(near):
            rest = [other for other in near if other is not item]
            if self._clash([one for _, one in rest], chosen):
                near = rest
        return [name for name, _ in near]


def _parts(at: Diagrams, given: Iterable[Diagram]) -> Iterator[tuple[Diagram, ...]]:
    """Yield conditions in groups that hang together."""
    groups: list[tuple[set[int], list[Diagram]]] = []
    for one in given:
        levels, members = set(at.support(one)), [one]
        apart = []
        for group in groups:
            if group[0] & levels:
                levels |= group[0]
                members = [*group[1], *members]
            else:
                apart.append(group)
        groups = [*apart, (levels, members)]
    for _, members in groups:
        yield tuple(sorted(members))


_narrowers: WeakKeyDictionary[Questionnaire, Narrower] = WeakKeyDictionary()


def narrower(asking: Questionnaire) -> Narrower:
    """Return what narrows a questionnaire, made once."""
    if asking not in _narrowers:
        _narrowers[asking] = Narrower(asking)
    return _narrowers[asking]
