"""Whether every fact can be worked out: by functions that there are, and not from itself."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from gepnet.criteria import Criteria
from gepnet.criteria.exact import inexact
from gepnet.criteria.text import to_text
from gepnet.facts.derive import inputs_of
from gepnet.facts.families import FAMILIES
from gepnet.facts.files import ProgressionSigns, SampleRecipe, TherapyGroups
from gepnet.facts.treatments import RECORD_FUNCTIONS
from gepnet.knowledge import Knowledge, Problem, check_files
from gepnet.measures import FUNCTIONS

FILES = (ProgressionSigns, SampleRecipe, TherapyGroups)


def check(knowledge: Knowledge, criteria: Criteria) -> Iterator[Problem]:
    """Yield every fault of the facts."""
    vocabulary = criteria.vocabulary
    yield from check_files(knowledge, vocabulary, FILES)
    known = sorted({*FUNCTIONS, *RECORD_FUNCTIONS})
    for entry in (fact.entry for fact in vocabulary.base_facts()):
        for name in (entry.function, entry.bound.function if entry.bound else None):
            if name is not None and name not in known:
                yield Problem.at(entry, "function", name, f"one of {', '.join(known)}")
    for entry in (fact.entry for fact in vocabulary.base_facts()):
        for name, rules in (("derived", entry.derived), ("narrowed", entry.narrowed)):
            for index, step in enumerate(rules):
                for atom, told in inexact(criteria(step.when), vocabulary):
                    yield Problem.at(entry, f"{name}[{index}].when", to_text(atom), told)
    for family in vocabulary.families:
        if family.over == "therapies" and family.pattern not in FAMILIES:
            yield Problem.at(family, "pattern", family.pattern, f"one of {', '.join(FAMILIES)}")
    yield from derivations_have_an_order(criteria)


def derivations_have_an_order(criteria: Criteria) -> Iterator[Problem]:
    """No fact is worked out from itself."""
    facts = (fact for fact in criteria.vocabulary.base_facts() if fact.is_derived)
    try:
        TopologicalSorter({fact.id: inputs_of(fact, criteria) for fact in facts}).prepare()
    except CycleError as error:
        yield Problem("facts", None, " -> ".join(error.args[1]), "derived", "", "no cycle")
