"""One derived fact over any engine, in the words of its own entry.

``gepnet.facts.derive`` is the reference and says the same for one patient, with what is missing and
where values conflict. Columns of many patients, the variants of one patient and the solver take the
order of sources, and what each rule gives, from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from gepnet.criteria import Criteria, Node
from gepnet.vocabulary import Fact, Value

T = TypeVar("T")
V = TypeVar("V")
T_contra = TypeVar("T_contra", contravariant=True)


class FactLogic(Protocol[T_contra, V]):
    """What an engine offers to work facts out; its values may be known in some places only."""

    def unknown(self, fact: Fact) -> V:
        """Return a fact of which nothing can be known."""

    def recorded(self, fact: Fact) -> V | None:
        """Return what records say of a fact; None if none can."""

    def computed(self, fact: Fact, function: str, inputs: Sequence[str]) -> V | None:
        """Return the result of a named function; None if the engine cannot call it."""

    def by_rules(self, fact: Fact, rules: Sequence[tuple[T_contra, Value]]) -> V:
        """Return the value of the first rule that is not false; unknown where that one is open."""

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
        derived = _derived(fact, engine, truth, criteria)
        if derived is None or fact.entry.bound is not None:
            return derived
        return engine.first_known(fact, derived, lambda: engine.silence(fact))

    recorded = engine.recorded(fact)
    if recorded is None:
        found = worked_out()
        return engine.unknown(fact) if found is None else found
    return engine.first_known(fact, recorded, worked_out)


def _derived(
    fact: Fact, engine: FactLogic[T, V], truth: Callable[[Node], T], criteria: Criteria
) -> V | None:
    entry = fact.entry
    if entry.bound is not None:
        return engine.computed(fact, entry.bound.function, entry.bound.inputs)
    if entry.function is not None:
        return engine.computed(fact, entry.function, entry.inputs)
    if not entry.derived:
        return None
    rules = [(truth(criteria(rule.when)), fact.parse(rule.value)) for rule in entry.derived]
    return engine.by_rules(fact, rules)
