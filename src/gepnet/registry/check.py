"""Whether the files that a registry rests on are as they are read."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import Problem, check_files
from gepnet.registry.indicator_file import QualityIndicators
from gepnet.registry.quality_file import DataQuality
from gepnet.registry.recipe import SyntheticRegistry
from gepnet.rules import Rulebook

FILES = (SyntheticRegistry, QualityIndicators, DataQuality)


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of these files."""
    return check_files(book.knowledge, book.vocabulary, FILES)
