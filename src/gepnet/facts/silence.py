"""Of which facts the silence of a record means something where it declares its domain complete."""

from __future__ import annotations

from functools import lru_cache

from gepnet.facts.treatments import OVER_TREATMENTS
from gepnet.vocabulary import Fact, Vocabulary


def silent_domain(fact: Fact, vocabulary: Vocabulary) -> str | None:
    """Return the domain whose declaration makes silence on a fact mean something; None: none.

    Facts about one therapy, and those counted over all, know themselves what silence means: a
    course of which the date is unknown is still a course.
    """
    domain = fact.entry.complete
    if fact.entry.absence == "unknown" or domain is None:
        return None
    if fact.family is not None and "{therapy}" in fact.family:
        return None
    named = [vocabulary[name] for name in fact.entry.inputs if name in vocabulary]
    counted = any(one.entry.function in OVER_TREATMENTS for one in (fact, *named))
    return None if counted else domain


@lru_cache(maxsize=8)
def silent_facts(vocabulary: Vocabulary) -> dict[str, str]:
    """Return every such fact with its domain."""
    found = {name: silent_domain(fact, vocabulary) for name, fact in vocabulary.items()}
    return {name: domain for name, domain in found.items() if domain is not None}
