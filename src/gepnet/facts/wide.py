"""Derived facts for a table of many patients, as expressions of any column engine.

The plan follows the same entries as ``gepnet.facts.derive`` does for one patient: the first rule
that is not false decides, a recorded value wins, a bound stands in for what was not measured. It is
a list of stages; the expressions of a stage read the table and the columns of earlier stages, and
every distinct atom is evaluated once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from gepnet.criteria import Always, And, Criteria, Node, Not, Or, atoms, facts_of
from gepnet.criteria.columns import (
    absent_column,
    cells,
    columns_of,
    high_column,
    low_column,
)
from gepnet.facts.derive import inputs_of
from gepnet.knowledge import nearest
from gepnet.measures.columns import (
    COLUMN_FUNCTIONS,
    Algebra,
    Call,
    Column,
    Expression,
    Steps,
)
from gepnet.vocabulary import Fact, Vocabulary


class WideAlgebra(Algebra, Protocol):
    """What a column engine must offer: the arithmetic of the measures, and criteria."""

    def column(self, name: str) -> Expression:
        """Return a column of the table or of an earlier stage."""

    def atom(self, node: Node) -> Expression:
        """Return the truth of an atom."""

    def date(self, text: Expression, last: bool) -> Expression:
        """Return the first or the last day that a date text can mean."""

    def negate(self, truth: Expression) -> Expression:
        """Return Kleene's not."""

    def stored(self, steps: Expression, precision: Decimal) -> Expression:
        """Return whole steps of a precision as a number of the table."""

    def constant(self, fact: Fact, cell: Any) -> Expression:
        """Return a cell of a fact's column as a constant of the column's type."""

    def small(self, number: int) -> Expression:
        """Return a whole number below 256 as a constant."""

    def nothing(self, fact: Fact, column: str) -> Expression:
        """Return null of a column's type."""


Stage = dict[str, Expression]


@dataclass(frozen=True)
class Source:
    """What a plan starts from: the knowledge, the columns that the table has, and the date."""

    criteria: Criteria
    measures: Mapping[str, Any]
    supplied: frozenset[str]
    at: datetime.date

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the criteria."""
        return self.criteria.vocabulary

    def has(self, fact: Fact) -> bool:
        """Whether the table has the value columns of a fact."""
        return low_column(fact) in self.supplied and high_column(fact) in self.supplied

    def inputs(self, fact: Fact) -> tuple[str, ...]:
        """Return what a fact is worked out from, as far as columns allow."""
        entry = fact.entry
        if entry.bound is None and not entry.derived and entry.function not in COLUMN_FUNCTIONS:
            return ()
        return tuple(name for name in inputs_of(fact, self.criteria) if name in self.vocabulary)

    def needed(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return the wanted facts and all that they rest on, each with its level above the table.

        Inputs come before what is worked out from them.
        """
        levels: dict[str, int] = {}

        def climb(name: str) -> int:
            if name not in levels:
                below = [climb(source) for source in self.inputs(self.vocabulary[name])]
                levels[name] = 1 + max(below) if below else 0
            return levels[name]

        for name in wanted:
            climb(name)
        return levels

    def recorded(self, wanted: Iterable[str]) -> list[str]:
        """Return the facts among all needed ones that a record gives, not only a derivation."""
        bounded = {name for name in self.vocabulary if self.vocabulary[name].entry.bound}
        levels = self.needed(wanted)
        return [name for name, level in levels.items() if level == 0 or name in bounded]


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
    _staged: dict[Node, str] = field(default_factory=dict)
    _values: int = 0

    def __post_init__(self) -> None:
        """Lay out the stages."""
        wanted = dict.fromkeys(name for node in self.nodes for name in facts_of(node))
        self.levels = self.source.needed(wanted)
        asked = dict.fromkeys(atom for node in self.nodes for atom in atoms(node))
        for fact in self._facts():
            for rule in fact.entry.derived:
                asked.update(dict.fromkeys(atoms(self.source.criteria(rule.when))))
        by_level: dict[int, list[Node]] = {}
        for atom in asked:
            if not isinstance(atom, Always):
                level = max(self.levels[name] for name in facts_of(atom))
                by_level.setdefault(level, []).append(atom)
        top = max(self.levels.values(), default=0)
        for level in range(top + 1):
            facts = [f for f in self._facts() if self.levels[f.id] == level]
            self._rules(facts)
            self._stage({k: v for fact in facts for k, v in self._columns(fact).items()})
            self._stage({k: v for fact in facts for k, v in self._days(fact).items()})
            if self.stage_atoms:
                self._keep(by_level.get(level, []), "a")

    def _facts(self) -> list[Fact]:
        return [self.source.vocabulary[name] for name in self.levels]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that the plan reads or works out."""
        return tuple(self._facts())

    @property
    def absent(self) -> list[Fact]:
        """Facts that the table should give and that it has no column for."""
        recorded = self.source.recorded(self.levels)
        return [f for f in self._facts() if f.id in recorded and not self.source.has(f)]

    def truth(self, node: Node) -> Expression:
        """Return the truth of a criterion."""
        if node in self._staged:
            return self.algebra.column(self._staged[node])
        match node:
            case Always(value):
                return self.algebra.literal(value)
            case Not(operand):
                return self.algebra.negate(self.truth(operand))
            case And(operands):
                return self.algebra.every([self.truth(operand) for operand in operands])
            case Or(operands):
                return self.algebra.either([self.truth(operand) for operand in operands])
        return self.algebra.atom(node)

    def _stage(self, columns: Stage) -> None:
        if columns:
            self.stages.append(columns)

    def _keep(self, nodes: Iterable[Node], prefix: str) -> None:
        """Evaluate criteria once, into columns of their own."""
        columns: Stage = {}
        names: dict[Node, str] = {}
        for node in nodes:
            if node not in self._staged and node not in names and not isinstance(node, Always):
                name = f"__{prefix}{len(self._staged) + len(names)}"
                names[node] = name
                columns[name] = self.truth(node)
        self._stage(columns)
        self._staged.update(names)

    def _keep_value(self, value: Expression) -> Expression:
        """Put a value that is used more than once into a column of its own."""
        name = f"__v{self._values}"
        self._values += 1
        self._stage({name: value})
        return self.algebra.column(name)

    def _rules(self, facts: Iterable[Fact]) -> None:
        self._keep(
            (self.source.criteria(rule.when) for fact in facts for rule in fact.entry.derived), "r"
        )

    # --- one fact -------------------------------------------------------------------------------

    def _columns(self, fact: Fact) -> Stage:
        """Return the columns that this stage adds for a fact; none if the table has them."""
        derived = self._derived(fact)
        supplied = self.source.has(fact)
        columns: Stage = {}
        if not supplied and derived is None:
            for name in columns_of(fact):
                columns[name] = self.algebra.nothing(fact, name)
            return columns
        if derived is None:
            absent = absent_column(fact)
            if absent is not None and absent not in self.source.supplied:
                columns[absent] = self.algebra.literal(False)
            return columns
        if not supplied:
            return derived
        return self._recorded_first(fact, derived)

    def _recorded_first(self, fact: Fact, derived: Stage) -> Stage:
        """Use the supplied value where there is one; remember where the derivation differs."""
        algebra = self.algebra
        known = self._known(fact)
        columns = {
            name: algebra.choose([(known, self._supplied(fact, name))], value)
            for name, value in derived.items()
        }
        if fact.entry.bound is None:
            self.conflicts[fact.id] = f"__conflict_{fact.id}"
            self.derived_columns[fact.id] = {name: f"__derived_{name}" for name in derived}
            columns[self.conflicts[fact.id]] = self._conflict(fact, derived)
            columns |= {f"__derived_{name}": value for name, value in derived.items()}
        return columns

    def _supplied(self, fact: Fact, column: str) -> Expression:
        if column in self.source.supplied:
            return self.algebra.column(column)
        return self.algebra.literal(False)  # nothing is marked as not applicable

    def _known(self, fact: Fact) -> Expression:
        known = self.algebra.negate(self.algebra.missing(self.algebra.column(low_column(fact))))
        absent = absent_column(fact)
        if absent is None or absent not in self.source.supplied:
            return known
        return self.algebra.either([known, self._true(self.algebra.column(absent))])

    def _true(self, truth: Expression) -> Expression:
        """Return whether a truth is true, with unknown as false."""
        return self.algebra.choose(
            [(truth, self.algebra.literal(True))], self.algebra.literal(False)
        )

    def _derived(self, fact: Fact) -> Stage | None:
        entry = fact.entry
        if entry.bound is not None:
            function, inputs = entry.bound.function, entry.bound.inputs
            return self._of_steps(fact, self._call(fact, function, inputs), clip=False)
        if entry.function in COLUMN_FUNCTIONS:
            assert entry.function is not None
            return self._of_steps(fact, self._call(fact, entry.function, entry.inputs), clip=True)
        return self._by_rules(fact) if entry.derived else None

    def _by_rules(self, fact: Fact) -> Stage:
        """The first rule that is not false decides; unknown leaves the fact unknown."""
        branches: dict[str, list[tuple[Expression, Expression]]] = {n: [] for n in columns_of(fact)}
        for rule in fact.entry.derived:
            truth = self.truth(self.source.criteria(rule.when))
            row = cells(fact, fact.parse(rule.value))
            for name, pairs in branches.items():
                nothing = self.algebra.nothing(fact, name)
                value = nothing if row[name] is None else self.algebra.constant(fact, row[name])
                pairs.append((truth, value))
                pairs.append((self.algebra.missing(truth), nothing))
        return {
            name: self.algebra.choose(pairs, self.algebra.nothing(fact, name))
            for name, pairs in branches.items()
        }

    def _call(self, fact: Fact, function: str, inputs: Sequence[str]) -> Steps:
        columns = {name: self._input(self.source.vocabulary[name]) for name in inputs}
        source = self.source
        call = Call(
            self.algebra, columns, source.measures, source.at, fact.precision, self._keep_value
        )
        return COLUMN_FUNCTIONS[function](call)

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
        entries = [fact.entry for fact in self._facts()]
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
        absent = None if name is None else self._true(self.algebra.column(name))
        return Column(low, high, absent, fact.entry.precision)

    def _of_steps(self, fact: Fact, steps: Steps, clip: bool) -> Stage:
        algebra = self.algebra
        low, high = steps.low, steps.high
        if clip and fact.entry.range is not None:
            least, greatest = (int(end / fact.precision) for end in fact.entry.range)
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
        stored = {name: algebra.stored(value, fact.precision) for name, value in columns.items()}
        absent = absent_column(fact)
        if absent is not None:
            stored[absent] = algebra.literal(False) if steps.absent is None else steps.absent
        return stored

    def _clipped(self, end: Expression, least: int, greatest: int) -> Expression:
        literal = self.algebra.literal
        return self.algebra.choose(
            [(end < least, literal(least)), (end > greatest, literal(greatest))], end
        )

    def _conflict(self, fact: Fact, derived: Stage) -> Expression:
        """Return whether a supplied value and the derivation are both known and exclude each other.

        Unknown where one of them is.
        """
        algebra = self.algebra
        low, high = (algebra.column(name(fact)) for name in (low_column, high_column))
        other_low, other_high = derived[low_column(fact)], derived[high_column(fact)]
        if fact.type == "number":
            apart = algebra.either([low > other_high, other_low > high])
        elif fact.type == "boolean":
            apart = algebra.either(
                [
                    algebra.every([low, algebra.negate(other_low)]),
                    algebra.every([algebra.negate(low), other_low]),
                ]
            )
        else:
            apart = algebra.negate(self._may_be_same(fact, low, other_low))
        absent = absent_column(fact)
        if absent is None:
            return apart
        here = self._true(self._supplied(fact, absent))
        there = self._true(derived[absent])
        return algebra.either(
            [
                apart,
                algebra.every([here, algebra.negate(algebra.missing(other_low))]),
                algebra.every([there, algebra.negate(algebra.missing(low))]),
            ]
        )

    def _may_be_same(self, fact: Fact, left: Expression, right: Expression) -> Expression:
        among = self.algebra.among
        meanings = dict.fromkeys(c for value in fact.values for c in fact.candidates(value))
        shared = []
        for meaning in meanings:
            spellings = [v for v in fact.values if meaning in fact.candidates(v)]
            both = [among(left, spellings), among(right, spellings)]
            shared.append(self.algebra.every(both))
        return self.algebra.either(shared)


def first_day_column(fact: Fact) -> str:
    """Return the column with the first day that a date can mean."""
    return f"__first_{fact.id}"


def last_day_column(fact: Fact) -> str:
    """Return the column with the last day that a date can mean."""
    return f"__last_{fact.id}"


def supplied_columns(facts: Iterable[Fact], schema: Iterable[str]) -> frozenset[str]:
    """Return the columns of facts that a table gives, a point column standing for both bounds."""
    given = set(schema)
    found: set[str] = set()
    for fact in facts:
        names = set(columns_of(fact))
        if {low_column(fact), high_column(fact)} <= given:
            found |= names & given
        elif fact.entry.interval and fact.id in given:
            found |= {name for name in names if name != absent_column(fact) or name in given}
    return frozenset(found)


def unknown_columns(schema: Iterable[str], vocabulary: Vocabulary) -> dict[str, str | None]:
    """Return the columns that are no column of any fact, each with the nearest fact."""
    known = {name for fact in vocabulary.values() for name in (*columns_of(fact), fact.id)}
    return {name: nearest(name, known) for name in schema if name not in known}


__all__ = [
    "Source",
    "Stage",
    "WideAlgebra",
    "WidePlan",
    "first_day_column",
    "last_day_column",
    "supplied_columns",
    "unknown_columns",
]
