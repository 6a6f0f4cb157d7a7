"""Conversion between units, by pint for what physics fixes and by data for what chemistry does.

pint and the UCUM parser load slowly and are needed only when a record uses another unit than the
fact's own, hence the imports inside the functions.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from gepnet.knowledge.load import load_knowledge


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
        if rule["fact"] == fact and rule["from_unit"] == unit:
            return number * Decimal(str(rule["factor"]))
    return number * _factor(unit, target)


def known_units(fact: str, target: str | None) -> list[str]:
    """Return the units that a value of ``fact`` is known to be reported in."""
    others = [str(rule["from_unit"]) for rule in _substance_rules() if rule["fact"] == fact]
    return [*([target] if target else []), *others]


@lru_cache(maxsize=1)
def _substance_rules() -> list[dict[str, Any]]:
    data = load_knowledge().measures.get("units", {})
    return list(data.get("conversions", []))


@lru_cache(maxsize=1)
def _registry() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(maxsize=256)
def _factor(unit: str, target: str) -> Decimal:
    registry = _registry()
    try:
        ratio = registry.from_ucum(unit).to(registry.from_ucum(target).units)
    except Exception as error:  # the parser and pint raise several unrelated classes
        raise ValueError(f"'{unit}' cannot be converted to '{target}'") from error
    return Decimal(format(ratio.magnitude, ".12g"))
