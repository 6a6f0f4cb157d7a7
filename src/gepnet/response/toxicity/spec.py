"""How adverse events are counted: ``measures/adverse_events.yaml``, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gepnet.knowledge import read_measure
from gepnet.knowledge.shapes import Verification

STEM = "adverse_events"


class CountingSpec(BaseModel):
    """Grades, what counts as severe, editions, and the unit of a rate."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    grades: tuple[int, ...]
    any_from: int
    severe_from: int
    editions: tuple[str, ...]
    confidence: float = Field(gt=0, lt=1)
    rate_per_years: float = Field(gt=0)
    days_per_year: float = Field(gt=0)
    source: str
    verification: Verification
    note: str


def counting_spec(measures: Mapping[str, Any]) -> CountingSpec:
    """Return the specification.

    Raises:
        InputError: if the knowledge file is not as it should be.
    """
    return read_measure(CountingSpec, measures, STEM)
