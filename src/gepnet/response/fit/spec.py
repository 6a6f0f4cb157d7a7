"""What goes into a model of further response: ``measures/further_response_model.yaml``, checked."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import Field, model_validator

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, SourceId, Strict, Verification


class Outcome(Strict):
    """The column of the outcome and the words for yes and no."""

    column: str
    label: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Predictor(Strict):
    """One categorical predictor.

    ``read_as`` maps further words to a level; ``elsewhere`` is the level of any other value of
    ``fact`` in a patient file, save those in ``unknown``.
    """

    column: str
    label: str
    fact: FactId
    reference: str
    levels: tuple[str, ...]
    read_as: dict[str, str] = Field(default_factory=dict)
    elsewhere: str | None = None
    unknown: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _levels_are_named(self) -> Self:
        named = {self.reference, *self.read_as.values(), *filter(None, [self.elsewhere])}
        if not named <= set(self.levels):
            raise ValueError(f"levels among {', '.join(self.levels)}")
        return self

    @property
    def words(self) -> dict[str, str]:
        """Every word a table may use, in lower case, with the level that it means."""
        known = {level.lower(): level for level in self.levels}
        return {**known, **{word.lower(): level for word, level in self.read_as.items()}}

    def level_of(self, value: str | None) -> str | None:
        """Return the level of a value of ``fact``, None if unknown.

        A value that is no level and has no place elsewhere comes back as it is: no model has it.
        """
        if value is None or value in self.unknown:
            return None
        return self.words.get(value.lower(), self.elsewhere or value)


class Thresholds(Strict):
    """From which on a model is fitted, and from which on it is not called weak."""

    refuse_below_events: int
    refuse_below_events_per_parameter: float
    weak_below_events_per_parameter: float
    weak_above_odds_ratio_factor: float
    weak_above_slope_gap: float
    source: SourceId
    verification: Verification
    note: str


class Method(Strict):
    """A statistical method and where it was described."""

    what: str
    source: SourceId
    verification: Verification


class MadeUp(Strict):
    """The invented truth behind made-up cohorts."""

    intercept: float
    coefficients: dict[str, dict[str, float]]
    shares: dict[str, dict[str, float]]


class Spec(MeasureFile):
    """The whole specification."""

    files = ("further_response_model",)
    outcome: Outcome
    predictors: tuple[Predictor, ...]
    missing: tuple[str, ...]
    predictors_source: SourceId
    predictors_verification: Verification
    predictors_note: str
    confidence: float = Field(gt=0, lt=1)
    resamples: int = Field(ge=50)
    calibration_groups: int = Field(ge=2)
    separation_tolerance: float = Field(gt=0)
    thresholds: Thresholds
    methods: tuple[Method, ...]
    made_up: MadeUp

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that a cohort has to have."""
        return ("patient_id", *(p.column for p in self.predictors), self.outcome.column)

    @cached_property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """Predictor and level of every coefficient but the intercept, in order."""
        return tuple(
            (predictor.column, level)
            for predictor in self.predictors
            for level in predictor.levels
            if level != predictor.reference
        )
