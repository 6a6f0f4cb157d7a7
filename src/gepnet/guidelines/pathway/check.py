"""Whether the questions and the words of pathways fit the knowledge."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.criteria import CriterionError
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.pathway.wording import PathwayWords
from gepnet.knowledge import InputError, Problem
from gepnet.rules import Rulebook

_FILE, _WORDS = "measures/pathways.yaml", "measures/pathway_words.yaml"


def check_pathways(book: Rulebook) -> Iterator[Problem]:
    """Yield every criterion of a question that is none, and every group of unknown values."""
    measures = book.knowledge.measures
    try:
        page, said = PathwayQuestions.read(measures), PathwayWords.read(measures)
    except InputError:
        return  # told by the shape of the files
    parts = [(part.id, part.given) for part in page.lines]
    for name, given in (*parts, *((part.id, part.given) for part in page.questions)):
        try:
            book.criteria(given)
        except CriterionError as error:
            for fault in error.faults:
                found, expected = fault.value, fault.expected
                yield Problem(_FILE, None, name, "given", found, expected, fault.suggestion)
    for group in said.groups:
        for value in group.values:
            if value not in book.vocabulary[group.fact].values:
                expected = f"a value of {group.fact}"
                yield Problem(_WORDS, None, group.called, "values", value, expected)
