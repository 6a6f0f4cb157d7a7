"""What each document says of each option, on a small made-up state of the knowledge.

Two documents of one body (the later replaces the earlier), a second body, labels in two regions and
safety rules of every kind: each test changes what it needs.
"""

import datetime
from typing import Any

import pytest

from gepnet.guidelines import Status, documents_in_force, region_lineage
from tests.guidelines.made_up import (
    EXAMPLES,
    assessed,
    base,
    cell,
    document,
    entries,
    entry,
    label,
    labels,
)

# Classes, purposes -------------------------------------------------------------------------------


def test_a_position_on_a_class_holds_for_its_members_and_says_so() -> None:
    doc = document(
        "a",
        entry("on-class", "grown", "drugs option"),
        entry("x", "grown", "red option"),
        entry("y", "false", "red_twice against"),
    )
    found = assessed(doc, grown=True)
    for option, by_class in (("drugs", [False]), ("red", [True, False]), ("red_twice", [True] * 2)):
        of_option = cell(found, option)
        assert of_option.status is Status.OPTION
        assert [reason.by_class for reason in of_option.reasons] == by_class


def test_a_position_on_a_member_says_nothing_of_the_class_or_of_another_member() -> None:
    doc = document(
        "a",
        entry("one", "grown", "red recommended"),
        entry("no", "false", "blue option"),
        entry("nor", "false", "drugs option"),
    )
    found = assessed(doc, grown=True)
    assert cell(found, "red").status is Status.RECOMMENDED
    assert cell(found, "blue").status is Status.SILENT
    assert cell(found, "drugs").status is Status.SILENT


def test_a_member_named_against_what_its_class_is_for_is_a_conflict() -> None:
    doc = document(
        "a", entry("on-class", "grown", "drugs option"), entry("x", "grown", "red against")
    )
    found = assessed(doc, grown=True)
    assert cell(found, "red").status is Status.CONFLICTING
    assert cell(found, "drugs").status is Status.OPTION
    assert entries(cell(found, "red").reasons) == ["on-class", "x"]


def test_purposes_are_kept_apart() -> None:
    doc = document("a", entry("growth", "grown", "red against tumour_control"),
                   entry("flush", "adult", "red recommended symptom_control"))  # fmt: skip
    found = assessed(doc, grown=True)
    assert cell(found, "red").status is Status.AGAINST
    assert cell(found, "red", "symptom_control").status is Status.RECOMMENDED
    assert ("blue", "tumour_control") not in found.documents["a"].cells


# What counts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "kept"),
    [({"dissent": "true"}, "dissent"), ({"verification": "unverified"}, "unverified")],
    ids=["minority", "unverified"],
)
@pytest.mark.parametrize("position", ["recommended", "option", "trial_only", "against"])
def test_a_minority_and_what_was_not_verified_never_count(
    mark: dict[str, str], kept: str, position: str
) -> None:
    doc = document("a", entry("other", "grown", f"red {position}", **mark),
                   entry("main", "score >= 10", "red option"))  # fmt: skip
    alone = cell(assessed(doc, grown=True, score=5), "red")
    assert (alone.status, alone.reasons) == (Status.SILENT, ())
    assert entries(getattr(alone, kept)) == ["other"]
    beside = cell(assessed(doc, grown=True, score=10), "red")
    assert (beside.status, entries(beside.reasons)) == (Status.OPTION, ["main"])
    assert beside.badge == "primary"
    # nor does what they lack leave the document's position open
    unknown = cell(assessed(doc, score=10), "red")
    assert (unknown.status, unknown.missing) == (Status.OPTION, ())
    assert not getattr(cell(assessed(doc, grown=False, score=10), "red"), kept)


def test_the_strongest_position_comes_first_and_the_weaker_stay_as_reasons() -> None:
    doc = document(
        "a",
        entry("weak", "adult", "red trial_only"),
        entry("mid", "grown", "red option"),
        entry("strong", "score >= 10", "red recommended"),
    )
    found = cell(assessed(doc, grown=True, score=20), "red")
    assert found.status is Status.RECOMMENDED
    assert entries(found.reasons) == ["strong", "weak", "mid"]


def test_for_and_against_is_a_conflict_with_both_reasons() -> None:
    doc = document("a", entry("pro", "adult", "red option"), entry("con", "grown", "red against"))
    assert cell(assessed(doc, grown=True), "red").status is Status.CONFLICTING
    assert entries(cell(assessed(doc, grown=True), "red").reasons) == ["pro", "con"]
    assert cell(assessed(doc, grown=False), "red").status is Status.OPTION
    open_ = cell(assessed(doc), "red")
    assert open_.status is Status.FACT_MISSING
    assert open_.possible == (Status.OPTION, Status.CONFLICTING)
    assert open_.missing == ("grown",)


def test_an_open_position_that_changes_nothing_leaves_nothing_open() -> None:
    doc = document(
        "a", entry("yes", "adult", "red recommended"), entry("so", "grown", "red option")
    )
    found = cell(assessed(doc), "red")
    assert (found.status, found.missing, found.possible) == (Status.RECOMMENDED, (), ())


# Scope, coverage ---------------------------------------------------------------------------------


def test_a_document_about_others_says_nothing() -> None:
    doc = document("a", entry("all", "true", "red recommended"))
    found = assessed(doc, adult=False)
    assert cell(found, "red").status is Status.OUT_OF_SCOPE
    assert cell(found, "red").reasons == ()
    open_ = cell(assessed(doc, adult=None), "red")
    assert open_.status is Status.FACT_MISSING
    assert open_.possible == (Status.RECOMMENDED, Status.OUT_OF_SCOPE)
    assert open_.missing == ("adult",)


def test_nothing_found_is_silence_only_where_all_was_read() -> None:
    levels = (
        '[{topic: t, when: "score >= 50", level: complete}, '
        '{topic: u, when: "score >= 10", level: partial}]'
    )
    doc = document("a", entry("no", "grown", "red option"), coverage=levels)
    for score, level, status in (
        (50, "complete", Status.SILENT),
        (10, "partial", Status.NO_POSITION),
        (9, "none", Status.NOT_READ),
        (None, "none", Status.NOT_READ),
        ("40-60", "partial", Status.NO_POSITION),
    ):
        found = assessed(doc, grown=False, score=score)
        assert found.documents["a"].coverage == level
        assert cell(found, "red").status is status
    open_ = cell(assessed(doc, score=9), "red")
    assert open_.possible == (Status.OPTION, Status.NOT_READ)


def test_options_outside_the_subject_of_a_document_are_out_of_its_scope() -> None:
    doc = document("a", entry("one", "adult", "red option"), covers="[drugs]")
    other = document("b", entry("two", "adult", "knife option", "drugs option"))
    found = assessed(doc, other)
    assert cell(found, "knife").status is Status.OUT_OF_SCOPE
    assert cell(found, "knife", doc="b").status is Status.OPTION
    assert cell(found, "red").status is Status.OPTION
    assert cell(found, "drugs").status is Status.SILENT


# Ambiguous texts ---------------------------------------------------------------------------------

AMBIGUOUS = document(
    "a", entry("x", "score between 10 and 15", "red option", when_broad='"score between 5 and 20"')
)


@pytest.mark.parametrize(
    ("score", "status", "ambiguous", "missing"),
    [
        (12, Status.OPTION, False, ()),
        (20, Status.TEXT_OPEN, True, ()),
        (5, Status.TEXT_OPEN, True, ()),
        (4, Status.SILENT, False, ()),
        (None, Status.FACT_MISSING, False, ("score",)),
        ("16-30", Status.FACT_MISSING, False, ("score",)),
        ("12-18", Status.FACT_MISSING, False, ("score",)),
        ("16-18", Status.TEXT_OPEN, True, ()),
        ("21-30", Status.SILENT, False, ()),
    ],
)
def test_between_its_narrow_and_its_broad_reading_a_text_is_ambiguous(
    score: Any, status: Status, ambiguous: bool, missing: tuple[str, ...]
) -> None:
    found = cell(assessed(AMBIGUOUS, score=score), "red")
    assert (found.status, found.ambiguous, found.missing) == (status, ambiguous, missing)


# Documents and labels in force -------------------------------------------------------------------

OLD = document("old", entry("x", "adult", "red option"), year=2016)
NEW = document("new", entry("x", "adult", "red against"), year=2023, supersedes="[old]")
NEWEST = document("newest", entry("x", "adult", "red option"), year=2025, supersedes="[new]")
YEAR_ONLY = document("year", entry("x", "adult", "red option"), year=2020, published="null")


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        ("2016-06-14", []),
        ("2016-06-15", ["old"]),
        ("2023-06-14", ["old"]),
        ("2023-06-15", ["new"]),
        ("2025-06-15", ["newest"]),
    ],
)
def test_a_document_is_in_force_from_its_date_until_it_is_superseded(
    day: str, in_force: list[str]
) -> None:
    found = assessed(OLD, NEW, NEWEST, day=day)
    assert list(found.documents) == in_force
    assert set(found.not_in_force) == {"old", "new", "newest"} - set(in_force)


def test_why_a_document_is_not_in_force_is_said() -> None:
    found = assessed(OLD, NEW, NEWEST, day="2023-07-01")
    assert found.not_in_force == {
        "old": "superseded by new",
        "newest": "published 2025-06-15, after 2023-07-01",
    }


def test_a_document_known_by_its_year_alone_is_in_force_when_the_year_is_over() -> None:
    documents = base(YEAR_ONLY).documents
    assert documents_in_force(documents, datetime.date(2020, 12, 30))[0] == []
    assert documents_in_force(documents, datetime.date(2020, 12, 31))[0] == list(documents)


def test_the_age_of_a_document_stands_beside_it() -> None:
    assert assessed(OLD, day="2026-01-15").documents["old"].age_years == 10


def test_a_label_is_judged_for_the_patient_and_only_while_it_is_in_force() -> None:
    file = labels(
        label("eu", "EU", "grown", **{"from": "2017-09-26", "to": "2025-01-01"}),
        label("us", "US", "score >= 10", when_broad='"score >= 5"'),
    )
    doc = document("a", entry("x", "adult", "red option"))

    def found(day: str, **given: Any) -> dict[str, tuple[str, bool, tuple[str, ...]]]:
        made = assessed(doc, file, day=day, **given)
        return {x.label.entry.id: (x.status, x.ambiguous, x.missing) for x in made.labels}

    assert found("2020-01-01", grown=True, score=10) == {
        "eu": ("on_label", False, ()),
        "us": ("on_label", False, ()),
    }
    assert found("2020-01-01", score=7) == {
        "eu": ("undetermined", False, ("grown",)),
        "us": ("undetermined", True, ()),
    }
    assert found("2020-01-01", grown=False, score=4)["us"] == ("off_label", False, ())
    assert list(found("2017-09-25")) == ["us"]
    assert list(found("2017-09-26")) == ["eu", "us"]
    assert list(found("2025-01-01")) == ["us"]


# Approval ----------------------------------------------------------------------------------------

WAITING = document("a", entry("x", "adult", "red option", requires_approval="[EU]"))
APPROVED = labels(label("eu", "EU", "grown", **{"from": "2024-01-01"}))


@pytest.mark.parametrize(
    ("given_", "day", "awaited"),
    [
        ({}, "2026-01-15", ("EU",)),
        ({"region": "EU"}, "2026-01-15", ("EU",)),
        ({"region": "IT"}, "2026-01-15", ("EU",)),
        ({"region": "US"}, "2026-01-15", ()),
        # only an indication that includes the patient is an approval
        ({"region": "EU", "grown": False}, "2026-01-15", ("EU",)),
        ({"region": "EU", "grown": True}, "2026-01-15", ()),
        ({"region": "IT", "grown": True}, "2026-01-15", ()),
        ({"grown": True}, "2026-01-15", ()),
        # and only while it is in force
        ({"region": "EU", "grown": True}, "2023-12-31", ("EU",)),
    ],
)
def test_a_position_that_waits_for_a_regulator_names_where_it_still_waits(
    given_: dict[str, Any], day: str, awaited: tuple[str, ...]
) -> None:
    found = cell(assessed(WAITING, APPROVED, day=day, **given_), "red")
    assert found.status is Status.OPTION
    assert [reason.awaits_approval for reason in found.reasons] == [awaited]


def test_the_approval_of_another_option_is_none() -> None:
    other = labels(label("eu", "EU", "adult", option="blue"))
    assert cell(assessed(WAITING, other, region="EU"), "red").reasons[0].awaits_approval == ("EU",)
    of_class = labels(label("eu", "EU", "adult", option="drugs"))
    assert cell(assessed(WAITING, of_class, region="EU"), "red").reasons[0].awaits_approval == ()


def test_a_country_follows_the_region_that_it_belongs_to() -> None:
    knowledge = base(WAITING)
    assert region_lineage(knowledge, "IT") == ("IT", "EU")
    assert region_lineage(knowledge, "US") == ("US",)
    assert region_lineage(knowledge, None) == ()


# Safety ------------------------------------------------------------------------------------------


def rule(name: str, when: str, severity: str, badge: str) -> str:
    return (
        f'- {{id: {name}, when: "{when}", severity: {severity}, message: m, source: paper, '
        f"verification: {badge}, examples: {EXAMPLES}}}\n"
    )


SAFETY = (
    "safety/s.yaml",
    "rules:\n"
    + rule("warns", "grown", "warn", "primary")
    + rule("holds", "grown", "withhold", "unverified")
    + rule("stops", "score >= 10", "stop", "unverified")
    + rule("never", "not adult", "stop", "primary"),
)


def test_safety_rules_fire_whatever_their_badge_and_open_ones_are_listed() -> None:
    doc = document("a", entry("x", "adult", "red option"))
    found = assessed(doc, SAFETY, grown=True)
    told = [(note.rule.entry.id, note.fires, note.missing) for note in found.safety]
    assert told == [("holds", True, ()), ("warns", True, ()), ("stops", False, ("score",))]
    found = assessed(doc, SAFETY, grown=False, score=10)
    assert [(note.rule.entry.id, note.fires) for note in found.safety] == [("stops", True)]


def test_safety_and_labels_never_change_a_position() -> None:
    doc = document("a", entry("x", "adult", "red option"))
    alone = cell(assessed(doc, grown=True, score=10), "red")
    beside = cell(assessed(doc, SAFETY, APPROVED, grown=True, score=10), "red")
    assert (alone.status, alone.missing, alone.possible) == (
        beside.status, beside.missing, beside.possible,
    )  # fmt: skip


# Dates and identity ------------------------------------------------------------------------------


def test_an_assessment_carries_what_it_rests_on() -> None:
    found = assessed(OLD, day="2026-01-15", region="IT")
    assert (found.at, found.region, str(found.knowledge_date)) == ("2026-01-15", "IT", "2026-01-15")
    assert found.gepnet_version
    assert found.rows() == [("red", "tumour_control")]


# Conditions that are no prerequisites ------------------------------------------------------------

PROVIDED = document("a", entry("x", "adult", "red option", provided="grown and score >= 10"))


def test_what_a_position_is_provided_for_is_shown_and_does_not_block_it() -> None:
    found = cell(assessed(PROVIDED, score=12), "red")
    assert (found.status, found.missing) == (Status.OPTION, ())
    assert found.is_provided
    (reason,) = found.reasons
    assert reason.provided is not None
    assert reason.provided.missing == ("grown",)


def test_a_position_falls_where_its_condition_is_known_to_be_false() -> None:
    assert cell(assessed(PROVIDED, score=9), "red").status is Status.SILENT
    assert cell(assessed(PROVIDED, grown=False), "red").status is Status.SILENT


def test_a_condition_that_is_known_to_hold_is_not_told_again() -> None:
    found = cell(assessed(PROVIDED, grown=True, score=10), "red")
    assert (found.status, found.is_provided) == (Status.OPTION, False)
    assert [reason.provided for reason in found.reasons] == [None]


def test_a_condition_that_falls_on_both_readings_of_a_text_leaves_neither() -> None:
    both = document(
        "a", entry("x", "grown", "red option", when_broad="adult", provided="score > 3")
    )
    assert cell(assessed(both, grown=False), "red").ambiguous
    assert cell(assessed(both, grown=False, score=3), "red").status is Status.SILENT
    # What is provided for is not asked for, also where something else is.
    assert cell(assessed(both), "red").missing == ("grown",)


def test_a_position_that_stands_without_a_condition_needs_none() -> None:
    two = document(
        "a",
        entry("x", "adult", "red option", provided="grown"),
        entry("y", "adult", "red option"),
    )
    assert not cell(assessed(two), "red").is_provided
