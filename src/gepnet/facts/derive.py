"""Facts worked out from other facts, in dependency order, each by its own entry.

A derivation is a decision list in the criteria language, or a named function of
``gepnet.measures``. Every rule of a list that is not false leaves its value possible, down to the
first that is true; where none is true, nothing is known. A second list, ``narrowed``, says the same
from another side, such as the grade that a report states: what both leave possible is the value,
and where that is nothing, all that either does, which is a conflict and shown. So it is with a
recorded word beside a derived one. A recorded number or truth wins, and a difference is shown.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from typing import Any
from weakref import WeakKeyDictionary

from gepnet.criteria import Criteria, Node, explain, facts_of, interpret
from gepnet.facts.model import ASSUMED, FactValue, is_range
from gepnet.knowledge.vocabulary_models import Derivation
from gepnet.measures import CARRIED_FORWARD, FUNCTIONS, MONTHS
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    Fact,
    Interval,
    PartialDate,
    Several,
    Value,
    Vocabulary,
)


@dataclass(frozen=True)
class Derived:
    """The outcome of a derivation: a value with what it rests on, or the facts that it lacks."""

    value: Value
    missing: tuple[str, ...] = ()
    rule: str | None = None
    inputs: tuple[str, ...] = ()
    conflict: Value = None


def derive_all(
    entries: MutableMapping[str, FactValue],
    vocabulary: Vocabulary,
    criteria: Criteria,
    measures: Mapping[str, Any],
    at: PartialDate,
    absences: Mapping[str, FactValue] | None = None,
    only: Container[str] | None = None,
) -> dict[str, tuple[str, ...]]:
    """Add every derived and bounded fact to ``entries``.

    ``absences`` says what silence means for facts whose domain the record declares complete; it is
    used for a derived fact only where its derivation leaves it open. ``only`` leaves out what is
    not among these names (see ``needed_for``).

    Returns:
        For each derived fact that stays unknown, the inputs that it lacks; for each that is known
        within bounds only, the inputs that are.
    """
    values: dict[str, Value] = {name: entry.value for name, entry in entries.items()}
    lacking: dict[str, tuple[str, ...]] = {}
    for name in derivation_order(vocabulary, criteria):
        if only is not None and name not in only:
            continue
        fact = vocabulary[name]
        recorded = entries.get(name)
        if fact.entry.bound is not None and (recorded is None or recorded.value is None):
            bound = _call(fact.entry.bound.function, fact.entry.bound.inputs, values, measures, at)
            if bound is not None:
                entries[name] = FactValue(
                    name,
                    bound,
                    "bounded",
                    note="bounded, not measured",
                    inputs=_known(fact.entry.bound.inputs, values),
                )
                values[name] = bound
            continue
        if not fact.is_derived:
            continue
        derived = derive(fact, values, criteria, measures, at)
        if recorded is not None and recorded.value is not None:
            recorded = _beside(fact, _carried_forward(fact, recorded, at), derived.value)
            entries[name] = recorded
            values[name] = recorded.value
            continue
        absence = (absences or {}).get(name)
        if derived.value is None and absence is not None:
            entries[name] = absence
            values[name] = absence.value
            continue
        if derived.missing:
            lacking[name] = derived.missing
        # Two statements that together leave everything possible are told all the same.
        if derived.value is None and derived.conflict is None:
            continue
        entries[name] = FactValue(
            name,
            derived.value,
            "derived",
            note=derived.rule,
            inputs=derived.inputs,
            conflict=derived.conflict,
        )
        values[name] = derived.value
        if is_range(derived.value) and not derived.missing:
            lacking[name] = _inexact(derived.inputs, values)
    return lacking


def _beside(fact: Fact, recorded: FactValue, derived: Value) -> FactValue:
    """Return a recorded value beside the one that follows from others."""
    if derived is None or recorded.note == ASSUMED:
        return recorded
    both, apart = fact.reconciled(recorded.value, derived)
    if fact.type != "enum" or NOT_APPLICABLE in (recorded.value, derived):
        both = recorded.value
    return replace(recorded, value=both, conflict=derived if apart else recorded.conflict)


def derive(
    fact: Fact,
    values: Mapping[str, Value],
    criteria: Criteria,
    measures: Mapping[str, Any],
    at: PartialDate,
) -> Derived:
    """Work out one fact from the values of others."""
    if fact.entry.function is not None:
        if fact.entry.function not in FUNCTIONS:
            return Derived(None)  # a function of the whole record, worked out before
        value = _call(fact.entry.function, fact.entry.inputs, values, measures, at)
        if value is None:
            return Derived(None, tuple(n for n in fact.entry.inputs if values.get(n) is None))
        if isinstance(value, Interval):
            value = fact.worked_out(Interval(*_clipped(fact, value)))
            if not value.is_point and not fact.takes_range:
                return Derived(None, _inexact(fact.entry.inputs, values))
        return Derived(value, inputs=_known(fact.entry.inputs, values))
    before = _by_lists.setdefault(criteria, {})
    asked = before.get(id(fact))
    if asked is None:
        asked = before[id(fact)] = _Lists(fact, inputs_of(fact, criteria))
    # Sets of values are equal by what they hold; the word that a set was recorded with counts too.
    key = tuple(
        [(v, v.told) if isinstance(v, Several) else v for v in map(values.get, asked.names)]
    )
    found = asked.given.get(key)
    if found is None:
        if len(asked.given) >= _KEPT:
            asked.given.clear()
        found = asked.given[key] = _by_rules(fact, values, criteria)
    return found


@dataclass(frozen=True)
class _Lists:
    """What the decision lists of a fact gave before, by the values that they look at.

    Of many patients most facts are alike, and of one who is changed most stay as they are. The
    fact is kept, so that its number stands for nothing else.
    """

    fact: Fact
    names: tuple[str, ...]
    given: dict[tuple[Any, ...], Derived] = field(default_factory=dict)


_KEPT = 2048
_by_lists: WeakKeyDictionary[Criteria, dict[int, _Lists]] = WeakKeyDictionary()


def _by_rules(fact: Fact, values: Mapping[str, Value], criteria: Criteria) -> Derived:
    """Return what both decision lists leave possible."""
    found = _listed(fact, fact.entry.derived, values, criteria)
    if not fact.entry.narrowed:
        return found
    told = _listed(fact, fact.entry.narrowed, values, criteria)
    value, apart = fact.reconciled(found.value, told.value)
    settled = value is not None and not isinstance(value, Several)
    return Derived(
        value,
        () if settled else tuple(dict.fromkeys((*found.missing, *told.missing))),
        found.rule if told.value is None or value == found.value else told.rule or found.rule,
        tuple(dict.fromkeys((*found.inputs, *told.inputs))),
        told.value if apart else None,
    )


def _listed(
    fact: Fact,
    rules: Sequence[Derivation],
    values: Mapping[str, Value],
    criteria: Criteria,
) -> Derived:
    """Return what a decision list leaves possible."""
    left: list[Any] = []
    asked: list[Node] = []
    open_: list[Node] = []
    decided: str | None = None
    for rule in rules:
        node = criteria(rule.when)
        truth = interpret(node, values)
        asked.append(node)
        if truth is not False:
            left += rule.values
            open_.append(node)
        if truth:
            decided = rule.when if rule.law is None else f"follows from {rule.law}: {rule.when}"
            break
    value = None if decided is None else _one_of(fact, left)
    if value is not None:
        inputs = _known(dict.fromkeys(name for node in open_ for name in facts_of(node)), values)
        lacking = _overturning(asked, values) if isinstance(value, Several) else ()
        return Derived(value, lacking, decided, inputs)
    if fact.type == "enum":
        return Derived(None, _overturning(asked, values))
    return Derived(None, explain(open_[0], values).missing if open_ else ())


def may_turn(fact: Fact, values: Mapping[str, Value], criteria: Criteria) -> bool:
    """Whether a fact that follows from others may turn out otherwise once more is recorded.

    So it is where a rule takes silence for an answer: a grade from Ki-67 alone is another where the
    mitoses are counted.
    """
    for rules in (fact.entry.derived, fact.entry.narrowed):
        tried: list[tuple[Node, Derivation]] = []
        for rule in rules:
            tried.append((criteria(rule.when), rule))
            if interpret(tried[-1][0], values):
                break
        last = tried[-1][1].values if tried else []
        nodes = [node for node, rule in tried[:-1] if rule.values != last]
        if _overturning([*nodes, *(node for node, _ in tried[-1:])], values):
            return True
    return False


def _overturning(asked: Iterable[Node], values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return what could change rules, those included that fail only as nothing is recorded."""
    found = (name for node in asked for name in explain(node, values).overturning)
    return tuple(dict.fromkeys(found))


def _one_of(fact: Fact, left: Iterable[Any]) -> Value:
    """Return the value of a fact of which rules leave some."""
    if fact.type == "enum":
        return fact.among(left)
    found = {fact.parse(raw) for raw in left}
    return found.pop() if len(found) == 1 else None


def _carried_forward(fact: Fact, recorded: FactValue, at: PartialDate) -> FactValue:
    """Return a recorded value as it has become since, where time alone changes it."""
    carry = CARRIED_FORWARD.get(fact.entry.function or "")
    if carry is None or recorded.date is None or not isinstance(recorded.value, Interval):
        return recorded
    value = carry(recorded.value, recorded.date, at)
    if value == recorded.value:
        return recorded
    return replace(recorded, value=value, note=f"noted as {recorded.value} on {recorded.date}")


def _known(names: Iterable[str], values: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(name for name in names if values.get(name) is not None)


def _inexact(names: tuple[str, ...], values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the numbers known only within bounds; all inputs where none of them is a number."""
    found = [name for name in names if is_range(values.get(name))]
    return tuple(found) or names


def _clipped(fact: Fact, value: Interval) -> tuple[Any, Any]:
    least, greatest = fact.entry.range or (value.low, value.high)
    low, high = value.low, value.high
    if fact.entry.unit == MONTHS:
        low, high = fact.round(low), fact.round(high)
    return min(max(low, least), greatest), min(max(high, least), greatest)


def _call(
    name: str,
    inputs: tuple[str, ...],
    values: Mapping[str, Value],
    measures: Mapping[str, Any],
    at: PartialDate,
) -> Value:
    return FUNCTIONS[name]({key: values.get(key) for key in inputs}, measures, at)


_orders: WeakKeyDictionary[Vocabulary, tuple[str, ...]] = WeakKeyDictionary()


def derivation_order(vocabulary: Vocabulary, criteria: Criteria) -> tuple[str, ...]:
    """Return derived and bounded facts so that each comes after its inputs.

    Raises:
        graphlib.CycleError: if facts are derived from each other.
    """
    if vocabulary not in _orders:
        graph = {
            fact.id: dict.fromkeys(inputs_of(fact, criteria))
            for fact in vocabulary.base_facts()
            if fact.is_derived or fact.entry.bound is not None
        }
        _orders[vocabulary] = tuple(
            n for n in TopologicalSorter(graph).static_order() if n in graph
        )
    return _orders[vocabulary]


def needed_for(names: Iterable[str], criteria: Criteria) -> frozenset[str]:
    """Return the facts named and everything that they are worked out from."""
    found: set[str] = set()
    left = [name for name in names if name in criteria.vocabulary]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(inputs_of(criteria.vocabulary[name], criteria))
    return frozenset(found)


def inputs_of(fact: Fact, criteria: Criteria) -> tuple[str, ...]:
    """Return the facts that a derived or bounded fact is worked out from."""
    names = [n for n in fact.entry.inputs if n in criteria.vocabulary]
    for rule in fact.entry.rules:
        names.extend(facts_of(criteria(rule.when)))
    if fact.entry.bound is not None:
        names.extend(fact.entry.bound.inputs)
    return tuple(dict.fromkeys(names))
