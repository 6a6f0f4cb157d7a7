"""Run the example patients that entries carry, and see whether they would notice a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gepnet.criteria import Node, conjunction, explain, facts_of, interpret
from gepnet.criteria.mutate import mutants
from gepnet.criteria.text import to_text
from gepnet.facts import Facts, facts_of_values, needed_for
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import Problem
from gepnet.knowledge.models import Examples
from gepnet.vocabulary import Truth, ValueProblem

_WORDS: dict[Truth, str] = {True: "applies", False: "does_not_apply", None: "undetermined"}


class HasExamples(Protocol):
    """An entry with examples."""

    id: str
    file: str
    line: int
    examples: Examples


@dataclass(frozen=True)
class Subject:
    """An entry whose criterion its examples hold in place."""

    name: str
    entry: Any
    scope: Node | None
    when: Node
    when_broad: Node | None

    def facts_needed(self, base: KnowledgeBase) -> frozenset[str]:
        """Return every fact that the criteria rest on."""
        nodes = (self.scope, self.when, self.when_broad)
        names = [name for node in nodes if node is not None for name in facts_of(node)]
        return needed_for(names, base.criteria)

    def truth(self, facts: Facts, when: Node | None = None) -> Truth:
        """Return whether the entry applies, by ``when`` or by a mutant of it."""
        narrow = interpret(self.when if when is None else when, facts.values)
        if self.when_broad is not None and narrow is not True:
            narrow = None if interpret(self.when_broad, facts.values) is not False else False
        if self.scope is None:
            return narrow
        return conjunction((interpret(self.scope, facts.values), narrow))


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


def subjects(base: KnowledgeBase) -> Iterator[Subject]:
    """Yield every entry that carries examples."""
    for document in base.documents:
        for item in document.recommendations:
            yield Subject(item.full_id, item.entry, document.scope, item.when, item.when_broad)
    for label in base.labels:
        yield Subject(f"label/{label.entry.id}", label.entry, None, label.when, label.when_broad)
    for more in base.retreatment:
        yield Subject(f"retreatment/{more.entry.id}", more.entry, None, more.when, more.when_broad)
    for rule in base.safety:
        yield Subject(f"safety/{rule.entry.id}", rule.entry, None, rule.when, None)
    for release in (item for item in base.release if item.entry.examples is not None):
        yield Subject(f"release/{release.entry.id}", release.entry, None, release.when, None)
    for checklist in (*base.checklists, *base.profiles):
        for entry, (when, broad) in zip(checklist.entry.items, checklist.items, strict=True):
            yield Subject(f"{checklist.entry.id}/{entry.id}", entry, None, when, broad)


def examples_of(entry: HasExamples) -> Iterator[Example]:
    """Yield the example patients of an entry, each written out in full."""
    base = dict(entry.examples.applies)
    yield Example("applies", base, True)
    for index, change in enumerate(entry.examples.also_applies):
        yield Example(f"also_applies[{index}]", {**base, **change}, True)
    for index, change in enumerate(entry.examples.does_not_apply):
        yield Example(f"does_not_apply[{index}]", {**base, **change}, False)
    for index, item in enumerate(entry.examples.undetermined):
        if isinstance(item, str):
            yield Example(f"undetermined[{index}]", {**base, item: None}, None, item)
        else:
            yield Example(f"undetermined[{index}]", {**base, **item}, None)


def _facts(example: Example, base: KnowledgeBase, only: frozenset[str]) -> Facts:
    return facts_of_values(example.given, base.knowledge, base.criteria, only=only)


def run_examples(base: KnowledgeBase) -> list[Problem]:
    """Return a problem for every example that does not come out as written."""
    problems: list[Problem] = []
    for subject in subjects(base):
        entry = subject.entry

        def problem(
            field: str,
            value: str,
            expected: str,
            suggestion: str | None = None,
            entry: Any = entry,
        ) -> None:
            problems.append(
                Problem(
                    entry.file,
                    entry.line,
                    entry.id,
                    f"examples.{field}",
                    value,
                    expected,
                    suggestion,
                )
            )

        for index, change in enumerate(entry.examples.does_not_apply):
            if len(change) != 1:
                problem(f"does_not_apply[{index}]", ", ".join(change), "one changed fact")
        for count, field in (
            (len(entry.examples.does_not_apply), "does_not_apply"),
            (len(entry.examples.undetermined), "undetermined"),
        ):
            if not count:
                problem(field, "none", "at least one example")
        only = subject.facts_needed(base)
        for example in examples_of(entry):
            try:
                facts = _facts(example, base, only)
            except KeyError as error:
                name = str(error.args[0])
                problem(example.label, name, "a fact", base.vocabulary.nearest(name))
                continue
            except ValueProblem as fault:
                problem(example.label, repr(fault.value), fault.expected, fault.suggestion)
                continue
            truth = subject.truth(facts)
            if truth is not example.expected:
                problem(example.label, _WORDS[truth], _WORDS[example.expected])
            elif example.unknown is not None:
                missing = _missing(subject, facts)
                if example.unknown not in missing:
                    problem(
                        example.label, f"missing {sorted(missing)}", f"{example.unknown} among them"
                    )
    return problems


def _missing(subject: Subject, facts: Facts) -> set[str]:
    parts = [subject.when] if subject.scope is None else [subject.scope, subject.when]
    names = [name for part in parts for name in explain(part, facts.values).missing]
    if subject.when_broad is not None:
        names += explain(subject.when_broad, facts.values).missing
    return {*names, *facts.to_ask(names)}


def mutation_scores(base: KnowledgeBase) -> list[MutationScore]:
    """Return, for every entry, how many mistakes in its criterion its examples notice."""
    scores = []
    for subject in subjects(base):
        only = subject.facts_needed(base)
        patients = [
            (_facts(example, base, only), example.expected)
            for example in examples_of(subject.entry)
        ]
        survivors = []
        changed = mutants(subject.when)
        for mutant in changed:
            if all(subject.truth(facts, mutant.node) is expected for facts, expected in patients):
                survivors.append(Survivor(subject.name, mutant.change, to_text(mutant.atom)))
        scores.append(
            MutationScore(
                subject.name, len(changed) - len(survivors), len(changed), tuple(survivors)
            )
        )
    return scores


__all__ = [
    "Example",
    "MutationScore",
    "Subject",
    "Survivor",
    "examples_of",
    "mutation_scores",
    "run_examples",
    "subjects",
]
