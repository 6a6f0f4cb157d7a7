"""The values of a fact that criteria tell apart: numbers in bands at the exact limits."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from gepnet.criteria import Compare
from gepnet.criteria.ast import MIRRORED, Atom
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Value


def bands(fact: Fact, atoms: Iterable[Atom]) -> list[Interval]:
    """Return the bands of a number, in rising order, so that no comparison differs within one.

    A number is a whole number of steps here, as every limit is: between 9.9 and 10.1 lies exactly
    10, which is a band of its own where some say "below 10" and others "above 10".
    """
    step = fact.precision
    low, high = fact.entry.range or (Decimal(0), _UNBOUNDED)
    first, last = _whole(low / step, ROUND_CEILING), _whole(high / step, ROUND_FLOOR)
    inner = sorted({cut for atom in atoms for cut in _cuts(fact, atom) if first < cut <= last})
    starts = [first, *inner]
    ends = [*(start - 1 for start in inner), last]
    return [Interval(a * step, b * step) for a, b in zip(starts, ends, strict=True)]


_UNBOUNDED = Decimal(10**6)  # for a number without a range: more than any criterion names


def _cuts(fact: Fact, atom: Atom) -> Iterable[int]:
    """Yield the first step of each new band that a comparison of one fact makes."""
    if not isinstance(atom, Compare) or len(atom.terms) != 1 or atom.terms[0].fact != fact.id:
        return
    factor = atom.terms[0].factor
    limit = atom.constant / factor / fact.precision
    operator = atom.operator if factor > 0 else MIRRORED[atom.operator]
    if operator in ("<", ">=", "="):
        yield _whole(limit, ROUND_CEILING)
    if operator in ("<=", ">", "="):
        yield _whole(limit, ROUND_FLOOR) + 1


def _whole(number: Decimal, rounding: str) -> int:
    return int(number.to_integral_value(rounding))


def values_of(fact: Fact, atoms: Iterable[Atom], never: Iterable[str] = ()) -> list[Value]:
    """Return the values that a fully known patient can have, as far as criteria tell them apart.

    Args:
        fact: the fact.
        atoms: every comparison that names it.
        never: values of an enumeration that no such patient has.
    """
    found: list[Value]
    if fact.type == "boolean":
        found = [True, False]
    elif fact.type == "enum":
        out = {*never, *fact.entry.unresolved}
        found = [value for value in fact.values if value not in out]
    elif fact.type == "number":
        found = list(bands(fact, atoms))
    else:
        return [None]
    if fact.entry.absence == "not_applicable":
        found.append(NOT_APPLICABLE)
    return found
