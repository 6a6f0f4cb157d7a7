"""One derived fact over any engine, in the words of its own entry.

``gepnet.facts.derive`` is the reference and says the same for one patient, with what is missing and
where values conflict. Columns of many patients, the variants of one patient and the solver take the
order of sources, and what each rule gives, from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from gepnet.criteria import Criteria, Node
from gepnet.criteria.algebra import Logic
from gepnet.vocabulary import Fact

T = TypeVar("T")
V = TypeVar("V")


class FactLogic(Protocol[T, V]):
    """What an engine offers to work facts out; its values may be known in some places only."""

    @property
    def logic(self) -> Logic[T]:
        """Kleene's logic on its truths."""

    def unknown(self, fact: Fact) -> V:
        """Return a fact of which nothing can be known."""

    def recorded(self, fact: Fact) -> V | None:
        """Return what records say of a fact; None if none can."""

    def computed(self, fact: Fact, function: str, inputs: Sequence[str]) -> V | None:
        """Return the result of a named function; None if the engine cannot call it."""

    def boolean(self, fact: Fact, truth: T) -> V:
        """Return the fact whose value is a truth."""

    def by_rules(
        self,
        fact: Fact,
        rules: Sequence[tuple[T, Sequence[str]]],
        narrowed: Sequence[tuple[T, Sequence[str]]],
    ) -> V:
        """Return the values of an enumeration that two decision lists leave possible.

        What both leave; where that is nothing, all that either does. No rules leave everything.
        """

    def reconciled(self, fact: Fact, recorded: V, derived: V) -> V:
        """Return what a recorded word and the derived one leave possible, likewise."""

    def silence(self, fact: Fact) -> V | None:
        """Return what it means that neither records nor rules say anything; None: nothing."""

    def first_known(self, fact: Fact, first: V, then: Callable[[], V | None]) -> V:
        """Return ``first`` where that is known, and elsewhere ``then``, if there is such."""


def value_of(
    fact: Fact, engine: FactLogic[T, V], truth: Callable[[Node], T], criteria: Criteria
) -> V:
    """Return a fact: a recorded value wins, then what follows from others, then what silence means.

    Args:
        fact: one whose inputs the engine knows already.
        engine: the engine.
        truth: of a criterion, by the same engine.
        criteria: parses the rules.
    """

    def worked_out() -> V | None:
        derived = derived_of(fact, engine, truth, criteria)
        if derived is None or fact.entry.bound is not None:
            return derived
        return engine.first_known(fact, derived, lambda: engine.silence(fact))

    recorded = engine.recorded(fact)
    if recorded is None:
        found = worked_out()
        return engine.unknown(fact) if found is None else found
    if fact.type == "enum" and fact.entry.derived:
        derived = worked_out()
        assert derived is not None
        return engine.reconciled(fact, recorded, derived)
    return engine.first_known(fact, recorded, worked_out)


def derived_of(
    fact: Fact, engine: FactLogic[T, V], truth: Callable[[Node], T], criteria: Criteria
) -> V | None:
    """Return what follows for a fact from others alone; None if nothing can."""
    entry = fact.entry
    if entry.bound is not None:
        return engine.computed(fact, entry.bound.function, entry.bound.inputs)
    if entry.function is not None:
        return engine.computed(fact, entry.function, entry.inputs)
    if not entry.derived:
        return None
    if fact.type == "boolean":
        return engine.boolean(fact, _first_true(fact, engine, truth, criteria))
    lists = (
        [(truth(criteria(rule.when)), _members(fact, rule.values)) for rule in rules]
        for rules in (entry.derived, entry.narrowed)
    )
    return engine.by_rules(fact, *lists)


def _first_true(
    fact: Fact, engine: FactLogic[T, V], truth: Callable[[Node], T], criteria: Criteria
) -> T:
    """Return the truth that a decision list gives: of both values, none is known.

    A rule for true is an ``or`` with all that follows, one for false an ``and`` with its contrary.
    """
    logic = engine.logic
    found = logic.literal(None)
    for rule in reversed(fact.entry.derived):
        holds = truth(criteria(rule.when))
        if fact.parse(rule.value):
            found = logic.either([holds, found])
        else:
            found = logic.every([logic.negate(holds), found])
    return found


def _members(fact: Fact, values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that words stand for, in the order of the vocabulary."""
    meant = {one for value in values for one in fact.candidates(value)}
    return tuple(value for value in fact.members if value in meant)
