"""The conditions under which a document says something, as short lists of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gepnet.guidelines.pathway.diagrams import Diagram, Diagrams

#: Answers that must all be given: for each variable, by level, the places of its values.
Way = tuple[tuple[int, frozenset[int]], ...]


def holds(at: Diagrams, way: Way) -> Diagram:
    """Return where all answers of a way are given."""
    return at.all_of(at.among(level, places) for level, places in way)


def ends_within(at: Diagrams, diagram: Diagram, way: Mapping[int, frozenset[int]]) -> set[Diagram]:
    """Return the terminals that patients with some answers reach, ``ANY`` aside."""
    found: set[Diagram] = set()
    seen = {diagram}
    left = [diagram]
    while left:
        one = left.pop()
        if at.is_end(one):
            found.add(one)
            continue
        places = way.get(at.level(one))
        kids = at.kids(one)
        for kid in kids if places is None else (kids[place] for place in places):
            if kid not in seen:
                seen.add(kid)
                left.append(kid)
    return found - {at.any}


def ways_to(at: Diagrams, diagram: Diagram, short: Diagram, end: Diagram) -> tuple[Way, ...]:
    """Return the shortest ways to one end: together they say where it is reached, and no more.

    Args:
        at: the store.
        diagram: for possible patients, ``ANY`` for others.
        short: the same asking less, from which the ways are read.
        end: the terminal.
    """
    known: dict[frozenset[tuple[int, frozenset[int]]], None] = {}
    for way in _paths(at, short, end):
        known[frozenset(_needed(at, diagram, dict(way), end).items())] = None
    found = [tuple(sorted(way, key=lambda one: one[0])) for way in known]
    found.sort(key=lambda way: (len(way), [(level, sorted(places)) for level, places in way]))
    return _irredundant(at, diagram, end, found)


def _paths(at: Diagrams, diagram: Diagram, end: Diagram) -> Iterable[Way]:
    if at.is_end(diagram):
        if diagram == end:
            yield ()
        return
    by_kid: dict[Diagram, list[int]] = {}
    for place, kid in enumerate(at.kids(diagram)):
        if kid != at.any:
            by_kid.setdefault(kid, []).append(place)
    for kid, places in by_kid.items():
        for rest in _paths(at, kid, end):
            yield ((at.level(diagram), frozenset(places)), *rest)


def _needed(
    at: Diagrams, diagram: Diagram, way: dict[int, frozenset[int]], end: Diagram
) -> dict[int, frozenset[int]]:
    """Leave out answers that the others imply or that make no difference, the last asked first."""
    for level in sorted(way, reverse=True):
        rest = {one: places for one, places in way.items() if one != level}
        if ends_within(at, diagram, rest) <= {end}:
            way = rest
    return way


def _irredundant(at: Diagrams, diagram: Diagram, end: Diagram, ways: list[Way]) -> tuple[Way, ...]:
    wanted = at.map(lambda value: value is at.value(end), diagram)
    kept = list(ways)
    for way in reversed(ways):
        rest = [one for one in kept if one is not way]
        covered = at.any_of(holds(at, one) for one in rest)
        # What is reached, and no patient outside ``ANY`` is left out.
        left = at.joined(lambda v: v[0] is True and v[1] is False, (wanted, covered))
        if rest and left == at.false:
            kept = rest
    return tuple(kept)
