"""The rows of an answer: nothing is lost, nothing is counted twice, what does not count is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from gepnet import api
from gepnet.guidelines import Assessment, Status
from gepnet.guidelines.answer import AnswerRows, question_for, rows_of
from gepnet.guidelines.answer.rows import STANDING
from gepnet.guidelines.status import FOR

BASE = api.base()
CLINIC = sorted((Path(__file__).parents[2] / "clinic").glob("*.yaml"))


@cache
def _answer(path: Path, question: str | None = None) -> tuple[Assessment, AnswerRows]:
    assessment = api.assess_record(api.read_patient(path, BASE), BASE)
    asked = question_for(BASE, assessment.facts, question)
    return assessment, rows_of(BASE, assessment, asked)


@pytest.mark.parametrize("path", CLINIC, ids=lambda path: path.stem)
def test_no_document_of_a_counting_position_is_lost(path: Path) -> None:
    """Every document stands, for the same purpose, on what it names or on a class or member."""
    assessment, rows = _answer(path)
    standing = {
        (stand.document, option, row.intent)
        for row in rows
        for stand in row.stands
        for option in (*row.options, stand.cell.option)
    }
    for name, document in assessment.documents.items():
        for (option, intent), cell in document.cells.spoken.items():
            named = any(not reason.by_class for reason in cell.reasons)
            if cell.status in STANDING and named:
                assert any(
                    document_ == name
                    and intent_ == intent
                    and (BASE.options.covers(one, option) or BASE.options.covers(option, one))
                    for document_, one, intent_ in standing
                ), (name, option, intent)


@pytest.mark.parametrize("path", CLINIC, ids=lambda path: path.stem)
def test_a_chip_is_a_cell_of_the_assessment_and_counts_once(path: Path) -> None:
    """What a row says of a document is what the assessment says; counts are of documents."""
    assessment, rows = _answer(path)
    payers = {found.entry.payer for found in assessment.funding}
    for row in rows:
        for stand in row.stands:
            cell = assessment.documents[stand.document].cells[stand.cell.option, row.intent]
            assert cell == stand.cell
            assert all(r.judged.recommendation.counts for r in cell.reasons)
            assert stand.document not in payers
        in_favour = {s.document for s in row.stands if s.cell.status in FOR}
        assert row.in_favour == len(in_favour)
        assert row.of == len({s.document for s in row.stands})
        said = [(s.document, s.cell.status, s.cell.option) for s in row.stands]
        assert len(said) == len(set(said))
        assert not set(row.unverified) & {s.document for s in row.stands}


@pytest.mark.parametrize("path", CLINIC[:12], ids=lambda path: path.stem)
def test_rows_stand_by_the_number_of_documents_for_them(path: Path) -> None:
    """What is asked about first, then by count, ties in the order of the vocabulary."""
    assessment, rows = _answer(path)
    asked = question_for(BASE, assessment.facts)
    place = list(BASE.options)
    keys = [
        (not asked.is_about(r.options[0], r.intent, BASE), -r.in_favour, place.index(r.options[0]))
        for r in rows.treatments
    ]
    assert keys == sorted(keys)
    said = [(option, row.intent) for row in rows for option in row.options]
    assert len(said) == len(set(said))


def test_what_a_person_asks_comes_first() -> None:
    """Asked about PRRT, its row is the first however few are for it."""
    path = next(path for path in CLINIC if path.stem.startswith("p02"))
    _, own = _answer(path)
    _, asked = _answer(path, "prrt")
    assert own.treatments[0].options == ("ssa",)
    assert asked.treatments[0].options == ("lu177_dotatate",)
    assert {r.options for r in own.treatments} == {r.options for r in asked.treatments}


def test_a_class_whose_members_few_name_is_one_row() -> None:
    """Chemotherapy is one row in which a document that names a regimen stands with its name."""
    path = next(path for path in CLINIC if path.stem.startswith("p06"))
    _, rows = _answer(path)
    row = next(row for row in rows.treatments if row.options == ("chemotherapy",))
    named = {(s.document, s.cell.option): s.cell.status for s in row.stands}
    assert named["esmo-2020", "stz_5fu"] is Status.RECOMMENDED
    assert named["esmo-2020", "temozolomide_based"] is Status.OPTION
    assert row.documents().count("esmo-2020") == 1
    assert not any(row.options == ("stz_5fu",) for row in rows.treatments)
