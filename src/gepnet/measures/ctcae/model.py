"""The shape of an edition of CTCAE as it is written in ``knowledge/measures/ctcae_v*.yaml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from gepnet.knowledge import MeasureFile, refuse
from gepnet.knowledge.shapes import Checked, FactId, SourceId, Verification

Reference = Literal["lln", "uln", "baseline"]
Direction = Literal["low", "high"]
GRADES = (4, 3, 2, 1)
_FILES = {"5": "ctcae_v5", "6": "ctcae_v6"}


class Limit(Checked):
    """One way to reach a grade: a value below or above a number, or a multiple of a reference.

    ``below`` and ``above`` exclude the limit itself, ``to`` and ``from`` include it. ``of`` makes
    the number a multiple of a reference, to which ``plus`` is added. ``in_units`` is the number as
    the text prints it in other units (UCUM): that of the reported unit counts. ``needs`` names what
    a laboratory value cannot tell; ``also`` has to hold as well.
    """

    below: Decimal | None = None
    above: Decimal | None = None
    from_: Decimal | None = Field(default=None, alias="from")
    to: Decimal | None = None
    of: Reference | None = None
    plus: Decimal = Decimal(0)
    in_units: dict[str, Decimal] = Field(default_factory=dict)
    needs: Literal["symptoms", "anticoagulation", "fasting"] | None = None
    also: Limit | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        known = [bound for bound in self._bounds if bound is not None]
        yield len(known) != 1, "one of 'below', 'above', 'from' and 'to'"
        yield (self.of is None and self.plus != 0), "'plus' with 'of'"
        yield (self.of is not None and bool(self.in_units)), "'in_units' without 'of'"

    @property
    def _bounds(self) -> tuple[Decimal | None, ...]:
        return self.below, self.to, self.above, self.from_

    @property
    def number(self) -> Decimal:
        """The number or multiple at which the grade starts."""
        return next(bound for bound in self._bounds if bound is not None)

    @property
    def sign(self) -> str:
        """How a value that reaches the limit stands to it."""
        bounds = zip(("<", "<=", ">", ">="), self._bounds, strict=True)
        return next(sign for sign, bound in bounds if bound is not None)


Rows = dict[int, tuple[Limit, ...]]


class Term(Checked):
    """One term: which analytes it grades and from which values on each grade holds.

    ``baseline_high`` takes the place of ``grades`` where the patient's baseline was above the upper
    limit of normal of its own sample, ``baseline_low`` where it was below the lower one.
    """

    term: str
    analytes: tuple[FactId, ...]
    direction: Direction
    verification: Verification
    grades: Rows = Field(default_factory=dict)
    baseline_high: Rows = Field(default_factory=dict)
    baseline_low: Rows = Field(default_factory=dict)
    ungraded: str | None = None
    note: str | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        both = bool(self.grades) == bool(self.ungraded)
        yield both, "either 'grades' or the reason in 'ungraded'"
        used = {*self.grades, *self.baseline_high, *self.baseline_low}
        yield not used <= set(GRADES), "grades 1 to 4"
        twice = bool(self.baseline_high and self.baseline_low)
        yield twice, "one of 'baseline_high' and 'baseline_low'"


class Edition(MeasureFile):
    """One edition with all its terms."""

    files = tuple(_FILES.values())
    edition: Literal["5", "6"]
    title: str
    source: SourceId
    locator: str
    terms: tuple[Term, ...]

    def of(self, analyte: str) -> tuple[Term, ...]:
        """Return the terms that grade an analyte, by the name of its fact."""
        return tuple(term for term in self.terms if analyte in term.analytes)

    @property
    def analytes(self) -> tuple[str, ...]:
        """Every analyte that a term of the edition speaks of."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term.analytes))


def edition(measures: Mapping[str, Any], name: str | int) -> Edition:
    """Return edition ``5`` or ``6`` of the knowledge files.

    Raises:
        InputError: for another edition, or if the file is not as it should be.
    """
    stem = _FILES.get(str(name))
    if stem is None:
        expected = f"an edition of CTCAE: {', '.join(_FILES)}"
        raise refuse("ctcae", repr(str(name)), expected)
    return Edition.read(measures, stem)


def editions(measures: Mapping[str, Any]) -> tuple[Edition, ...]:
    """Return all editions, oldest first."""
    return tuple(edition(measures, name) for name in _FILES)
