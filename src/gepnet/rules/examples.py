"""Run the example patients that entries carry, and see whether they would notice a mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gepnet.criteria import Node, explain, facts_of
from gepnet.criteria.mutate import Mutant, mutants
from gepnet.criteria.text import to_text
from gepnet.facts import Facts, facts_of_values, needed_for
from gepnet.knowledge import Problem
from gepnet.rules.book import Rulebook
from gepnet.rules.reading import holds
from gepnet.rules.rule import Rule, unless_known_otherwise
from gepnet.vocabulary import Truth, ValueProblem

_WORDS: dict[Truth, str] = {True: "applies", False: "does_not_apply", None: "undetermined"}
_EXPECTED: dict[str, Truth] = {"also_applies": True, "does_not_apply": False, "undetermined": None}


@dataclass(frozen=True)
class Example:
    """One example patient with what is expected of the entry."""

    label: str
    given: Mapping[str, Any]
    expected: Truth
    unknown: str | None = None


@dataclass(frozen=True)
class Survivor:
    """A mistake that no example notices."""

    entry: str
    change: str
    atom: str


@dataclass(frozen=True)
class MutationScore:
    """How many deliberate mistakes the examples of an entry notice."""

    entry: str
    killed: int
    total: int
    survivors: tuple[Survivor, ...]

    @property
    def document(self) -> str:
        """The document, list of labels or set of rules that the entry belongs to."""
        return self.entry.split("/", maxsplit=1)[0]


def subjects(book: Rulebook) -> Iterator[Rule[Any]]:
    """Yield every rule that examples hold in place."""
    yield from (rule for rule in book.rules if rule.entry.examples is not None)


def examples_of(entry: Any) -> Iterator[Example]:
    """Yield the example patients of an entry, each written out in full."""
    base = dict(entry.examples.applies)
    yield Example("applies", base, True)
    for field, expected in _EXPECTED.items():
        for index, item in enumerate(getattr(entry.examples, field)):
            unknown = item if isinstance(item, str) else None
            change = {item: None} if isinstance(item, str) else item
            yield Example(f"{field}[{index}]", {**base, **change}, expected, unknown)


def run_examples(book: Rulebook) -> Iterator[Problem]:
    """Yield a problem for every example that does not come out as written."""
    for rule in subjects(book):
        for field, value, expected, suggestion in _wrong(rule, book):
            yield Problem.at(rule.entry, f"examples.{field}", value, expected, suggestion)


# Field, value, what was expected, the nearest that was meant.
_Wrong = tuple[str, str, str, str | None]


def _wrong(rule: Rule[Any], book: Rulebook) -> Iterator[_Wrong]:
    examples = rule.entry.examples
    for index, change in enumerate(examples.does_not_apply):
        if len(change) != 1:
            yield f"does_not_apply[{index}]", ", ".join(change), "one changed fact", None
    for field in ("does_not_apply", "undetermined"):
        if not getattr(examples, field):
            yield field, "none", "at least one example", None
    facts_in = _reader(rule, book)
    for example in examples_of(rule.entry):
        try:
            facts = facts_in(example)
        except KeyError as error:
            name = str(error.args[0])
            yield example.label, name, "a fact", book.vocabulary.nearest(name)
            continue
        except ValueProblem as fault:
            yield example.label, repr(fault.value), fault.expected, fault.suggestion
            continue
        truth = holds(rule, facts)
        if truth is not example.expected:
            yield example.label, _WORDS[truth], _WORDS[example.expected], None
        elif example.unknown is not None:
            missing = _missing(rule, facts)
            if example.unknown not in missing:
                expected = f"{example.unknown} among them"
                yield example.label, f"missing {sorted(missing)}", expected, None


def _reader(rule: Rule[Any], book: Rulebook) -> Callable[[Example], Facts]:
    """Return what works out the facts of an example, as far as one rule rests on them."""
    scope = () if rule.scope is None else facts_of(rule.scope)
    only = needed_for((*scope, *rule.facts), book.criteria)
    return lambda one: facts_of_values(one.given, book.knowledge, book.criteria, only=only)


def _missing(rule: Rule[Any], facts: Facts) -> set[str]:
    nodes = rule.nodes if rule.scope is None else (rule.scope, *rule.nodes)
    names = [name for node in nodes for name in explain(node, facts.values).missing]
    return {*names, *facts.to_ask(names)}


def _changed(rule: Rule[Any], book: Rulebook) -> Iterator[tuple[Mutant, tuple[Node, ...]]]:
    """Yield each deliberate mistake with the readings that it would leave the rule.

    One in the narrow reading changes that alone; one in what it is provided for, both.
    """
    provided = rule.provided
    if provided is None:
        yield from ((one, (one.node, *rule.nodes[1:])) for one in mutants(rule.when))
        return
    texts = (rule.entry.when, rule.entry.when_broad)
    bare = tuple(book.criteria(text) for text in texts if text is not None)
    for one in mutants(bare[0]):
        yield one, (unless_known_otherwise(one.node, provided), *rule.nodes[1:])
    yield Mutant(bare[0], "dropped", provided), bare
    for one in mutants(provided):
        yield one, tuple(unless_known_otherwise(node, one.node) for node in bare)


def mutation_scores(book: Rulebook) -> Iterator[MutationScore]:
    """Yield, for every entry, how many mistakes in its criterion its examples notice."""
    for rule in subjects(book):
        facts_in = _reader(rule, book)
        patients = [(facts_in(one), one.expected) for one in examples_of(rule.entry)]
        changed = list(_changed(rule, book))
        survivors = tuple(
            Survivor(rule.full_id, mutant.change, to_text(mutant.atom))
            for mutant, nodes in changed
            if all(holds(rule, facts, nodes) is expected for facts, expected in patients)
        )
        killed = len(changed) - len(survivors)
        yield MutationScore(rule.full_id, killed, len(changed), survivors)
