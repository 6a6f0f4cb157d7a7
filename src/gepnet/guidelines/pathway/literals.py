"""Answers as criteria of the language: one text for a reader, the interpreter and the solver."""

from __future__ import annotations

from collections.abc import Iterable

from gepnet.criteria import And, Compare, Holds, IsKnown, Node, Not, OneOf, Or, Term
from gepnet.criteria.ast import Always
from gepnet.guidelines.pathway.space import Space, Variable
from gepnet.guidelines.pathway.ways import Way
from gepnet.vocabulary import NOT_APPLICABLE, Interval, Value


def criterion(space: Space, level: int, places: Iterable[int]) -> Node:
    """Return that a variable has one of some of its values."""
    variable = space.variables[space.names[level]]
    chosen = sorted(places)
    if variable.atom is not None:
        return variable.atom if variable.values[chosen[0]] is True else Not(variable.atom)
    values = [variable.values[place] for place in chosen]
    parts = list(_parts(variable, chosen, values))
    if None in values:
        parts.append(Not(IsKnown(variable.name)))
    return either(parts)


def criterion_of(space: Space, way: Way) -> Node:
    """Return that all answers of a way are given."""
    return every([criterion(space, level, places) for level, places in way])


def every(parts: list[Node]) -> Node:
    """Return the conjunction; of nothing it is true."""
    return Always(True) if not parts else parts[0] if len(parts) == 1 else And(tuple(parts))


def either(parts: list[Node]) -> Node:
    """Return the disjunction; of nothing it is false."""
    return Always(False) if not parts else parts[0] if len(parts) == 1 else Or(tuple(parts))


def _parts(variable: Variable, places: list[int], values: list[Value]) -> Iterable[Node]:
    # Imported where it is used: reading text is slow to load.
    from gepnet.criteria.parse import one_of

    fact = variable.fact
    assert fact is not None
    if fact.type == "boolean":
        # What cannot exist does not hold: the same as no.
        if True in values:
            yield Holds(fact.id)
        if False in values or NOT_APPLICABLE in values:
            yield Not(Holds(fact.id))
    elif fact.type == "enum":
        named = tuple(value for value in values if isinstance(value, str))
        if named:
            yield one_of(fact, named)
        if NOT_APPLICABLE in values:
            yield _absent(variable)
    else:
        for run in runs([p for p in places if isinstance(variable.values[p], Interval)]):
            yield _band(variable, run)
        if NOT_APPLICABLE in values:
            yield _absent(variable)


def _absent(variable: Variable) -> Node:
    """Return that a fact cannot exist: known, and neither within its range nor outside."""
    assert variable.fact is not None
    if variable.fact.type == "enum":
        values = variable.fact.values
        return And((IsKnown(variable.name), Not(OneOf(variable.name, values))))
    low = min(v.low for v in variable.values if isinstance(v, Interval))
    return And((IsKnown(variable.name), Not(Compare((Term(variable.name),), ">=", low))))


def _band(variable: Variable, run: list[int]) -> Node:
    bands = [value for value in variable.values if isinstance(value, Interval)]
    first, last = variable.values[run[0]], variable.values[run[-1]]
    assert isinstance(first, Interval) and isinstance(last, Interval)
    terms = (Term(variable.name),)
    if first.low == last.high:
        return Compare(terms, "=", first.low)
    parts: list[Node] = []
    if first is not bands[0] or last is bands[-1]:
        parts.append(Compare(terms, ">=", first.low))
    if last is not bands[-1]:
        parts.append(Compare(terms, "<=", last.high))
    return every(parts)


def runs(places: list[int]) -> list[list[int]]:
    """Return places in order as runs of neighbours."""
    found: list[list[int]] = []
    for place in places:
        if found and found[-1][-1] == place - 1:
            found[-1].append(place)
        else:
            found.append([place])
    return found
