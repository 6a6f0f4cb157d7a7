"""Another course, by each text's own threshold: acceptance story 7 and the edges of each text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.record import parse_record

STORY = Path(__file__).parents[1] / "stories" / "07_retreatment.yaml"


def story(first: float | None, last: float | None, **changed: Any) -> dict[str, Any]:
    """Return the view of story 7 with months of benefit from the first and from the last dose."""
    patient = yaml.safe_load(STORY.read_text(encoding="utf-8"))["patient"]
    for event in patient["events"]:
        if event["id"] == "prrt":
            event.update(changed)
            for name in [name for name, value in changed.items() if value is None]:
                del event[name]
            for name, months in (
                ("benefit_months", first),
                ("benefit_from_last_dose_months", last),
            ):
                event.pop(name, None)
                if months is not None:
                    event[name] = months
    base = api.base()
    record = parse_record(yaml.safe_dump(patient), "story-7.yaml", base.vocabulary)
    return api.retreatment_view(record, base)


def by_text(view: dict[str, Any]) -> dict[str, str]:
    found = {entry["document"]: entry["status"] for entry in view["documents"]}
    for rule in view["rules"]:
        found[rule["id"]] = "ambiguous" if rule["ambiguous"] else rule["met"]
    return found


REVIEW, ITALY, ROTTERDAM = (
    "review-gi-net-2025",
    "italian-opinion-6-9-months",
    "rotterdam-18-months",
)


# Clinical story 7: the review adds repeat PRRT at 14 and 20 months, not at 7 and 10; the Italian
# opinion is a note from 6-9 months. Below 12 months it names what it prefers to repeat PRRT.
@pytest.mark.parametrize(
    ("months", "review", "italy", "rotterdam"),
    [
        (7, "lesser", "ambiguous", "not met"),
        (10, "lesser", "met", "not met"),
        (14, "option", "met", "not met"),
        (20, "option", "met", "met"),
    ],
)
def test_story_7(months: int, review: str, italy: str, rotterdam: str) -> None:
    found = by_text(story(months, months))
    assert (found[REVIEW], found[ITALY], found[ROTTERDAM]) == (review, italy, rotterdam)


@pytest.mark.parametrize(
    ("first", "last", "review", "italy", "rotterdam"),
    [
        (12, 12, "option", "met", "not met"),
        (12, 6.5, "text_open", "ambiguous", "not met"),  # from the first dose only
        (11.9, 6.4, "lesser", "ambiguous", "not met"),
        (5.9, 0.4, "lesser", "not met", "not met"),
        (6, 0.5, "lesser", "ambiguous", "not met"),
        (23, 17.9, "option", "met", "ambiguous"),
        (24, 18, "option", "met", "met"),
    ],
)
def test_the_dose_that_months_run_from_is_not_guessed(
    first: float, last: float, review: str, italy: str, rotterdam: str
) -> None:
    found = by_text(story(first, last))
    assert (found[REVIEW], found[ITALY], found[ROTTERDAM]) == (review, italy, rotterdam)


def test_both_counts_are_shown_beside_each_threshold() -> None:
    view = story(14, 8.5)
    assert [b["months"] for b in view["benefit"]] == ["14", "8.5"]
    entry = next(e for e in view["documents"] if e["document"] == REVIEW)
    assert {t["fact"]: t["met"] for t in entry["thresholds"]} == {
        "prrt_benefit_months_from_last_dose": "not met",
        "prrt_benefit_months_from_first_dose": "met",
    }


def test_nothing_known_of_the_benefit_is_open_and_says_what_is_missing() -> None:
    """Treatments declared complete once made an unknown benefit "not applicable", hence not met."""
    view = story(None, None, start=None, stop=None)
    rule = next(r for r in view["rules"] if r["id"] == ROTTERDAM)
    assert rule["met"] == "open"
    assert rule["missing"]


def test_eight_doses_in_all_are_at_the_limit_and_outside_the_label() -> None:
    view = story(14, 14)
    totals = [
        (t["further_cycles"], t["total_gbq"], t["limits"][0]["standing"])
        for t in view["lifetime"]["after"]
    ]
    assert totals == [
        (0, 29.6, "below"),
        (1, 37.0, "below"),
        (2, 44.4, "below"),
        (3, 51.8, "below"),
        (4, 59.2, "at"),
    ]
    assert view["lifetime"]["after"][-1]["total_mci"] == 1600
    assert view["label"]["fires"]


def test_an_unknown_activity_gives_no_total() -> None:
    view = story(14, 14, activity_gbq=None)
    assert view["lifetime"]["given_gbq"] is None
    assert {t["limits"][0]["standing"] for t in view["lifetime"]["after"]} == {"unknown"}


def test_imaging_marrow_and_kidney_are_looked_at_as_for_a_first_course() -> None:
    checks = {check["id"]: check["met"] for check in story(14, 14)["checks"]}
    assert checks["sstr-uptake"] == "met"
    assert checks["creatinine-clearance"] == "missing"
    assert checks["platelets"] == "missing"
