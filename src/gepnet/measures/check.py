"""Whether the files of constants, grades and terms are as the measures read them."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import Knowledge, Problem, check_files
from gepnet.measures.ctcae.model import Edition
from gepnet.measures.grading import Grading
from gepnet.measures.inputs import Formulas
from gepnet.measures.limits import UpperLimits
from gepnet.vocabulary import Vocabulary

FILES = (Edition, Formulas, Grading, UpperLimits)


def check(knowledge: Knowledge, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield every fault of these files."""
    faults = list(check_files(knowledge, vocabulary, FILES))
    yield from faults
    if not faults:
        yield from limits_are_whole_steps(knowledge, vocabulary)


def limits_are_whole_steps(knowledge: Knowledge, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A limit of CTCAE is one that a value is told from in the step in which it is shown."""
    for name in (stem for stem in Edition.files if stem in knowledge.measures):
        for term in Edition.read(knowledge.measures, name).terms:
            rows = (
                *term.grades.values(),
                *term.baseline_high.values(),
                *term.baseline_low.values(),
            )
            absolute = [limit for row in rows for limit in row if limit.of is None]
            for fact in (vocabulary[analyte] for analyte in term.analytes):
                for limit in absolute:
                    if limit.number % fact.precision:
                        expected = f"a whole number of steps of {fact.precision} ({fact.id})"
                        file = f"measures/{name}.yaml"
                        yield Problem(file, None, term.term, "grades", str(limit.number), expected)
