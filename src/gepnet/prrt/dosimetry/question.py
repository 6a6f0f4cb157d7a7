"""What is asked of a file of time-activity data. Nothing here loads numpy before it is needed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gepnet.knowledge import InputError, Problem, asked, need, refuse
from gepnet.prrt.dosimetry.words import Errors, Method, Model
from gepnet.vocabulary import Accepting

if TYPE_CHECKING:
    from gepnet.prrt.dosimetry.data import DosimetryData
    from gepnet.prrt.dosimetry.run import Dosimetry
    from gepnet.prrt.dosimetry.uncertainty import Progress

_MOST_DRAWS = 10_000_000  # about 2 GB


@dataclass(frozen=True)
class Stated:
    """What was stated once for the whole file; None: nothing.

    Attributes:
        decay_corrected: whether activities are corrected to the injection.
        activity_cv_percent: standard error of an activity.
        mass_cv_percent: standard error of a mass.
        administered_gbq: activity given in a cycle.
        sex: male or female, for the S-values.
        liver_lesions: excluded, included or none.
        haematocrit: a fraction, for the marrow-to-blood ratio.
        accept: numbers outside their plausible range that are right, each
            ``[PATIENT:[REGION:]]QUANTITY=VALUE by WHO: WHY``.
    """

    decay_corrected: bool | None = None
    activity_cv_percent: float | None = None
    mass_cv_percent: float | None = None
    administered_gbq: float | None = None
    sex: str | None = None
    liver_lesions: str | None = None
    haematocrit: float | None = None
    accept: tuple[str, ...] | Accepting = ()


@dataclass(frozen=True)
class DosimetryQuestion(Stated):
    """How the curves of a file are fitted.

    Attributes:
        model: auto, mono, bi, or tri (which needs ``uptake_rate_per_h``).
        uptake_rate_per_h: given rate of uptake of a tri-exponential curve, 1/h.
        single_time_point: how a curve of one point is estimated; None refuses it.
        errors: proportional or constant measurement errors.
        monte_carlo: number of simulated measurements for each curve; 0 for the covariance.
        seed: of the simulated measurements.
    """

    model: str = "auto"
    uptake_rate_per_h: float | None = None
    single_time_point: str | None = None
    errors: str = "proportional"
    monte_carlo: int = 0
    seed: int = 1

    def faults(self, published_uptake_rate: float) -> Iterator[Problem]:
        """Yield what cannot be asked."""
        words: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
            ("model", self.model, tuple(Model)),
            ("errors", self.errors, tuple(Errors)),
            ("single-time-point", self.single_time_point, tuple(Method)),
        )
        for field, word, known in words:
            if word is not None and word not in known:
                yield asked(field, word, f"one of {', '.join(known)}", known)
        rate = self.uptake_rate_per_h
        if self.model == "tri" and rate is None:
            expected = (
                "a rate of uptake for a tri-exponential curve: with the uptake free the points do "
                f"not decide it (published for DOTATATE scans: {published_uptake_rate:g} per hour)"
            )
            yield asked("uptake-rate", "", expected)
        elif rate is not None and self.model != "tri":
            yield asked("uptake-rate", f"{rate:g}", "this only with --model tri")
        elif rate is not None and not 0 < rate < math.inf:
            yield asked("uptake-rate", f"{rate:g}", "a number above 0, in 1/h")
        if self.errors == "constant" and self.activity_cv_percent is not None:
            expected = "no stated relative error together with constant errors"
            yield asked("cv", self.activity_cv_percent, expected)


def fit_file(
    data: DosimetryData,
    source: Path | None,
    question: DosimetryQuestion,
    progress: Progress | None = None,
) -> Dosimetry:
    """Fit a CSV file of time-activity data.

    Args:
        data: constants, S-values and limits.
        source: the file, as :mod:`gepnet.prrt.dosimetry.table` describes it.
        question: how it is fitted.
        progress: called with the number of curves whose measurements were simulated, and of all.

    Raises:
        InputError: every problem of the file or of the question.
    """
    need("numpy", "scipy")
    from gepnet.prrt.dosimetry.choose import Request
    from gepnet.prrt.dosimetry.run import MonteCarlo, run
    from gepnet.prrt.dosimetry.table import read_series

    problems = list(question.faults(data.checks.fit.published_uptake_rate.value))
    if source is None:
        problems.append(asked("FILE", "", "a CSV file of time-activity data, or --example"))
    if problems or source is None:
        raise InputError(problems)
    series = read_series(source, data, question)
    if question.monte_carlo * len(series) > _MOST_DRAWS:
        expected = f"at most {_MOST_DRAWS // len(series)} draws for {len(series)} curves"
        raise refuse("monte-carlo", question.monte_carlo, expected)
    model, errors = Model(question.model), Errors(question.errors)
    request = Request(model, errors, question.uptake_rate_per_h)
    single = None if question.single_time_point is None else Method(question.single_time_point)
    drawn = MonteCarlo(question.monte_carlo, question.seed) if question.monte_carlo else None
    return run(series, data, request, single, drawn, progress)
