"""A fitted model as it is kept: with its data's digest, its size and its limits.

Nothing is predicted for a patient from anything else than such a file.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gepnet.facts import Facts
from gepnet.knowledge import InputError, read_json
from gepnet.knowledge.read import faults
from gepnet.response.fit.spec import Spec
from gepnet.tables import Shown
from gepnet.vocabulary import Absent


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Data(_Part):
    """What the model was fitted on. ``sha256`` is that of the file."""

    file: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    patients: int
    complete: int
    events: int
    missing: dict[str, int]
    made_up: bool


class Coefficient(_Part):
    """One coefficient: a level against the reference of its predictor, with its odds ratio.

    ``low`` and ``high`` are bounds of the odds ratio from profile penalised likelihood, None where
    the search for a bound did not end.
    """

    predictor: str
    level: str
    reference: str
    patients: int
    events: int
    coefficient: float
    odds_ratio: float
    low: float | None
    high: float | None
    separated: bool

    @property
    def label(self) -> str:
        """The level against the reference."""
        return f"{self.predictor} {self.level} v {self.reference}"


class Performance(_Part):
    """One measure on the model's own data, its optimism and what is left of it."""

    measure: str
    apparent: float | None
    optimism: float | None
    corrected: float | None
    usable_resamples: int


class CurveGroup(_Part):
    """One point of the calibration curve."""

    patients: int
    events: int
    predicted: float
    observed: float
    low: float
    high: float


class StoredModel(_Part):
    """A fitted model. ``covariance`` is in the order intercept, then ``coefficients``."""

    format: Literal["gepnet response model 1"] = "gepnet response model 1"
    gepnet: str
    fitted: str
    outcome: str
    data: Data
    levels: dict[str, tuple[str, ...]]
    intercept: float
    intercept_penalised: float
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]
    confidence: float = Field(gt=0, lt=1)
    events_per_parameter: float
    performance: tuple[Performance, ...]
    calibration: tuple[CurveGroup, ...]
    resamples: int
    resamples_used: int
    seed: int
    separation: tuple[str, ...]
    weaknesses: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def size(self) -> str:
        """On how many patients and events the model rests, in words."""
        return (
            f"{self.data.complete} patients, {self.data.events} events: "
            f"{self.events_per_parameter:.1f} events a parameter"
        )

    @model_validator(mode="after")
    def _square(self) -> Self:
        size = len(self.coefficients) + 1
        if [len(row) for row in self.covariance] != [size] * size:
            raise ValueError(f"a covariance of {size} x {size}")
        if self.data.events > self.data.complete:
            raise ValueError("no more events than patients")
        return self


class Prediction(_Part):
    """A predicted probability with its interval, or what it cannot be told from.

    Where predictors are missing, ``at_least`` and ``at_most`` bound the probability over every
    level that they may have; there is no single probability then.
    """

    probability: float | None = None
    low: float | None = None
    high: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    missing: tuple[str, ...]
    outside: tuple[str, ...]


def read_model(path: Path) -> StoredModel:
    """Read a model file.

    Raises:
        InputError: if it is none.
    """
    data = read_json(path, "a model written by 'gepnet response fit'")
    try:
        return StoredModel.model_validate_json(json.dumps(data))
    except ValidationError as error:
        told = faults(error, StoredModel, data, str(path), lambda place: None)
        raise InputError(told) from error


def predict(model: StoredModel, levels: dict[str, str | None]) -> Prediction:
    """Return the probability for a patient with these levels of the predictors, None if unknown.

    A level that the cohort did not contain has no coefficient: nothing is predicted for it. The
    interval is Wald's on the scale of the log odds.
    """
    outside = tuple(
        f"{name} {level}"
        for name, level in levels.items()
        if level is not None and name in model.levels and level not in model.levels[name]
    )
    missing = tuple(name for name in model.levels if levels.get(name) is None)
    nothing = Prediction(missing=missing, outside=outside)
    if outside:
        return nothing
    open_ = [model.levels[name] for name in missing]
    found = [
        _probability(model, {**levels, **dict(zip(missing, chosen, strict=True))})
        for chosen in product(*open_)
    ]
    if missing:
        chances = [chance for chance, _, _ in found]
        update = {"at_least": min(chances), "at_most": max(chances)}
    else:
        update = dict(zip(("probability", "low", "high"), found[0], strict=True))
    return nothing.model_copy(update=update)


@dataclass(frozen=True)
class PatientPrediction:
    """A prediction for a patient, with the levels that it rests on and the model behind it."""

    prediction: Annotated[Prediction, Shown(flat=True)]
    levels: dict[str, str | None]
    model: Annotated[StoredModel, Shown(take="outcome fitted data weaknesses", flat=True)]


def predict_for(
    model: StoredModel, spec: Spec, facts: Facts, category: str | None
) -> PatientPrediction:
    """Return the prediction for a patient.

    Args:
        model: as fitted.
        spec: what the predictors are read from.
        facts: of the patient.
        category: response at mid-treatment, None where it is not known.
    """
    levels = {
        predictor.column: predictor.level_of(
            category if predictor.fact == "response_ct" else word_of(facts, predictor.fact)
        )
        for predictor in spec.predictors
    }
    return PatientPrediction(predict(model, levels), levels, model)


def word_of(facts: Facts, name: str) -> str | None:
    """Return a fact as a text; None where it is unknown or cannot exist."""
    value = facts.values.get(name)
    return None if value is None or isinstance(value, Absent) else str(value)


def _probability(model: StoredModel, levels: dict[str, str | None]) -> tuple[float, float, float]:
    row = [1.0] + [float(levels.get(c.predictor) == c.level) for c in model.coefficients]
    weights = [model.intercept, *(c.coefficient for c in model.coefficients)]
    eta = sum(x * w for x, w in zip(row, weights, strict=True))
    variance = sum(
        a * b * cell
        for a, line in zip(row, model.covariance, strict=True)
        for b, cell in zip(row, line, strict=True)
    )
    half = NormalDist().inv_cdf((1 + model.confidence) / 2) * math.sqrt(max(variance, 0.0))
    return _chance(eta), _chance(eta - half), _chance(eta + half)


def _chance(eta: float) -> float:
    return 1 / (1 + math.exp(-eta)) if eta >= 0 else math.exp(eta) / (1 + math.exp(eta))
