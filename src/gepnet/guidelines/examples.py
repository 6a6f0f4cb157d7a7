"""Run the example patients that entries carry, and see whether they would notice a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gepnet.criteria import explain, facts_of
from gepnet.criteria.mutate import mutants
from gepnet.criteria.text import to_text
from gepnet.facts import Facts, facts_of_values, needed_for
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import Problem
from gepnet.rules import Rule, holds
from gepnet.vocabulary import Truth, ValueProblem

_WORDS: dict[Truth, str] = {True: "applies", False: "does_not_apply", None: "undetermined"}


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


def subjects(base: KnowledgeBase) -> Iterator[Rule[Any]]:
    """Yield every rule that examples hold in place."""
    yield from (rule for rule in base.rules if rule.entry.examples is not None)


def facts_needed(rule: Rule[Any], base: KnowledgeBase) -> frozenset[str]:
    """Return every fact that the criteria of a rule rest on."""
    scope = () if rule.scope is None else facts_of(rule.scope)
    return needed_for((*scope, *rule.facts), base.criteria)


def examples_of(entry: Any) -> Iterator[Example]:
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
        only = facts_needed(subject, base)
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
            truth = holds(subject, facts)
            if truth is not example.expected:
                problem(example.label, _WORDS[truth], _WORDS[example.expected])
            elif example.unknown is not None:
                missing = _missing(subject, facts)
                if example.unknown not in missing:
                    problem(
                        example.label, f"missing {sorted(missing)}", f"{example.unknown} among them"
                    )
    return problems


def _missing(rule: Rule[Any], facts: Facts) -> set[str]:
    nodes = rule.nodes if rule.scope is None else (rule.scope, *rule.nodes)
    names = [name for node in nodes for name in explain(node, facts.values).missing]
    return {*names, *facts.to_ask(names)}


def mutation_scores(base: KnowledgeBase) -> list[MutationScore]:
    """Return, for every entry, how many mistakes in its criterion its examples notice."""
    scores = []
    for subject in subjects(base):
        only = facts_needed(subject, base)
        patients = [
            (_facts(example, base, only), example.expected)
            for example in examples_of(subject.entry)
        ]
        survivors = []
        changed = mutants(subject.when)
        for mutant in changed:
            if all(holds(subject, facts, mutant.node) is expected for facts, expected in patients):
                survivors.append(Survivor(subject.full_id, mutant.change, to_text(mutant.atom)))
        scores.append(
            MutationScore(
                subject.full_id, len(changed) - len(survivors), len(changed), tuple(survivors)
            )
        )
    return scores


__all__ = [
    "Example",
    "MutationScore",
    "Survivor",
    "examples_of",
    "mutation_scores",
    "run_examples",
    "subjects",
]
