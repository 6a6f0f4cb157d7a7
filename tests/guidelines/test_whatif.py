"""A patient before and after a change."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.guidelines import Assessment, KnowledgeBase, what_if
from gepnet.guidelines.whatif import WhatIf
from gepnet.knowledge import InputError
from gepnet.record import parse_record
from gepnet.vocabulary import Question

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return api.base()


@pytest.fixture(scope="module")
def before(base: KnowledgeBase) -> Assessment:
    return assessed(base, {})


def assessed(base: KnowledgeBase, changes: dict[str, dict[str, Any]]) -> Assessment:
    """The example patient with some values of some events written otherwise."""
    data = yaml.safe_load(api.example_patient())
    for event in data["events"]:
        event.update(changes.get(event["id"], {}))
    record = parse_record(yaml.safe_dump(data), "example.yaml", base.vocabulary, DAY)
    return api.assess_record(record, base, ASKED)


def changed(base: KnowledgeBase, before: Assessment, *settings: str) -> WhatIf:
    from gepnet.guidelines.whatif import parse_settings

    return what_if(base, before, parse_settings(settings, before, base))


def statuses(assessment: Assessment) -> dict[tuple[str, str, str], str]:
    return {
        (name, *row): cell.status.value
        for name, document in assessment.documents.items()
        for row, cell in document.cells.items()
    }


def test_what_if_asks_the_whole_question_again(base: KnowledgeBase) -> None:
    record = parse_record(api.example_patient(), "example.yaml", base.vocabulary, DAY)
    asked = Question.read("2026-01", knowledge_date=datetime.date(2022, 5, 1), region="US")
    found = changed(base, api.assess_record(record, base, asked), "ki67_percent=9")
    assert found.before.question == found.after.question == asked
    assert (found.after.region, found.after.at) == ("US", "2026-01")
    assert list(found.after.documents) == list(found.before.documents)


def test_the_same_value_changes_nothing(base: KnowledgeBase, before: Assessment) -> None:
    found = changed(base, before, "ki67_percent=8-12")
    assert statuses(found.after) == statuses(before)
    assert not (found.positions or found.labels or found.safety or found.items)
    assert [change.before.fact for change in found.facts] == ["ki67_percent"]


def test_a_change_equals_a_record_written_that_way(base: KnowledgeBase, before: Assessment) -> None:
    found = changed(base, before, "ki67_percent=9")
    rewritten = assessed(base, {"rebiopsy": {"ki67_percent": 9}})
    assert statuses(found.after) == statuses(rewritten)
    assert found.after.facts.values == rewritten.facts.values
    told = {(c.document, c.option): c.after.value for c in found.positions}
    assert told["esmo-2020", "lu177_dotatate"] == "recommended"


def test_every_position_that_changes_is_told(base: KnowledgeBase, before: Assessment) -> None:
    found = changed(base, before, "primary_site=pancreas", "functioning=false", "syndrome=none")
    was, now = statuses(before), statuses(found.after)
    told = {
        (c.document, option, c.intent): (c.before.value, c.after.value)
        for c in found.positions
        for option in c.options
    }
    assert told == {key: (was[key], now[key]) for key in was if was[key] != now[key]}
    assert len(told) > 20
    derived = {c.before.fact for c in found.facts if not c.assumed}
    assert "site_group" in derived


def test_labels_safety_rules_and_checklists_change_too(
    base: KnowledgeBase, before: Assessment
) -> None:
    found = changed(base, before, "ki67_percent=9", "platelets_10e9_l=40", "sex=male")
    assert {(c.label, c.after) for c in found.labels} >= {("somatuline-eu-growth", "on_label")}
    assert any(c.after == "fires" for c in found.safety)
    assert any(c.after is False for c in found.items)


def test_a_fact_can_become_unknown(base: KnowledgeBase, before: Assessment) -> None:
    found = changed(base, before, "ki67_percent=unknown", "differentiation=unknown")
    assert found.after.facts["ki67_percent"].value is None
    assert found.after.facts["grade"].value is None


def test_what_silence_means_stays_as_declared(base: KnowledgeBase, before: Assessment) -> None:
    found = changed(base, before, "ki67_percent=9")
    kept = [n for n in before.facts if before.facts[n].origin == "declared_absent"]
    assert kept
    assert all(found.after.facts[n] == before.facts[n] for n in kept)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("ki67=9", "expected a fact"),
        ("ki67_percent=200", "expected a value from 0 to 100"),
        ("differentiation=wel", "did you mean 'well'?"),
        ("ki67_percent", "fact=value"),
        ("grade=unknown", "worked out from"),
    ],
)
def test_a_wrong_setting_is_explained(
    base: KnowledgeBase, before: Assessment, setting: str, told: str
) -> None:
    with pytest.raises(InputError) as raised:
        changed(base, before, setting)
    (problem,) = raised.value.problems
    assert told in str(problem)


def test_every_wrong_setting_is_told_at_once(base: KnowledgeBase, before: Assessment) -> None:
    with pytest.raises(InputError) as raised:
        changed(base, before, "x=1", "sex=none", "ki67_percent=9")
    assert len(raised.value.problems) == 2


def test_the_view_is_plain_data_in_words(base: KnowledgeBase, before: Assessment) -> None:
    view = api.whatif_view(before, base, ["ki67_percent=9"])
    (fact,) = [fact for fact in view["facts"] if fact["assumed"]]
    assert (fact["before_text"], fact["after_text"]) == ("8-12 %", "9 %")


def test_payers_are_told_beside_the_labels(base: KnowledgeBase, before: Assessment) -> None:
    found = what_if(base, before, {"ki67_percent": base.vocabulary["ki67_percent"].parse("30")})
    (told,) = [one for one in found.funding if one.decision == "nice-ta539"]
    assert (told.before, told.after, told.region) == ("funded", "outside", "UK")
