"""What could be different in a patient: facts that criteria look at, each with other values.

Only given or unknown facts are changed; what is worked out from them follows. A number moves to
the neighbours of a limit that a criterion names, an enumeration to another value, a boolean to its
opposite, and an unknown fact to any of these. A fact never becomes unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from weakref import WeakKeyDictionary

from gepnet.criteria import Compare, Node, atoms, facts_of, interpret
from gepnet.criteria.ast import Atom
from gepnet.facts import Facts, is_given
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.measures import FUNCTIONS
from gepnet.vocabulary import Fact, Interval, Truth, Value

# Values of enumerations that say that nothing was found out.
_NO_FINDING = frozenset({"unknown", "not_done"})


@dataclass
class Influence:
    """The facts that can change the outcome of some criteria, with the atoms that look at each.

    ``whole`` holds facts of which every single value counts, because a function works with them.
    """

    looked_at: dict[str, dict[Atom, None]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def add(self, other: Influence) -> None:
        """Take in what influences other criteria."""
        for name, found in other.looked_at.items():
            self.looked_at.setdefault(name, {}).update(found)
        self.whole |= other.whole


@dataclass(frozen=True)
class Alternative:
    """A fact with the values that it could have instead.

    Values between which no criterion can tell are one group. ``changeable``: the patient may come
    to have them.
    """

    fact: str
    groups: tuple[tuple[Value, ...], ...]
    changeable: bool


@dataclass(frozen=True)
class Band:
    """The numbers between two limits; a side that is None is open to the end of the range."""

    low: Decimal | None
    low_included: bool
    high: Decimal | None
    high_included: bool


class Influences:
    """Finds, for one patient, the facts behind criteria and what could be changed in them."""

    def __init__(self, base: KnowledgeBase, facts: Facts) -> None:
        """Start with nothing looked up."""
        self._base = base
        self._facts = facts
        self._of_node: dict[int, Influence] = {}
        self._of_fact: dict[str, Influence] = {}
        self._grouped: dict[tuple[str, frozenset[int]], tuple[tuple[Value, ...], ...]] = {}

    def of(self, nodes: Iterable[Node]) -> Influence:
        """Return what influences any of some criteria."""
        found = Influence()
        for node in nodes:
            found.add(self._node(node))
        return found

    def looked_at(self, nodes: Iterable[Node]) -> dict[str, dict[Atom, None]]:
        """Return the facts that can change any of many criteria, with the atoms that look at each.

        The same as in ``of``, in one walk: of the criteria of all documents together, most of the
        time would go into putting the influences of each into those of the next.
        """
        found: dict[str, dict[Atom, None]] = {}
        seen_nodes, seen_facts = set[int](), set[str]()
        left, names = list(nodes), list[str]()
        while left or names:
            if names:
                name = names.pop()
                if name in seen_facts:
                    continue
                seen_facts.add(name)
                if is_given(self._facts, name, self._base.vocabulary):
                    continue
                entry = self._base.vocabulary[name].entry
                left += [self._base.criteria(rule.when) for rule in entry.rules]
                for source in entry.bound.inputs if entry.bound is not None else ():
                    names.append(source)
                    if self._can_change(source):
                        found.setdefault(source, {})
                continue
            node = left.pop()
            if id(node) in seen_nodes:
                continue
            seen_nodes.add(id(node))
            for atom, looked in _atoms_of(self._base, node):
                names += looked
                for name in looked:
                    if self._can_change(name):
                        found.setdefault(name, {})[atom] = None
        return found

    def _node(self, node: Node) -> Influence:
        known = self._of_node.get(id(node))
        if known is None:
            known = self._of_node[id(node)] = Influence()
            taken_in: set[str] = set()
            for atom, names in _atoms_of(self._base, node):
                for name in names:
                    if name not in taken_in:
                        taken_in.add(name)
                        known.add(self._fact(name))
                    if self._can_change(name):
                        known.looked_at.setdefault(name, {})[atom] = None
                        known.whole |= {name} if len(names) > 1 else set()
        return known

    def _fact(self, name: str) -> Influence:
        """Return what stands behind a fact that is worked out or bounded."""
        known = self._of_fact.get(name)
        if known is not None:
            return known
        known = self._of_fact[name] = Influence()
        entry = self._base.vocabulary[name].entry
        if is_given(self._facts, name, self._base.vocabulary):
            return known
        for rule in entry.rules:
            known.add(self._node(self._base.criteria(rule.when)))
        for source in entry.bound.inputs if entry.bound is not None else ():
            known.add(self._fact(source))
            if self._can_change(source):
                known.looked_at.setdefault(source, {})
                known.whole.add(source)
        for source in entry.inputs if entry.function in FUNCTIONS else ():
            # A function's result is changed itself; its inputs only where criteria name them too.
            behind = self._fact(source)
            known.whole |= {source, *behind.looked_at, *behind.whole}
        return known

    def behind(self, names: Iterable[str]) -> frozenset[str]:
        """Return the facts that some facts are worked out from."""
        return frozenset(source for name in names for source in self._fact(name).looked_at)

    def _can_change(self, name: str) -> bool:
        fact = self._base.vocabulary[name]
        if fact.type == "date":
            return False
        return not fact.entry.derived or is_given(self._facts, name, self._base.vocabulary)

    def candidates(self, name: str, looked_at: Iterable[Atom]) -> tuple[Value, ...]:
        """Return the values that a fact could have instead, as far as some atoms look at it."""
        fact = self._base.vocabulary[name]
        now = self._facts.values.get(name)
        if fact.type == "boolean":
            return tuple(value for value in (True, False) if value is not now)
        if fact.type == "enum":
            left_open = {*fact.entry.unresolved, *_NO_FINDING}
            return tuple(v for v in fact.values if v != now and v not in left_open)
        numbers = {n for atom in looked_at for n in self._neighbours(fact, atom)}
        least, greatest = fact.entry.range or (min(numbers), max(numbers))
        if self._facts[name].origin == "bounded" and isinstance(now, Interval):
            least, greatest = now.low, now.high
        return tuple(
            Interval(n, n)
            for n in sorted(numbers)
            if least <= n <= greatest and Interval(n, n) != now
        )

    def _neighbours(self, fact: Fact, atom: Atom) -> set[Decimal]:
        """Return the values next to where an atom changes its truth."""
        limit = self.limit(fact.id, atom)
        if limit is None or not isinstance(atom, Compare):
            return set()
        below, above = (
            (limit / fact.precision).to_integral_value(way) * fact.precision
            for way in (ROUND_FLOOR, ROUND_CEILING)
        )
        if below != above:
            return {below, above}
        single = len(atom.terms) == 1 and atom.terms[0].factor > 0
        found = {limit}
        if not single or atom.operator in {"<", ">=", "="}:
            found.add(limit - fact.precision)
        if not single or atom.operator in {">", "<=", "="}:
            found.add(limit + fact.precision)
        return found

    def limit(self, name: str, atom: Atom) -> Decimal | None:
        """Return the number at which an atom changes its truth, other facts as they are."""
        if not isinstance(atom, Compare):
            return None
        rest, factor = atom.constant, Decimal(0)
        for term in atom.terms:
            if term.fact == name:
                factor += term.factor
                continue
            value = self._facts.values.get(term.fact)
            if not isinstance(value, Interval) or not value.is_point:
                return None
            rest -= term.factor * value.low
        return rest / factor if factor else None

    def bands(
        self,
        name: str,
        values: Iterable[Value],
        among: Iterable[Value],
        looked_at: Iterable[Atom],
    ) -> list[tuple[tuple[Value, ...], Band | None]]:
        """Return ``values`` in runs without another of ``among`` between them, each with its band.

        Only numbers have bands; one below the present number starts with its highest value.
        """
        chosen, among = set(values), tuple(among)
        if self._base.vocabulary[name].type != "number":
            return [(tuple(value for value in among if value in chosen), None)]
        now = self._facts.values.get(name)
        point = now.low if isinstance(now, Interval) and now.is_point else None
        line = {value.low for value in among if isinstance(value, Interval)}
        numbers = sorted(value.low for value in chosen if isinstance(value, Interval))
        limits = {limit for atom in looked_at if (limit := self.limit(name, atom)) is not None}
        found: list[tuple[tuple[Value, ...], Band | None]] = []
        ordered = sorted(line if point is None else {*line, point})
        for run in _runs(numbers, ordered):
            band = _band(run, ordered, limits, self._base.vocabulary[name])
            if point is not None and run[-1] < point:
                run.reverse()
            found.append((tuple(Interval(n, n) for n in run), band))
        return found

    def alternatives(self, influence: Influence) -> list[Alternative]:
        """Return everything that could be different, in vocabulary order."""
        found = []
        for name in sorted(influence.looked_at, key=self._base.vocabulary.order):
            groups = self._groups(name, influence)
            for changeable in (True, False):
                parts = (
                    tuple(v for v in group if self.can_become(name, v) is changeable)
                    for group in groups
                )
                some = tuple(part for part in parts if part)
                if some:
                    found.append(Alternative(name, some, changeable))
        return found

    def can_become(self, name: str, value: Value) -> bool:
        """Whether a patient may come to have a value: what has happened is not undone."""
        entry, now = self._base.vocabulary[name].entry, self._facts.values.get(name)
        if not (entry.lasting and entry.changeable):
            return entry.changeable
        if isinstance(value, Interval) and isinstance(now, Interval):
            return value.low >= now.low
        return now is not True or value is True

    def _groups(self, name: str, influence: Influence) -> tuple[tuple[Value, ...], ...]:
        looked_at = influence.looked_at[name]
        if name in influence.whole:
            return tuple((value,) for value in self.candidates(name, looked_at))
        key = (name, frozenset(map(id, looked_at)))
        if key not in self._grouped:
            groups: dict[tuple[Truth, ...], list[Value]] = {}
            now = _signature(name, self._facts.values.get(name), looked_at)
            for value in self.candidates(name, looked_at):
                groups.setdefault(_signature(name, value, looked_at), []).append(value)
            groups.pop(now, None)
            self._grouped[key] = tuple(tuple(group) for group in groups.values())
        return self._grouped[key]


# By identity, as in ``Evaluator``: the node is kept, so that no other takes its place in memory.
_Atoms = tuple[tuple[Atom, tuple[str, ...]], ...]
_known: WeakKeyDictionary[KnowledgeBase, dict[int, tuple[Node, _Atoms]]] = WeakKeyDictionary()


def _atoms_of(base: KnowledgeBase, node: Node) -> _Atoms:
    """Return the atoms of a criterion with their facts, found once for a state of the knowledge."""
    known = _known.setdefault(base, {})
    if id(node) not in known:
        known[id(node)] = node, tuple((atom, facts_of(atom)) for atom in atoms(node))
    return known[id(node)][1]


def _runs(numbers: Sequence[Decimal], line: Sequence[Decimal]) -> list[list[Decimal]]:
    """Return ``numbers`` in runs of what follows each other on ``line``."""
    place = {number: index for index, number in enumerate(line)}
    runs: list[list[Decimal]] = []
    for number in numbers:
        if runs and place[number] == place[runs[-1][-1]] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _band(
    run: Sequence[Decimal], line: Sequence[Decimal], limits: Collection[Decimal], fact: Fact
) -> Band:
    """Return the band of a run of values between their neighbours on ``line``.

    It ends at the limit next to the run, unless the value itself is a limit or a whole number.
    """
    low, high, step = run[0], run[-1], fact.precision
    least = None if fact.entry.range is None else fact.entry.range[0]
    below = step < 1 and low - step in limits and (low not in limits or _rounder(low - step, low))
    above = (
        step < 1 and high + step in limits and (high not in limits or _rounder(high + step, high))
    )
    return Band(
        None if low == line[0] and low != least else low - step if below else low,
        not below,
        None if high == line[-1] else high + step if above else high,
        not above,
    )


def _rounder(one: Decimal, other: Decimal) -> bool:
    return len(one.normalize().as_tuple().digits) < len(other.normalize().as_tuple().digits)


def _signature(name: str, value: Value, looked_at: Iterable[Atom]) -> tuple[Truth, ...]:
    return tuple(interpret(atom, {name: value}) for atom in looked_at)
