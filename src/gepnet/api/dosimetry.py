"""Dosimetry of Lu-177: from a file of time-activity data to doses as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, nearest, need, write_atomically

View = dict[str, Any]
_MOST_DRAWS = 10_000_000  # about 2 GB
EXAMPLE = "cases/example_time_activity.csv"


def dosimetry_view(
    base: KnowledgeBase,
    source: Path | None,
    *,
    model: str = "auto",
    uptake_rate_per_h: float | None = None,
    single_time_point: str | None = None,
    errors: str = "proportional",
    decay_corrected: bool | None = None,
    activity_cv_percent: float | None = None,
    mass_cv_percent: float | None = None,
    administered_gbq: float | None = None,
    sex: str | None = None,
    liver_lesions: str | None = None,
    haematocrit: float | None = None,
    monte_carlo: int = 0,
    seed: int = 1,
    curves: bool = True,
    detailed: bool = True,
    progress: Callable[[int, int], None] | None = None,
    output: Path | None = None,
) -> View:
    """Fit a CSV file of time-activity data and return doses, with the curves to draw.

    Args:
        base: the knowledge, with constants, S-values and limits.
        source: ``patient_id, cycle, region, time_h, activity_mbq, mass_g`` and optional columns
            (:mod:`gepnet.prrt.dosimetry.table`).
        model: auto, mono, bi, or tri (which needs ``uptake_rate_per_h``).
        uptake_rate_per_h: given rate of uptake of a tri-exponential curve, 1/h.
        single_time_point: haenscheid_2018, population or previous_cycle; None refuses one point.
        errors: proportional or constant measurement errors.
        decay_corrected: for the whole file, where it has no such column.
        activity_cv_percent: standard error of an activity.
        mass_cv_percent: standard error of a mass.
        administered_gbq: activity given in a cycle.
        sex: male or female, for the S-values.
        liver_lesions: excluded, included or none.
        haematocrit: a fraction, for the marrow-to-blood ratio.
        monte_carlo: number of simulated measurements for each curve; 0 for the covariance.
        seed: of the simulated measurements.
        curves: with samples of each curve and its band.
        detailed: with every curve and sum; without, only the overview, for a register.
        progress: called with the number of curves whose measurements were simulated, and of all.
        output: a file to write, ``.json`` (the view) or ``.csv`` (one row a curve).

    Returns:
        ``settings``, ``constants``, ``overview`` (one entry a region), and if detailed ``curves``
        (one for each patient, cycle and region, in the order of the file) and ``cumulative`` (one
        for each patient and region). Units are in the names; None is unknown.

    Raises:
        InputError: every problem of the file or of the arguments.
    """
    need("numpy scipy", "numbers")
    from gepnet.prrt.dosimetry import columns
    from gepnet.prrt.dosimetry import view as views
    from gepnet.prrt.dosimetry.choose import Model, Request
    from gepnet.prrt.dosimetry.data import dosimetry_data
    from gepnet.prrt.dosimetry.fit import Errors
    from gepnet.prrt.dosimetry.run import MonteCarlo, run
    from gepnet.prrt.dosimetry.single_time_point import METHODS
    from gepnet.prrt.dosimetry.table import Stated, read_series

    data = dosimetry_data(base.knowledge.measures)
    problems = [
        *_one_of("model", model, get_args(Model)),
        *_one_of("errors", errors, get_args(Errors)),
        *_one_of("single-time-point", single_time_point, METHODS),
        *_uptake(model, uptake_rate_per_h, data.checks.fit.published_uptake_rate.value),
        *_suffix(output),
    ]
    if errors == "constant" and activity_cv_percent is not None:
        expected = "no stated relative error together with constant errors"
        problems.append(_problem("cv", str(activity_cv_percent), expected))
    if source is None:
        problems.append(_problem("FILE", "", "a CSV file of time-activity data, or --example"))
    if problems or source is None:
        raise InputError(problems)
    stated = Stated(
        decay_corrected,
        activity_cv_percent,
        mass_cv_percent,
        administered_gbq,
        sex,
        liver_lesions,
        haematocrit,
    )
    request = Request(model, errors, uptake_rate_per_h)  # type: ignore[arg-type]
    drawn = MonteCarlo(monte_carlo, seed) if monte_carlo else None
    series = read_series(source, data, stated)
    if monte_carlo * len(series) > _MOST_DRAWS:
        expected = f"at most {_MOST_DRAWS // len(series)} draws for {len(series)} curves"
        raise InputError([_problem("monte-carlo", str(monte_carlo), expected)])
    result = run(series, data, request, single_time_point, drawn, progress)  # type: ignore[arg-type]
    view = views.dosimetry_view(result, curves, detailed)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        if output.suffix == ".csv":
            text = columns.as_csv(columns.result_columns(result))
        else:
            text = json.dumps(view, indent=2) + "\n"
        write_atomically(output, text)
    return view


def write_time_activity_example(output: Path | None) -> None:
    """Write the packaged example of time-activity data (a made-up patient).

    Raises:
        InputError: without a file to write, or if the file is there already.
    """
    if output is None:
        raise InputError([_problem("output", "", "a file to write the example to (-o FILE)")])
    if output.exists():
        raise InputError([_problem("output", str(output), "a file that is not there yet")])
    text = files("gepnet.knowledge").joinpath(EXAMPLE).read_text(encoding="utf-8")
    output.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(output, text)


def _uptake(model: str, rate: float | None, published: float) -> list[Problem]:
    if model == "tri" and rate is None:
        expected = (
            "a rate of uptake for a tri-exponential curve: with the uptake free the points do not "
            f"decide it (published for DOTATATE scans: {published:g} per hour)"
        )
        return [_problem("uptake-rate", "", expected)]
    if model != "tri" and rate is not None:
        return [_problem("uptake-rate", f"{rate:g}", "this only with --model tri")]
    if rate is not None and not 0 < rate < float("inf"):
        return [_problem("uptake-rate", f"{rate:g}", "a number above 0, in 1/h")]
    return []


def _suffix(output: Path | None) -> list[Problem]:
    if output is None or output.suffix in {".json", ".csv"}:
        return []
    return [_problem("output", str(output), "a name that ends in .json or .csv")]


def _one_of(field: str, value: str | None, known: tuple[str, ...]) -> list[Problem]:
    if value is None or value in known:
        return []
    return [_problem(field, value, f"one of {', '.join(known)}", nearest(value, known))]


def _problem(field: str, value: str, expected: str, near: str | None = None) -> Problem:
    return Problem("command line", None, "", field, value, expected, near)
