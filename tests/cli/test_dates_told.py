"""Dates are held against each other wherever a patient file is read, and what is odd is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gepnet import api
from tests.cli.conftest import Done, Run

PATIENT = """\
gepnet: 1
patient: p
region: EU
as_of: 2025-06-01
events:
- {id: last, kind: last_contact, date: 2025-03-01}
- {id: c1, kind: prrt_cycle, date: 2025-01-10, cycle: 1, activity_gbq: 7.4}
- {id: lab1, kind: laboratory, date: 2025-02-01, platelets_10e9_l: 200, creatinine_umol_l: 80}
- {id: lab2, kind: laboratory, date: 2025-04-01, platelets_10e9_l: 150, creatinine_umol_l: 80}
- {id: lab3, kind: laboratory, date: 2025-07-01, platelets_10e9_l: 140, creatinine_umol_l: 80}
"""
CONTACT = "note: 2025-04-01: laboratory 'lab2' is after the last contact (2025-03-01)"
LATER = "note: 1 event after 2025-06-01 not counted: lab3"
#: Commands as of a day, and those that look at every day, for which nothing comes later.
AS_OF = (
    "chart timeline {file}",
    "prrt plan {file}",
    "prrt monitoring {file}",
    "prrt eligibility {file}",
    "facts of {file}",
)
EVERY_DAY = ("chart labs {file}", "prrt course {file}")


def answered(line: str, patient: str, run: Run, folder: Path) -> Done:
    """Run a command line on a patient file."""
    file = folder / "p.yaml"
    file.write_text(patient, encoding="utf-8")
    return run(*(file if word == "{file}" else word for word in line.split()))


@pytest.mark.parametrize("line", [*AS_OF, *EVERY_DAY])
def test_dates_never_held_against_each_other_are_told_by_every_command(
    line: str, run: Run, tmp_path: Path
) -> None:
    done = answered(line, PATIENT, run, tmp_path)
    assert done.code in (0, 1), done.err
    assert CONTACT in done.err
    assert (LATER in done.err) is (line in AS_OF)


TWICE = PATIENT + (
    "- {id: who, kind: demographics, birth_date: 1960-04-01, sex: male}\n"
    "- {id: again, kind: demographics, birth_date: 1960-04-01, sex: female}\n"
)


@pytest.mark.parametrize("line", ["assess {file}", *AS_OF])
def test_what_contradicts_itself_is_told_by_every_command(
    line: str, run: Run, tmp_path: Path
) -> None:
    """Of a man who is a woman too nothing is known; silence would look like a record without it."""
    done = answered(line, TWICE, run, tmp_path)
    assert "note: Conflict, Sex: contradictory: female; male; nothing is taken" in done.err
    assert "Conflict, Date of birth" not in done.err  # both say the same


def test_facts_that_were_told_of_are_not_worked_out_again(tmp_path: Path) -> None:
    """Of a record of 10 MB that takes seconds; another question, or record, has its own facts."""
    file = tmp_path / "p.yaml"
    file.write_text(TWICE, encoding="utf-8")
    base = api.base()
    record, question = api.read_patient(file, base), api.Question()
    found = api.facts_of(record, base, question)
    assert api.facts_of(record, base, api.Question()) is found
    earlier = api.facts_of(record, base, api.Question.read(at="2025-02-15"))
    assert str(earlier.at) == "2025-02-15"
    again = api.read_patient(file, base)
    assert again == record
    assert api.facts_of(again, base, question) is not found
