"""Whether derivations give values that their facts may have, and conversions are of facts."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import Knowledge, Problem, check_files
from gepnet.vocabulary.fact import ValueProblem
from gepnet.vocabulary.units import Units
from gepnet.vocabulary.vocabulary import Vocabulary

FILES = (Units,)


def check(knowledge: Knowledge, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield every fault of the vocabulary."""
    yield from check_files(knowledge, vocabulary, FILES)
    for fact in vocabulary.base_facts():
        for index, step in enumerate(fact.entry.derived):
            try:
                fact.parse(step.value)
            except ValueProblem as fault:
                told = (f"derived[{index}].value", repr(step.value), fault.expected)
                yield Problem.at(fact.entry, *told, fault.suggestion)
