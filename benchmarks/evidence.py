"""Synthesis and simulation: a network of 26 trials, and a million simulated patients of four lines.

The network is that of Senn 2013 (R's netmeta). The simulation is timed beside SimPy on the same
chain of exponential lines, one process a patient; both are held to the closed form.
"""

from __future__ import annotations

import csv
import math
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.linalg import expm

from gepnet import api
from gepnet.numbers.meta import Contrast, decompose, fit_network, node_splits

SENN = Path(__file__).parent.parent / "tests" / "numbers" / "senn2013.csv"
PATIENTS, DRAWS, PEERS = 1000, 1000, 4000
#: Median in months and share of deaths of each line; of the last state, survival.
CHAIN, AFTER = ((20, 0.1), (10, 0.2), (8, 0.3), (6, 0.2)), 6
HORIZON = 240.0


def network() -> None:
    lines = SENN.read_text(encoding="utf-8").splitlines()
    rows = [
        Contrast(r["study"], r["treat1"], r["treat2"], float(r["effect"]), float(r["se"]))
        for r in csv.DictReader(lines)
    ]
    fit = fit_network(rows)
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        fit_network(rows)
        times.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    decompose(rows)
    splits = node_splits(rows, fit)
    rest = time.perf_counter() - begun
    print(
        f"network of {fit.studies} trials and {len(fit.treatments)} treatments: "
        f"{1000 * sorted(times)[10]:.1f} ms a fit; inconsistency and {len(splits)} node splits "
        f"{1000 * rest:.0f} ms more"
    )


def exact_years() -> float:
    """Return the mean life of the chain in years, in closed form."""
    rates = [math.log(2) / median for median, _ in CHAIN] + [math.log(2) / AFTER]
    generator = np.diag([-rate for rate in rates])
    for place, (_, died) in enumerate(CHAIN):
        generator[place, place + 1] = rates[place] * (1 - died)
    lived = np.eye(5)[0] @ np.linalg.inv(generator) @ (expm(generator * HORIZON) - np.eye(5))
    return float(lived.sum()) / 12


def scenario() -> dict[str, Any]:
    def given(value: float) -> dict[str, Any]:
        return {"value": value, "assumption": "of the benchmark"}

    lines = [
        {
            "id": f"line{place}",
            "label": f"Line {place}",
            "time": {"median_months": {**given(median), "low": 0.9 * median, "high": median / 0.9}},
            "death_share": given(died),
            "utility": given(0.7),
        }
        for place, (median, died) in enumerate(CHAIN, 1)
    ]
    return {
        "id": "chain",
        "title": "A chain",
        "horizon_years": HORIZON / 12,
        "population": {"label": "anybody"},
        "lines": lines,
        "after": {"survival": {"median_months": given(AFTER)}, "utility": given(0.5)},
        "strategies": [{"id": "s", "label": "All", "lines": [one["id"] for one in lines]}],
    }


def simulation() -> None:
    base = api.base()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.yaml"
        path.write_text(yaml.safe_dump(scenario()), encoding="utf-8")
        api.simulate_sequences(base, path, patients=10, draws=10)
        begun = time.perf_counter()
        found = api.simulate_sequences(base, path, patients=PATIENTS, draws=DRAWS)
        ours = time.perf_counter() - begun
    mean, exact = found.strategies[0].life_years.mean, exact_years()
    rate = PATIENTS * DRAWS / ours
    print(
        f"{PATIENTS:,} patients x {DRAWS:,} draws x {len(CHAIN)} lines: {ours:.2f} s, "
        f"{rate:,.0f} patients a second; mean life {mean:.3f} years (without uncertainty of the "
        f"parameters {exact:.3f})"
    )
    peer(rate, exact)


def peer(rate: float, exact: float) -> None:
    try:
        import simpy
    except ModuleNotFoundError:
        print("SimPy is not installed: no peer")
        return
    luck, lives = random.Random(1), list[float]()

    def patient(env: Any) -> Any:
        for median, died in CHAIN:
            stay = luck.expovariate(math.log(2) / median)
            yield env.timeout(min(stay, HORIZON - env.now))
            if luck.random() < died or env.now >= HORIZON:
                break
        else:
            stay = luck.expovariate(math.log(2) / AFTER)
            yield env.timeout(min(stay, HORIZON - env.now))
        lives.append(env.now)

    begun = time.perf_counter()
    env = simpy.Environment()
    for _ in range(PEERS):
        env.process(patient(env))
    env.run()
    theirs = PEERS / (time.perf_counter() - begun)
    print(
        f"SimPy: {theirs:,.0f} patients a second, {rate / theirs:.0f} times as long; mean life "
        f"{sum(lives) / len(lives) / 12:.3f} years ({exact:.3f})"
    )


if __name__ == "__main__":
    network()
    simulation()
