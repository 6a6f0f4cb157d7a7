"""Every input of a scenario with its place, and what one draw of the parameters gives for it.

The distribution of an input follows from what it is: a time or a ratio is lognormal (its
interval is read on the logarithmic scale), a share or a utility follows a beta distribution (of
the events, or by its moments), a cost a gamma distribution. An input of which no uncertainty was
published is held fixed, and named as such.

Briggs A, Claxton K, Sculpher M. Decision modelling for health economic evaluation. Oxford 2006,
chapter 4: which distribution for which parameter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel

from gepnet.evidence.simulation.scenario import Input, Scenario
from gepnet.numbers.linear import Array
from gepnet.numbers.meta import standard_error
from gepnet.tables import Shown

Kind = Literal["positive", "share", "any"]
_SHARES = {"probability", "death_share", "share", "utility"}
_ANY = {"add", "per_month", "costs_per_year", "effects_per_year", "qaly_loss"}
_PARAMETERS = 7  # first word of the spawn key of parameter draws; blocks of patients have others


@dataclass(frozen=True)
class Placed:
    """An input and where it stands, as ``lines.prrt.time.median_months``."""

    place: str
    input: Annotated[
        Input,
        Shown(flat=True, take="value low high level source locator verification assumption note"),
    ]
    kind: Annotated[Kind, Shown(hidden=True)]

    @property
    def is_fixed(self) -> bool:
        """Whether nothing says how uncertain it is."""
        one = self.input
        return one.low is None and one.se is None and (one.events is None or one.events <= 0)


def placed(scenario: Scenario) -> list[Placed]:
    """Return every input of a scenario, in order."""
    return [
        Placed(place, one, _kind(place))
        for place, one in _walk(scenario, "")
        if isinstance(one, Input)
    ]


def _walk(value: object, place: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Input):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), f"{place}.{name}" if place else name)
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            own = getattr(item, "id", None) or getattr(item, "fact", None) or str(at + 1)
            yield from _walk(item, f"{place}.{own}")


def _kind(place: str) -> Kind:
    name = place.rpartition(".")[2]
    return "share" if name in _SHARES else "any" if name in _ANY else "positive"


class Draws:
    """The parameters of every draw, each from a stream of its own.

    A parameter is drawn from the seed and its place alone: the same whichever strategy uses it,
    and however the work is shared out.
    """

    def __init__(self, inputs: list[Placed], draws: int, seed: int, uncertain: bool = True) -> None:
        """Draw every input; with ``uncertain`` false each draw is its value."""
        self.draws = draws
        self.seed = seed
        self.of = {
            one.place: draw(one, draws, stream(seed, one.place), uncertain) for one in inputs
        }

    def __getitem__(self, place: str) -> Array:
        """Return the draws (d,) of an input."""
        return self.of[place]

    def get(self, place: str) -> Array | None:
        """Return the draws of an input; None if the scenario has none there."""
        return self.of.get(place)


def stream(seed: int, place: str) -> np.random.Generator:
    """Return the stream of random numbers of a parameter."""
    word = int.from_bytes(hashlib.sha256(place.encode()).digest()[:8], "big")
    key = (_PARAMETERS, word >> 32, word & 0xFFFFFFFF)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def draw(one: Placed, draws: int, random: np.random.Generator, uncertain: bool = True) -> Array:
    """Return draws (d,) of an input."""
    given = one.input
    if one.is_fixed or not uncertain:
        return np.full(draws, given.value)
    if one.kind == "positive":
        spread = _log_error(given)
        return np.asarray(np.exp(log(given.value) + spread * random.standard_normal(draws)), float)
    spread = _error(given)
    if one.kind == "any" or not 0 < given.value < 1:
        return np.asarray(given.value + spread * random.standard_normal(draws), float)
    if given.events is not None and given.of is not None:
        a, b = given.events, given.of - given.events
        return random.beta(a, b, draws) if b > 0 else np.full(draws, given.value)
    size = given.value * (1 - given.value) / spread**2 - 1
    if size <= 0:
        raise ValueError(f"{one.place}: an error of {spread:g} is more than a share can have")
    return random.beta(given.value * size, (1 - given.value) * size, draws)


def _log_error(given: Input) -> float:
    if given.low is not None and given.high is not None:
        return standard_error(given.low, given.high, given.level / 100)
    if given.se is not None:
        return given.se / given.value
    assert given.events is not None
    return 1 / float(np.sqrt(given.events))  # of a rate that ``events`` events were counted for


def _error(given: Input) -> float:
    if given.low is not None and given.high is not None:
        return standard_error(given.low, given.high, given.level / 100, ratio=False)
    if given.se is not None:
        return given.se
    assert given.events is not None
    of = given.of or given.events
    return float(np.sqrt(given.value * (1 - given.value) / of))
