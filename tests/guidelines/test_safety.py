"""What fires is said first; what cannot be excluded is said by the order that excludes it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.record import record_of
from gepnet.report.safety import HEAD_LINES
from gepnet.rules import excluding

BASE = api.base()
STORIES = Path(__file__).parents[1] / "stories"
DAY = datetime.date(2026, 1, 12)
LOW_BURDEN = "01_low_burden_ileum"


def view(*events: dict[str, Any], story: str = LOW_BURDEN, **patient: Any) -> dict[str, Any]:
    """Return the assessment of the patient of a story with further events."""
    told = yaml.safe_load((STORIES / f"{story}.yaml").read_text(encoding="utf-8"))["patient"]
    data = {**told, **patient, "events": [*told["events"], *events]}
    record = record_of(data, BASE.vocabulary)
    return dict(api.assessment_view(api.assess_record(record, BASE), BASE))


def new(kind: str, **values: Any) -> dict[str, Any]:
    author = {"author": "board"} if kind == "assertion" else {}
    return {"id": f"new-{kind}", "kind": kind, "date": DAY, **author, **values}


def head(shown: dict[str, Any]) -> list[str]:
    return [note["id"] for note in shown["safety"] if note["in_head"]]


def bare(*events: dict[str, Any]) -> dict[str, Any]:
    """Return the assessment of a patient of whom only some events are known."""
    data = {"gepnet": 1, "patient": "p", "as_of": DAY, "events": list(events)}
    record = record_of(data, BASE.vocabulary)
    return dict(api.assessment_view(api.assess_record(record, BASE), BASE))


PLANNED = new("assertion", surgery_or_embolisation_planned=True)
SITE = new("diagnosis", primary_site="jejunum_ileum", primary_in_place=True)


def test_a_planned_operation_after_a_crisis_warns_though_function_is_unknown() -> None:
    found = head(bare(SITE, PLANNED, new("comorbidity", hormonal_crisis_history=True)))
    assert "crisis-planned-procedure" in found


def test_a_planned_operation_with_unknown_function_asks_for_a_syndrome_first() -> None:
    assert "function-unknown-planned-procedure" in head(bare(SITE, PLANNED))
    functioning = {**SITE, "functioning": True}
    assert "function-unknown-planned-procedure" in head(bare(functioning, PLANNED))
    known = {**SITE, "functioning": False, "syndrome": "none"}
    assert "function-unknown-planned-procedure" not in head(bare(known, PLANNED))


def test_octreotide_before_an_operation_is_for_the_carcinoid_syndrome() -> None:
    """It was asked of every functioning tumour, an insulinoma included, which it can worsen."""
    asked = {
        syndrome: "crisis-planned-procedure"
        in head(bare({**SITE, "functioning": True, "syndrome": syndrome}, PLANNED))
        for syndrome in ("carcinoid", "insulinoma", "vipoma")
    }
    assert asked == {"carcinoid": True, "insulinoma": False, "vipoma": False}


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (new("assertion", patient_preference="declines_prrt"), "declines-prrt"),
        (new("assertion", patient_preference="declines_chemotherapy"), "declines-chemotherapy"),
        (new("assertion", patient_preference="declines_surgery"), "declines-surgery"),
        (new("clinical", severe_acute_illness=True), "severe-acute-illness-rlt"),
        (new("clinical", pregnant=True), "pregnancy-rlt"),
        (new("comorbidity", dialysis=True), "dialysis-rlt"),
        (new("comorbidity", bone_marrow_disorder=True), "marrow-disorder-rlt"),
        (new("comorbidity", active_second_cancer=True), "second-cancer-rlt"),
        (new("clinical", fertility_wish=True), "fertility-rlt"),
        (new("comorbidity", gallstones=True), "gallstones-ssa"),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_what_is_recorded_and_speaks_on_an_option_in_question_stands_above_everything(
    event: dict[str, Any], rule: str
) -> None:
    story = "02_bulky_ileum_higher_g2" if rule.endswith("-rlt") or "prrt" in rule else LOW_BURDEN
    shown = view(event, story=story)
    if rule in ("declines-chemotherapy", "declines-surgery"):
        assert rule in [note["id"] for note in shown["safety"] if note["fires"]]
    else:
        assert rule in head(shown)


def test_what_stops_or_withholds_is_never_left_out_of_the_head() -> None:
    held = new(
        "clinical",
        severe_acute_illness=True,
        pregnant=True,
        breastfeeding=True,
        fertility_wish=True,
    )
    ill = new("comorbidity", dialysis=True, bowel_obstruction=True, bone_marrow_disorder=True)
    shown = view(held, ill, story="02_bulky_ileum_higher_g2")
    fired = [note for note in shown["safety"] if note["fires"] and note["concerns_a_position"]]
    stops = [note["id"] for note in fired if note["severity"] != "warn"]
    assert len(stops) > HEAD_LINES
    assert head(shown) == stops


def test_what_is_outside_a_label_takes_no_line_of_the_head() -> None:
    shown = view()
    fired = {note["id"]: note for note in shown["safety"] if note["fires"]}
    assert fired["cabozantinib-first-line"]["off_label"]
    assert "cabozantinib-first-line" not in head(shown)


def test_an_alert_is_of_an_option_that_is_in_question_or_taken() -> None:
    """Child-Pugh B says nothing of telotristat above the page of who has no syndrome."""
    poor = new("comorbidity", child_pugh="B")
    taken = new("treatment", option="telotristat", start=DAY, ongoing=True)
    quiet, taking = (
        {note["id"]: note for note in view(*events)["safety"]}["liver-telotristat"]
        for events in ((poor,), (poor, taken))
    )
    assert quiet["fires"] and not quiet["in_head"]
    assert taking["in_head"]


def test_rules_that_cannot_be_excluded_stand_by_the_one_order_that_excludes_them() -> None:
    groups = {one["order"]: one for one in view()["not_excluded"]}
    pregnancy = [rule["id"] for rule in groups["Pregnancy test"]["rules"]]
    assert {"pregnancy-rlt", "pregnancy-temozolomide"} <= set(pregnancy)
    severities = [rule["severity"] for rule in groups["Pregnancy test"]["rules"]]
    assert severities == sorted(severities, key=["stop", "withhold", "warn"].index)


def test_orders_on_options_in_question_come_first() -> None:
    marks = [one["concerns_a_position"] for one in bare(SITE)["not_excluded"]]
    assert marks == sorted(marks, reverse=True)
    assert len(set(marks)) == 2


def test_every_open_rule_is_in_a_group_and_no_other_is() -> None:
    shown = bare(SITE)
    open_rules = {note["id"] for note in shown["safety"] if not note["fires"]}
    grouped = {rule["id"] for one in shown["not_excluded"] for rule in one["rules"]}
    assert grouped == open_rules


def test_an_order_excludes_what_it_stands_for() -> None:
    """Each fact of a group, known to be absent, takes the rules of the group off the list."""
    record = record_of({"gepnet": 1, "patient": "p", "events": [SITE]}, BASE.vocabulary)
    assessment = api.assess_record(record, BASE)
    tried = 0
    for one in excluding(assessment.safety, assessment.facts, BASE.vocabulary):
        facts = [BASE.vocabulary[name] for name in one.facts]
        if len(one.orders) != 1 or any(fact.type != "boolean" for fact in facts):
            continue
        kinds = {fact.entry.event or "clinical" for fact in facts}
        if "treatment" in kinds or any("{" in (fact.family or "") for fact in facts):
            continue
        events = [
            new(kind, **{f.id: f.id.endswith("_done") for f in facts if f.entry.event == kind})
            for kind in kinds
        ]
        still = {note["id"] for note in bare(SITE, *events)["safety"]}
        gone = {note.rule.entry.id for note in one.notes if note.rule.entry.id not in still}
        assert gone, one.orders
        tried += 1
    assert tried >= 10
