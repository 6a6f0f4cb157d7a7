"""Choices of the product about a plan, read from ``knowledge/measures/course_plan.yaml``."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, Id, Names, Stated, Strict

_YEAR = 365
ProfileId = Annotated[Id, Names(("plan_profiles",))]
StatementId = Annotated[str, Names(("statements",))]
ChecklistId = Annotated[Id, Names(("checklists",))]


class SlopeSettings(Strict):
    """What a slope of kidney function needs before it is told."""

    least_samples: int
    least_span_days: int
    confidence: Decimal
    weight_within_days: int


class UsualStart(Stated):
    """How far a start usually lies from the day of the plan; a wrong year has to be noticed."""

    days_before: int = Field(ge=0)
    days_ahead: int = Field(ge=0)

    @model_validator(mode="after")
    def _notices_a_year(self) -> Self:
        if self.days_before + self.days_ahead >= _YEAR:
            raise ValueError("days_before and days_ahead of a year or more: no wrong year is seen")
        return self


class Checks(Strict):
    """Items of a checklist."""

    checklist: ChecklistId
    items: tuple[str, ...]


class Settings(MeasureFile):
    """Defaults of the plan; none is a clinical statement."""

    files = ("course_plan",)
    default_profile: ProfileId
    infusion_time: datetime.time
    working_days: tuple[str, ...]
    first_cycle_search_days: int
    appointment_search_days: int
    horizon_months: int
    usual_start: UsualStart
    appointment_minutes: int
    alarm_days_before: int
    deadline_alarm_days_before: int
    sample_counts_early_days: int
    retreatment_cycles_shown: int
    ssa_statements: tuple[StatementId, ...]
    monitoring_statements: tuple[StatementId, ...]
    retreatment_checks: Checks
    topic_analytes: dict[str, tuple[FactId, ...]]
    kidney_slope: SlopeSettings
    signal_least_samples: int
