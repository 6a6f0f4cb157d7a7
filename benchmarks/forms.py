"""How often an interval holds the truth, where few points decide the form of the curve.

``python -m benchmarks.forms`` simulates curves of one phase and of two, three to eight points with
5 % scatter, and fits them with ``auto``. For each truth and number of points it prints how often
the 95 % interval of the time-integrated activity holds the truth, how far the middle estimate is
off, the half-width of the interval and how often two phases were found; with ``--stated`` the error
of the points is known.
"""

from __future__ import annotations

import argparse

import numpy as np

from gepnet.knowledge import load_knowledge
from gepnet.prrt.dosimetry import average
from gepnet.prrt.dosimetry.choose import Request, choose
from gepnet.prrt.dosimetry.data import dosimetry_data
from gepnet.prrt.dosimetry.decay import LN2
from gepnet.prrt.dosimetry.fit import Curves

SETS, NOISE = 1000, 0.05
SCANS = {
    3: (24, 96, 168),
    4: (4, 24, 96, 168),
    5: (4, 24, 48, 96, 168),
    6: (4, 24, 48, 96, 168, 216),
    7: (1, 4, 24, 48, 96, 168, 216),
    8: (1, 4, 12, 24, 48, 96, 168, 216),
}
SAMPLES = {
    3: (1, 24, 72),
    4: (1, 4, 24, 72),
    5: (0.5, 2, 8, 24, 72),
    6: (0.5, 1, 4, 8, 24, 72),
    7: (0.5, 1, 4, 8, 24, 48, 72),
    8: (0.5, 1, 2, 4, 8, 24, 48, 72),
}
#: Truths: times, and pairs of amplitude and half-life (h).
TRUTHS = {
    "one phase, 50 h": (SCANS, ((100.0, 50.0),)),
    "two phases, 10 and 70 h": (SCANS, ((50.0, 10.0), (50.0, 70.0))),
    "two phases, 10 h weaker": (SCANS, ((30.0, 10.0), (70.0, 70.0))),
    "uptake 4 h, 50 h": (SCANS, ((100.0, 50.0), (-100.0, 4.0))),
    "uptake 8 h, 90 h": (SCANS, ((100.0, 90.0), (-100.0, 8.0))),
    "blood, 30 h": (SAMPLES, ((0.1, 30.0),)),
    "blood, 2 and 25 h": (SAMPLES, ((0.4, 2.0), (0.06, 25.0))),
}


def simulated(
    times: tuple[float, ...],
    parts: tuple[tuple[float, float], ...],
    noise: float,
    sets: int,
    cv: float = np.nan,
) -> tuple[Curves, float]:
    """Return simulated curves and their true integral."""
    t = np.array(times, dtype=float)
    exact = sum(a * 2 ** (-t / half) for a, half in parts)
    scatter = np.random.default_rng(1).standard_normal((sets, len(t)))
    activity = exact * np.exp(noise * scatter)
    shape = activity.shape
    curves = Curves(
        np.broadcast_to(t, shape).copy(), activity, np.ones(shape, bool), np.full(shape, cv)
    )
    return curves, float(sum(a * half for a, half in parts)) / LN2


def measure(
    noise: float = NOISE, model: str = "auto", sets: int = SETS, stated: bool = False
) -> dict[tuple[str, int], dict[str, float]]:
    """Return coverage, bias, half-width and share of two phases, by truth and points."""
    knowledge = load_knowledge()
    data = dosimetry_data(knowledge.measures)
    found = {}
    for name, (designs, parts) in TRUTHS.items():
        for points, times in designs.items():
            curves, total = simulated(times, parts, noise, sets, noise if stated else np.nan)
            chosen = choose(curves, Request(model), data)  # type: ignore[arg-type]
            result = average.tia(chosen, data.checks.fit.confidence.value)
            fitted = chosen.form >= 0
            held = (result.low <= total) & (total <= result.high)
            with np.errstate(all="ignore"):
                width = np.log(result.high / result.low) / 2
            found[name, points] = {
                "fitted": float(fitted.mean()),
                "coverage": float(held[fitted].mean()),
                "bias": float(np.median(result.value[fitted])) / total - 1,
                "half_width": float(np.expm1(np.median(width[fitted]))),
                "two": float((chosen.form[fitted] > 0).mean()),
            }
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=float, default=NOISE)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--stated", action="store_true", help="the error of the points is known")
    asked = parser.parse_args()
    print("| Truth | Points | Holds the truth | Off by | Half-width | Two phases found |")
    print("|---|---|---|---|---|---|")
    for (name, points), one in measure(asked.noise, asked.model, stated=asked.stated).items():
        print(
            f"| {name} | {points} | {100 * one['coverage']:.1f} % | {100 * one['bias']:+.1f} % "
            f"| {100 * one['half_width']:.0f} % | {100 * one['two']:.0f} % |"
        )


if __name__ == "__main__":
    main()
