"""What a fully known patient obeys beyond ranges and derivations, read from the knowledge."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from gepnet.criteria import CriterionError, Node, facts_of
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import Knowledge, MeasureFile, Problem, refuse_all
from gepnet.knowledge.problems import nearest
from gepnet.knowledge.shapes import FactId, SourceId, Strict, Verification

FILE = "measures/dependencies.yaml"


class Unrecorded(Strict):
    """A fact that may be unknown in a fully known patient, with the reason."""

    fact: FactId
    why: str
    instead: FactId | None = None


class Never(Strict):
    """A value that no fully known patient has, with the reason."""

    fact: FactId
    value: str
    why: str


class Always(Strict):
    """A criterion that is true of every fully known patient, or a pattern of one."""

    id: str
    always: str
    why: str | None = None
    source: SourceId | None = None
    locator: str | None = None
    verification: Verification | None = None


class Count(Strict):
    """A number that is at least how many of ``of``, and above zero exactly with one of ``classes``.

    Both name therapies, and what is asked of each is whether it was received.
    """

    fact: FactId
    of: tuple[str, ...]
    classes: tuple[str, ...]


class Dependencies(MeasureFile):
    """The whole page ``measures/dependencies.yaml``."""

    files = ("dependencies",)
    optional = True
    unrecorded: tuple[Unrecorded, ...] = ()
    sometimes_unrecorded: tuple[Unrecorded, ...] = ()
    never: tuple[Never, ...] = ()
    rules: tuple[Always, ...] = ()
    therapies: tuple[Always, ...] = ()
    classes: tuple[Always, ...] = ()
    counts: tuple[Count, ...] = ()


def check_laws(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a problem for each step of a derivation that names a law which there is not."""
    laws = [one.id for one in Dependencies.read(knowledge.measures).rules]
    for fact in knowledge.facts:
        for index, step in enumerate(fact.derived):
            if step.law is not None and step.law not in laws:
                where, expected = f"derived[{index}].law", f"a rule of {FILE}"
                yield Problem.at(fact, where, step.law, expected, nearest(step.law, laws))


def criteria_of(
    base: KnowledgeBase, page: Dependencies, about: Container[str]
) -> Iterator[tuple[str, Node]]:
    """Yield the dependencies among the facts ``about`` as criteria, with their names.

    Patterns come once for each therapy, or for each pair of a therapy and a class above it. What
    links a fact to others that no criterion depends on says nothing about it and is left out.

    Raises:
        InputError: with every rule that is not in the language.
    """
    problems: list[Problem] = []
    for name, text in _texts(base, page):
        names = _IDENTIFIER.findall(_QUOTED.sub("", text))
        if not all(name in about for name in names if name not in _KEYWORDS):
            continue
        try:
            yield name, base.criteria(text)
        except CriterionError as error:
            problems += [
                Problem(FILE, None, name, "always", f.value, f.expected, f.suggestion)
                for f in error.faults
            ]
    refuse_all(problems)


def closure(base: KnowledgeBase, names: Iterable[str]) -> list[str]:
    """Return the facts named, those they are derived from, and the therapies they speak of."""
    vocabulary, found, left = base.vocabulary, set[str](), list(names)
    while left:
        name = left.pop()
        if name in found or name not in vocabulary:
            continue
        found.add(name)
        left.extend(inputs(base, name))
        therapy = _THERAPY.match(name)
        if therapy is not None:
            left.append(f"received_{therapy[1]}")
    return sorted(found, key=vocabulary.order)


def inputs(base: KnowledgeBase, name: str) -> Iterator[str]:
    """Yield the facts that the rules of a derived fact name."""
    for rule in base.vocabulary[name].entry.rules:
        yield from facts_of(base.criteria(rule.when))


_THERAPY = re.compile(r"^(?:progressed_on|on|intolerant_to|months_since|benefit_months)_(.+)$")
_QUOTED = re.compile(r"'[^']*'")
_IDENTIFIER = re.compile(r"[a-z_][a-z_0-9]*")
_KEYWORDS = frozenset({"and", "or", "not", "is", "null", "in", "between", "true", "false"})


def _texts(base: KnowledgeBase, page: Dependencies) -> Iterator[tuple[str, str]]:
    for rule in page.rules:
        yield rule.id, rule.always
    therapies = [option for option in base.options if f"received_{option}" in base.vocabulary]
    for rule in page.therapies:
        for option in therapies:
            yield f"{rule.id}/{option}", rule.always.replace("{therapy}", option)
    for rule in page.classes:
        for member in therapies:
            for above in base.options.ancestors(member):
                text = rule.always.replace("{class}", above).replace("{member}", member)
                yield f"{rule.id}/{member}/{above}", text
