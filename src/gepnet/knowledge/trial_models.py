"""Trials as data: whom they enrolled, what was given, and every figure with where it was read.

A figure is kept as its source prints it. What cannot be (a value outside its own interval) stays,
with the reason for which it is rejected; what differs between sources stays in both forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from gepnet.knowledge.shapes import (
    Checked,
    Entry,
    Id,
    Names,
    OptionId,
    Sourced,
    SourceId,
    Strict,
    Verification,
)


class TrialMetric(Entry):
    """What a figure measures.

    ``kind`` says how it may be used: a ``ratio`` of hazards or odds, a ``median`` time, a ``share``
    in percent, a ``count``, another ``number``, or a ``statement`` in words. ``of`` is what happens
    to patients, so that ratio, median and share of one endpoint are found together.
    """

    id: Id
    label: str
    unit: str | None = None
    kind: Literal["ratio", "median", "share", "count", "number", "statement"]
    of: Id


class ExcludedStudy(Sourced):
    """A publication that is not used, and why; the source is where the reason was read."""

    id: Id
    title: str
    doi: str | None = None
    url: str | None = None
    why: str


class TrialArm(Strict):
    """One arm: how many, and what they were given.

    ``options`` are the therapies of the option tree that its patients are given beyond what the
    other arms get; none for a placebo. ``treatment`` is the name of the node in a network.
    """

    id: Id
    label: str
    patients: int | None = None
    regimen: str | None = None
    treatment: Id | None = None
    options: tuple[OptionId, ...] = ()


class Figure(Checked):
    """One number of a trial, as its source prints it.

    Attributes:
        metric: what was measured, one of ``measures/trial_metrics.yaml``, with the unit.
        of: an arm, a contrast such as ``lu_vs_oct60``, or the group in words.
        value: as printed; None where it was not reached or not reported, which ``note`` says.
        low: end of the interval.
        high: end of the interval.
        interval: what the two ends are: of a confidence interval, quartiles, or a range.
        level: of a confidence interval, in percent.
        sd: standard deviation.
        months: the time at which a rate holds.
        assessor: who judged progression or response.
        subgroup: of whom, where not of all.
        event: the adverse event, or what else a rate is of.
        line: of treatment that a sequence trial speaks of.
        cycle: of a course.
        patients: that this figure rests on, where it is not those of the arm.
        studies: that a pooled figure rests on.
        i2_percent: heterogeneity of a pooled figure.
        source: where it was read.
        locator: the place in it.
        verification: how far.
        rejected: why it cannot be right; it is shown and never counted.
        doubted: what is odd about it; it counts.
        replaced: what to use instead.
    """

    metric: Annotated[Id, Names(("trial_metrics",))]
    of: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    interval: Literal["confidence", "quartiles", "range"] = "confidence"
    level: Decimal = Decimal(95)
    sd: Decimal | None = None
    months: Decimal | None = None
    assessor: str | None = None
    subgroup: str | None = None
    event: str | None = None
    line: int | None = None
    cycle: str | None = None
    patients: int | None = None
    studies: int | None = None
    i2_percent: Decimal | None = None
    source: SourceId
    verification: Verification
    note: str | None = None
    locator: str | None = None
    rejected: str | None = None
    doubted: str | None = None
    replaced: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it may be used without being asked for by name."""
        return self.verification != "unverified" and self.rejected is None and self.replaced is None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        value, low, high = self.value, self.low, self.high
        if self.rejected is None:
            yield low is not None and high is not None and low > high, "'low' above 'high'"
            outside = value is not None and (
                (low is not None and value < low) or (high is not None and value > high)
            )
            yield outside, "a value within its interval, or the reason for which it is 'rejected'"
        empty = value is None and low is None and high is None and self.note is None
        yield empty, "a value, or a 'note' that says why there is none"


class TrialContrast(Strict):
    """Two arms compared; ratios below 1 are in favour of the first."""

    id: Id
    first: Id
    second: Id
    note: str | None = None


class Disagreement(Strict):
    """Figures of one thing that differ, by source or by assessor, and what to know of them."""

    metric: Annotated[Id, Names(("trial_metrics",))]
    of: str
    says: str


Eligibility = Literal["read", "partly", "not_read"]


class TrialFields(Strict):
    """The fields of a trial beyond those of a rule.

    Attributes:
        name: as the trial is called.
        registry: number in a registry.
        year: of the results; None while there are none.
        results: the day, month or year on which they were there; by default the year.
        phase: as registered, or cohort, registry, meta-analysis.
        design: in words.
        reference: the publication.
        population: whom it enrolled, in words.
        eligibility: how much of the eligibility criteria was read.
        not_expressed: what the vocabulary cannot say, in words.
        publications: further sources of the bibliography that report it.
        arms: at least one.
        contrasts: that figures compare.
        figures: every figure.
        disagreements: between figures, explained.
        curves: reconstructions that come with gepnet, by endpoint (the ``of`` of a metric).
    """

    name: str
    registry: str | None = None
    year: int | None = None
    results: str | None = None
    phase: str
    design: str | None = None
    reference: str
    population: str
    eligibility: Eligibility
    not_expressed: tuple[str, ...] = ()
    publications: tuple[SourceId, ...] = ()
    arms: tuple[TrialArm, ...] = Field(min_length=1)
    contrasts: tuple[TrialContrast, ...] = ()
    figures: tuple[Figure, ...]
    disagreements: tuple[Disagreement, ...] = ()
    curves: dict[str, str] = Field(default_factory=dict)
