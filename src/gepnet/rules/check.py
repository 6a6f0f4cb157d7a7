"""Whether rules name what there is, say where they were read, and are held in place by examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gepnet.criteria.exact import inexact
from gepnet.criteria.text import to_text
from gepnet.knowledge import Knowledge, Problem
from gepnet.knowledge.kinds import KINDS, counts
from gepnet.knowledge.languages import languages, texts
from gepnet.knowledge.references import unknown_names
from gepnet.rules.book import Rulebook
from gepnet.rules.examples import MutationScore, mutation_scores, run_examples, subjects
from gepnet.rules.limits import limits_are_used, limits_written_once

# Share of deliberate mistakes that the examples of one document must notice.
REQUIRED_MUTATION_SCORE = 0.95


@dataclass(frozen=True)
class CheckReport:
    """What the checks found."""

    problems: list[Problem]
    scores: list[MutationScore] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    #: Texts that each language has words for, and all of them.
    words: dict[str, tuple[int, int]] = field(default_factory=dict)

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
    def documents(self) -> dict[str, tuple[int, int]]:
        """Mistakes noticed and tried in each document, the weakest first."""
        return by_document(self.scores)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(problem.severity == "error" for problem in self.problems)


def _words(knowledge: Knowledge) -> dict[str, tuple[int, int]]:
    """Return how many texts each language has words for, of how many."""
    told = {}
    for language in languages(knowledge)[1:]:
        found = texts(knowledge, language)
        told[language] = sum(one.given is not None for one in found), len(found)
    return told


def report(book: Rulebook, problems: Iterable[Problem], mutate: bool = True) -> CheckReport:
    """Return what was found, with how many mistakes in criteria would be noticed.

    Examples that do not come out as written tell nothing of mistakes, so that nothing is tried
    after an error; a warning stands in no way.
    """
    found = CheckReport(list(problems), [], counts(book.knowledge))
    found.words.update(_words(book.knowledge) if found.ok else {})
    if mutate and found.ok:
        found.scores.extend(mutation_scores(book))
        found.problems.extend(too_weak(found.scores))
    return found


def by_document(scores: Iterable[MutationScore]) -> dict[str, tuple[int, int]]:
    """Return how many mistakes were noticed and tried in each document, the weakest first."""
    totals: dict[str, tuple[int, int]] = {}
    for score in scores:
        killed, total = totals.get(score.document, (0, 0))
        totals[score.document] = killed + score.killed, total + score.total
    tried = {name: (killed, total) for name, (killed, total) in totals.items() if total}
    return dict(sorted(tried.items(), key=lambda item: (item[1][0] / item[1][1], item[0])))


def too_weak(scores: Iterable[MutationScore]) -> Iterator[Problem]:
    """Yield a problem for each document whose examples let too many mistakes pass."""
    expected = f"at least {REQUIRED_MUTATION_SCORE:.0%} of deliberate mistakes noticed"
    for document, (killed, total) in by_document(scores).items():
        if killed / total < REQUIRED_MUTATION_SCORE:
            value = f"{killed} of {total}"
            yield Problem(document, None, "", "mutation score", value, expected)


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of the rules."""
    yield from facts_are_known(book)
    yield from statements_have_sources(book)
    yield from limits_written_once(book)
    yield from limits_are_used(book)
    yield from limits_are_exact(book)
    yield from run_examples(book)


def facts_are_known(book: Rulebook) -> Iterator[Problem]:
    """Facts that entries name are facts of the vocabulary, the members of families included."""
    for kind in KINDS:
        for entry in getattr(book.knowledge, kind):
            yield from unknown_names(entry, {"vocabulary": book.vocabulary})


def limits_are_exact(book: Rulebook) -> Iterator[Problem]:
    """No limit can be reached or left by keeping a value in a table of many patients."""
    for rule in subjects(book):
        for key, node in (("when", rule.when), ("when_broad", rule.when_broad)):
            for atom, told in () if node is None else inexact(node, book.vocabulary):
                yield Problem.at(rule.entry, key, to_text(atom), told)


def statements_have_sources(book: Rulebook) -> Iterator[Problem]:
    """Every entry that takes a position says where it was read."""
    for entry in (rule.entry for rule in subjects(book)):
        if entry.verification != "unverified" and not entry.locator:
            expected = "the place in the source (needed for everything that was read)"
            yield Problem.at(entry, "locator", "", expected)
        if entry.verification == "secondary" and not entry.read_in:
            expected = "the source in which it was read (needed for secondary verification)"
            yield Problem.at(entry, "read_in", "", expected, severity="warning")
