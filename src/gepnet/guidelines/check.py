"""Checks of the compiled knowledge, each small and named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gepnet.facts import inputs_of
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.examples import MutationScore, mutation_scores, run_examples, subjects
from gepnet.knowledge import Problem
from gepnet.knowledge.kinds import counts
from gepnet.measures import FUNCTIONS

# Share of deliberate mistakes that the examples of one document must notice.
REQUIRED_MUTATION_SCORE = 0.9


@dataclass(frozen=True)
class CheckReport:
    """What the checks found."""

    problems: list[Problem]
    scores: list[MutationScore] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def killed(self) -> int:
        """Mistakes noticed."""
        return sum(score.killed for score in self.scores)

    @property
    def mutants(self) -> int:
        """Mistakes tried."""
        return sum(score.total for score in self.scores)

    @property
    def mutation_score(self) -> float | None:
        """Share of mistakes noticed; None where none was tried."""
        return self.killed / self.mutants if self.mutants else None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not [p for p in self.problems if p.severity == "error"]


def check(base: KnowledgeBase, mutate: bool = True) -> CheckReport:
    """Run every check of the guidelines room."""
    problems = [problem for one in CHECKS for problem in one(base)]
    report = CheckReport(problems, [], counts(base.knowledge))
    # Examples that do not come out as written tell nothing of mistakes; a warning stands in no way.
    scores = mutation_scores(base) if mutate and report.ok else []
    report.scores.extend(scores)
    problems.extend(too_weak(scores))
    return report


def too_weak(scores: list[MutationScore]) -> Iterator[Problem]:
    """Yield a problem for each document whose examples let too many mistakes pass."""
    totals: dict[str, list[int]] = {}
    for score in scores:
        killed, total = totals.get(score.document, [0, 0])
        totals[score.document] = [killed + score.killed, total + score.total]
    for document, (killed, total) in totals.items():
        if total and killed / total < REQUIRED_MUTATION_SCORE:
            yield Problem(
                document,
                None,
                "",
                "mutation score",
                f"{killed} of {total}",
                f"at least {REQUIRED_MUTATION_SCORE:.0%} of deliberate mistakes noticed",
            )


def vocabulary_is_sound(base: KnowledgeBase) -> Iterator[Problem]:
    """Derivations give allowed values and name known functions."""
    from gepnet.facts.families import FAMILIES
    from gepnet.facts.treatments import RECORD_FUNCTIONS
    from gepnet.vocabulary import ValueProblem

    for fact in base.vocabulary.base_facts():
        entry = fact.entry
        for index, rule in enumerate(entry.derived):
            try:
                fact.parse(rule.value)
            except ValueProblem as fault_value:
                yield Problem(
                    entry.file,
                    entry.line,
                    entry.id,
                    f"derived[{index}].value",
                    repr(rule.value),
                    fault_value.expected,
                    fault_value.suggestion,
                )
        known = {*FUNCTIONS, *RECORD_FUNCTIONS}
        for name in (entry.function, entry.bound.function if entry.bound else None):
            if name is not None and name not in known:
                yield Problem(
                    entry.file,
                    entry.line,
                    entry.id,
                    "function",
                    name,
                    f"one of {', '.join(sorted(known))}",
                )
    for family in base.vocabulary.families:
        if family.over == "therapies" and family.pattern not in FAMILIES:
            yield Problem(
                family.file,
                family.line,
                family.pattern,
                "pattern",
                family.pattern,
                f"one of {', '.join(FAMILIES)}",
            )


def derivations_have_an_order(base: KnowledgeBase) -> Iterator[Problem]:
    """No fact is worked out from itself."""
    from graphlib import CycleError, TopologicalSorter

    graph = {
        fact.id: set(inputs_of(fact, base.criteria))
        for fact in base.vocabulary.base_facts()
        if fact.is_derived
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield Problem("facts", None, " -> ".join(error.args[1]), "derived", "", "no cycle")


def risks_name_facts(base: KnowledgeBase) -> Iterator[Problem]:
    """What a text names as a risk is a fact of the vocabulary, the members of families included."""
    for risk in base.knowledge.marrow_risks:
        if risk.fact not in base.vocabulary:
            close = base.vocabulary.nearest(risk.fact)
            told = ("fact", repr(risk.fact), "the id of a fact", close)
            yield Problem(risk.file, risk.line, risk.id, *told)


def statements_have_sources(base: KnowledgeBase) -> Iterator[Problem]:
    """Every entry that takes a position says where it was read."""
    for subject in subjects(base):
        entry = subject.entry
        if entry.verification != "unverified" and not entry.locator:
            yield Problem(
                entry.file,
                entry.line,
                entry.id,
                "locator",
                "",
                "the place in the source (needed for everything that was read)",
            )
        if entry.verification == "secondary" and not getattr(entry, "read_in", None):
            yield Problem(
                entry.file,
                entry.line,
                entry.id,
                "read_in",
                "",
                "the source in which it was read (needed for secondary verification)",
                severity="warning",
            )


def examples_come_out(base: KnowledgeBase) -> Iterator[Problem]:
    """Every example patient comes out as its entry says."""
    yield from run_examples(base)


CHECKS: tuple[Callable[[KnowledgeBase], Iterator[Problem]], ...] = (
    vocabulary_is_sound,
    derivations_have_an_order,
    risks_name_facts,
    statements_have_sources,
    examples_come_out,
)
