"""Simulation of sequences of treatments, with its pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gepnet.knowledge import need, refuse

if TYPE_CHECKING:
    from gepnet.charts import Chart
    from gepnet.evidence.simulation.result import Simulation
    from gepnet.guidelines import KnowledgeBase

#: Pictures of a simulation.
SIMULATION_CHARTS = ("survival", "states", "plane", "acceptability")


def packaged_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with gepnet, by name."""
    return _packaged("*.yaml")


def _packaged(pattern: str) -> dict[str, Path]:
    from gepnet.knowledge.load import PACKAGED

    return {path.stem: path for path in sorted((PACKAGED / "scenarios").glob(pattern))}


def _file(given: Path, what: str, pattern: str) -> Path:
    """Return a file, or what comes with gepnet under its name."""
    known = _packaged(pattern)
    if str(given) in known:
        return known[str(given)]
    if not given.exists():
        raise refuse(what, given, f"a file, or one of {', '.join(known)}", known)
    return given


def simulate_sequences(
    base: KnowledgeBase,
    scenario: Path,
    *,
    patients: int = 1000,
    draws: int = 1000,
    seed: int = 1,
    workers: int = 2,
    costs: Path | None = None,
    country: str | None = None,
    thresholds: Sequence[float] = (),
    include: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Simulate the strategies of a scenario.

    Args:
        base: the knowledge, whose facts and criteria the scenario names.
        scenario: a file, or the name of a packaged scenario.
        patients: of each draw.
        draws: of the parameters; 1 takes their values without uncertainty.
        seed: of the random numbers; the same seed gives the same result.
        workers: threads; the result does not depend on them.
        costs: a table of what the items of the scenario cost, by country; a file, or the name of
            a packaged table.
        country: of that table.
        thresholds: what a QALY may cost, for the acceptability curve.
        include: places of unverified inputs that are used all the same.
        progress: called with the blocks done and all blocks.

    Raises:
        InputError: with every fault of the scenario or of the table: nothing is taken that has
            neither a source nor an assumption in words.
    """
    need("numpy", "scipy", "polars")
    from gepnet.evidence.simulation.costs import read_prices
    from gepnet.evidence.simulation.read import read_scenario
    from gepnet.evidence.simulation.run import Size, simulate

    path = _file(scenario, "scenario", "*.yaml")
    read = read_scenario(path, base.criteria, base.knowledge, include)
    prices = []
    if costs is not None:
        table = _file(costs, "costs", "*.csv")
        prices = read_prices(table, country, read.scenario, include)
    found = simulate(read, Size(patients, draws, seed, workers), prices, thresholds, progress)
    base.criteria.store()
    return found


def simulation_chart(
    found: Simulation, kind: Literal["survival", "states", "plane", "acceptability"]
) -> Chart:
    """Return a picture of a simulation.

    Raises:
        InputError: for costs against effects where there are no costs or no QALYs.
    """
    need("matplotlib")
    from gepnet.charts import simulation as charts

    if kind in ("plane", "acceptability"):
        if any(one.cost is None or one.qalys is None for one in found.strategies):
            raise refuse(kind, "", "costs and utilities: " + "; ".join(found.not_computed))
        if kind == "acceptability" and found.acceptability is None:
            raise refuse(kind, "", "thresholds of what a QALY may cost")
    drawn: Chart = getattr(charts, kind)(found)
    return drawn
