"""Whether the files that response and toxicity are told by are as they are read."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import Problem, check_files
from gepnet.response.choi import ChoiRules
from gepnet.response.fit.spec import Spec
from gepnet.response.growth import GrowthRules
from gepnet.response.midtreatment.model import Evidence
from gepnet.response.recist.rules import Rules
from gepnet.response.scores.model import Scores
from gepnet.response.toxicity.spec import CountingSpec
from gepnet.rules import Rulebook

FILES = (ChoiRules, CountingSpec, Evidence, GrowthRules, Rules, Scores, Spec)


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of these files."""
    return check_files(book.knowledge, book.vocabulary, FILES)
