"""Conversion between units, by pint for what physics fixes and by data for what chemistry does.

A unit is read as a laboratory writes it: first as a code of UCUM, then by the table of spellings,
and among these only what measures the same thing as the fact counts. Two readings of different size
are refused, and a unit that is written otherwise is only suggested where nothing but signs and
capitals differ, so that no hint changes a value.

pint and the UCUM parser load slowly and are needed only when a record uses another unit than the
fact's own, hence the imports inside the functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, Stated

_ANNOTATION = re.compile(r"\{[^}]*\}")
_POWER = re.compile(r"^x?10(?:\^|\*{1,2}|e)(\d+)")
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SIGNS = str.maketrans(
    {"µ": "u", "μ": "u", "\N{MULTIPLICATION SIGN}": "x", "·": ".", "\N{DIVISION SLASH}": "/"}
)
_WORDS = {
    "a": "years",
    "mo": "months",
    "d": "days",
    "h": "hours",
    "/d": "a day",
    "10*9/L": "x10^9/L",
    "umol/(24.h)": "umol/24 h",
    "[in_i]": "in",
}


class Conversion(Stated):
    """A factor from a unit to that of a fact, where chemistry and not physics fixes it."""

    fact: FactId
    from_unit: str
    factor: Decimal


class Spelling(Stated):
    """Ways in which a unit is written, and its code in UCUM."""

    ucum: str
    written: tuple[str, ...]


class Units(MeasureFile):
    """Spellings of units, and conversions that need a substance.

    ``counted`` are annotations that say what is counted and change no size; of every other one a
    unit is another one without it. ``micro`` is how "u" for micro is written besides.
    """

    files = ("units",)
    optional = True
    counted: tuple[str, ...] = ()
    micro: tuple[str, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    conversions: tuple[Conversion, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A unit as it was understood: its code in UCUM, and its size in the unit of the fact."""

    ucum: str
    factor: Decimal


class UnitProblem(ValueError):
    """A unit that a fact cannot be measured in; ``suggestion`` is the same unit written rightly."""

    def __init__(self, told: str, suggestion: str | None = None) -> None:
        """Keep the parts."""
        super().__init__(told)
        self.suggestion = suggestion


class UnitReader:
    """Reads the units of facts by the table of one knowledge."""

    def __init__(self, measures: Mapping[str, Any]) -> None:
        """Keep the knowledge; the table is read when a unit has to be."""
        self._measures = measures
        self._read: dict[tuple[str, str, str], Reading] = {}

    def read(self, unit: str, fact: str, target: str | None) -> Reading:
        """Return what ``unit`` is for a fact that is kept in ``target``.

        Raises:
            UnitProblem: if it is no unit of the fact, or may be two of different size.
        """
        if target is None:
            raise UnitProblem("this fact has no unit")
        key = (unit, fact, target)
        if key not in self._read:
            self._read[key] = self._reading(unit.strip(), fact, target)
        return self._read[key]

    def convert(self, number: Decimal, unit: str, target: str, fact: str = "") -> Decimal:
        """Return a number in another unit, of a fact or of what is none.

        Raises:
            UnitProblem: if the units do not measure the same thing.
        """
        return number * self.read(unit, fact, target).factor

    def known(self, fact: str, target: str | None) -> list[str]:
        """Return the units that a value of ``fact`` is known to be reported in."""
        others = [rule.from_unit for rule in self._rules(fact)]
        return [*([target] if target else []), *others]

    def _reading(self, unit: str, fact: str, target: str) -> Reading:
        if unit == target:
            return Reading(target, Decimal(1))
        found = self._sizes(self._spelled_so(unit), fact, target)
        found = found or self._sizes(self._codes(unit), fact, target)
        sizes = set(found.values())
        if len(sizes) == 1:
            code, factor = next(iter(found.items()))
            return Reading(self._bare(code), factor)
        if sizes:
            raise UnitProblem(f"'{unit}' may be {' or '.join(map(repr, found))}")
        told = f"'{unit}' cannot be converted to '{target}'"
        raise UnitProblem(told, self._same_but_for_signs(unit, fact, target))

    def _sizes(self, codes: Iterable[str], fact: str, target: str) -> dict[str, Decimal]:
        """Return the codes that measure what the fact does, each with its size."""
        sizes = ((code, self._size(code, fact, target)) for code in codes)
        return {code: size for code, size in sizes if size is not None}

    def _spelled_so(self, unit: str) -> Iterator[str]:
        return (spelling.ucum for spelling in self._table.spellings if unit in spelling.written)

    def _codes(self, unit: str) -> Iterator[str]:
        """Yield the codes that a unit may be: itself, and what is spelled so but for capitals."""
        plain = unit.translate(_SIGNS)
        yield plain
        yield from self._folded.get(self._normal(plain), ())

    @cached_property
    def _table(self) -> Units:
        return Units.read(self._measures)

    @cached_property
    def _folded(self) -> dict[str, tuple[str, ...]]:
        """The codes of each spelling, without regard to capitals and spaces."""
        found: dict[str, dict[str, None]] = {}
        for spelling in self._table.spellings:
            for written in (spelling.ucum, *spelling.written):
                found.setdefault(self._normal(written), {})[spelling.ucum] = None
        return {written: tuple(codes) for written, codes in found.items()}

    def _normal(self, unit: str) -> str:
        text = re.sub(r"\s+", "", unit.translate(_SIGNS)).casefold()
        text = _RAISED.sub(lambda found: "^" + found.group().translate(_SUPERSCRIPTS), text)
        text = _POWER.sub(r"10*\1", text)
        for written in self._table.micro:
            text = re.sub(rf"(?<![a-z]){re.escape(written)}(?=l|g|mol|u|kat)", "u", text)
        return text

    def _bare(self, unit: str) -> str:
        """Return a unit without the annotations that only say what is counted."""
        for annotation in self._table.counted:
            unit = unit.replace(annotation, "")
        return unit[1:] if unit.startswith((".", "*")) else unit

    def _size(self, code: str, fact: str, target: str) -> Decimal | None:
        # What chemistry says comes first: to physics an equivalent is a mole, whatever its charge.
        bare = self._bare(code)
        for rule in self._rules(fact):
            step = unit_ratio(bare, rule.from_unit)
            if step is not None:
                return step * rule.factor
        return unit_ratio(bare, target)

    def _rules(self, fact: str) -> Iterator[Conversion]:
        return (rule for rule in self._table.conversions if rule.fact == fact)

    def _same_but_for_signs(self, unit: str, fact: str, target: str) -> str | None:
        letters = _letters(unit)
        known = [*self.known(fact, target), *(s.ucum for s in self._table.spellings)]
        alike = [code for code in known if letters and _letters(code) == letters]
        sizes = self._sizes(alike, fact, target)
        return next(iter(sizes)) if len(set(sizes.values())) == 1 else None


def _letters(unit: str) -> str:
    return re.sub(r"[^a-z0-9%]", "", unit.translate(_SIGNS).casefold())


_LOADING = Lock()


def _registry() -> Any:
    with _LOADING:  # tables are read in several threads, and a half-made registry knows no unit
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Any:
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(maxsize=1024)
def unit_ratio(unit: str, target: str) -> Decimal | None:
    """Return the size of a UCUM unit in another one; None if physics does not relate them."""
    if unit == target:
        return Decimal(1)
    # To UCUM an annotation is a comment; here it is what keeps mL/min and mL/min/1.73 m2 apart.
    if _ANNOTATION.findall(unit) != _ANNOTATION.findall(target) or not unit:
        return None
    registry = _registry()
    try:
        ratio = registry.from_ucum(unit) / registry.from_ucum(target)
        return Decimal(format(ratio.to("dimensionless").magnitude, ".12g"))
    except Exception:  # the parser and pint raise several unrelated classes
        return None


def unit_words(unit: str | None, words: Mapping[str, str] = _WORDS) -> str:
    """Return a UCUM unit as readers know it; "" for a mere count or score.

    Args:
        unit: in UCUM.
        words: those of a language, for units that are no signs; where it has none, English.
    """
    if unit is None or unit == "1" or unit.startswith("{"):
        return ""
    told = words.get(unit) or _WORDS.get(unit)
    return told or unit.replace("{", "").replace("}", "").replace("_", " ")
