"""Running a scenario: blocks over workers, and what their tallies say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from gepnet.evidence.simulation.costs import Price, drawn
from gepnet.evidence.simulation.engine import Block, Model
from gepnet.evidence.simulation.engine import Run as BlockRun
from gepnet.evidence.simulation.inputs import Draws
from gepnet.evidence.simulation.read import Read
from gepnet.evidence.simulation.result import Simulation
from gepnet.evidence.simulation.scenario import Strategy
from gepnet.evidence.simulation.summary import summary
from gepnet.evidence.simulation.tally import Tally
from gepnet.knowledge import InputError, Problem

#: Rows of a block: arrays of this many numbers stay near the processor.
ROWS = 50_000


@dataclass(frozen=True)
class Size:
    """How much is simulated.

    Attributes:
        patients: of each draw and strategy.
        draws: of the parameters; 1 for their values without uncertainty.
        seed: of the random numbers.
        workers: threads; results do not depend on them.
    """

    patients: int = 1000
    draws: int = 1000
    seed: int = 1
    workers: int = 2


def simulate(
    read: Read,
    size: Size | None = None,
    prices: Sequence[Price] = (),
    thresholds: Sequence[float] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Simulate every strategy of a scenario.

    Args:
        read: the scenario.
        size: how much.
        prices: of its items in one country; without them no costs are worked out.
        thresholds: what a QALY may cost, for the acceptability curve.
        progress: called with the blocks done and all blocks.

    Raises:
        InputError: if an input cannot have the uncertainty that is given for it.
    """
    chosen = size or Size()
    try:
        draws = Draws(read.inputs, chosen.draws, chosen.seed, uncertain=chosen.draws > 1)
        costs = drawn(list(prices), chosen.draws, chosen.seed) if prices else {}
        model = Model(read.scenario, draws, read.eligibility, costs)
    except ValueError as error:
        place, _, told = str(error).partition(": ")
        raise InputError([Problem("scenario", None, place, "", "", told or str(error))]) from error
    # Criteria are laid out once, before threads share them.
    for line in read.scenario.lines:
        for text in (line.eligible, *(one.when for one in line.time.modifiers)):
            if text:
                read.eligibility.add(text)
    tallies = _tallies(model, chosen, progress)
    return summary(read, model, chosen, tallies, tuple(prices), tuple(thresholds))


def blocks(patients: int, draws: int) -> list[Block]:
    """Return the blocks of a run: by its size alone, whoever works on them."""
    each = max(1, ROWS // patients)
    found: list[Block] = []
    for start in range(0, draws, each):
        part = slice(start, min(start + each, draws))
        left = patients
        while left:
            taken = min(left, ROWS)
            found.append(Block(len(found), part, taken))
            left -= taken
    return found


def _tallies(
    model: Model, size: Size, progress: Callable[[int, int], None] | None
) -> dict[str, Tally]:
    strategies = model.scenario.strategies
    found = {one.id: Tally(model, None, size.draws) for one in strategies}
    jobs = [(block, one) for block in blocks(size.patients, size.draws) for one in strategies]
    for done, (name, tally) in enumerate(_worked(model, size, jobs), 1):
        found[name].add(tally)
        if progress is not None:
            progress(done, len(jobs))
    return found


def _worked(
    model: Model, size: Size, jobs: Sequence[tuple[Block, Strategy]]
) -> Iterator[tuple[str, Tally]]:
    """Yield the tallies in the order of the jobs: sums of floats hang on their order."""

    def work(job: tuple[Block, Strategy]) -> tuple[str, Tally]:
        block, strategy = job
        return strategy.id, BlockRun(model, strategy, block, size.seed).go()

    if size.workers < 2:
        yield from map(work, jobs)
        return
    with ThreadPoolExecutor(size.workers) as pool:
        # A few at a time: tallies that wait would take memory by their number.
        step = 2 * size.workers
        for start in range(0, len(jobs), step):
            yield from pool.map(work, jobs[start : start + step])
