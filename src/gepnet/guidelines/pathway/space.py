"""The facts of a question as variables of diagrams, and criteria as diagrams over them.

Asked facts are those that the criteria of a question name; hidden ones are what those are worked
out from. Diagrams are one more instance of the algebras of criteria and facts: a criterion becomes
a diagram that ends in its truth, a fact one that ends in its value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gepnet.criteria import Certain, Compare, IsKnown, Node, atoms, facts_of, interpret, walk
from gepnet.criteria.algebra import Evaluator
from gepnet.criteria.ast import Atom
from gepnet.criteria.text import to_text
from gepnet.facts.algebra import value_of
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.bands import values_of
from gepnet.guidelines.pathway.diagrams import Diagram, DiagramLogic, Diagrams
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.verify.dependencies import Dependencies, closure, criteria_of, inputs
from gepnet.vocabulary import Fact, Interval, Several, Truth, Value


@dataclass(frozen=True, eq=False)
class Variable:
    """One fact, or one comparison of several facts asked as a whole.

    Attributes:
        name: of the fact, or the text of the comparison.
        level: its place in the order of questions.
        values: in the order of the vocabulary; None, for "not stated", only where a fully known
            patient may go without the fact.
        fact: the fact; None for a comparison.
        atom: the comparison; None for a fact.
    """

    name: str
    level: int
    values: tuple[Value, ...]
    fact: Fact | None
    atom: Compare | None = None


class _Free:
    def __repr__(self) -> str:
        return "FREE"


#: The value of a fact that nothing decides and that a record can state as anything.
FREE = _Free()


class Space(DiagramLogic):
    """The variables of a question in their order, with one store of diagrams."""

    def __init__(
        self,
        base: KnowledgeBase,
        nodes: Iterable[Node],
        given: Iterable[Node],
        gaps: bool = False,
    ) -> None:
        """Find the facts and their bands.

        Args:
            base: the knowledge.
            nodes: the criteria of the question; what they name is asked.
            given: what is assumed of every patient; facts that only these name are hidden.
            gaps: whether patients belong to it too of whom something was not looked at, such as
                the receptors, or not recorded that some criterion asks for as such.
        """
        self.base = base
        self.nodes, self.given = list(nodes), list(given)
        self.page = Dependencies.read(base.knowledge.measures)
        self._unrecorded = {item.fact for item in self.page.unrecorded}
        self._sometimes = {item.fact for item in self.page.sometimes_unrecorded}
        settings = PathwayQuestions.read(base.knowledge.measures)
        self.sums, asked, self.stated = _named(self.nodes)
        # Facts that nobody may know anything of, although what they follow from can be known.
        self._unsaid: frozenset[str] = frozenset()
        if gaps:
            self.stated |= _certain(self.nodes)
            self._unsaid = self.stated
            self._sometimes |= self.stated
        for instead in settings.ask_instead:
            if any(name in asked for name in instead.of):
                asked[instead.ask] = None
        assumed = [name for node in self.given for name in facts_of(node)]
        self.closure = closure(base, [*asked, *assumed])
        self.rules = dict(criteria_of(base, self.page, frozenset(self.closure)))
        self.derived = [n for n in self.closure if base.vocabulary[n].entry.derived]
        #: Facts of which nothing may be known although everything is, on the questions themselves.
        self.gaps = self._open(self._sometimes) if gaps else self.stated & self._sometimes
        order = settings.order(base.vocabulary)
        hidden = [n for n in self.closure if n not in asked and self._is_variable(n)]
        names = sorted([*asked, *self.sums, *hidden], key=lambda name: self._place(name, order))
        told = self._atoms()
        self.variables = {
            name: self._variable(level, name, told, name in asked)
            for level, name in enumerate(names)
        }
        self.names = names
        self.asked = [name for name in names if name in asked or name in self.sums]
        self.diagrams = Diagrams([len(one.values) for one in self.variables.values()])
        #: Facts that another asked one settles, as diagrams over that one.
        self.through: dict[str, Diagram] = {}
        self._worked_out: dict[str, Diagram] = {}
        self.truth = Evaluator[Diagram](self)

    def _open(self, gaps: Iterable[str]) -> frozenset[str]:
        """Return facts that may stay unknown, with those that are worked out from them."""
        found = {*gaps} & {*self.closure}
        grown = True
        while grown:
            rest = [name for name in self.derived if name not in found]
            more = {name for name in rest if found.intersection(inputs(self.base, name))}
            found |= more
            grown = bool(more)
        return frozenset(found)

    def _is_variable(self, name: str) -> bool:
        """Whether a hidden fact is a variable: recorded, or stated where no rule decides."""
        fact = self.base.vocabulary[name]
        if fact.entry.derived:
            return self.is_recordable(fact)
        return name not in self._unrecorded and fact.type != "date"

    def is_recordable(self, fact: Fact) -> bool:
        """Whether a record can state a derived fact, so that it is free where no rule decides."""
        return fact.entry.event is not None or fact.id in self._sometimes

    def _place(self, name: str, order: dict[str, tuple[int, int]]) -> tuple[int, int, str]:
        first = self.sums[name].terms[0].fact if name in self.sums else name
        return (*order[first], name)

    def _atoms(self) -> dict[str, list[Atom]]:
        criteria = self.base.criteria
        rules = (
            criteria(r.when) for n in self.derived for r in self.base.vocabulary[n].entry.rules
        )
        found: dict[str, dict[Atom, None]] = defaultdict(dict)
        for node in (*self.nodes, *self.given, *rules, *self.rules.values()):
            for atom in atoms(node):
                for name in facts_of(atom):
                    found[name][atom] = None
        return {name: list(named) for name, named in found.items()}

    def _variable(
        self, level: int, name: str, told: dict[str, list[Atom]], asked: bool
    ) -> Variable:
        if name in self.sums:
            return Variable(name, level, (True, False), None, self.sums[name])
        fact = self.base.vocabulary[name]
        never = [item.value for item in self.page.never if item.fact == name]
        values = values_of(fact, told.get(name, ()), never)
        absent = name in self._unrecorded or fact.type == "date"
        sometimes = name in self._sometimes
        if absent and not asked:
            values = [None]
        elif absent or (sometimes and not asked) or name in self.gaps:
            values = [*(value for value in values if value is not None), None]
        return Variable(name, level, tuple(values), fact)

    # --- criteria --------------------------------------------------------------------------------

    def atom(self, node: Atom) -> Diagram:
        """Return the truth of an atom; unknown where a band does not tell."""
        if isinstance(node, Compare) and len(node.terms) > 1:
            whole = self.variables.get(to_text(node))
            if whole is not None:
                return self.diagrams.variable(whole.level, whole.values)
        names = facts_of(node)
        parts = [self.value(name) for name in names]
        return self.diagrams.joined(lambda v: _truth(node, names, v), parts)

    def value(self, name: str) -> Diagram:
        """Return a fact as a diagram that ends in its values."""
        if name in self.through:
            return self.through[name]
        return self.own(name) if name in self.variables else self.worked_out(name)

    def own(self, name: str) -> Diagram:
        """Return the variable of a fact."""
        one = self.variables[name]
        return self.diagrams.variable(one.level, one.values)

    def worked_out(self, name: str) -> Diagram:
        """Return what follows for a fact from others; ``FREE`` where a record may say anything."""
        if name not in self._worked_out:
            fact = self.base.vocabulary[name]
            self._worked_out[name] = value_of(fact, self, self.truth, self.base.criteria)
        return self._worked_out[name]

    def look_through(self, found: dict[str, Diagram]) -> None:
        """Read some facts off others from now on."""
        self.through = found
        self._worked_out.clear()
        self.truth = Evaluator(self)

    # --- one fact, see ``gepnet.facts.algebra`` --------------------------------------------------

    def unknown(self, fact: Fact) -> Diagram:
        """Return a fact of which nothing is known."""
        return self.diagrams.unknown

    def recorded(self, fact: Fact) -> Diagram | None:
        """Return None: what a record states is a variable, or ``FREE`` where rules say nothing."""

    def computed(self, fact: Fact, function: str, inputs: Sequence[str]) -> Diagram | None:
        """Return None: the result of a function is free within its range."""

    @property
    def logic(self) -> Space:
        """How truths are put together."""
        return self

    def boolean(self, fact: Fact, truth: Diagram) -> Diagram:
        """Return a truth as the value of its fact."""
        return truth

    def by_rules(
        self,
        fact: Fact,
        rules: Sequence[tuple[Diagram, Sequence[str]]],
        narrowed: Sequence[tuple[Diagram, Sequence[str]]],
    ) -> Diagram:
        """Return what two decision lists leave possible."""
        found = self._listed(fact, rules)
        return self.reconciled(fact, found, self._listed(fact, narrowed)) if narrowed else found

    def _listed(self, fact: Fact, rules: Sequence[tuple[Diagram, Sequence[str]]]) -> Diagram:
        at = self.diagrams
        found = at.end(fact.meanings)
        for truth, values in reversed(rules):
            own = frozenset(values)

            def beside(left: Any, own: frozenset[str] = own) -> frozenset[str]:
                return left | own  # type: ignore[no-any-return]

            found = at.case(truth, at.end(own), found, at.map(beside, found))
        among: Callable[[Any], Value] = fact.among
        return at.map(among, found)

    def reconciled(self, fact: Fact, recorded: Diagram, derived: Diagram) -> Diagram:
        """Return what two statements about a word leave possible."""
        return self.diagrams.joined(
            lambda v: fact.reconciled(v[0], v[1])[0],  # type: ignore[arg-type]
            (recorded, derived),
        )

    def silence(self, fact: Fact) -> Diagram | None:
        """Return what it means that no rule decides."""
        if self.is_recordable(fact):
            return self.diagrams.end(FREE)
        means_false = fact.entry.absence == "false" and fact.type == "boolean"
        return self.diagrams.false if means_false else None

    def first_known(
        self, fact: Fact, first: Diagram, then: Callable[[], Diagram | None]
    ) -> Diagram:
        """Return the second where the first is not known."""
        second = then()
        if second is None:
            return first
        return self.diagrams.joined(lambda v: v[1] if v[0] is None else v[0], (first, second))

    def can_be(self, fact: Fact, worked_out: object, own: Value) -> bool:
        """Whether a fact that follows from others can have a value of its variable."""
        if worked_out is FREE:
            return own is not None or fact.id in self._sometimes
        if own is None:
            return worked_out is None or fact.id in self._unsaid
        if isinstance(worked_out, str | Several):
            return own in fact.candidates(worked_out)
        if isinstance(worked_out, Interval):
            return (
                isinstance(own, Interval)
                and own.low <= worked_out.high
                and worked_out.low <= own.high
            )
        return worked_out is own


def _truth(node: Atom, names: Sequence[str], found: Sequence[Hashable]) -> Truth:
    values: dict[str, Value] = dict(zip(names, found, strict=True))  # type: ignore[arg-type]
    return interpret(node, values)


def _named(nodes: Iterable[Node]) -> tuple[dict[str, Compare], dict[str, None], frozenset[str]]:
    """Return comparisons of several facts, asked facts, and those asked for being known."""
    sums: dict[str, Compare] = {}
    asked: dict[str, None] = {}
    stated = set()
    for node in nodes:
        for atom in atoms(node):
            if isinstance(atom, Compare) and len(atom.terms) > 1:
                sums[to_text(atom)] = atom
                continue
            asked.update(dict.fromkeys(facts_of(atom)))
            if isinstance(atom, IsKnown):
                stated.add(atom.fact)
    return sums, asked, frozenset(stated)


def _certain(nodes: Iterable[Node]) -> frozenset[str]:
    """Return the facts of which some criterion asks whether something is certain."""
    parts = (part for node in nodes for part in walk(node) if isinstance(part, Certain))
    return frozenset(name for part in parts for name in facts_of(part))


def conditions(space: Space) -> Iterator[Diagram]:
    """Yield what is true of every possible patient, each a condition on some variables."""
    return (condition for _, condition in named_conditions(space))


def named_conditions(space: Space) -> Iterator[tuple[str | Node, Diagram]]:
    """Yield what is true of every possible patient, each with the fact or the rule behind it."""
    at = space.diagrams
    vocabulary = space.base.vocabulary
    for name in space.derived:
        if name in space.variables:
            fact = vocabulary[name]

            def fits(values: tuple[object, ...], fact: Fact = fact) -> bool:
                return space.can_be(fact, values[0], values[1])  # type: ignore[arg-type]

            yield name, at.joined(fits, (space.worked_out(name), space.own(name)))
    for node in (*space.rules.values(), *space.given):
        yield node, at.map(lambda truth: truth is not False, space.truth(node))
    for count in space.page.counts:
        if count.fact in space.variables:
            total = space.own(count.fact)
            for one in dict.fromkeys((*count.classes, *count.of)):
                if f"received_{one}" in space.variables:
                    counted = (space.own(f"received_{one}"), total)
                    yield count.fact, at.joined(_is_counted, counted)


def _is_counted(values: tuple[object, ...]) -> bool:
    received, total = values
    return not (received is True and isinstance(total, Interval) and total.high < 1)
