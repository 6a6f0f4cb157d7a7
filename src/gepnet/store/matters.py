"""What may matter to a patient, and the published methods that turn answers into weights."""

from __future__ import annotations

from typing import ClassVar, Literal

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import SourceId, Strict, Verification


class Matter(Strict):
    """Something that may matter to a patient, and how they are asked."""

    id: str
    label: str
    question: str


class WeighingMethod(Strict):
    """A published way from answers to weights.

    ``shared`` is the number of points that are shared out; ``highest`` the end of a scale on which
    each matter is rated by itself, from 1.
    """

    id: str
    label: str
    told: str
    kind: Literal["points", "rating"]
    shared: int | None = None
    highest: int | None = None
    source: SourceId
    locator: str
    verification: Verification


class PatientWeights(MeasureFile):
    """``measures/patient_weights.yaml``."""

    files: ClassVar[tuple[str, ...]] = ("patient_weights",)
    matters: tuple[Matter, ...]
    methods: tuple[WeighingMethod, ...]
