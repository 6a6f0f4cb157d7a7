"""The page of response: what is recorded, mid-treatment, and a pasted table of lesions."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import pytest

from gepnet import api
from tests.board.conftest import Person

Find = Callable[[str], Person]
LESIONS = (
    files("gepnet.knowledge").joinpath("cases/examples/lesions.csv").read_text(encoding="utf-8")
)
ONE = [line.removeprefix("P01,") for line in LESIONS.splitlines() if line.startswith("P01,")]
TABLE = "\n".join([LESIONS.splitlines()[0].removeprefix("patient_id,"), *ONE])


def test_what_is_not_recorded_is_said_with_the_missing_thing(person: Find, case: str) -> None:
    told = person("ben").get(f"/case/{case}/response").text
    assert "No assessment of response is recorded" in told
    assert "no cycle of radioligand therapy is recorded" in told
    assert f"/case/{case}/record?kind=response_assessment" in told
    assert "Stable disease at mid-course is not failure." in told


def test_recorded_categories_are_drawn_and_listed(person: Find, case: str) -> None:
    ben = person("ben")
    given: list[tuple[str, str, dict[str, object]]] = [
        ("prrt_cycle", "2025-09-05", {"cycle": 1, "activity_gbq": "7.4"}),
        ("prrt_cycle", "2025-11-03", {"cycle": 2, "activity_gbq": "7.4"}),
        ("response_assessment", "2026-01-12", {"response_ct": "SD", "response_sstr_pet": "PR"}),
    ]
    for seen, (kind, date, facts) in enumerate(given, 1):
        told_facts = {f"fact.{name}": str(value) for name, value in facts.items()}
        sent = {"kind": kind, "event.date": date, "seen": str(seen), **told_facts}
        answer = ben.post(f"/case/{case}/record/event", sent)
        assert answer.status_code == 303, answer.text
    told = ben.get(f"/case/{case}/response").text
    assert "CT or MRI says SD, SSTR-PET PR: they disagree" in told
    assert told.count("<svg") == 1 and "12 Jan 2026: Response on CT or MRI <b>SD</b>" in told
    assert "no cycle of radioligand therapy is recorded" not in told


@pytest.mark.parametrize("cell", [",", "\t", ";"])
def test_a_table_of_lesions_says_what_the_command_says(person: Find, case: str, cell: str) -> None:
    sent = {"lesions": TABLE.replace(",", cell)}
    told = person("ben").post(f"/case/{case}/response", sent)
    assert told.status_code == 200 and told.text.count("<svg") == 1
    found = api.lesion_course(api.base(), TABLE)
    assert found["recist"]["progression_date"] == "2024-12-03"
    assert "progression on 3 Dec 2024" in told.text
    for point in found["recist"]["timepoints"]:
        assert point["reason"] in told.text
    assert "style=" not in told.text
    # Nothing of it is kept.
    assert "progression on 3 Dec 2024" not in person("ben").get(f"/case/{case}/response").text


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "a table of lesions"),
        ("a,b\n1,2", "a column of this table"),
        (TABLE.replace("46,", "forty-six,"), "a number of millimetres"),
        (LESIONS, "the lesions of one patient"),
        (TABLE.splitlines()[0], "the lesions of one patient"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(
    person: Find, case: str, table: str, told: str
) -> None:
    answer = person("ben").post(f"/case/{case}/response", {"lesions": table})
    assert answer.status_code == 422 and told in answer.text
    assert "/tmp" not in answer.text and "lesions.csv" not in answer.text


def test_one_scan_has_no_response_yet(person: Find, case: str) -> None:
    first = "\n".join(TABLE.splitlines()[:5])
    told = person("ben").post(f"/case/{case}/response", {"lesions": first}).text
    assert "a response needs a scan after the baseline" in told and "No rate" in told
