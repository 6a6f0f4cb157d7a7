"""Whether the files that a course is planned, reviewed and measured by are as they are read."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import Problem, check_files
from gepnet.prrt.after.another import AnotherCycle
from gepnet.prrt.after.cumulative import ActivityUnits
from gepnet.prrt.discharge.data import RadiationProtection
from gepnet.prrt.dosimetry.data import Checks, Physics
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.plausible import Plausible
from gepnet.rules import Rulebook

FILES = (ActivityUnits, AnotherCycle, Checks, Physics, Plausible, RadiationProtection, Settings)


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of these files."""
    return check_files(book.knowledge, book.vocabulary, FILES)
