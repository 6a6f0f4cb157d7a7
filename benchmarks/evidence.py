"""Synthesis and simulation: a network of 26 trials, and a million simulated patients of four lines.

The network is that of Senn 2013 (R's netmeta). The simulation is timed beside SimPy on the same
chain of exponential lines, one process a patient; both are held to the closed form. Each is run
several times in turn, and the best counts: the rest is what else the machine does.
"""

from __future__ import annotations

import csv
import importlib.util
import math
import random
import resource
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
PATIENTS, DRAWS, PEERS, ROUNDS = 1000, 1000, 4000, 9
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
    """Print how long a million patients take us, and SimPy a few thousand, in turn."""
    base = api.base()
    ours, theirs = list[Clock](), list[Clock]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.yaml"
        path.write_text(yaml.safe_dump(scenario()), encoding="utf-8")
        api.simulate_sequences(base, path, patients=10, draws=10)
        for _ in range(ROUNDS):
            with Clock() as clock:
                found = api.simulate_sequences(base, path, patients=PATIENTS, draws=DRAWS)
            ours.append(clock)
            if importlib.util.find_spec("simpy"):
                theirs.append(peer())
    mean, exact = found.strategies[0].life_years.mean, exact_years()
    wall, processor = best(ours)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    many = PATIENTS * DRAWS
    print(
        f"{PATIENTS:,} patients x {DRAWS:,} draws x {len(CHAIN)} lines: {wall:.2f} s "
        f"({processor:.2f} s of processor), {many / wall:,.0f} patients a second, {memory:.0f} MB; "
        f"mean life {mean:.3f} years (without uncertainty of the parameters {exact:.3f}); the "
        f"best of {ROUNDS}"
    )
    if not theirs:
        print("SimPy is not installed: no peer")
        return
    slow, slow_processor = best(theirs)
    print(
        f"SimPy: {PEERS / slow:,.0f} patients a second, {slow / PEERS / (wall / many):.0f} times "
        f"as long; {slow_processor / PEERS / (processor / many):.0f} times by processor time; "
        f"mean life {theirs[0].found:.3f} years ({exact:.3f})"
    )


class Clock:
    """Seconds and seconds of all processors that something takes, and what it found."""

    found = 0.0

    def __enter__(self) -> Clock:
        self.seconds = -time.perf_counter()
        self.processor = -time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter()
        self.processor += time.process_time()


def best(clocks: list[Clock]) -> tuple[float, float]:
    return min(one.seconds for one in clocks), min(one.processor for one in clocks)


def peer() -> Clock:
    """Time SimPy on some patients of the same chain."""
    import simpy

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

    with Clock() as clock:
        env = simpy.Environment()
        for _ in range(PEERS):
            env.process(patient(env))
        env.run()
    clock.found = sum(lives) / len(lives) / 12
    return clock


if __name__ == "__main__":
    network()
    simulation()
