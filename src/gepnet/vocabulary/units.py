"""Conversion between units, by pint for what physics fixes and by data for what chemistry does.

pint and the UCUM parser load slowly and are needed only when a record uses another unit than the
fact's own, hence the imports inside the functions.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import Field

from gepnet.knowledge import MeasureFile, load_knowledge
from gepnet.knowledge.shapes import FactId, Stated

_ANNOTATION = re.compile(r"\{[^}]*\}")
_WORDS = {
    "a": "years",
    "mo": "months",
    "d": "days",
    "h": "hours",
    "/d": "a day",
    "10*9/L": "x10^9/L",
    "umol/(24.h)": "umol/24 h",
}


class Conversion(Stated):
    """A factor from a unit to that of a fact, where chemistry and not physics fixes it."""

    fact: FactId
    from_unit: str
    factor: Decimal


class Units(MeasureFile):
    """Spellings of units, and conversions that need a substance."""

    files = ("units",)
    optional = True
    spellings: dict[str, str] = Field(default_factory=dict)
    conversions: tuple[Conversion, ...] = ()


def convert(number: Decimal, unit: str, target: str | None, fact: str) -> Decimal:
    """Convert ``number`` from UCUM ``unit`` to ``target``.

    Conversions that need a substance (mg/dL of creatinine to umol/L) are listed with their source
    in ``knowledge/measures/units.yaml``; everything else is pint's.

    Raises:
        ValueError: if the units do not measure the same thing.
    """
    if target is None:
        raise ValueError("this fact has no unit")
    for rule in _substance_rules():
        if rule.fact == fact and rule.from_unit == unit:
            return number * rule.factor
    return number * _factor(unit, target)


def spelled(unit: str) -> str:
    """Return the UCUM code of a unit as laboratories write it; a code stays as it is."""
    return Units.read(load_knowledge().measures).spellings.get(unit.strip(), unit.strip())


def known_units(fact: str, target: str | None) -> list[str]:
    """Return the units that a value of ``fact`` is known to be reported in."""
    others = [rule.from_unit for rule in _substance_rules() if rule.fact == fact]
    return [*([target] if target else []), *others]


@lru_cache(maxsize=1)
def _substance_rules() -> tuple[Conversion, ...]:
    return Units.read(load_knowledge().measures).conversions


@lru_cache(maxsize=1)
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(maxsize=256)
def _factor(unit: str, target: str) -> Decimal:
    refusal = ValueError(f"'{unit}' cannot be converted to '{target}'")
    # To UCUM an annotation is a comment; here it is what keeps mL/min and mL/min/1.73 m2 apart.
    if _ANNOTATION.findall(unit) != _ANNOTATION.findall(target):
        raise refusal
    registry = _registry()
    try:
        ratio = registry.from_ucum(unit) / registry.from_ucum(target)
        return Decimal(format(ratio.to("dimensionless").magnitude, ".12g"))
    except Exception as error:  # the parser and pint raise several unrelated classes
        raise refusal from error


def unit_words(unit: str | None) -> str:
    """Return a UCUM unit as readers know it; "" for a mere count or score."""
    if unit is None or unit == "1" or unit.startswith("{"):
        return ""
    return _WORDS.get(unit, unit.replace("{", "").replace("}", "").replace("_", " "))
