"""A register of time-activity curves: fitted at once, and one by one with scipy's ``curve_fit``.

``python -m benchmarks.dosimetry`` makes 1,000 patients x 4 cycles x 6 regions (24,000 curves, six
to eight points each with 5 % scatter, mono- and bi-exponential), writes them as CSV, and times

- reading the file,
- choosing a form and fitting with covariance, all curves at once,
- intervals from 200 simulated measurements of each curve,
- ``scipy.optimize.curve_fit`` with the same forms, residuals and starting points in a loop, for a
  sample of the curves (the ratio is per curve), whose integrals are compared.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from gepnet.knowledge import load_knowledge
from gepnet.prrt.dosimetry.choose import Chosen, Request, choose
from gepnet.prrt.dosimetry.data import DosimetryData, dosimetry_data
from gepnet.prrt.dosimetry.fit import Curves, task_of
from gepnet.prrt.dosimetry.forms import integral, values_and_jacobian
from gepnet.prrt.dosimetry.run import MonteCarlo, run
from gepnet.prrt.dosimetry.start import starting_points
from gepnet.prrt.dosimetry.table import Series, read_series

PATIENTS, CYCLES, DRAWS, SAMPLE, NOISE = 1000, 4, 200, 600, 0.05
# Region, times in hours, half-lives of washout and of uptake (0: none), activity in MBq, mass in g
REGIONS: tuple[tuple[str, tuple[float, ...], float, float, float, float], ...] = (
    ("kidney_left", (4, 24, 48, 96, 168, 216), 52, 0, 105, 155),
    ("kidney_right", (4, 24, 48, 96, 168, 216), 50, 0, 98, 150),
    ("spleen", (4, 24, 48, 96, 168, 216), 67, 0, 120, 170),
    ("liver", (4, 24, 48, 96, 168, 216), 68, 0, 230, 1500),
    ("lesion_1", (1, 4, 12, 24, 48, 96, 168, 216), 88, 6, 70, 20),
    ("lesion_2", (1, 4, 12, 24, 48, 96, 168, 216), 95, 8, 40, 15),
)


def write(path: Path, patients: int, seed: int = 1) -> None:
    """Write a made-up register."""
    random = np.random.default_rng(seed)
    head = "patient_id,cycle,region,time_h,activity_mbq,mass_g,decay_corrected,administered_gbq,sex"
    lines = [f"{head},liver_lesions"]
    for patient in range(patients):
        for cycle in range(1, CYCLES + 1):
            for region, times, washout, uptake, level, mass in REGIONS:
                t = np.array(times)
                slow = washout * np.exp(0.12 * random.standard_normal())
                curve = 2 ** (-t / slow) - (2 ** (-t / uptake) if uptake else 0)
                activity = level * curve * np.exp(NOISE * random.standard_normal(len(t)))
                lines += [
                    f"P{patient:04},{cycle},{region},{h:g},{a:.5g},{mass:g},no,7.4,male,excluded"
                    for h, a in zip(t, activity, strict=True)
                ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def timed(function: Any, *arguments: Any) -> tuple[Any, float]:
    """Return the result and the seconds it took."""
    start = time.perf_counter()
    return function(*arguments), time.perf_counter() - start


def loop(curves: Curves, chosen: Chosen, rows: np.ndarray) -> np.ndarray:
    """Return the integrals of some curves, each fitted with ``curve_fit`` in the chosen form."""
    from scipy.optimize import curve_fit

    found = np.full(len(rows), np.nan)
    for place, row in enumerate(rows):
        form = chosen.forms[chosen.form[row]]
        one = chosen.curves.rows(np.array([row]))
        task = task_of(one, "proportional")
        start = starting_points(form, task)[:, 0]
        times = one.times[0][one.used[0]]

        def logarithm(t: np.ndarray, *theta: float, form: Any = form) -> np.ndarray:
            parts = form.components(np.array([theta]))
            return np.log(values_and_jacobian(parts, t[None, :])[0][0])

        def jacobian(t: np.ndarray, *theta: float, form: Any = form) -> np.ndarray:
            activity, slopes = values_and_jacobian(form.components(np.array([theta])), t[None, :])
            return slopes[0] / activity[0][:, None]

        theta, _ = curve_fit(
            logarithm, times, np.log(one.activity[0][one.used[0]]), p0=start, jac=jacobian
        )
        found[place] = integral(form.components(theta[None, :]))[0]
    return found


def measure(folder: Path, patients: int = PATIENTS) -> list[dict[str, Any]]:
    """Return what each step took."""
    data: DosimetryData = dosimetry_data(load_knowledge().measures)
    file = folder / "register.csv"
    write(file, patients)
    series: Series
    series, reading = timed(read_series, file, data)
    count = len(series)
    chosen, fitting = timed(choose, series.curves, Request(), data)
    tia, _ = chosen.gather("tia", 2)
    _, doses = timed(run, series, data)
    _, drawn = timed(run, series, data, None, None, MonteCarlo(DRAWS, 1))
    fitted = np.flatnonzero(np.isfinite(tia))
    rows = np.random.default_rng(2).choice(fitted, min(SAMPLE, len(fitted)), replace=False)
    theirs, looping = timed(loop, series.curves, chosen, rows)
    apart = float(np.max(np.abs(theirs / tia[rows] - 1)))
    each, theirs_each = fitting / count, looping / len(rows)
    forms = {form.id: int((chosen.form == i).sum()) for i, form in enumerate(chosen.forms)}
    return [
        {"what": f"{count} curves read from CSV", "seconds": reading},
        {"what": f"choice of form and fit with covariance {forms}", "seconds": fitting},
        {"what": "fit, doses, BED, sums, intervals", "seconds": doses, "goal": "< 15 s"},
        {"what": f"the same with {DRAWS} draws a curve", "seconds": drawn},
        {
            "what": f"curve_fit in a loop, {len(rows)} curves, the chosen form only",
            "seconds": looping,
            "ratio": theirs_each / each,
            "apart": apart,
        },
    ]


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for line in measure(Path(folder), chosen.patients):
            text = f"{line['what']}: {line['seconds']:.2f} s"
            if "goal" in line:
                text += f" (goal {line['goal']})"
            if "ratio" in line:
                text += f"; {line['ratio']:.0f} times as long a curve"
                text += f"; integrals at most {line['apart']:.1e} apart"
            print(text, flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
