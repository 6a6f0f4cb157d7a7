"""The status of an option, from what a pathway says: the same table as in an assessment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from gepnet.criteria import Certain, IsKnown, disjunction, facts_of, interpret, walk
from gepnet.guidelines.pathway.diagrams import Diagram
from gepnet.guidelines.pathway.positions import Asked, Row, is_asked
from gepnet.guidelines.pathway.possible import connected
from gepnet.guidelines.pathway.walk import Allowed, Values, Walk, Walker
from gepnet.guidelines.pathway.ways import ends_within
from gepnet.guidelines.status import POSITIONS, Status, lookup
from gepnet.vocabulary import Truth

#: A status, and if it is undetermined what it may come to.
Outcome = tuple[Status, tuple[Status, ...]]


def cells(asked: Asked) -> tuple[str, ...]:
    """Return the options whose status follows from the positions of a page alone."""
    base, document = asked.space.base, asked.document
    on_page = {(row.rule.full_id, row.kind) for row in asked.rows}
    found: dict[str, None] = {}
    for option in (option for row in asked.rows for option in row.options):
        held = base.held_by_document[document.id][option, asked.intent]
        counting = [one for one in held if one.recommendation.counts]
        if all(
            is_asked(base, one.position.option, asked.question)
            and (one.recommendation.full_id, one.position.position) in on_page
            for one in counting
        ):
            found[option] = None
    return tuple(found)


def rows_on(asked: Asked, option: str) -> list[int]:
    """Return the positions that reach an option, directly or through a class."""
    options = asked.space.base.options
    return [
        place
        for place, row in enumerate(asked.rows)
        if any(options.covers(holder, option) for holder in row.options)
    ]


def needs_stated(asked: Asked, rows: Iterable[Row], values: Values) -> bool:
    """Whether a text asks if something is recorded, or certain, that is not known.

    Then the answer changes by its being known, and a pathway, which is about what is so, does not
    tell.
    """
    parts = [part for row in rows for node in row.rule.nodes for part in walk(node)]
    certain = [part for part in parts if isinstance(part, IsKnown | Certain)]
    names = {name for part in certain for name in facts_of(part)}
    return any(values.get(name) is None for name in names)


def outcome(walker: Walker, found: Walk, option: str, values: Values) -> Outcome | None:
    """Return the status of an option as the drawn pathway says it.

    Returns:
        None where the way is open, so that the pathway alone does not say it.
    """
    asked, tree = walker.page.asked, walker.page.tree
    if len(found.leaves) != 1 or found.enters is None:
        return None
    inside = [*found.leaves[0][1].lines, *tree.throughout] if found.enters else []
    said = {line.row: line for line in inside}
    held: dict[str, Truth] = dict.fromkeys(POSITIONS, False)
    for place in rows_on(asked, option):
        if place in said:
            holds, is_open = walker.line(said[place], values)
            if holds is None or (holds is False and is_open is None):
                return None
            truth = True if holds else None if is_open else False
            kind = asked.rows[place].kind
            held[kind] = disjunction((held[kind], truth))
    scope = interpret(asked.document.scope, values)
    level = next((lv for lv, n in asked.document.coverage if interpret(n, values) is True), "none")
    recommended, possibly, trial, against = held.values()
    return lookup((scope, recommended, possibly, trial, against), level == "complete")


_joined: WeakKeyDictionary[Asked, dict[str, Diagram]] = WeakKeyDictionary()


def possible_outcomes(asked: Asked, option: str, allowed: Allowed) -> tuple[Status, ...]:
    """Return every status that a possible patient with some known answers can come to."""
    at = asked.diagrams
    diagram = _statuses(asked, option)
    fixed = {level: next(iter(left)) for level, left in allowed.items() if len(left) == 1}
    diagram = at.given(diagram, fixed)
    given = [at.given(one, fixed) for one in asked.possible]
    given += [at.among(level, left) for level, left in allowed.items() if len(left) > 1]
    near = connected(at, given, at.support(diagram))
    ends = ends_within(at, asked.cared(diagram, near), {})
    found = {status for end in ends for status in _outcomes(at.value(end))}
    return tuple(status for status in Status if status in found)


def _outcomes(value: object) -> tuple[Status, ...]:
    assert isinstance(value, tuple)
    status, possible = value
    return possible or (status,)


def _statuses(asked: Asked, option: str) -> Diagram:
    """Return the status of an option as a diagram."""
    known = _joined.setdefault(asked, {})
    if option not in known:
        held: Mapping[str, list[Diagram]] = {kind: [] for kind in POSITIONS}
        for place in rows_on(asked, option):
            held[asked.rows[place].kind].append(asked.rows[place].said)
        kinds = [asked.space.either(held[kind]) for kind in POSITIONS]
        at = asked.diagrams
        known[option] = at.joined(_looked_up, (asked.scope, *kinds, asked.complete))
    return known[option]


def _looked_up(values: tuple[object, ...]) -> Outcome:
    scope, recommended, option, trial, against, complete = values
    truths = (scope, recommended, option, trial, against)
    return lookup(truths, complete is True)  # type: ignore[arg-type]
