"""Results of RECIST as ``gepnet response recist --format json`` stored them, read again."""

from __future__ import annotations

import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gepnet.knowledge import InputError, Problem, read_json
from gepnet.response.recist.model import Result

EXPECTED = "the output of 'gepnet response recist --format json'"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)


class StoredPoint(_Part):
    """One assessment; attributes as those of ``TimePoint``."""

    date: datetime.date
    change: float | None = Field(alias="change_from_baseline_pct")
    overall: str
    new_lesion: bool | None = None
    not_counted: str | None = None
    reason: str = ""


class StoredResult(_Part):
    """One patient; attributes as those of ``Result``, the dates None without ``--details``."""

    patient: str = Field(alias="patient_id")
    timepoints: tuple[StoredPoint, ...]
    best_overall: str
    best_overall_confirmed: str
    progression: datetime.date | None = Field(None, alias="progression_date")
    baseline: datetime.date | None = Field(None, alias="baseline_date")
    reference: datetime.date | None = Field(None, alias="reference_date")
    death: datetime.date | None = Field(None, alias="death_date")


#: A result, whether it was worked out or read again.
AnyResult = Result | StoredResult


def read_results(path: Path) -> list[StoredResult]:
    """Read stored results.

    Raises:
        InputError: if the file is not there, no JSON, or holds something else.
    """
    data = read_json(path, EXPECTED)
    found = []
    for place, item in enumerate(data if isinstance(data, list) else [data]):
        try:
            found.append(StoredResult.model_validate(item))
        except ValidationError as error:
            fields = sorted(
                ".".join(map(str, fault["loc"])) for fault in error.errors(include_url=False)
            )
            problem = Problem(str(path), None, f"[{place}]", ", ".join(fields), "", EXPECTED)
            raise InputError([problem]) from error
    return found
