"""What a course holds of the product's own minimum data set: item by item, and no score."""

from __future__ import annotations

from typing import Any

from gepnet import api
from tests.prrt.course_data import PERSON, cycle, lab, record, weight

EVENTS = [*PERSON, lab("2025-10-02"), weight("2025-10-02", 70), cycle(1, "2025-10-06")]


def held(*more: dict[str, Any]) -> dict[str, Any]:
    view: dict[str, Any] = api.course_view(record([*EVENTS, *more]), api.base())
    return dict(view["minimum_data_set"])


def item(found: dict[str, Any], to: str) -> dict[str, Any]:
    (one,) = (item for form in found["forms"] for item in form["items"] if item["to"] == to)
    return dict(one)


def test_what_is_recorded_missing_in_part_or_without_an_event_is_told_apart() -> None:
    found = held({"id": "later", "kind": "laboratory", "date": "2025-11-10", "albumin_g_l": 40})
    assert item(found, "demographics.sex")["held"] == "recorded"
    creatinine = item(found, "laboratory.creatinine_umol_l")
    assert (creatinine["held"], creatinine["recorded"], creatinine["events"]) == ("in part", 1, 2)
    assert item(found, "pathology.ki67_specimen_site")["held"] == "missing"
    assert item(found, "response_assessment.response_ct")["held"] == "no event"
    assert item(found, "prrt_cycle.activity_gbq")["held"] == "recorded"


def test_a_withdrawn_event_holds_nothing_and_no_share_is_made_of_it_all() -> None:
    scan = {"id": "late", "kind": "fdg_imaging", "date": "2025-12-01", "fdg_result": "positive"}
    assert item(held(scan), "fdg_imaging.fdg_result")["held"] == "recorded"
    assert item(held(scan | {"withdrawn": True}), "fdg_imaging.fdg_result")["held"] != "recorded"
    assert set(held()) == {"forms", "missing", "not_read"}


def test_a_standard_that_nobody_read_is_named_and_none_of_it_is_counted() -> None:
    found = held()
    assert found["not_read"] == [api.base().sources["enets-prrt-2017"].title]
    assert found["missing"]
    assert all(item(found, to)["needed"] for to in found["missing"])
