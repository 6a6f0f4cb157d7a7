"""The packaged knowledge as a whole: every statement has its origin, and its examples hold it."""

import datetime
import json
import os
import subprocess
import sys
from functools import cache

import pytest

from gepnet import api
from gepnet.guidelines import KnowledgeBase, Status
from gepnet.knowledge.kinds import carried_facts as course_entries
from gepnet.record import parse_record
from gepnet.rules.check import REQUIRED_MUTATION_SCORE, CheckReport
from gepnet.rules.examples import examples_of, subjects
from gepnet.vocabulary import Question

BASE = api.base()
RECOMMENDATIONS = [r for document in BASE.documents for r in document.recommendations]
SUBJECTS = list(subjects(BASE))


@cache
def report() -> CheckReport:
    return api.check_knowledge()


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return BASE


def test_every_recommendation_says_where_it_was_read_and_how_far_it_was_verified(
    base: KnowledgeBase,
) -> None:
    wrong = []
    for item in RECOMMENDATIONS:
        entry = item.entry
        if entry.source not in base.sources or not entry.options or not entry.note.strip():
            wrong.append(f"{item.full_id}: source, options or note")
        if entry.verification not in {"primary", "secondary", "unverified"}:
            wrong.append(f"{item.full_id}: {entry.verification}")
        if entry.verification != "unverified" and not entry.locator:
            wrong.append(f"{item.full_id}: no locator")
        if entry.verification == "secondary" and entry.read_in not in base.sources:
            wrong.append(f"{item.full_id}: no source in which it was read")
    assert wrong == []
    assert len(RECOMMENDATIONS) > 100


def test_every_entry_has_an_example_that_applies_one_that_does_not_and_one_left_open() -> None:
    expected = {True, False, None}
    lacking = [s.name for s in SUBJECTS if {e.expected for e in examples_of(s.entry)} != expected]
    assert lacking == []


def test_an_example_that_does_not_apply_differs_in_one_fact() -> None:
    several = [
        subject.name
        for subject in SUBJECTS
        for change in subject.entry.examples.does_not_apply
        if len(change) != 1
    ]
    assert several == []


def test_the_check_of_the_knowledge_is_clean() -> None:
    assert [str(problem) for problem in report().problems if problem.severity == "error"] == []
    assert report().ok


def test_the_examples_notice_most_deliberate_mistakes() -> None:
    assert report().mutants > 1000
    assert report().mutation_score >= REQUIRED_MUTATION_SCORE
    assert REQUIRED_MUTATION_SCORE >= 0.95
    weakest = next(iter(report().documents.values()))
    assert weakest[0] / weakest[1] >= REQUIRED_MUTATION_SCORE


def test_every_statement_of_the_sources_has_an_entry_or_a_reason() -> None:
    lines = api.fact_coverage()
    assert [f"{line['document']}: {line['fact_id']}" for line in lines if not line["covered"]] == []
    assert len(lines) > 100


def test_an_entry_counted_as_covering_exists(base: KnowledgeBase) -> None:
    known = {r.full_id for r in RECOMMENDATIONS}
    known |= {f"{d.id}/{s.id}" for d in base.documents for s in d.file.statements}
    known |= {f"label/{label.entry.id}" for label in base.labels}
    known |= {f"safety/{rule.entry.id}" for rule in base.safety}
    known |= {name for name, _ in course_entries(base.knowledge)}
    known |= {f"release/{rule.entry.id}" for rule in base.release}
    known |= {f"release/{amount.id}" for amount in base.knowledge.release_amounts}
    known |= {f"{c.entry.id}/{i.id}" for c in base.checklists for i in c.entry.items}
    known |= {f"release/{release.entry.id}" for release in base.release}
    known |= {f"release/{amount.id}" for amount in base.knowledge.release_amounts}
    named = {entry for line in api.fact_coverage() for entry in line["entries"]}
    assert named <= known


def test_nothing_unverified_stands_behind_a_position(base: KnowledgeBase) -> None:
    """For the example patient, on several dates and in several regions."""
    record = parse_record(api.example_patient(), "p", base.vocabulary)
    for year, region in ((2021, "EU"), (2024, "US"), (2026, "IT")):
        found = api.assess_record(
            record,
            base,
            Question(knowledge_date=datetime.date(year, 12, 31), region=region),
        )
        for document in found.documents.values():
            for cell in document.cells.values():
                badges = [r.judged.recommendation.entry.verification for r in cell.reasons]
                assert "unverified" not in badges
                assert not any(r.judged.recommendation.entry.dissent for r in cell.reasons)
                if cell.status is Status.FACT_MISSING:
                    assert cell.missing
                elif not cell.possible:
                    assert cell.missing == ()
                if cell.status is Status.TEXT_OPEN:
                    assert cell.missing == () and cell.reasons


def test_an_earlier_knowledge_date_knows_fewer_documents(base: KnowledgeBase) -> None:
    record = parse_record(api.example_patient(), "p", base.vocabulary)
    days = [datetime.date(year, 1, 1) for year in (2015, 2021, 2024, 2026)]
    found = [api.assess_record(record, base, Question(knowledge_date=day)) for day in days]
    counts = [len(assessment.documents) for assessment in found]
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[1] < counts[-1]
    for assessment in found:
        assert len(assessment.documents) + len(assessment.not_in_force) == len(base.documents)


def test_nothing_known_of_a_patient_gives_no_position(base: KnowledgeBase) -> None:
    """An empty record must never be told anything but what is open, not read or unverified."""
    text = "gepnet: 1\npatient: p\nas_of: 2026-01-15\nevents: []\n"
    record = parse_record(text, "p", base.vocabulary)
    found = api.assess_record(record, base, Question(knowledge_date=datetime.date(2026, 1, 15)))
    loud = {Status.RECOMMENDED, Status.AGAINST, Status.CONFLICTING}
    stated = {
        (document.document.id, option, reason.judged.recommendation.entry.when)
        for document in found.documents.values()
        for (option, _), cell in document.cells.items()
        if cell.status in loud
        for reason in cell.reasons
    }
    assert {when for *_, when in stated} <= {"true"}, stated
    assert not any(note.fires for note in found.safety)
    assert not any(label.status == "on_label" for label in found.labels)


SCRIPT = """
import datetime, json
from gepnet import api
from gepnet.record import parse_record
base = api.base()
record = parse_record(api.example_patient(), "p", base.vocabulary)
asked = api.Question(knowledge_date=datetime.date(2026, 1, 15))
found = api.assess_record(record, base, asked)
print(json.dumps(api.assessment_view(found, base, every_row=True), ensure_ascii=False))
"""


def test_the_same_inputs_give_the_same_bytes(base: KnowledgeBase) -> None:
    record = parse_record(api.example_patient(), "p", base.vocabulary)
    said = set()
    for _ in range(2):
        found = api.assess_record(record, base, Question(knowledge_date=datetime.date(2026, 1, 15)))
        view = api.assessment_view(found, base, every_row=True)
        said.add(json.dumps(view, ensure_ascii=False))
    assert len(said) == 1


def test_the_bytes_do_not_depend_on_how_python_orders_sets() -> None:
    said = set()
    for seed in ("1", "77"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, env=environment, check=True
        )
        said.add(done.stdout)
    assert len(said) == 1
