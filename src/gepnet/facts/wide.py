"""Derived facts for a table of many patients, as expressions of any column engine.

Facts are worked out as ``gepnet.facts.algebra`` says. The plan is a list of stages; the expressions
of a stage read the table and the columns of earlier stages, and every distinct atom is evaluated
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any, Protocol

from gepnet.criteria import Always, Node, atoms, facts_of
from gepnet.criteria.algebra import Evaluator
from gepnet.criteria.columns import (
    ColumnLogic,
    Expression,
    absent_column,
    all_bits,
    bits_of,
    columns_of,
    high_column,
    low_column,
)
from gepnet.facts.algebra import value_of
from gepnet.facts.given import Source, first_day_column, last_day_column
from gepnet.facts.silence import silent_domain
from gepnet.measures import MONTHS
from gepnet.measures.columns import (
    COLUMN_FUNCTIONS,
    Algebra,
    Call,
    Column,
    Steps,
)
from gepnet.vocabulary import Fact


class WideAlgebra(ColumnLogic, Algebra, Protocol):
    """What a column engine must offer: criteria, and the arithmetic of the measures."""

    def date(self, text: Expression, last: bool) -> Expression:
        """Return the first or the last day that a date text can mean."""

    def stored(self, steps: Expression, step: Decimal) -> Expression:
        """Return whole steps of some size as a number of the table."""

    def constant(self, fact: Fact, cell: Any) -> Expression:
        """Return a cell of a fact's column as a constant of the column's type."""

    def shared_bits(self, one: Expression, other: Expression) -> Expression:
        """Return the bits that two whole numbers have both."""

    def joined_bits(self, one: Expression, other: Expression) -> Expression:
        """Return the bits that either of two whole numbers has."""

    def small(self, number: int) -> Expression:
        """Return a whole number below 256 as a constant."""

    def nothing(self, fact: Fact, column: str) -> Expression:
        """Return null of a column's type."""

    def by(
        self,
        truth: Expression,
        true: Callable[[], Expression],
        false: Callable[[], Expression],
        unknown: Callable[[], Expression],
    ) -> Expression:
        """Return the value of one of three cases."""


Stage = dict[str, Expression]
# In which the bits of a word are worked out: its lists, both of them, beside what a table supplies.
_STEPS = 5


@dataclass
class WidePlan:
    """The stages that lead from the columns of a table to all truths that were asked for."""

    source: Source
    algebra: WideAlgebra
    nodes: Sequence[Node]
    stage_atoms: bool = True
    stages: list[Stage] = field(default_factory=list)
    conflicts: dict[str, str] = field(default_factory=dict)
    derived_columns: dict[str, dict[str, str]] = field(default_factory=dict)
    _staged: set[Node] = field(default_factory=set)
    _given: dict[str, Stage] = field(default_factory=dict)
    _values: int = 0
    _kept: list[Stage] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay out the stages."""
        self.truth = Evaluator(self.algebra)
        wanted = dict.fromkeys(name for node in self.nodes for name in facts_of(node))
        self.levels = self.source.needed(wanted)
        asked = dict.fromkeys(atom for node in self.nodes for atom in atoms(node))
        for fact in self.facts:
            for rule in fact.entry.rules:
                asked.update(dict.fromkeys(atoms(self.source.criteria(rule.when))))
        by_level: dict[int, list[Node]] = {}
        for atom in asked:
            if not isinstance(atom, Always):
                level = max(self.levels[name] for name in facts_of(atom))
                by_level.setdefault(level, []).append(atom)
        top = max(self.levels.values(), default=0)
        for level in range(top + 1):
            facts = [f for f in self.facts if self.levels[f.id] == level]
            self._rules(facts)
            self._kept = [{} for _ in range(_STEPS)]
            columns = {k: v for fact in facts for k, v in self._columns(fact).items()}
            self.stages += self._kept
            self._stage(columns)
            self._stage({k: v for fact in facts for k, v in self._days(fact).items()})
            if self.stage_atoms:
                self._keep(by_level.get(level, []), "a")
        self.stages = [stage for stage in self.stages if stage]

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that the plan reads or works out."""
        return tuple(self.source.vocabulary[name] for name in self.levels)

    @property
    def absent(self) -> list[Fact]:
        """Facts that the table should give and that it has no column for."""
        recorded = self.source.recorded(self.levels)
        return [f for f in self.facts if f.id in recorded and not self.source.has(f)]

    def _stage(self, columns: Stage) -> None:
        if columns:
            self.stages.append(columns)

    def _keep(self, nodes: Iterable[Node], prefix: str) -> None:
        """Evaluate criteria once, into columns of their own."""
        columns: Stage = {}
        new = [
            node
            for node in dict.fromkeys(nodes)
            if node not in self._staged and not isinstance(node, Always)
        ]
        for node in new:
            columns[f"__{prefix}{len(self._staged) + len(columns)}"] = self.truth(node)
        self._stage(columns)
        for node, name in zip(new, columns, strict=True):
            self.truth.keep(node, self.algebra.column(name))
        self._staged.update(new)

    def _keep_value(self, step: int, value: Expression) -> Expression:
        """Put a value that is used more than once into a column of its own.

        The facts of a level share the stages of their first value, of their second and so on. A
        stage for each value would nest the sub-selects of SQL deeper than it can be printed.
        """
        name = f"__v{self._values}"
        self._values += 1
        if step == len(self._kept):
            self._kept.append({})
        self._kept[step][name] = value
        return self.algebra.column(name)

    def _rules(self, facts: Iterable[Fact]) -> None:
        rules = (rule for f in facts for rule in f.entry.rules)
        self._keep((self.source.criteria(rule.when) for rule in rules), "r")

    # --- one fact -------------------------------------------------------------------------------

    def _columns(self, fact: Fact) -> Stage:
        """Return the columns that this stage adds for a fact; none if the table has them."""
        found = value_of(fact, self, self.truth, self.source.criteria)
        found = self._or_silence(fact, found)
        as_given = found is self._given.get(fact.id)
        return {n: v for n, v in found.items() if not (as_given and n in self.source.supplied)}

    @property
    def logic(self) -> WideAlgebra:
        """How truths are put together."""
        return self.algebra

    def unknown(self, fact: Fact) -> Stage:
        """Return nothing in every column."""
        return {name: self.algebra.nothing(fact, name) for name in columns_of(fact)}

    def recorded(self, fact: Fact) -> Stage | None:
        """Return the columns of the table; None if it has none of the fact."""
        if not self.source.has(fact):
            return None
        self._given[fact.id] = {name: self._supplied(name) for name in columns_of(fact)}
        return self._given[fact.id]

    def _supplied(self, column: str) -> Expression:
        if column in self.source.supplied:
            return self.algebra.column(column)
        return self.algebra.literal(False)  # nothing is marked as not applicable

    def silence(self, fact: Fact) -> Stage | None:
        """Return None: what silence means is put in last, so that nothing contradicts it."""

    def _or_silence(self, fact: Fact, found: Stage) -> Stage:
        """Let silence stand for what nothing tells, where its domain is declared complete."""
        domain = silent_domain(fact, self.source.vocabulary) if self.source.silences else None
        if domain not in self.source.silences or not fact.is_derived:
            return found  # a table has recorded facts as they are
        algebra, low = self.algebra, low_column(fact)
        told = algebra.certainly(algebra.column(self.source.silences[domain or ""]))
        nothing = algebra.every([told, algebra.missing(found[low])])
        absent = absent_column(fact)
        if absent is not None:
            both = algebra.either([algebra.certainly(found[absent]), nothing])
            return {**found, absent: both}
        return {**found, low: algebra.choose([(nothing, algebra.literal(False))], found[low])}

    def computed(self, fact: Fact, function: str, inputs: Sequence[str]) -> Stage | None:
        """Return what a named function gives, within the range of the fact."""
        if function not in COLUMN_FUNCTIONS:
            return None
        columns = {name: self._input(self.source.vocabulary[name]) for name in inputs}
        source = self.source
        rounded = fact.entry.unit == MONTHS
        step = fact.precision if rounded else fact.fine
        whole = int(fact.precision / step)
        places = count()

        def keep(value: Expression) -> Expression:
            return self._keep_value(next(places), value)

        call = Call(self.algebra, columns, source.measures, source.at, step, whole, keep)
        steps = COLUMN_FUNCTIONS[function](call)
        return self._of_steps(fact, steps, step, clip=fact.entry.bound is None)

    def boolean(self, fact: Fact, truth: Expression) -> Stage:
        """Return a truth as the column of its fact."""
        columns = {fact.id: truth}
        absent = absent_column(fact)
        return columns if absent is None else {**columns, absent: self.algebra.literal(False)}

    def by_rules(
        self,
        fact: Fact,
        rules: Sequence[tuple[Expression, Sequence[str]]],
        narrowed: Sequence[tuple[Expression, Sequence[str]]],
    ) -> Stage:
        """Return the bits that two decision lists leave."""
        found = self._listed(fact, rules)
        if narrowed:
            lists = (found, self._listed(fact, narrowed))
            one, other = (self._keep_value(0, bits) for bits in lists)
            found = self._both(fact, one, other)
            self._watch(fact, 1, other, one)
        mask = self._settled(fact, 1, found)
        columns = {fact.id: mask}
        absent = absent_column(fact)
        return columns if absent is None else {**columns, absent: self.algebra.literal(False)}

    def _listed(self, fact: Fact, rules: Sequence[tuple[Expression, Sequence[str]]]) -> Expression:
        """Return the bits that a decision list leaves; what follows a rule stands in it once."""
        algebra, nothing = self.algebra, self.algebra.bits(fact, 0)
        found = algebra.bits(fact, all_bits(fact))
        for truth, values in reversed(rules):
            below = algebra.choose([(truth, nothing)], found)
            if not values:
                found = below
                continue
            own = algebra.bits(fact, bits_of(fact, values))
            own = algebra.choose([(algebra.negate(truth), nothing)], own)
            found = algebra.joined_bits(own, below)
        return found

    def _both(self, fact: Fact, one: Expression, other: Expression) -> Expression:
        """Return the bits of both; all of either where there are none."""
        shared = self.algebra.shared_bits(one, other)
        apart = self.algebra.equal(shared, self.algebra.bits(fact, 0))
        return self.algebra.choose([(apart, self.algebra.joined_bits(one, other))], shared)

    def _settled(self, fact: Fact, step: int, found: Expression) -> Expression:
        """Return bits as a column has them: all of them, or none, is unknown."""
        algebra, found = self.algebra, self._keep_value(step, found)
        nothing = algebra.nothing(fact, fact.id)
        ends = (algebra.bits(fact, bits) for bits in (all_bits(fact), 0))
        return algebra.choose([(algebra.equal(found, end), nothing) for end in ends], found)

    def reconciled(self, fact: Fact, recorded: Stage, derived: Stage) -> Stage:
        """Return what a supplied word and the derived one leave; remember where they differ."""
        algebra, everything = self.algebra, self.algebra.bits(fact, all_bits(fact))
        given, found = recorded[fact.id], self._keep_value(2, derived[fact.id])
        one, other = (
            self._keep_value(3, algebra.choose([(algebra.missing(mask), everything)], mask))
            for mask in (given, found)
        )
        both = self._settled(fact, 4, self._both(fact, one, other))
        columns = {fact.id: both}
        absent = absent_column(fact)
        if absent is not None:
            none = algebra.certainly(recorded[absent])
            columns[fact.id] = algebra.choose([(none, algebra.nothing(fact, fact.id))], both)
            columns[absent] = none
        self._watch(fact, 4, one, other)
        return columns

    def _watch(self, fact: Fact, step: int, given: Expression, derived: Expression) -> None:
        """Remember where two statements about a word have nothing in common."""
        shared = self.algebra.shared_bits(given, derived)
        names = [f"__{part}_{fact.id}" for part in ("conflict", "given", "derived")]
        flag = self.algebra.equal(shared, self.algebra.bits(fact, 0))
        if fact.id in self.conflicts:  # of the lists of its rules, before the table's own word
            return
        self.conflicts[fact.id] = names[0]
        self.derived_columns[fact.id] = {names[1]: names[2]}
        self._kept[step].update(zip(names, (flag, given, derived), strict=True))

    def first_known(self, fact: Fact, first: Stage, then: Callable[[], Stage | None]) -> Stage:
        """Use the supplied value where there is one; remember where the derivation differs."""
        derived = then()
        if derived is None:
            return first
        algebra = self.algebra
        known = algebra.negate(algebra.missing(first[low_column(fact)]))
        absent = absent_column(fact)
        if absent in self.source.supplied:
            known = algebra.either([known, algebra.certainly(first[absent])])
        columns = {
            name: algebra.choose([(known, first[name])], value) for name, value in derived.items()
        }
        if fact.entry.bound is None:
            self.conflicts[fact.id] = f"__conflict_{fact.id}"
            self.derived_columns[fact.id] = {name: f"__derived_{name}" for name in derived}
            columns[self.conflicts[fact.id]] = self._conflict(fact, first, derived)
            columns |= {f"__derived_{name}": value for name, value in derived.items()}
        return columns

    def _days(self, fact: Fact) -> Stage:
        """Return the first and last day of a date that something is worked out from."""
        if fact.type != "date" or fact.id not in self._read_by_functions:
            return {}
        if first_day_column(fact) in self.source.supplied:
            return {}
        text = self.algebra.column(fact.id)
        return {
            first_day_column(fact): self.algebra.date(text, last=False),
            last_day_column(fact): self.algebra.date(text, last=True),
        }

    @cached_property
    def _read_by_functions(self) -> frozenset[str]:
        entries = [fact.entry for fact in self.facts]
        bounds = [entry.bound for entry in entries if entry.bound is not None]
        named = [n for entry in entries for n in entry.inputs]
        return frozenset([*named, *(n for bound in bounds for n in bound.inputs)])

    def _input(self, fact: Fact) -> Column:
        low = high = self.algebra.column(low_column(fact))
        if fact.type == "date":
            low = self.algebra.column(first_day_column(fact))
            high = self.algebra.column(last_day_column(fact))
        if fact.entry.interval:
            high = self.algebra.column(high_column(fact))
        name = absent_column(fact)
        absent = None if name is None else self.algebra.certainly(self.algebra.column(name))
        words = {value: bits_of(fact, [value]) for value in fact.members}
        return Column(low, high, absent, words)

    def _of_steps(self, fact: Fact, steps: Steps, step: Decimal, clip: bool) -> Stage:
        algebra = self.algebra
        low, high = steps.low, steps.high
        if clip and fact.entry.range is not None:
            least, greatest = (int(end / step) for end in fact.entry.range)
            low, high = (self._clipped(end, least, greatest) for end in (low, high))
        if fact.entry.interval:
            columns = {low_column(fact): low, high_column(fact): high}
        else:
            same = algebra.equal(low, high)
            columns = {fact.id: algebra.choose([(same, low)], algebra.literal(None))}
        if steps.absent is not None:
            nothing = algebra.literal(None)
            columns = {
                name: algebra.choose([(steps.absent, nothing)], value)
                for name, value in columns.items()
            }
        stored = {name: algebra.stored(value, step) for name, value in columns.items()}
        absent = absent_column(fact)
        if absent is not None:
            stored[absent] = algebra.literal(False) if steps.absent is None else steps.absent
        return stored

    def _clipped(self, end: Expression, least: int, greatest: int) -> Expression:
        literal = self.algebra.literal
        return self.algebra.choose(
            [(end < least, literal(least)), (end > greatest, literal(greatest))], end
        )

    def _conflict(self, fact: Fact, given: Stage, derived: Stage) -> Expression:
        """Return whether a supplied value and the derivation are both known and exclude each other.

        Unknown where one of them is.
        """
        algebra = self.algebra
        low, high = given[low_column(fact)], given[high_column(fact)]
        other_low, other_high = derived[low_column(fact)], derived[high_column(fact)]
        if fact.type == "number":
            apart = algebra.either([low > other_high, other_low > high])
        else:
            apart = algebra.negate(algebra.equal(low, other_low))
        absent = absent_column(fact)
        if absent is None:
            return apart
        here, there = (algebra.certainly(columns[absent]) for columns in (given, derived))
        return algebra.either(
            [
                apart,
                algebra.every([here, algebra.negate(algebra.missing(other_low))]),
                algebra.every([there, algebra.negate(algebra.missing(low))]),
            ]
        )
