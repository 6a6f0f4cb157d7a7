"""The table of costs by country: what each item of a scenario costs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from gepnet.evidence.simulation.inputs import stream
from gepnet.evidence.simulation.scenario import Scenario
from gepnet.knowledge import InputError, Problem, asked, nearest, refuse_all
from gepnet.numbers.linear import Array
from gepnet.tables import Column, Once, Shown, Table, number, one_of, text


@dataclass(frozen=True)
class Price:
    """What an item costs in a country."""

    country: str
    item: str
    cost: float
    se: float | None
    currency: str
    year: str
    source: str
    verification: str
    line: Annotated[int, Shown(hidden=True)] = 0


def _a_float(expected: str, **bounds: int) -> Callable[[str], float]:
    read = number(expected, **bounds)
    return lambda cell: float(read(cell))


TABLE = Table(
    columns=(
        Column("country", text("a country, as SE")),
        Column("item", text("an item of the scenario")),
        Column("cost", _a_float("a cost, 0 or more", least=0)),
        Column("se", _a_float("a standard error above 0", above=0), False),
        Column("currency", text("a currency, as SEK")),
        Column("year", text("the year of the price"), False, default=""),
        Column("source", text("where it was read, or that it is assumed")),
        Column("verification", one_of(("primary", "secondary", "unverified", "assumption"))),
    ),
    make=lambda cells: cells.into(Price, line=cells.line),
    once=(Once(("country", "item"), "item", "one cost of {item} in {country}"),),
    ignored=("note",),
    naming="{country} {item}",
)


def items_of(scenario: Scenario) -> list[str]:
    """Return the items that a scenario pays for."""
    costs = [cost.item for line in scenario.lines for cost in line.costs]
    costs += [cost.item for cost in scenario.after.costs]
    costs += [one.cost_item for line in scenario.lines for one in line.toxicities if one.cost_item]
    return list(dict.fromkeys(costs))


def read_prices(
    source: Path, country: str | None, scenario: Scenario, include: Collection[str] = ()
) -> list[Price]:
    """Return what the items of a scenario cost in a country.

    Raises:
        InputError: for a faulty table, a country or an item that it does not have, an unverified
            cost that is not named as ``costs.ITEM``, or costs in several currencies.
    """
    rows = TABLE.read(source).rows
    countries = list(dict.fromkeys(row.country for row in rows))
    if country is None and len(countries) == 1:
        country = countries[0]
    if country not in countries:
        told = f"one of {', '.join(countries)}"
        raise InputError([asked("country", country or "", told, countries)])
    found = {row.item: row for row in rows if row.country == country}
    problems = []
    for item in items_of(scenario):
        if item not in found:
            told = f"a cost of '{item}' in {country}: nothing is assumed of it"
            near = nearest(item, found)
            problems.append(Problem(str(source), None, country, "item", "", told, near))
        elif found[item].verification == "unverified" and f"costs.{item}" not in include:
            told = f"a verified cost, or to be named: --include costs.{item}"
            row = found[item]
            problems.append(
                Problem(str(source), row.line, item, "verification", "unverified", told)
            )
    chosen = [found[item] for item in items_of(scenario) if item in found]
    if len({row.currency for row in chosen}) > 1:
        told = "costs in one currency"
        value = ", ".join(sorted({row.currency for row in chosen}))
        problems.append(Problem(str(source), None, country, "currency", value, told))
    if not items_of(scenario):
        problems.append(asked("costs", source, "a scenario whose lines name what they cost"))
    refuse_all(problems)
    return chosen


def drawn(prices: list[Price], draws: int, seed: int) -> dict[str, Array]:
    """Return draws (d,) of each price: gamma by its moments, fixed where it has no error."""
    found = {}
    for price in prices:
        if price.se is None or price.cost == 0:
            found[price.item] = np.full(draws, price.cost)
        else:
            shape = (price.cost / price.se) ** 2
            random = stream(seed, f"costs.{price.item}")
            found[price.item] = random.gamma(shape, price.cost / shape, draws)
    return found
