"""Whether the files of constants, grades and terms are as the measures read them."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import Knowledge, Problem, check_files
from gepnet.measures.ctcae.model import Edition
from gepnet.measures.grading import Grading
from gepnet.measures.inputs import Formulas
from gepnet.vocabulary import Vocabulary

FILES = (Edition, Formulas, Grading)


def check(knowledge: Knowledge, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield every fault of these files."""
    return check_files(knowledge, vocabulary, FILES)
