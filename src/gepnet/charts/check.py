"""Whether the file with choices of display is as charts read it."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.charts.files import ChartChoices
from gepnet.knowledge import Problem, check_files
from gepnet.rules import Rulebook

FILES = (ChartChoices,)


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of this file."""
    return check_files(book.knowledge, book.vocabulary, FILES)
