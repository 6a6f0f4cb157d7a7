"""Choices of the product about a plan, read from ``knowledge/measures/course_plan.yaml``."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from gepnet.knowledge import read_measure


class SlopeSettings(BaseModel):
    """What a slope of kidney function needs before it is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    least_samples: int
    least_span_days: int
    confidence: Decimal
    weight_within_days: int


class Checks(BaseModel):
    """Items of a checklist."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    checklist: str
    items: tuple[str, ...]


class Settings(BaseModel):
    """Defaults of the plan; none is a clinical statement."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: str
    verification: str
    default_profile: str
    infusion_time: datetime.time
    working_days: tuple[str, ...]
    first_cycle_search_days: int
    appointment_search_days: int
    horizon_months: int
    appointment_minutes: int
    alarm_days_before: int
    deadline_alarm_days_before: int
    sample_counts_early_days: int
    retreatment_cycles_shown: int
    ssa_statements: tuple[str, ...]
    monitoring_statements: tuple[str, ...]
    retreatment_checks: Checks
    topic_analytes: dict[str, tuple[str, ...]]
    kidney_slope: SlopeSettings
    signal_least_samples: int


def settings_of(measures: Mapping[str, Any]) -> Settings:
    """Return the settings.

    Raises:
        InputError: naming the file and key of every fault.
    """
    return read_measure(Settings, measures, "course_plan")
