"""Which answers a possible patient can give together: what is hidden is eliminated.

The conditions on facts come from their derivations, from ``measures/dependencies.yaml`` and from
what a question assumes. They stay apart, one diagram for each group of facts that hang together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gepnet.guidelines.pathway.diagrams import Diagram, Diagrams
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.pathway.space import Space, conditions


def among(at: Diagrams, given: Iterable[Diagram], keep: Collection[int]) -> list[Diagram]:
    """Return what some conditions say of some variables alone; the others are eliminated.

    The variable whose conditions name the fewest others goes first.
    """
    left = {one: at.support(one) for one in given if one != at.true}
    hidden = {level for support in left.values() for level in support} - set(keep)
    costs: dict[int, tuple[int, int]] = {}
    while hidden:
        for level in hidden:
            if level not in costs:
                around = frozenset().union(*(s for s in left.values() if level in s))
                costs[level] = len(around), level
        level = min(hidden, key=costs.__getitem__)
        hidden.discard(level)
        mine = [one for one, support in left.items() if level in support]
        for one in mine:
            for near in left.pop(one):
                costs.pop(near, None)
        rest = at.exists(at.all_of(mine), {level})
        if rest != at.true:
            left[rest] = at.support(rest)
    return list(left)


#: Conditions that hang together, with the variables that they name.
Group = tuple[frozenset[int], tuple[Diagram, ...]]


def groups(at: Diagrams, given: Iterable[Diagram]) -> list[Group]:
    """Return conditions in groups: those of one share a variable, directly or through others."""
    found: list[Group] = []
    for one in given:
        levels = at.support(one)
        members: tuple[Diagram, ...] = (one,)
        apart = []
        for group in found:
            if group[0].isdisjoint(levels):
                apart.append(group)
            else:
                levels, members = levels | group[0], (*group[1], *members)
        found = [*apart, (levels, members)]
    return found


def connected(found: Iterable[Group], levels: Collection[int]) -> list[Diagram]:
    """Return the conditions of the groups that name some variables."""
    return sorted(one for named, group in found if not named.isdisjoint(levels) for one in group)


def possible(space: Space) -> list[Diagram]:
    """Return the conditions on asked facts that every possible patient meets.

    Afterwards facts that another asked one settles are read off that one in ``space``.
    """
    at = space.diagrams
    keep = {space.variables[name].level for name in space.asked}
    found = among(at, conditions(space), keep)
    space.look_through(_settled(space, found))
    return found


def _settled(space: Space, given: list[Diagram]) -> dict[str, Diagram]:
    """Return the facts that are settled by one asked in their place."""
    at, settings = space.diagrams, PathwayQuestions.read(space.base.knowledge.measures)
    found: dict[str, Diagram] = {}
    for instead in settings.ask_instead:
        above = space.variables.get(instead.ask)
        for name in instead.of if above is not None else ():
            below = space.variables.get(name)
            if above is None or below is None or name in space.stated or name not in space.asked:
                continue
            both = at.all_of(among(at, given, {above.level, below.level}))
            ends = []
            for place in range(len(above.values)):
                rest = at.given(both, {above.level: place})
                fitting = [
                    value
                    for index, value in enumerate(below.values)
                    if at.given(rest, {below.level: index}) == at.true
                ]
                ends.append(fitting)
            if all(len(fitting) <= 1 for fitting in ends):
                # Where no value fits there is no such patient, and anything may be read.
                found[name] = at.variable(above.level, (f[0] if f else None for f in ends))
    return found
