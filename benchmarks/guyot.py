"""Observations out of curves: how near hazard ratio and medians come in 200 random trials."""

from __future__ import annotations

import time

import numpy as np

from benchmarks._known_curves import known_arms, ratio, read_off
from gepnet.numbers import kaplan_meier, rebuild

CASES = 200
RATIO, MEDIAN = 0.03, 0.02  # how far they may be off


def main() -> None:
    ratios, medians, whole = [], [], []
    took = 0.0
    for seed in range(CASES):
        arms = known_arms(seed)
        begun = time.perf_counter()
        found = [rebuild(*read_off(*arm)) for arm in arms]
        took += time.perf_counter() - begun
        ratios.append(abs(ratio(*((one.time, one.event) for one in found)) / ratio(*arms) - 1))
        errors = [error(arm, (one.time, one.event)) for arm, one in zip(arms, found, strict=True)]
        medians.append(max(errors))
        whole.append(ratios[-1] < RATIO and medians[-1] < MEDIAN)
    for name, errors, limit in (("hazard ratio", ratios, RATIO), ("medians", medians, MEDIAN)):
        within = 100 * np.mean(np.array(errors) < limit)
        worst = 100 * max(errors)
        print(f"{name}: {within:.1f} % of {CASES} within {100 * limit:g} %, worst {worst:.1f} %")
    print(f"both: {100 * np.mean(whole):.1f} %; {1000 * took / CASES / 2:.0f} ms an arm")


def error(known: tuple[np.ndarray, np.ndarray], ours: tuple[np.ndarray, np.ndarray]) -> float:
    """Return how far the median is off; all the way where only one of them is reached."""
    first, second = (kaplan_meier(*data).median.value for data in (known, ours))
    if first is None or second is None:
        return 0.0 if first is second else 1.0
    return abs(second / first - 1)


if __name__ == "__main__":
    main()
