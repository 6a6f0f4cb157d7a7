"""The file of what is looked for in the rows of a registry, and by which methods."""

from __future__ import annotations

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, Id, SourceId, Strict, Verification

#: Findings of a centre or a file, and of no patient.
OF_NO_PATIENT = frozenset({"centre_differs", "unreadable"})


class Check(Strict):
    """One thing that is looked for."""

    id: Id
    label: str


class Method(Strict):
    """Where a method was described."""

    source: SourceId
    locator: str
    verification: Verification
    note: str


class Outlier(Method):
    """The modified z-score: ``factor`` times the distance to the median, by the MAD."""

    factor: float = Field(gt=0)
    above: float = Field(gt=0)
    least_values: int = Field(ge=3)


class Centre(Method):
    """The limits of a mean: how much of chance lies inside, and from how many patients on."""

    inside: float = Field(gt=0, lt=1)
    least_patients: int = Field(ge=2)


class DataQuality(MeasureFile):
    """What is looked for in the rows of a registry."""

    files = ("data_quality",)
    checks: tuple[Check, ...] = Field(min_length=1)
    outlier: Outlier
    centre: Centre
    same_patient: tuple[FactId, ...] = Field(min_length=2)
