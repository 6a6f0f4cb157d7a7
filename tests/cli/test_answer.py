"""The answer on a terminal: within 60 lines of 80 characters, words whole, nothing folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.cli.answer import LINES, WIDTH, answer_lines
from gepnet.io import published_records
from gepnet.knowledge.rule_models import SafetyRule
from gepnet.record import Record, record_of
from tests.cli.conftest import Run

BASE = api.base()
TESTS = Path(__file__).parents[1]
FILES = [
    *sorted((TESTS / "clinic").glob("*.yaml")),
    *sorted((TESTS / "patients" / "faults").glob("*.yaml")),
]
Answer = dict[str, Any]


def _records() -> Iterator[Record]:
    for path in FILES:
        try:
            yield api.read_patient(path, BASE)
        except api.InputError:
            continue  # a file that is meant to be refused
    yield from (case.record for case in published_records(BASE.vocabulary))


@cache
def _holds_and_answers() -> tuple[tuple[tuple[SafetyRule, ...], Answer], ...]:
    """What stops or withholds, and the answer, of the clinic and of every packaged case."""
    found = []
    for record in _records():
        assessment = api.assess_record(record, BASE)
        firing = (note.rule.entry for note in assessment.safety if note.fires)
        holds = tuple(one for one in firing if one.severity != "warn")
        found.append((holds, api.answer_view(assessment, BASE)))
    return tuple(found)


def _answers() -> list[Answer]:
    return [answer for _, answer in _holds_and_answers()]


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)


def test_there_are_enough_patients() -> None:
    assert len(_answers()) > 130
    assert sum(bool(answer["rows"]) for answer in _answers()) > 100


def test_an_answer_fits_a_terminal_with_its_words_whole() -> None:
    for answer in _answers():
        lines = [line for line, _ in answer_lines(answer)]
        assert len(lines) <= LINES, (answer["patient"], len(lines))
        longest = max(map(len, lines))
        assert longest <= WIDTH, (answer["patient"], longest)
        text = " ".join(lines)
        said = " ".join(_words(text))
        for whole in (answer["who"]["text"], answer["question"]["text"], answer["why"]["text"]):
            assert " ".join(_words(whole)) in said, answer["patient"]


def test_what_stops_or_withholds_is_never_folded() -> None:
    """Every hold that fires is a line of its own, whoever is for what it is about."""
    seen = 0
    for holds, answer in _holds_and_answers():
        seen += len(holds)
        said = " ".join(_words(" ".join(line for line, _ in answer_lines(answer))))
        assert {line["id"] for line in answer["fires"]["lines"]} >= {one.id for one in holds}
        for one in holds:
            assert " ".join(_words(one.message)) in said
    assert seen > 5


def test_a_grade_that_a_later_index_goes_beyond_stands_above_the_answer(
    run: Run, tmp_path: Path
) -> None:
    """It is no grade of the tumour any more, and that it was reported so is not lost."""
    file = tmp_path / "p.yaml"
    file.write_text(
        "gepnet: 1\npatient: p\nevents:\n"
        "- {id: a, kind: pathology, date: 2015-03-01, grade_reported: G1, differentiation: well}\n"
        "- {id: b, kind: pathology, date: 2024-05-01, ki67_percent: 15}\n"
    )
    said = " ".join(_words(run("assess", file, "--at", "2026-01-01").out))
    assert "NET G2, Ki-67 15 %" in said
    assert "Grade as reported ↔ G1" in said


def test_what_contradicts_itself_stands_above_the_answer(run: Run) -> None:
    """A value that counts as one of two is told on the first screen, on the matrix and in JSON."""
    file = TESTS / "patients" / "faults" / "samedate.yaml"
    for flags in ((), ("--full",)):
        said = " ".join(_words(run("assess", file, *flags).out))
        assert "On record in two ways" in said
        for value in ("Platelets 40-210", "Primary site Jejunum or ileum or Pancreas"):
            assert value in said, flags
    told = [one for answer in _answers() for one in answer["contradictions"]]
    assert len(told) > 5 and all(one["says"].startswith(one["label"]) for one in told)
    clean = [answer for answer in _answers() if not answer["contradictions"]]
    assert len(clean) > 50
    head = " ".join(line for answer in clean for line, _ in answer_lines(answer))
    assert "On record in two ways" not in head


def test_what_no_document_uses_is_named_or_counted() -> None:
    named = counted = 0
    for answer in _answers():
        said = " ".join(_words(" ".join(line for line, _ in answer_lines(answer))))
        more = re.search(r"\+(\d+) \(in full: --full\)", said)
        shown = [one for one in answer["unread"] if " ".join(_words(one)) in said]
        assert len(answer["unread"]) - len(shown) <= (int(more[1]) if more else 0)
        named += len(shown)
        counted += more is not None
    assert named > 20 and counted > 5


def test_every_row_is_shown_or_named_with_its_count() -> None:
    for answer in _answers():
        said = " ".join(_words(" ".join(line for line, _ in answer_lines(answer))))
        for row in answer["rows"]:
            count = f"{row['for']} of {row['of']}"
            named = re.search(rf"{re.escape(row['short'])} \({count}[;)]", said)
            assert named or f"{count} {row['label']}" in said, (answer["patient"], row["label"])


def test_counts_are_those_of_the_chips() -> None:
    for answer in _answers():
        for row in answer["rows"]:
            cells = row["cells"]
            everyone = {chip["document"] for chips in cells.values() for chip in chips}
            in_favour = {c["document"] for k in ("recommended", "option_for") for c in cells[k]}
            assert (row["for"], row["of"]) == (len(in_favour), len(everyone))


def test_orders_are_three_at_most_and_chips_carry_their_number() -> None:
    numbered = 0
    for answer in _answers():
        orders = answer["orders"]
        assert [order["number"] for order in orders] == list(range(1, len(orders) + 1))
        assert len(orders) <= 3
        facts = {fact: order["number"] for order in reversed(orders) for fact in order["facts"]}
        for row in answer["rows"]:
            for chip in row["cells"]["fact_missing"]:
                assert chip["missing"], (answer["patient"], chip["text"])
                for fact in chip["missing"]:
                    assert fact["order"] == facts.get(fact["id"])
                    numbered += fact["order"] is not None
    assert numbered > 20


def test_a_deciding_fact_is_told_with_its_documents_and_what_it_is_now() -> None:
    decided = [a["why"] for a in _answers() if a["why"]["kind"] == "fact"]
    assert len(decided) > 20
    for why in decided:
        first = why["deciding"][0]
        assert why["text"].startswith(first["label"])
        assert first["documents"] and first["joined"]
        assert first["before"] in why["text"]


def test_a_person_sets_the_question(run: Run, patient: Path) -> None:
    done = run("assess", patient, "--question", "prrt")
    assert done.code == 0
    assert "PRRT now (set by a person)" in done.out
    wrong = run("assess", patient, "--question", "prt")
    assert wrong.code == 2
    assert "question" in wrong.err and "'prrt'" in wrong.err


@pytest.mark.parametrize("width", [80, 40])
def test_a_narrow_screen_loses_nothing(
    width: int, run: Run, patient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    said = run("assess", patient).out
    for words in ("For of n", "Why they differ", "What to order", "--full"):
        assert words in said


def test_a_contradiction_that_leaves_everything_possible_says_what_stands_against_what(
    tmp_path: Path,
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(
        "gepnet: 1\npatient: p\nregion: EU\nas_of: 2026-10-01\nevents:\n"
        "- {kind: pathology, date: 2026-08-01, ki67_percent: 25, grade_reported: [G1, G2]}\n",
        encoding="utf-8",
    )
    base = api.base()
    view = api.answer_view(api.assess_record(api.read_patient(file, base), base), base)
    (told,) = view["contradictions"]
    assert told["fact"] == "grade" and told["says"].endswith("NET G1 or G2")


def test_an_option_that_failed_is_marked_wherever_it_is_named() -> None:
    """Rows that did not fit into the table, and those below it, once came without the mark."""
    marked = 0
    for answer in _answers():
        text = " ".join(line for line, _ in answer_lines(answer))
        lists = ("rows", "no_document_for", "beside", "other_purposes")
        for row in (one for name in lists for one in answer[name] if one["failed"]):
            named = re.findall(
                rf"(?:: |, ){re.escape(row['short'])} (?:for [^(]+ )?\(([^)]*)\)", text
            )
            assert all("⤓" in told for told in named), (answer["patient"], row["short"])
            marked += len(named)
    assert marked > 20


def test_the_same_option_for_another_purpose_says_for_which() -> None:
    below = [one for answer in _answers() for row in answer["rows"] for one in row["second"]]
    assert below and all(one["intent_label"] for one in below)


def test_a_course_told_by_its_cycles_alone_is_named_in_the_question() -> None:
    """Progression after two cycles was once put to the treatment before them."""
    events = [
        {"id": "dx", "kind": "diagnosis", "date": "2020-01-10", "primary_site": "pancreas"},
        {"id": "st", "kind": "stage", "date": "2020-01-10", "stage": "metastatic"},
        {"id": "ct", "kind": "treatment", "option": "captem", "start": "2022-01-10"},
        {"id": "c1", "kind": "prrt_cycle", "cycle": 1, "date": "2024-03-01", "activity_gbq": 7.4},
        {
            "id": "pd",
            "kind": "progression",
            "date": "2024-10-01",
            "types": ["radiological"],
            "on": [],
        },
    ]
    data = {"patient": "p", "events": events, "as_of": "2024-11-01"}
    record = record_of(data, BASE.vocabulary)
    answer = api.answer_view(api.assess_record(record, BASE), BASE)
    assert "177Lu-DOTATATE" in answer["question"]["text"]
    assert not any("PRRT" in told for told in answer["unread"])


def test_an_operation_on_record_is_said_where_a_document_is_for_it() -> None:
    """ "Resection recommended" stood without a word for a primary that had been removed."""
    events = [
        {"id": "dx", "kind": "diagnosis", "date": "2024-01", "primary_site": "jejunum_ileum"},
        {"id": "pa", "kind": "pathology", "date": "2024-01", "differentiation": "well"},
        {"id": "ki", "kind": "pathology", "date": "2024-01", "ki67_percent": 2},
        {"id": "st", "kind": "stage", "date": "2024-01", "stage": "localised"},
        {"id": "op", "kind": "treatment", "option": "small_bowel_resection", "start": "2024-03"},
    ]
    for had, told in ((events, True), (events[:-1], False)):
        record = record_of({"patient": "p", "events": had, "as_of": "2024-11"}, BASE.vocabulary)
        answer = api.answer_view(api.assess_record(record, BASE), BASE)
        row = next(one for one in answer["rows"] if one["options"] == ["primary_resection"])
        assert bool(row["done"]) is told
        said = " ".join(line for line, _ in answer_lines(answer))
        assert ("✓ on record: Resection of small bowel: received" in said) is told
