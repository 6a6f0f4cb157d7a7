"""The fully known patient as formulas: ranges, derivations and dependencies are the axioms.

Every recorded fact has one exact value; a derived fact follows from its ordered rules, and one that
no rule decides is free if a record can state it, else unknown. A fact worked out by a function is
free within its range. What a fully known patient obeys beyond that is data
(``knowledge/measures/dependencies.yaml``).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import z3

from gepnet.criteria import Node, facts_of
from gepnet.criteria.algebra import Evaluator, Pair
from gepnet.criteria.smt import (
    UNKNOWN,
    Formula,
    SolverLogic,
    Symbol,
    constant,
    disj,
    exactly,
    formula,
    integer,
    is_true,
    neg,
    plausible,
)
from gepnet.facts.algebra import value_of
from gepnet.facts.derive import derivation_order
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition
from gepnet.guidelines.status import Status
from gepnet.guidelines.verify.dependencies import Count, Dependencies, closure, criteria_of, inputs
from gepnet.rules import Rule, rule_truth
from gepnet.rules.rule import E_co
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Value, Vocabulary


@dataclass(frozen=True)
class World:
    """One fully known patient: symbols, the formulas that must hold, and a translator about it."""

    vocabulary: Vocabulary
    symbols: Mapping[str, Symbol]
    axioms: tuple[Formula, ...]
    # Facts that a witness records, those worked out from others left out.
    recorded: tuple[str, ...]
    truth: Evaluator[Pair[Formula]] = field(compare=False)

    def true(self, node: Node) -> Formula:
        """Return when a criterion is true."""
        return self.truth(node).true

    def false(self, node: Node) -> Formula:
        """Return when a criterion is false."""
        return self.truth(node).false

    def applies(self, rule: Rule[E_co]) -> Pair[Formula]:
        """Return when a rule applies and when it does not; between its readings it is open."""
        return rule_truth(self.logic, rule, self.truth)

    @property
    def logic(self) -> SolverLogic:
        """How criteria are made formulas."""
        assert isinstance(self.truth.logic, SolverLogic)
        return self.truth.logic

    def status(self, position: DocumentPosition, *statuses: Status) -> Formula:
        """Return when nothing but some statuses is possible of a document on an option."""
        return position.where(self.truth, statuses)

    def values(self, model: z3.ModelRef, among: Container[str]) -> dict[str, Value]:
        """Return the recorded facts, those among some, of the patient that a model describes."""
        found = {
            name: _value(self.vocabulary[name], self.symbols[name], model)
            for name in self.recorded
            if name in among
        }
        return {name: value for name, value in found.items() if value is not None}


class Axioms:
    """Makes worlds over the facts that some criteria depend on."""

    def __init__(self, base: KnowledgeBase, names: Iterable[str] | None = None) -> None:
        """Read the dependencies.

        Args:
            base: the knowledge.
            names: facts that criteria name; by default those of the knowledge.

        Raises:
            InputError: if the page of dependencies is faulty.
        """
        self.base = base
        self.vocabulary = base.vocabulary
        self.page = Dependencies.read(base.knowledge.measures)
        self.facts = tuple(closure(base, base.facts_named if names is None else names))
        self.rules = dict(criteria_of(base, self.page, self.facts))
        self.counts = [count for count in self.page.counts if count.fact in self.facts]
        base.criteria.store()
        self.unrecorded = {item.fact for item in self.page.unrecorded}
        self.sometimes_unrecorded = {item.fact for item in self.page.sometimes_unrecorded}

    @cached_property
    def world(self) -> World:
        """The patient that everything is asked about."""
        return self._made({}, "")

    def varied(self, changed: Iterable[str], suffix: str) -> World:
        """Return the same patient with other values of some facts and of all that follow.

        Every fact that does not depend on one of ``changed`` is shared with ``world``.
        """
        shared = dict(self.world.symbols)
        moved = set(changed)
        for name in self._order:
            if any(source in moved for source in inputs(self.base, name)):
                moved.add(name)
        for name in moved:
            shared.pop(name, None)
        return self._made(shared, suffix)

    @cached_property
    def _order(self) -> tuple[str, ...]:
        """Facts so that each comes after those that it is derived from."""
        about = set(self.facts)
        derived = [
            name
            for name in derivation_order(self.vocabulary, self.base.criteria)
            if name in about and self.vocabulary[name].entry.derived
        ]
        recorded = [name for name in self.facts if name not in set(derived)]
        return (*recorded, *derived)

    def _made(self, shared: Mapping[str, Symbol], suffix: str) -> World:
        engine = _KnownFacts(self, dict(shared), suffix)
        symbols, truth = engine.symbols, Evaluator(engine)
        settled = z3.Solver()
        asserted = 0
        for name in self._order:
            if name in symbols:
                continue
            made = value_of(self.vocabulary[name], engine, truth, self.base.criteria)
            settled.add([formula(axiom) for axiom in engine.axioms[asserted:]])
            asserted = len(engine.axioms)
            symbols[name] = _known_for_sure(made, settled)
        axioms = engine.axioms
        new = set(symbols) - set(shared)
        for node in self.rules.values():
            if new.intersection(facts_of(node)):
                axioms.append(truth(node).true)
        for count in self.counts:
            if count.fact in new or any(f"received_{o}" in new for o in count.of):
                axioms.extend(_counting(count, symbols))
        recorded = tuple(name for name in self.facts if self._is_recorded(name))
        kept = tuple(axiom for axiom in axioms if axiom is not True)
        return World(self.vocabulary, symbols, kept, recorded, truth)

    def _is_recorded(self, name: str) -> bool:
        fact = self.vocabulary[name]
        return fact.type != "date" and (not fact.entry.derived or _recordable(fact))


class _KnownFacts(SolverLogic):
    """Works the facts of a fully known patient out; see ``gepnet.facts.algebra``.

    A fact is one variable, whether a record or a rule gives its value; rules are axioms about it.
    """

    def __init__(self, about: Axioms, symbols: dict[str, Symbol], suffix: str) -> None:
        """Start with the facts that are shared with another patient, if any."""
        super().__init__(symbols, about.vocabulary)
        self.symbols: dict[str, Symbol] = symbols
        self.axioms: list[Formula] = []
        self._about = about
        self._suffix = suffix
        self._free: dict[str, Symbol] = {}

    def _variable(self, fact: Fact) -> Symbol:
        """Return the variable of a fact, its value one that the fact can have."""
        if fact.id not in self._free:
            made = exactly(fact, f"{fact.id}{self._suffix}")
            self._free[fact.id] = made
            self.axioms.append(plausible(fact, made))
        return self._free[fact.id]

    @property
    def logic(self) -> SolverLogic:
        """How truths are put together."""
        return self

    def unknown(self, fact: Fact) -> Symbol:
        """Return a fact that nobody can know."""
        return UNKNOWN

    def recorded(self, fact: Fact) -> Symbol | None:
        """Return the variable, where a record can state it."""
        page, derived = self._about, bool(fact.entry.derived)
        if not derived and (fact.id in page.unrecorded or fact.type == "date"):
            return None
        name = f"{fact.id}{self._suffix}"
        known: Formula = z3.Bool(f"{name}?") if fact.id in page.sometimes_unrecorded else True
        if derived:
            can_be_told = known is not True or _recordable(fact)
            return replace(self._variable(fact), known=known) if can_be_told else None
        made = replace(self._variable(fact), known=known)
        if fact.entry.absence == "not_applicable":
            made = replace(made, absent=z3.Bool(f"{name}#"))
        never = [item.value for item in page.page.never if item.fact == fact.id]
        for value in (*fact.entry.unresolved, *never):
            self.axioms.append(neg(made.value == fact.values.index(value)))
        return made

    def computed(self, fact: Fact, function: str, inputs: Sequence[str]) -> Symbol | None:
        """Return None: the result of a function is free within its range."""

    def boolean(self, fact: Fact, truth: Pair[Formula]) -> Symbol:
        """Say that the value is a truth, and known where that is settled."""
        made = self._variable(fact)
        self.axioms.append(_implies(truth.true, made.value))
        self.axioms.append(_implies(truth.false, neg(made.value)))
        return replace(made, known=self.join(truth))

    def by_rules(
        self,
        fact: Fact,
        rules: Sequence[tuple[Pair[Formula], Sequence[str]]],
        narrowed: Sequence[tuple[Pair[Formula], Sequence[str]]],
    ) -> Symbol:
        """Say that the value is one of those that the decision lists leave.

        It is known unless they leave everything: of a fully known patient one value is left. Two
        lists never contradict each other about such a patient.
        """
        made = self._variable(fact)
        possible = self.possible(rules, fact.members)
        if narrowed:
            told = self.possible(narrowed, fact.members)
            possible = {one: self.meet([where, told[one]]) for one, where in possible.items()}
            self.axioms.append(disj(possible.values()))
        for value, where in possible.items():
            self.axioms.append(_implies(_is(fact, made, constant(fact, value)), where))
        meant = [possible[value] for value in fact.members if value in fact.meanings]
        return replace(made, known=neg(self.meet(meant)))

    def reconciled(self, fact: Fact, recorded: Symbol, derived: Symbol) -> Symbol:
        """Return a word that a record states or rules give: one variable is both."""
        return replace(recorded, known=disj([derived.known, recorded.known]))

    def silence(self, fact: Fact) -> Symbol | None:
        """Return what it means that nothing is recorded: the record of such a patient is whole."""
        means_false = fact.entry.absence == "false" and fact.type == "boolean"
        told_elsewhere = _recordable(fact) or fact.id in self._about.sometimes_unrecorded
        return constant(fact, False) if means_false and not told_elsewhere else None

    def first_known(self, fact: Fact, first: Symbol, then: Callable[[], Symbol | None]) -> Symbol:
        """Return a fact that either source makes known."""
        second = then()
        if second is None:
            return first
        if second.known is True:
            self.axioms.append(_implies(neg(first.known), _is(fact, first, second)))
        return replace(first, known=disj([second.known, first.known]))


def _recordable(fact: Fact) -> bool:
    """Whether a record can state a derived fact directly."""
    return fact.entry.event is not None


def _known_for_sure(made: Symbol, axioms: z3.Solver) -> Symbol:
    """Drop the flag of a fact that is always known."""
    if isinstance(made.known, bool) or axioms.check(z3.Not(made.known)) != z3.unsat:
        return made
    return Symbol(True, made.absent, made.value, made.low, made.high)


def _implies(condition: Formula, then: Formula) -> Formula:
    return disj([neg(condition), then])


def _is(fact: Fact, made: Symbol, value: Symbol) -> Formula:
    if fact.type == "number":
        return made.low == value.low
    return made.value == value.value


def _counting(count: Count, symbols: Mapping[str, Symbol]) -> Iterator[Formula]:
    total = symbols[count.fact].low
    named = [symbols[f"received_{o}"].value for o in count.of if f"received_{o}" in symbols]
    classes = [symbols[f"received_{o}"].value for o in count.classes if f"received_{o}" in symbols]
    if named:
        yield total >= z3.Sum([z3.If(one, 1, 0) for one in named])
    if classes:
        yield formula(disj(classes)) == (total >= 1)


def _value(fact: Fact, one: Symbol, model: z3.ModelRef) -> Value:
    if not is_true(model, one.known):
        return None
    if is_true(model, one.absent):
        return NOT_APPLICABLE
    if fact.type == "boolean":
        return is_true(model, one.value)
    if fact.type == "enum":
        return fact.values[integer(model, one.value)]
    number = Decimal(integer(model, one.low)) * fact.precision
    return Interval(number, number)
