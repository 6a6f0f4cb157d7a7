"""How facts lie in a table: the one place that names columns for Polars, SQL and files.

A number that may be a range takes two columns, ``x__lo`` and ``x__hi``; any other fact one column
named as the fact. A fact that can be not applicable has a third, boolean column ``x__na``. Null is
unknown. Numbers are stored rounded to the fact's precision, so a stored value and a literal of a
criterion are the same binary number exactly when they are the same decimal number.
"""

from __future__ import annotations

from decimal import Decimal

from gepnet.criteria.ast import Compare
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Value, Vocabulary

Cell = float | str | bool | None


def low_column(fact: Fact) -> str:
    """Return the column of the lower bound."""
    return f"{fact.id}__lo" if fact.entry.interval else fact.id


def high_column(fact: Fact) -> str:
    """Return the column of the upper bound."""
    return f"{fact.id}__hi" if fact.entry.interval else fact.id


def absent_column(fact: Fact) -> str | None:
    """Return the column that says "not applicable", or None if the fact always applies."""
    return f"{fact.id}__na" if fact.entry.absence == "not_applicable" else None


def columns_of(fact: Fact) -> dict[str, str]:
    """Return the columns of a fact with their type: number, text or boolean."""
    kind = {"number": "number", "boolean": "boolean"}.get(fact.type, "text")
    columns = {low_column(fact): kind, high_column(fact): kind}
    absent = absent_column(fact)
    if absent is not None:
        columns[absent] = "boolean"
    return columns


def cells(fact: Fact, value: Value) -> dict[str, Cell]:
    """Return one patient's value of a fact as table cells."""
    row: dict[str, Cell] = dict.fromkeys(columns_of(fact))
    absent = absent_column(fact)
    if absent is not None:
        row[absent] = value is NOT_APPLICABLE
    if isinstance(value, Interval):
        row[low_column(fact)] = float(value.low)
        row[high_column(fact)] = float(value.high)
    elif isinstance(value, str | bool):
        row[fact.id] = value
    return row


def decimals(number: Decimal) -> int:
    """Return how many decimal places a number has."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def scaled(node: Compare, vocabulary: Vocabulary) -> tuple[list[tuple[Fact, int, int]], int]:
    """Return a comparison in whole numbers, for engines that would otherwise add binary floats.

    Returns:
        For each term the fact, the power of ten that makes its stored value whole, and the whole
        factor that it is then multiplied with; and the constant on the same scale.
    """
    places = [decimals(vocabulary[term.fact].precision) for term in node.terms]
    scale = max(
        [decimals(node.constant)]
        + [p + decimals(term.factor) for p, term in zip(places, node.terms, strict=True)]
    )
    terms = [
        (vocabulary[term.fact], 10**place, int(term.factor * 10 ** (scale - place)))
        for place, term in zip(places, node.terms, strict=True)
    ]
    return terms, int(node.constant * 10**scale)
