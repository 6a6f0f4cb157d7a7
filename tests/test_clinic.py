"""Patients as a clinic records them: settled, waiting for a fact, or left open by the text."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.guidelines import Assessment, Status
from gepnet.vocabulary import Question
from tests import expectations

FILES = sorted((Path(__file__).parent / "clinic").glob("*.yaml"))
EXPECTED = yaml.safe_load(
    (Path(__file__).parent / "clinic_expected.yaml").read_text(encoding="utf-8")
)
BY_NAME = {file.stem: file for file in FILES}
# Patients documented in full; of p16 and p18 the record itself leaves much open.
FULL = [file for file in FILES if file.stem[0] == "p" and file.stem[:3] not in {"p16", "p18"}]
# What no letter, report or list of a clinic holds.
NEVER_RECORDED = {
    *(
        "liver_metastases_ablatable",
        "debulking_feasible_percent",
        "rlt_candidate",
        "prrt_ineligible",
    ),
    *("trial_available", "rapid_response_needed", "rlt_centre_access", "bone_dominant"),
    *("fdg_sstr_mismatch", "gastric_type", "pregnant", "prrt_ineligible"),
    *("highly_symptomatic", "progression_pace"),
}


@cache
def assessed(file: Path) -> Assessment:
    base = api.base()
    question = Question(knowledge_date=expectations.TODAY)
    return api.assess_record(api.read_patient(file, base), base, question)


@cache
def view_of(file: Path) -> dict[str, Any]:
    return api.assessment_view(assessed(file), api.base())


@pytest.mark.parametrize("name", EXPECTED)
def test_each_document_says_what_a_board_expects(name: str) -> None:
    file = BY_NAME[name]
    said = {item["id"] for item in view_of(file)["statements"]}
    wrong = [
        f"{wanted['statement']} is not shown"
        for wanted in EXPECTED[name]
        if "statement" in wanted and wanted["statement"] not in said
    ]
    for wanted in EXPECTED[name]:
        if "document" in wanted:
            wrong += expectations.of_cell(assessed(file), wanted)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_open_cell_has_a_fact_to_ask_for_or_none_that_would_help(file: Path) -> None:
    for document in assessed(file).documents.values():
        for cell in document.cells.values():
            assert bool(cell.missing) is (cell.status is Status.FACT_MISSING) or cell.status in {
                Status.IN_FAVOUR,
                Status.QUIET_EITHER_WAY,
            }
            if {Status.RECOMMENDED, Status.OPTION}.issuperset(cell.possible) and cell.possible:
                assert cell.status is Status.IN_FAVOUR


def test_documented_patients_wait_for_few_facts_and_for_none_that_nobody_records() -> None:
    waiting = {
        file.stem: [
            assessed(file).facts.to_ask(cell.missing)
            for document in assessed(file).documents.values()
            for cell in document.cells.values()
            if cell.status is Status.FACT_MISSING
        ]
        for file in FULL
    }
    assert len(waiting) == 13
    assert sum(map(len, waiting.values())) <= 3 * len(waiting), waiting
    asked = {name for cells in waiting.values() for cell in cells for name in cell}
    assert asked.isdisjoint(NEVER_RECORDED), asked


def test_a_pace_that_nobody_measured_yet_is_not_asked_of_a_net_g1() -> None:
    """Newly diagnosed, nothing to compare with: the list of progressions is declared complete."""
    for name in ("p01-ileum-nf-g1-low", "p02-ileum-cs-g1-bulky"):
        facts = assessed(BY_NAME[name]).facts
        assert facts["rapid_growth"].value is False
        assert facts["progression_pace"].value is None
        cells = [c for d in assessed(BY_NAME[name]).documents.values() for c in d.cells.values()]
        waiting = [cell.missing for cell in cells if cell.status is Status.FACT_MISSING]
        assert all("progression_pace" not in facts.to_ask(missing) for missing in waiting)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_document_is_dropped_in_silence(file: Path) -> None:
    """Every document in force is a column of the default table, or is named with the reason."""
    view = view_of(file)
    settled = [part for part in api.matrix_parts(view) if part.is_settled]
    columns = [document["short"] for part in settled for document in part.documents]
    named = [n for names in api.quiet_documents(view, settled).values() for n in names]
    assert sorted([*columns, *named]) == sorted(d["short"] for d in view["documents"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_option_that_is_open_is_dropped_in_silence(file: Path) -> None:
    view = view_of(file)
    parts = api.matrix_parts(view)
    told = {row["label"] for part in parts if part.is_settled for row in part.rows}
    told |= {row.label for part in parts if not part.is_settled for row in api.open_rows(part)}
    rows = [row for row in view["rows"] if not row["on_record"]]
    assert {row["label"] for row in rows if any(c["open"] for c in row["cells"])} <= told
    assert set(view["no_position_on"]).isdisjoint(told)


def test_not_read_is_never_said_of_what_was_read_of_the_option() -> None:
    """Where it was read in part and speaks of the option, it only takes no position here."""
    base, read = api.base(), 0
    for file in FILES:
        for name, document in assessed(file).documents.items():
            if document.coverage != "partial":
                continue
            for row, cell in document.cells.items():
                if row in base.read_by_document[name]:
                    assert cell.status is not Status.NOT_READ
                    read += cell.status is Status.NO_POSITION
    assert read > 100
