"""Patients in a few words: ``L1 2024-01-01 target 50`` is a row of a lesion CSV."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from gepnet import api
from gepnet.response.recist import (
    Options,
    Result,
    Rules,
    assess,
    read_options,
    read_patients,
)

HEADER = "patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status"
DAYS = ["2024-01-01", "2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01"]


@cache
def rules() -> Rules:
    return Rules.read(api.base().knowledge.measures)


def options(**given: str | int) -> Options:
    return read_options(rules(), given)


def row(
    lesion: str,
    day: int | str,
    value: float | str,
    role: str = "target",
    organ: str = "liver",
    nodal: bool = False,
    patient: str = "p",
) -> str:
    """One row: a number is a diameter, a word is a status, ``12 split_from:L1`` is both."""
    text = str(value)
    number, _, status = text.partition(" ") if text[0].isdigit() else ("", "", text)
    date = DAYS[day] if isinstance(day, int) else day
    cells = [patient, date, lesion, role, organ, str(nodal).lower(), number, status or "measured"]
    return ",".join(cells)


def course(lesion: str, values: list[float | str | None], **kind: object) -> list[str]:
    """Rows of one lesion on consecutive days; None is no row."""
    return [
        row(lesion, day, value, **kind)  # type: ignore[arg-type]
        for day, value in enumerate(values)
        if value is not None
    ]


def results(rows: list[str], patients: str | None = None, **given: str | int) -> list[Result]:
    """Assess lesion rows."""
    with tempfile.TemporaryDirectory() as folder:
        lesions = Path(folder) / "lesions.csv"
        lesions.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
        heads = None
        if patients is not None:
            heads = Path(folder) / "patients.csv"
            heads.write_text(patients, "utf-8")
        found = read_patients(rules(), lesions, None, heads)
    return [assess(patient, rules(), options(**given)) for patient in found]


def overall(rows: list[str], **given: str | int) -> list[str]:
    """Return the overall responses of the only patient."""
    (result,) = results(rows, **given)
    return [point.overall for point in result.timepoints]


def target(rows: list[str], **given: str | int) -> list[str | None]:
    """Return the target responses of the only patient."""
    (result,) = results(rows, **given)
    return [point.target for point in result.timepoints]
