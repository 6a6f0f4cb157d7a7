"""A text that can be read in two ways is named as such, never as a fact that is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gepnet import api
from gepnet.cli.app import app
from gepnet.facts import Facts, FactValue
from gepnet.knowledge.rule_models import Examples, ReleaseRule
from gepnet.prrt.conditions import look_at
from gepnet.prrt.context import course_so_far
from gepnet.prrt.course import replay
from gepnet.prrt.eligibility import default_profile
from gepnet.prrt.review import Review, review
from gepnet.record import Record, parse_record
from gepnet.report.assessment import assessment_view
from gepnet.report.safety import safety_views
from gepnet.rules import Rule
from gepnet.tables import plain
from gepnet.vocabulary import Question, Truth, parse_date
from tests.prrt.course_data import (
    PERSON,
    PROTOCOLS,
    TODAY,
    WEEK_8,
    Events,
    cycle,
    fired,
    lab,
    record,
    release,
    ssa,
    weight,
)

OTHERS = (
    "radiological_recist",
    "radiological_below_recist",
    "new_lesion_on_sstr_pet_only",
    "clinical_observed",
)
FIRST = "2025-10-06"
LINE = "eligibility-eu-label/progressive"


def events(ct: dict[str, Any]) -> Events:
    """Return a patient before cycle 1 whose progression is what ``ct`` says."""
    return [
        *({**event, **ct} if event["id"] == "ct" else event for event in PERSON),
        lab("2025-10-02", creatinine_umol_l=84),
        weight("2025-10-02"),
        ssa("2025-09-03"),
    ]


# The EU label does not say what "progressive" means: worse hormonal symptoms alone may be meant.
SYMPTOMS_ONLY = events({"types": ["hormone_symptoms_worse"], "excluded": list(OTHERS)})
GREW = events({})
NOT_TOLD = events({"types": ["hormone_symptoms_worse"], "excluded": list(OTHERS[1:])})


def silent_on_progression(patient: Events) -> Record:
    """Return a record in which what is not told of progression is unknown."""
    domains = ("treatments", "comorbidities", "toxicities")
    data = {
        "gepnet": 1, "patient": "p", "region": "EU", "as_of": FIRST,
        "complete": dict.fromkeys(domains, FIRST), "events": patient,
    }  # fmt: skip
    return parse_record(json.dumps(data), "p.json", PROTOCOLS.criteria.vocabulary, TODAY)


def reviewed_first(patient: Record) -> Review:
    course = course_so_far(patient, PROTOCOLS, 1, parse_date(FIRST), None)
    return review(course, default_profile(PROTOCOLS, "EU"))


def item_of(patient: Record) -> dict[str, Any]:
    view = api.eligibility_view(patient, api.base(), ["eu-label"], Question.read(FIRST))
    (found,) = [i for i in view["profiles"][0]["items"] if i["id"] == "progressive"]
    return {**found, "of_profile": view["profiles"][0]["status"]}


def test_eligibility_says_that_the_text_is_ambiguous() -> None:
    found = item_of(record(SYMPTOMS_ONLY))
    assert (found["status"], found["text_ambiguous"]) == ("text ambiguous", True)
    assert found["missing"] == []
    assert any("widest reading yes" in value["text"] for value in found["values"])
    assert found["of_profile"] == "text ambiguous"


def test_a_fact_that_could_settle_it_is_missing_whatever_the_text() -> None:
    found = item_of(silent_on_progression(NOT_TOLD))
    assert (found["status"], found["text_ambiguous"]) == ("missing", False)
    assert [one["fact"] for one in found["missing"]] == ["progression_radiological_recist"]
    assert found["of_profile"] == "missing"


def test_what_is_met_is_not_ambiguous() -> None:
    found = item_of(record(GREW))
    assert (found["status"], found["text_ambiguous"], found["missing"]) == ("met", False, [])


def test_the_review_names_the_text_and_misses_nothing() -> None:
    found = reviewed_first(record(SYMPTOMS_ONLY))
    assert [item.id for item in found.ambiguous] == [LINE]
    assert found.ambiguous[0].why.startswith("text ambiguous: ")
    assert found.ambiguous[0].facts == ()
    assert LINE not in {item.id for item in found.missing}
    assert found.missing == ()
    # No text that was read one way by a machine gives a cycle.
    assert (found.proposal, found.activity_gbq) == ("undecidable", None)
    view = plain(found)
    assert [item["id"] for item in view["ambiguous"]] == [LINE]
    assert view["missing"] == []


def test_a_missing_fact_stays_missing_in_the_review() -> None:
    found = reviewed_first(silent_on_progression(NOT_TOLD))
    assert [item.id for item in found.missing] == [LINE]
    assert found.ambiguous == ()
    assert reviewed_first(record(GREW)).proposal == "proceed"


def test_a_review_with_an_ambiguous_text_has_a_digest_of_its_own() -> None:
    cases = (record(SYMPTOMS_ONLY), record(GREW), silent_on_progression(NOT_TOLD))
    assert len({reviewed_first(one).digest for one in cases}) == 3


def test_a_replayed_course_says_what_was_ambiguous_on_the_day() -> None:
    given = [*SYMPTOMS_ONLY, release(1, FIRST, "hold")]
    told = plain(replay(record(given), PROTOCOLS))[0]["events"][0]["review"]
    assert (told["missing"], told["ambiguous"]) == ([], [LINE])
    assert told["because"]


def test_both_commands_print_it_in_their_own_words(tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    days = dict.fromkeys(("treatments", "comorbidities", "toxicities", "progression"), FIRST)
    patient = {"gepnet": 1, "patient": "p", "region": "EU", "as_of": FIRST, "complete": days}
    file.write_text(json.dumps({**patient, "events": SYMPTOMS_ONLY}), encoding="utf-8")
    wide = {"COLUMNS": "220"}
    one = CliRunner().invoke(
        app, ["prrt", "eligibility", str(file), "--profile", "eu-label"], env=wide
    )
    assert "text ambiguous" in one.output
    assert "missing" not in one.output
    other = CliRunner().invoke(
        app, ["prrt", "review", str(file), "--cycle", "1", "--date", FIRST], env=wide
    )
    assert "Text ambiguous" in other.output
    assert "Missing" not in other.output


@pytest.mark.parametrize(
    ("narrow", "broad", "met"),
    [
        (True, True, "met"),
        (False, False, "not met"),
        (False, True, "text ambiguous"),
        (None, True, "missing"),
        (False, None, "missing"),
    ],
)
def test_a_rule_of_release_may_be_ambiguous_too(narrow: Truth, broad: Truth, met: str) -> None:
    entry = ReleaseRule(
        id="x", source="s", label="x", effect="hold", message="x", when="bulky",
        when_broad="rapid_growth",
        examples=Examples(applies={}, does_not_apply=(), undetermined=()),
    )  # fmt: skip
    criteria = PROTOCOLS.criteria
    rule = Rule(entry, "release", criteria("bulky"), criteria("rapid_growth"))
    values = {"bulky": narrow, "rapid_growth": broad}
    entries = {name: FactValue(name, value, "recorded") for name, value in values.items()}
    found = look_at(rule, Facts("p", parse_date(FIRST), None, entries, values))
    assert found.reading.met == met
    assert bool(found.missing) is (met == "missing")


def test_the_checklist_of_the_report_says_so_too() -> None:
    base = api.base()
    found = api.assess_record(record(SYMPTOMS_ONLY), base, Question.read(FIRST))
    lists = {one["id"]: one["items"] for one in assessment_view(found, base)["checklists"]}
    (line,) = [item for item in lists["why_not_prrt"] if item["id"] == "progressive"]
    assert (line["result"], line["text_ambiguous"], line["missing"]) == ("text ambiguous", True, [])


def test_positions_beside_a_plan_know_the_broad_reading() -> None:
    """They asked the narrow reading only, so that an open text read as "not this patient"."""
    base = api.base()
    patient = record([*GREW, cycle(1, FIRST)])
    plan = api.plan_prrt(base, api.PlanQuestion(), patient, Question.read(WEEK_8))
    view = api.plan_view(plan, base, patient)
    found = {
        one["entry"]: (one["concerns_patient"], one["text_ambiguous"])
        for one in (*view["ssa_positions"], *view["midcourse_positions"])
    }
    # Read for tumours without a syndrome, open for this one, which has one.
    assert found["spain-2016/ssa-kept-at-progression"] == (None, True)
    assert {ambiguous for truth, ambiguous in found.values() if truth is not None} <= {False}


def test_a_safety_note_can_be_open_by_its_text() -> None:
    base = api.base()
    assessment = api.assess_record(record(GREW), base, Question.read(FIRST))
    assert assessment.safety
    view = safety_views(assessment, base)[0]
    assert view.text_ambiguous is False
    assert fired(reviewed_first(record(GREW)), "hold") == set()
