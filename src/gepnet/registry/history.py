"""Made-up courses of disease, a block of patients at a time, as arrays.

A block is drawn from the seed and its own number alone: it is the same however many blocks there
are and in whatever order they are drawn. Times are days since 1970-01-01; -1 means never.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gepnet.registry.recipe import SyntheticRegistry

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_DAYS_PER_MONTH = 30.4375
NEVER = -1


@dataclass
class Line:
    """One line of therapy of each patient of a block; ``given`` says who has it."""

    given: Bools
    option: Ints
    start: Ints
    stop: Ints
    progressed: Bools
    progression: Ints
    toxic: Bools
    response: Ints
    cycles: Ints
    early: Bools


@dataclass
class Histories:
    """A block of patients: what each is, and the lines that each was given."""

    first: int
    size: int
    centre: Ints
    region: Ints
    woman: Bools
    born: Ints
    diagnosed: Ints
    site: Ints
    ki67: Floats
    poor: Bools
    metastatic: Bools
    burden: Floats
    uptake: Bools
    functioning: Bools
    ecog: Ints
    options: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    died: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    seen: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


RESPONSES = ("CR", "PR", "SD", "PD")


def day_number(day: datetime.date) -> int:
    """Return a day as days since 1970-01-01."""
    return (day - datetime.date(1970, 1, 1)).days


def generator(seed: int, block: int, what: int = 0) -> np.random.Generator:
    """Return the random numbers of one block; ``what`` parts those of its events from others."""
    return np.random.default_rng([seed, block, what])


def centre_weights(recipe: SyntheticRegistry, seed: int) -> Floats:
    """Return the shares of the centres, the same for every block of a seed."""
    told = recipe.patients
    rng = generator(seed, 0, 99)
    weights = np.exp(rng.normal(0.0, told.centre_spread, told.centres))
    return np.asarray(weights / weights.sum())


def draw(recipe: SyntheticRegistry, seed: int, block: int, first: int, size: int) -> Histories:
    """Return the courses of ``size`` patients, numbered from ``first``."""
    rng = generator(seed, block)
    told, beyond = recipe.patients, recipe.beyond
    shares = np.array([site.share for site in recipe.sites])
    site = rng.choice(len(shares), size, p=shares / shares.sum())

    def of_site(name: str) -> Floats:
        return np.array([float(getattr(one, name)) for one in recipe.sites])[site]

    ki67 = np.exp(np.log(of_site("ki67")) + of_site("spread") * rng.normal(size=size))
    ki67 = np.clip(np.round(ki67), *beyond.ki67)
    poor = (ki67 > beyond.g3_above) & (rng.random(size) < of_site("poor"))
    metastatic = rng.random(size) < of_site("metastatic")
    # More burden with more proliferation; none of the liver where there are no metastases.
    share = 100 * rng.beta(*beyond.burden.beta, size) + ki67 / beyond.burden.ki67_per_point
    burden = np.where(metastatic, np.round(share), 0.0)
    less = beyond.less_uptake
    less_uptake = np.where(poor, less.poor, 0.0) + np.clip(
        (ki67 - beyond.g3_above) / less.ki67_per_unit, 0, less.most
    )
    uptake = rng.random(size) < of_site("uptake") - less_uptake
    ages = np.clip(rng.normal(told.age.mean, told.age.sd, size), told.age.least, told.age.most)
    start, end = (day_number(day) for day in told.entered)
    diagnosed = rng.integers(start, end + 1, size)
    regions = np.array(list(told.regions.values()))
    weights = centre_weights(recipe, seed)
    centre = rng.choice(told.centres, size, p=weights)
    # A centre lies in one region.
    of_centre = generator(seed, 0, 98).choice(len(regions), told.centres, p=regions / regions.sum())
    found = Histories(
        first,
        size,
        centre,
        of_centre[centre],
        rng.random(size) < told.women,
        diagnosed - np.round(ages * 365.25).astype(np.int64),
        diagnosed,
        site,
        ki67,
        poor,
        metastatic,
        np.clip(burden, 0, beyond.burden.most),
        uptake,
        rng.random(size) < of_site("functioning"),
        np.clip(
            rng.poisson(beyond.ecog.mean + burden / beyond.ecog.burden_per_unit, size),
            0,
            beyond.ecog.most,
        ),
        tuple(recipe.progression.therapies),
    )
    _follow(found, recipe, rng)
    return found


def _follow(found: Histories, recipe: SyntheticRegistry, rng: np.random.Generator) -> None:
    """Draw the lines of therapy one after the other, up to death, loss or the end of the data."""
    size = found.size
    lost = rng.exponential(365.25 / recipe.patients.lost_per_year, size)
    locked = day_number(recipe.patients.locked)
    end = np.minimum(found.diagnosed + lost.astype(np.int64), locked)
    days = recipe.beyond.days
    end = np.maximum(end, found.diagnosed + days.followed_at_least)
    least, most = recipe.weeks_between_lines
    now = found.diagnosed + rng.integers(*days.first_therapy, size, endpoint=True)
    alive = np.ones(size, dtype=bool)
    going = now < end
    died = np.full(size, NEVER, dtype=np.int64)
    for number in range(recipe.most_lines):
        line = _line(found, recipe, rng, number, now, going, end)
        found.lines.append(line)
        dies = _death_within(found, recipe, rng, number, line, end)
        died = np.where(dies > 0, dies, died)
        alive &= dies <= 0
        goes_on = rng.random(size) < recipe.goes_on[number]
        ended = (line.progressed | line.toxic) & (line.stop >= 0)
        gap = rng.integers(int(7 * least), int(7 * most) + 1, size)
        going = line.given & alive & ended & goes_on
        now = np.where(going, np.maximum(line.stop, line.progression) + gap, now)
        going &= now < end
    # After the last line.
    last = np.full(size, 0, dtype=np.int64) + found.diagnosed + days.followed_at_least
    for line in found.lines:
        stopped = line.given & (line.stop >= 0)
        last = np.where(stopped, np.maximum(line.stop, line.progression), last)
    running = np.zeros(size, dtype=bool)
    for line in found.lines:  # who has not progressed was followed for death as long as the line
        running = np.where(line.given, ~(line.progressed | line.toxic), running)
    tail = recipe.death
    months = tail.median_months / np.log(2) * rng.exponential(1.0, size)
    after = last + (months * np.exp(-_frailty(found, recipe, tail.after_last)) * 30).astype(int)
    late = alive & ~running & (after < end)
    died = np.where(late, after, died)
    found.died = died
    found.seen = np.where(died >= 0, died, end)


def _doublings(found: Histories, recipe: SyntheticRegistry) -> Floats:
    return np.asarray(np.log2(found.ki67 / recipe.progression.ki67_reference))


def _frailty(found: Histories, recipe: SyntheticRegistry, line: float | Floats) -> Floats:
    told = recipe.death
    years = (found.diagnosed - found.born) / 365.25
    return np.asarray(
        told.ki67_doubling * _doublings(found, recipe)
        + told.burden_per_10 * found.burden / 10
        + told.age_per_10 * (years - recipe.patients.age.mean) / 10
        + line
    )


def _line(
    found: Histories,
    recipe: SyntheticRegistry,
    rng: np.random.Generator,
    number: int,
    now: Ints,
    going: Bools,
    end: Ints,
) -> Line:
    """Draw who is given what in a line, how long it holds, and how it ends."""
    size, told = found.size, recipe.progression
    option = _chosen(found, recipe, rng, number)
    effects = np.array([told.therapies[name] for name in found.options])[option]
    pancreas = np.array([one.site == "pancreas" for one in recipe.sites])[found.site]
    risk = (
        told.ki67_doubling * _doublings(found, recipe)
        + told.burden_per_10 * found.burden / 10
        + told.pancreas * pancreas
        + told.line[number]
        + effects
    )
    months = told.median_months / np.log(2) * rng.exponential(1.0, size) * np.exp(-risk)
    until = now + np.maximum(1, (months * _DAYS_PER_MONTH).astype(np.int64))
    toxic = rng.random(size) < recipe.toxicity_stop
    toxic_at = now + rng.integers(*recipe.beyond.days.toxicity, size, endpoint=True)
    toxic &= (toxic_at < until) & (toxic_at < end)
    progressed = going & ~toxic & (until < end)
    lu = option == found.options.index(recipe.uptake_needed)
    cycles, last_cycle = _cycles(recipe, rng, now, np.minimum(until, end), lu & going, toxic)
    stop = np.where(toxic, toxic_at, np.where(progressed, until, NEVER))
    # A course of radioligand therapy ends with its last cycle; progression comes when it comes.
    stop = np.where(lu, np.where(cycles > 0, last_cycle, now), stop)
    response = _response(found, recipe, rng, option, until - now)
    early = rng.random(size) < recipe.early_responders
    return Line(
        going.copy(),
        option,
        now.copy(),
        np.where(going, stop, NEVER),
        progressed,
        np.where(progressed, until, NEVER),
        going & toxic,
        response,
        cycles,
        early,
    )


def _chosen(
    found: Histories, recipe: SyntheticRegistry, rng: np.random.Generator, number: int
) -> Ints:
    size = found.size
    names = list(found.options)
    pancreas = np.array([one.site == "pancreas" for one in recipe.sites])[found.site]
    chosen = np.zeros(size, dtype=np.int64)
    open_ = np.ones(size, dtype=bool)
    drawn = rng.random(size)
    for entry in recipe.lines:
        if entry.line != number + 1:
            continue
        meant = open_ & (found.poor if entry.poor else ~found.poor)
        if entry.pancreas is not None:
            meant &= pancreas == entry.pancreas
        if entry.ki67 is not None:
            meant &= (found.ki67 >= entry.ki67[0]) & (found.ki67 <= entry.ki67[1])
        ends = np.cumsum(list(entry.weights.values()))
        place = np.searchsorted(ends / ends[-1], drawn, side="right").clip(0, len(ends) - 1)
        options = np.array([names.index(name) for name in entry.weights])
        chosen = np.where(meant, options[place], chosen)
        open_ &= ~meant
    # Nobody is given the same again, nor a radioligand without uptake.
    lu, other = names.index(recipe.uptake_needed), names.index(recipe.instead_of_it)
    instead = (chosen == lu) & ~found.uptake
    for line in found.lines:
        instead |= line.given & (line.option == chosen)
    chosen = np.where(instead, other, chosen)
    captem, again = names.index("captem"), np.zeros(size, dtype=bool)
    for line in found.lines:
        again |= line.given & (line.option == chosen)
    return np.where(again, captem, chosen)


def _cycles(
    recipe: SyntheticRegistry,
    rng: np.random.Generator,
    start: Ints,
    until: Ints,
    lu: Bools,
    toxic: Bools,
) -> tuple[Ints, Ints]:
    told = recipe.cycles
    planned = np.where(
        rng.random(len(start)) < told.all_given, told.planned, rng.integers(1, 4, len(start))
    )
    planned = np.where(toxic, rng.integers(1, 4, len(start)), planned)
    gap = int(7 * told.weeks[0])
    fits = (until - start - 1) // gap + 1
    count = np.where(lu, np.clip(np.minimum(planned, fits), 1, told.planned), 0)
    return count, start + (count - 1) * gap


def _response(
    found: Histories,
    recipe: SyntheticRegistry,
    rng: np.random.Generator,
    option: Ints,
    held: Ints,
) -> Ints:
    """Draw the best response; what grew within the first months did so as its best."""
    drawn = rng.random(found.size)
    chosen = np.zeros(found.size, dtype=np.int64)
    for place, name in enumerate(found.options):
        shares = recipe.responses.get(name, recipe.responses["others"])
        ends = np.cumsum([shares[word] for word in RESPONSES])
        mine = np.searchsorted(ends, drawn, side="right").clip(0, 3)
        chosen = np.where(option == place, mine, chosen)
    days = recipe.beyond.days
    chosen = np.where((chosen == 3) & (held > days.progression_is_not_best), 2, chosen)
    return np.where(held < days.progression_is_best, 3, chosen)


def _death_within(
    found: Histories,
    recipe: SyntheticRegistry,
    rng: np.random.Generator,
    number: int,
    line: Line,
    end: Ints,
) -> Ints:
    """Return the day of a death while a line holds, before any progression; else 0.

    Whoever dies so is taken out of the progression: the two risks compete.
    """
    told = recipe.death
    months = told.median_months / np.log(2) * rng.exponential(1.0, found.size)
    months = months * np.exp(-_frailty(found, recipe, told.line[number]))
    day = line.start + np.maximum(1, (months * _DAYS_PER_MONTH).astype(np.int64))
    before = np.where(line.progressed, line.progression, end)
    before = np.where(line.toxic, np.minimum(before, line.stop), before)
    dies = line.given & (day < before)
    line.progressed &= ~dies
    line.progression = np.where(dies, NEVER, line.progression)
    line.toxic &= ~dies
    lu = line.cycles > 0
    gap = int(7 * recipe.cycles.weeks[0])
    given = np.minimum(line.cycles, (day - line.start) // gap + 1)
    line.cycles = np.where(dies & lu, given, line.cycles)
    last = line.start + (line.cycles - 1) * gap
    line.stop = np.where(dies, np.where(lu, last, day), line.stop)
    return np.where(dies, day, 0)
