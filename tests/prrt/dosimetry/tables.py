"""Curves and files for the tests of dosimetry."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from gepnet.knowledge import load_knowledge
from gepnet.prrt.dosimetry.data import DosimetryData, dosimetry_data
from gepnet.prrt.dosimetry.fit import Curves
from gepnet.prrt.dosimetry.question import Stated
from gepnet.prrt.dosimetry.table import Series, read_series
from gepnet.prrt.plausible import Plausible

HEAD = "patient_id,cycle,region,time_h,activity_mbq,mass_g"
STATED = Stated(decay_corrected=False, sex="male", liver_lesions="excluded")


@cache
def packaged() -> DosimetryData:
    knowledge = load_knowledge()
    return dosimetry_data(knowledge.measures, knowledge.advisory_limits)


@cache
def unasked() -> DosimetryData:
    """Return what made-up numbers are read with; what is asked of numbers is in `test_doubts`."""
    return packaged().model_copy(update={"plausible": Plausible(ranges=())})


def curves(times: Sequence[float], activity: object, cv: float = np.nan) -> Curves:
    """Return curves measured at the same times; ``activity`` is (n,) or (c, n)."""
    values = np.atleast_2d(np.asarray(activity, dtype=float))
    wide = np.broadcast_to(np.asarray(times, dtype=float), values.shape).copy()
    return Curves(wide, values, np.ones(values.shape, bool), np.full(values.shape, cv))


def fall(half_life_h: float, level: float = 100.0) -> Callable[[float], float]:
    return lambda t: level * 2 ** (-t / half_life_h)


def rows(
    region: str,
    times: Sequence[float],
    curve: Callable[[float], float],
    mass_g: object = 150,
    cycle: int = 1,
    patient: str = "P1",
) -> list[str]:
    return [f"{patient},{cycle},{region},{t:g},{curve(t):.9g},{mass_g}" for t in times]


def write(path: Path, lines: Sequence[str], head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def series(path: Path, lines: Sequence[str], stated: Stated = STATED, head: str = HEAD) -> Series:
    return read_series(write(path / "data.csv", lines, head), unasked(), stated)
