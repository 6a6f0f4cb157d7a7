"""What programs may rely on in ``gepnet response recist --format json``, as a schema of its own."""

import json
import random
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter

from tests.cli.conftest import Run
from tests.response.recist import random_patients as random_
from tests.response.recist import sequences
from tests.response.recist.helpers import HEADER, course, row

Response = Literal["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]
Best = Literal[Response, "MISSING"]


def _is_day(text: str) -> str:
    from datetime import date

    assert date.fromisoformat(text).isoformat() == text
    return text


Day = Annotated[str, AfterValidator(_is_day)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class TimePoint(_Strict):
    date: Day
    sum_mm: float | None
    nadir_mm: float | None
    change_from_baseline_pct: float | None
    change_from_nadir_pct: float | None
    target: Literal["CR", "PR", "SD", "PD", "NE"] | None
    non_target: Literal["CR", "NON-CR/NON-PD", "PD", "NE"] | None
    new_lesion: bool | None
    overall: Response
    reason: str
    not_counted: str | None


class Patient(_Strict):
    patient_id: str
    timepoints: list[TimePoint]
    best_overall: Best
    best_overall_confirmed: Best
    progression_date: Day | None


INTERFACE = TypeAdapter(list[Patient])
VECTORS = [
    *course("L", [100, 70, 60, 64, 71, 72], patient="T1"),
    *course("L", [100, 22, 26.4], patient="T2"),
    *course("L", [50.1, 60.12], patient="T3"),
    *course("L", [165, 63, 65], patient="T4"),
    *course("L", [40, "absent"], patient="T5"),
    *course("N", [18, 9], nodal=True, organ="mesentery", patient="T5"),
    *course("A", [50, 50], patient="T6"),
    *course("B", [30], patient="T6"),
    *course("N", ["present", "present", "unequivocal_progression"], role="non_target",
            patient="non-target only"),
    *course("L", [40, 40], patient="equivocal"),
    row("X", 1, "present", role="new_equivocal", patient="equivocal"),
    *course("L", [40], patient="one scan"),
]  # fmt: skip


def read(run: Run, *arguments: object) -> list[Patient]:
    done = run("response", "recist", *arguments, "--format", "json")
    assert done.code == 0, done.err
    found = INTERFACE.validate_json(done.out)
    for patient, raw in zip(found, json.loads(done.out), strict=True):
        assert list(raw) == list(Patient.model_fields)  # names and order, none more, none less
        assert all(list(point) == list(TimePoint.model_fields) for point in raw["timepoints"])
        days = [point.date for point in patient.timepoints]
        assert days == sorted(set(days))
        for point in patient.timepoints:
            assert point.reason.startswith(f"{point.overall}: ")
            assert (point.sum_mm is None) == (point.change_from_baseline_pct is None)
            if "no disease at baseline" not in point.reason:
                assert (point.target is None) == (point.nadir_mm is None)
        counted = [point for point in patient.timepoints if point.not_counted is None]
        grown = [point.date for point in counted if point.overall == "PD"]
        assert patient.progression_date == next(iter(grown), None)
    return found


def test_every_vector_is_valid_whatever_the_order_of_rows(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "lesions.csv"
    for rows in (VECTORS, random.Random(1).sample(VECTORS, len(VECTORS))):
        file.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
        found = {p.patient_id: [point.overall for point in p.timepoints] for p in read(run, file)}
        assert found == {
            "T1": ["PR", "PR", "PR", "PR", "PD"],
            "T2": ["PR", "PR"],
            "T3": ["PD"],
            "T4": ["PR", "PR"],
            "T5": ["CR"],
            "T6": ["NE"],
            "non-target only": ["NON-CR/NON-PD", "PD"],
            "equivocal": ["SD"],
            "one scan": [],
        }


def test_many_and_awkward_patients_are_valid(run: Run, tmp_path: Path) -> None:
    lesions, heads = tmp_path / "lesions.csv", tmp_path / "patients.csv"
    lesions.write_text(
        "\n".join([HEADER, *random_.lesion_rows(150, 3, smallest=10)]) + "\n", "utf-8"
    )
    heads.write_text(random_.patients_csv(150, 3), "utf-8")
    found = read(run, lesions, "--patients", heads)
    points = [point for patient in found for point in patient.timepoints]
    assert {point.overall for point in points} == set(Response.__args__)
    assert {point.new_lesion for point in points} == {True, False, None}
    assert any(patient.best_overall == "MISSING" for patient in found)


def test_given_responses_and_an_empty_file_are_valid(run: Run, tmp_path: Path) -> None:
    responses, heads = tmp_path / "responses.csv", tmp_path / "patients.csv"
    responses.write_text(sequences.responses_csv(), "utf-8")
    text = ["patient_id,reference_date,baseline_date,markers"]
    text += [f"{name},{day},," for name, day in sequences.STARTS.items()]
    heads.write_text("\n".join(text) + "\n", "utf-8")
    found = read(run, "--responses", responses, "--patients", heads)
    assert {p.patient_id: p.best_overall_confirmed for p in found} == {
        name: response for name, (response, _) in sequences.CONFIRMED.items()
    }
    lesions = tmp_path / "lesions.csv"
    lesions.write_text(f"{HEADER}\n", "utf-8")
    assert read(run, lesions) == []


@pytest.mark.parametrize(
    "line",
    [
        "p,2024-01-01,L,target,liver,false,-50,measured",
        "p,2024-01-01T10:30,L,target,liver,false,50,measured",
        "p,2024-01-01,L,target,liver,false,NaN,measured",
        'p,2024-01-01,L,target,liver,false,"50,5",measured',
        "p,2024-01-01,L,target,liver,false,50,mesured",
        "p,9024-01-01,L,target,liver,false,50,measured",
    ],
)
def test_what_cannot_be_read_gives_no_json_at_all(run: Run, tmp_path: Path, line: str) -> None:
    file = tmp_path / "lesions.csv"
    file.write_text(f"{HEADER}\n{line}\n", "utf-8")
    done = run("response", "recist", file, "--format", "json")
    assert done.code == 2 and not done.out
    assert "lesions.csv:2: error, in p, field" in done.err


@pytest.mark.parametrize(
    ("command", "file", "text"),
    [
        ("recist", "responses", "patient_id,date,response\np,9024-01-01,PR\n"),
        ("markers", "markers", "patient_id,date,marker,value,unit\np,9024-01-01,CgA,90,ug/L\n"),
    ],
)
def test_what_is_dated_after_today_was_not_seen(
    run: Run, tmp_path: Path, command: str, file: str, text: str
) -> None:
    table = tmp_path / f"{file}.csv"
    table.write_text(text, "utf-8")
    option = ["--responses"] if command == "recist" else []
    done = run("response", command, *option, table)
    assert done.code == 2
    assert "field date, value 9024-01-01: expected a date not after today" in done.err
