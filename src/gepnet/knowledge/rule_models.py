"""The shapes of what holds for some patients, beside documents: an entry with its criterion.

Rules of safety, lines of checklists and of release, and the limits that such entries share. What
every entry with a criterion has in common stands here once.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from gepnet.knowledge.shapes import (
    Checked,
    Cited,
    Entry,
    FactId,
    Id,
    Labelled,
    Names,
    OptionId,
    RegionId,
    Sourced,
    SourceId,
    Strict,
)


class Examples(Strict):
    """Example patients that hold a criterion in place.

    ``applies`` is a complete patient; every other example is that patient with one change.
    """

    applies: dict[str, Any]
    also_applies: tuple[dict[str, Any], ...] = ()
    does_not_apply: tuple[dict[str, Any], ...]
    undetermined: tuple[str | dict[str, Any], ...]


class Limit(Entry, Cited, Checked):
    """A limit that several entries name in braces, so that it is written once.

    Either a number of one fact, as ``platelets_10e9_l >= {platelets}``, or a condition in which
    several facts belong together, as ``not {liver-synthesis}``. Who holds a limit that entries
    share, and where that was read, is said by those that name it; a parameter of one document's
    definition, which derived facts name, says it itself.
    """

    id: Id
    label: str
    fact: FactId | None = None
    value: Decimal | None = None
    when: str | None = None
    limits: tuple[Annotated[Id, Names(("limits",))], ...] = ()

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        yield (self.fact is None) != (self.value is None), "'fact' and 'value' belong together"
        yield (self.value is None) == (self.when is None), "a limit needs 'value' or 'when'"


class RuleEntry(Sourced, Checked):
    """An entry that holds for the patients whom its criterion includes.

    ``when`` is the narrow reading of the text and ``when_broad``, only where the text is ambiguous,
    the broad one. ``provided`` is a condition that is no prerequisite: the entry holds unless it is
    known to be false, and says so where it is not known. Examples hold the criterion in place; only
    "everybody" needs none. ``limits`` are those that the criterion names; reading fills them in.
    """

    id: Id
    when: str
    when_broad: str | None = None
    provided: str | None = None
    limits: tuple[Annotated[Id, Names(("limits",))], ...] = ()
    examples: Examples | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        everybody = self.when == "true" and self.provided is None
        loose = self.examples is None and not everybody
        yield loose, "a criterion needs 'examples' that hold it in place"


class SafetyRule(RuleEntry):
    """A rule that warns, withholds or stops; it fires whatever its verification.

    ``off_label`` rules only say that a use is outside a label. ``start_only`` rules are limits for
    the start of a course, within which other limits hold. With ``asked`` false an unknown condition
    is not worth a question: the rule speaks once it is known.
    """

    options: tuple[OptionId, ...] = ()
    severity: Literal["stop", "withhold", "warn"]
    message: str
    off_label: bool = False
    start_only: bool = False
    asked: bool = True


class ChecklistItem(RuleEntry):
    """One line of a named checklist; ``when`` says that it is met.

    ``topic`` is what lines of several checklists are compared by, ``limit`` the limit in words, and
    ``max_age_days`` how old a dated value may be for this line.
    """

    label: str
    topic: Id | None = None
    limit: str | None = None
    max_age_days: int | None = Field(default=None, gt=0)


class Checklist(Entry):
    """A named list of conditions shown as met, not met or missing.

    One for the ``report_head`` stands in every report; an ``eligibility`` profile is asked for by
    name, and profiles are never mixed. ``regions`` are those in which a profile is the default.
    """

    id: Id
    title: str
    option: OptionId
    source: SourceId
    purpose: Literal["report_head", "eligibility"] = "report_head"
    regions: tuple[RegionId, ...] = ()
    note: str | None = None
    items: tuple[ChecklistItem, ...]


Phase = Literal["every", "first", "later"]


class ReleaseRule(RuleEntry):
    """A rule about the release of a cycle; it fires whatever its verification.

    ``toxicity`` is a row of a dose-modification table: present it holds the cycle, having occurred
    since the last dose it reduces the next one, and recurring after a reduced dose it ends the
    course; rules of one ``row`` count as one toxicity. ``hold``, ``stop`` and ``warn`` say it at
    once, ``reduced`` is told with a reduced dose. Where ``required``, a rule that missing facts
    leave open makes the review undecidable. ``analyte`` is the value whose grade is shown.
    """

    label: str
    effect: Literal["toxicity", "hold", "stop", "warn", "reduced"]
    row: Id | None = None
    phase: Phase = "every"
    required: bool = True
    analyte: FactId | None = None
    message: str

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        yield from super().faults()
        differs = (self.effect == "toxicity") != (self.row is not None)
        yield differs, "a 'toxicity', and nothing else, needs its 'row'"


class ReleaseItem(RuleEntry):
    """Something that has to be known before a cycle is released.

    Known means that one of ``facts`` is, no older than ``max_age_days`` and, with
    ``since_last_dose``, dated after the last dose. ``when`` says for whom; where it is open the
    item is asked for. Without ``required`` what is missing only warns.
    """

    label: str
    facts: tuple[FactId, ...] = Field(min_length=1)
    phase: Phase = "every"
    required: bool = True
    when: str = "true"
    max_age_days: int | None = Field(default=None, gt=0)
    since_last_dose: bool = False


class ReleaseAmount(Labelled):
    """A number that the course is planned and reviewed by."""

    value: Decimal
    unit: str


class RetreatmentRule(RuleEntry):
    """From how long a benefit a text supports another course, where it is no recommendation.

    Recommendations on the option itself stand in their documents and are not repeated here.
    """

    label: str
