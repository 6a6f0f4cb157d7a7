"""How a board prepares: domains of facts, whom to ask for them, and what each of them is like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from gepnet.facts import Facts
from gepnet.knowledge import MeasureFile, Problem
from gepnet.knowledge.shapes import FactId, Strict
from gepnet.vocabulary import Vocabulary

_FILE = "measures/board_preparation.yaml"
#: What a domain is like for one patient.
State = Literal["there", "missing", "too_old", "contradictory", "not_needed"]


class PreparationDomain(Strict):
    """One domain; see ``measures/board_preparation.yaml``."""

    id: str
    label: str
    ask: str
    core: bool = False
    groups: tuple[str, ...]
    facts: tuple[FactId, ...] = ()
    needs: tuple[tuple[FactId, ...], ...]


class BoardPreparation(MeasureFile):
    """``measures/board_preparation.yaml``."""

    files = ("board_preparation",)
    domains: tuple[PreparationDomain, ...]

    def domain_of(self, fact: str, vocabulary: Vocabulary) -> PreparationDomain:
        """Return the domain of a fact: the one that names it, else that of its group."""
        group = vocabulary[fact].entry.group
        named = (one for one in self.domains if fact in one.facts)
        grouped = (one for one in self.domains if group in one.groups)
        return next(named, None) or next(grouped)


def check_preparation(file: BoardPreparation, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield what belongs to no domain or to two, and groups that there are not."""
    groups = dict.fromkeys(vocabulary[name].entry.group for name in vocabulary)
    named = [group for domain in file.domains for group in domain.groups]
    for group in groups:
        if named.count(group) != 1:
            told = "each group of the vocabulary in one domain"
            yield Problem(_FILE, None, "", "groups", group, told)
    for group in dict.fromkeys(named):
        if group not in groups:
            yield Problem(_FILE, None, "", "groups", group, "a group of the vocabulary")
    facts = [fact for domain in file.domains for fact in domain.facts]
    for fact in dict.fromkeys(facts):
        if facts.count(fact) > 1:
            yield Problem(_FILE, None, "", "facts", fact, "each fact in one domain")


def domain_state(
    domain: PreparationDomain,
    facts: Facts,
    preparation: BoardPreparation,
    vocabulary: Vocabulary,
    asked: bool,
) -> State:
    """Return what a domain is like for a patient, the gravest first.

    Args:
        domain: the domain.
        facts: of the patient.
        preparation: all domains.
        vocabulary: the facts.
        asked: whether a position waits for a fact of the domain.
    """
    mine = [
        entry
        for name, entry in facts.items()
        if preparation.domain_of(name, vocabulary).id == domain.id
    ]
    if any(entry.conflict is not None for entry in mine):
        return "contradictory"
    if any(entry.stale for entry in mine):
        return "too_old"
    lacking = [line for line in domain.needs if not any(facts[name].is_known for name in line)]
    if domain.needs:
        return ("missing" if asked else "not_needed") if lacking else "there"
    if asked:
        return "missing"
    return "there" if any(entry.is_known for entry in mine) else "not_needed"
