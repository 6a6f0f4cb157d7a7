"""Organ doses of cycles: the table, and what they add up to for an organ that a limit is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.knowledge import read_text, unusable
from gepnet.prrt.dosimetry.data import Physics
from gepnet.prrt.limits import Part, Total
from gepnet.prrt.plausible import Plausible
from gepnet.tables import Cells, Column, Grid, Once, Table, number, text, whole
from gepnet.vocabulary import Accepting, ValueProblem, how_to_accept

BOTH, SIDES = "kidneys", ("kidney_left", "kidney_right")
MARROW, BLOOD = "bone_marrow", "blood"
#: What the dosimetry writes of a curve beside its doses.
BESIDE = (
    "status", "refusal", "model", "points", "points_left_out",
    "tia_extrapolated", "effective_half_life_h", "effective_half_life_h_low",
    "effective_half_life_h_high", "tia_mbq_h", "tia_mbq_h_low", "tia_mbq_h_high",
    "dose_per_activity_gy_per_gbq", "no_dose", "questioned", "accepted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrganDose:
    """What one cycle gave to one region, in Gy; None where it is not known.

    ``bed_gy`` is the biologically effective dose. The ends are those of the measurement's interval;
    a ``high`` that is None beside a ``low`` has no bound. ``mass_g`` is the region's,
    ``administered_gbq`` what the cycle gave.
    """

    patient: str
    cycle: int
    region: str
    dose_gy: Decimal | None
    bed_gy: Decimal | None = None
    dose_gy_low: Decimal | None = None
    dose_gy_high: Decimal | None = None
    bed_gy_low: Decimal | None = None
    bed_gy_high: Decimal | None = None
    mass_g: Decimal | None = None
    administered_gbq: Decimal | None = None

    def part(self, quantity: str) -> Part | None:
        """Return the dose (``absorbed_dose`` or ``bed``), or None where it is not known."""
        name = "dose_gy" if quantity == "absorbed_dose" else "bed_gy"
        value = getattr(self, name)
        if value is None:
            return None
        return Part(value, getattr(self, f"{name}_low"), getattr(self, f"{name}_high"))


def totals(
    doses: Iterable[OrganDose], organ: str, quantity: str, cycles: int | None
) -> Iterator[tuple[str, Total]]:
    """Yield what doses add up to: for ``organ``, and for each kidney where doses are given so.

    Args:
        doses: of one patient.
        organ: what a limit is about.
        quantity: ``absorbed_dose`` or ``bed``.
        cycles: how many were given; None where that is not known.
    """
    by_cycle: dict[int, dict[str, OrganDose]] = {}
    for dose in doses:
        by_cycle.setdefault(dose.cycle, {})[dose.region] = dose
    organs = [organ]
    if organ == BOTH and any(side in found for found in by_cycle.values() for side in SIDES):
        organs += SIDES
    for name in organs:
        read = _OF.get(name, _own(name))
        parts = [part for found in by_cycle.values() if (part := read(found, quantity))]
        yield name, Total.of(parts, bool(cycles) and len(parts) == cycles)


#: How a dose is found among those of the regions of one cycle.
_Read = Callable[[Mapping[str, OrganDose], str], Part | None]


def _own(region: str) -> _Read:
    def read(found: Mapping[str, OrganDose], quantity: str) -> Part | None:
        return found[region].part(quantity) if region in found else None

    return read


def _both_kidneys(found: Mapping[str, OrganDose], quantity: str) -> Part | None:
    """Return the dose of both kidneys together: as given, or the mean of each by its mass.

    Without masses, and for a biologically effective dose, no mean follows: the lower one is the
    least that it can be.
    """
    given = _own(BOTH)(found, quantity)
    sides = [found[side] for side in SIDES if side in found]
    parts = [part for side in sides if (part := side.part(quantity))]
    if given is not None or len(parts) < len(SIDES):
        return given
    masses = [side.mass_g for side in sides if side.mass_g]
    if quantity == "bed" or len(masses) < len(SIDES):
        least = min(parts, key=lambda part: part.value if part.low is None else part.low)
        return Part(least.value, least.low, None, at_least=True)

    def mean(values: Sequence[Decimal]) -> Decimal:
        return sum((v * m for v, m in zip(values, masses, strict=True)), Decimal(0)) / sum(masses)

    lows = [part.value if part.low is None else part.low for part in parts]
    highs = [part.value if part.low is None else part.high for part in parts]
    bounds = [high for high in highs if high is not None]
    return Part(
        mean([part.value for part in parts]),
        None if lows == [part.value for part in parts] else mean(lows),
        mean(bounds) if len(bounds) == len(parts) else None,
    )


def _marrow(found: Mapping[str, OrganDose], quantity: str) -> Part | None:
    """Return the dose of the marrow: as given, or at least what its own activity gave it."""
    given = _own(MARROW)(found, quantity)
    own = _own(BLOOD)(found, quantity)
    if given is not None or own is None:
        return given
    return Part(own.value, own.low, own.high, at_least=True)


_OF: dict[str, _Read] = {BOTH: _both_kidneys, MARROW: _marrow}


def read_doses(
    path: Path,
    physics: Physics,
    usual: Plausible | None = None,
    accepting: Accepting | None = None,
) -> list[OrganDose]:
    """Read organ doses from a table of ``patient_id, cycle, region, dose_gy, bed_gy``.

    What ``gepnet prrt dosimetry`` writes of a curve is such a table: the ends of the intervals and
    the masses are read, a curve without a dose leaves its cycle unknown, and the rest may stand
    beside them.

    Args:
        path: the file.
        physics: with the names of the regions.
        usual: where doses and masses usually lie; None asks about none.
        accepting: those outside that somebody stands by.

    Raises:
        InputError: with every fault, each with row, column and value.
    """
    source = _grid(path) if path.suffix.casefold() == ".json" else path
    return list(_table(physics, usual, accepting or Accepting()).read(source).rows)


def _grid(path: Path) -> Grid:
    """Return the curves of the JSON that the dosimetry wrote as the table of the same.

    Raises:
        InputError: if it is another JSON.
    """
    try:
        curves = json.loads(read_text(path))["curves"]
        rows = [_cells(curve) for curve in curves]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        expected = "the JSON of gepnet prrt dosimetry with its curves, or a CSV table of doses"
        raise unusable(path, expected) from fault
    grid = Grid(str(path), list(rows[0]) if rows else list(_NEEDED))
    for line, row in enumerate(rows, 1):
        grid.add(line, row.values())
    return grid


_COPIED = ("patient_id", "cycle", "region", "mass_g", "administered_gbq")
_NEEDED = ("patient_id", "cycle", "region", "dose_gy")


def _cells(curve: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of one curve; a bound that is None beside a value is none."""
    found = {name: curve[name] for name in _COPIED}
    for name in ("dose_gy", "bed_gy"):
        value, low, high = (curve[name][end] for end in ("value", "low", "high"))
        ends = {f"{name}_low": low, f"{name}_high": "inf" if high is None and low else high}
        found |= {name: value, **ends}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _table(physics: Physics, usual: Plausible | None, accepting: Accepting) -> Table[OrganDose]:
    known = ", ".join(region.id for region in physics.regions)

    def check(cells: Cells) -> None:
        dose, bed, region = cells["dose_gy"], cells["bed_gy"], cells["region"]
        if bed is not None and dose is not None and bed < dose:
            cells.fault("bed_gy", f"at least the absorbed dose ({dose} Gy)")
        for name in ("dose_gy", "bed_gy"):
            value, low, high = cells[name], cells[f"{name}_low"], cells[f"{name}_high"]
            if low is not None and (value is None or low > value):
                cells.fault(f"{name}_low", f"at most the value ({name} is {_said(value)})")
            if high is not None and (value is None or high < value):
                cells.fault(f"{name}_high", f"at least the value ({name} is {_said(value)})")
        # A name of the hospital's own may have a curve, but no S-value and so no dose.
        dosed = bool(cells.texts.get("dose_gy"))
        if region is not None and dosed and physics.region(region) is None:
            cells.fault("region", f"one of {known}", physics.nearest_region(region))

    def question(cells: Cells) -> None:
        region, patient = cells["region"], cells["patient_id"]
        known_region = None if region is None else physics.region(region)
        for quantity in ("dose_gy", "bed_gy", "mass_g", "administered_gbq"):
            value = cells[quantity]
            band = None
            if usual is not None and known_region is not None and value is not None:
                band = usual.of(quantity, known_region.id)
            if band is None or band.holds(float(value)):
                continue
            if not accepting.find(quantity, value, patient=patient or "", part=region or ""):
                usually = band.doubt(float(value), region or "")
                cells.fault(quantity, usually + how_to_accept(quantity, value))

    return Table(
        columns=(
            Column("patient_id", text("the id of a patient"), field="patient"),
            Column("cycle", whole("a whole number from 1", least=1)),
            Column("region", physics.region_reader()),
            Column("dose_gy", _or_nothing(number("a number of Gy from 0", least=0))),
            *(Column(name, _end, needed=False) for name in ("dose_gy_low", "dose_gy_high")),
            Column("bed_gy", number("a number of Gy from 0", least=0), needed=False),
            *(Column(name, _end, needed=False) for name in ("bed_gy_low", "bed_gy_high")),
            Column("mass_g", number("a mass in g above 0", above=0), needed=False),
            Column("administered_gbq", number("GBq above 0", above=0), needed=False),
        ),
        make=lambda cells: cells.into(OrganDose),
        checks=(check, question),
        once=(
            Once(("patient_id", "cycle", "region"), "cycle", "one dose for {region} in a cycle"),
        ),
        ignored=BESIDE,
        naming="",
        shown=repr,
    )


def _said(value: object) -> object:
    return "empty" if value is None else value


def _or_nothing(read: Callable[[str], Decimal]) -> Callable[[str], Decimal | None]:
    return lambda cell: read(cell) if cell else None


def _end(cell: str) -> Decimal | None:
    """Read an end of an interval; ``inf`` is none."""
    if cell == "inf":
        return None
    try:
        return number(least=0)(cell)
    except ValueProblem as fault:
        raise ValueProblem(cell, "a number of Gy from 0, or inf for no bound") from fault


def unknown_cycles(doses: Iterable[OrganDose], cycles: int | None, later: set[int]) -> list[int]:
    """Return the cycles of a table of doses that were never given."""
    if cycles is None:
        return []
    return sorted({dose.cycle for dose in doses if dose.cycle > cycles} - later)
