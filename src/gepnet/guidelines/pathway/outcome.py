"""The status of an option, from what a pathway says: the same table as in an assessment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from gepnet.criteria import Certain, IsKnown, disjunction, facts_of, interpret, walk
from gepnet.guidelines.pathway.diagrams import Diagram
from gepnet.guidelines.pathway.positions import Asked, Row, is_asked
from gepnet.guidelines.pathway.possible import connected, groups
from gepnet.guidelines.pathway.walk import Allowed, Values, Walk, Walker
from gepnet.guidelines.pathway.ways import ends_within
from gepnet.guidelines.status import (
    EMPTY,
    FOR,
    LEVELS,
    POSITIONS,
    QUIET,
    Read,
    Status,
    lookup,
)
from gepnet.vocabulary import Truth

#: A status, and if it has several outcomes which.
Outcome = tuple[Status, tuple[Status, ...]]


def cells(asked: Asked) -> tuple[str, ...]:
    """Return the options whose status follows from the positions of a page alone."""
    base, document = asked.space.base, asked.document
    on_page = {(row.rule.full_id, row.kind) for row in asked.rows}
    found: dict[str, None] = {}
    for option in (option for row in asked.rows for option in row.options):
        if (option, asked.intent) in base.lesser_by_document[document.id]:
            continue  # what prefers another option to it is no position on it
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
    return _looked_up((scope, *held.values(), LEVELS[level]))


_joined: WeakKeyDictionary[Asked, dict[str, Diagram]] = WeakKeyDictionary()


def _ends(asked: Asked, option: str, allowed: Allowed) -> list[Outcome]:
    """Return what the lookup says of each kind of possible patient with some known answers."""
    at = asked.diagrams
    diagram = _statuses(asked, option)
    fixed = {level: next(iter(left)) for level, left in allowed.items() if len(left) == 1}
    diagram = at.given(diagram, fixed)
    given = [at.given(one, fixed) for one in asked.possible]
    given += [at.among(level, left) for level, left in allowed.items() if len(left) > 1]
    near = connected(groups(at, given), at.support(diagram))
    ends = ends_within(at, asked.cared(diagram, near), {})
    return [at.value(end) for end in ends]  # type: ignore[misc]


def status_within(asked: Asked, option: str, allowed: Allowed) -> Outcome:
    """Return the status of an option for a patient with some known answers, as an assessment does.

    What every possible patient with these answers leaves open is left open by the text.
    """
    ends = _ends(asked, option, allowed)
    found = {status for end in ends for status in _outcomes(end)}
    possible = tuple(status for status in Status if status in found)
    if len(possible) == 1:
        return possible[0], ()
    if found <= FOR:
        return Status.IN_FAVOUR, possible
    if found <= QUIET:
        return Status.QUIET_EITHER_WAY, possible
    by_text = all(status is Status.TEXT_OPEN for status, _ in ends)
    return (Status.TEXT_OPEN if by_text else Status.FACT_MISSING), possible


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
        known[option] = at.joined(_looked_up, (asked.scope, *kinds, asked.read))
    return known[option]


def _looked_up(values: tuple[object, ...]) -> Outcome:
    """Look up where every fact is known: what is open is left open by the text."""
    scope, *kinds, read = values
    first, second, third, last = map(_reading, kinds)
    return lookup(scope, (first, second, third, last), False, EMPTY[read])  # type: ignore[index, arg-type]


def _reading(truth: object) -> Read:
    return (truth is True, truth is not False)
