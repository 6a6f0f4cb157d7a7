"""Options on which a document is quiet, open, or prefers another, and what they wait for."""

from __future__ import annotations

import pytest

from gepnet.guidelines import Status
from tests.guidelines.made_up import EXAMPLES, assessed, cell, document, entries, entry

#: Another document, for whose sake an option is in the table.
BESIDE = document("b", entry("theirs", "adult", "red option", "knife option"))
IN_PART = "[{topic: all, when: 'true', level: partial}]"


# A document without a position -------------------------------------------------------------------


def test_read_in_part_a_document_is_without_position_only_on_what_it_speaks_of() -> None:
    found = assessed(document("a", says="knife", coverage=IN_PART), BESIDE)
    assert cell(found, "knife").status is Status.NO_POSITION
    assert cell(found, "red").status is Status.NOT_READ


def test_read_in_part_what_was_not_verified_is_no_speaking_of_it() -> None:
    remembered = entry("remembered", "grown", "red option", verification="unverified")
    for says, status in ((None, Status.NOT_READ), ("red", Status.NO_POSITION)):
        told = {"says": says} if says else {}
        found = cell(
            assessed(document("a", remembered, coverage=IN_PART, **told), grown=True), "red"
        )
        assert (found.status, entries(found.unverified)) == (status, ["remembered"])


def test_a_document_that_may_be_about_the_patient_waits_for_what_tells_so() -> None:
    doc = document("a", entry("one", "grown", "knife option"), scope='"score >= 10"')
    open_ = cell(assessed(doc, BESIDE, grown=True), "red")
    assert open_.status is Status.QUIET_EITHER_WAY
    assert open_.possible == (Status.SILENT, Status.OUT_OF_SCOPE)
    assert open_.missing == ("score",)
    for score in (9, 10):
        assert cell(assessed(doc, BESIDE, grown=True, score=score), "red").missing == ()


def test_a_document_that_says_nothing_is_not_ambiguous() -> None:
    found = assessed(document("a", entry("one", "grown", "knife option")), BESIDE)
    assert not cell(found, "red").ambiguous
    assert (cell(found, "red").status, cell(found, "red").reasons) == (Status.SILENT, ())


# Several positions on one option -----------------------------------------------------------------


def test_an_entry_for_other_patients_hides_none_that_is_for_this_one() -> None:
    for first, second in (("grown", "adult"), ("adult", "grown")):
        doc = document("a", entry("x", first, "red option"), entry("y", second, "red option"))
        found = cell(assessed(doc, grown=False), "red")
        assert (found.status, len(found.reasons)) == (Status.OPTION, 1)


def test_a_position_is_ambiguous_where_one_of_its_texts_is() -> None:
    clear = entry("clear", "adult", "red trial_only")
    unclear = entry("unclear", "grown", "red option", when_broad="adult")
    for both in ((clear, unclear), (unclear, clear)):
        found = cell(assessed(document("a", *both), grown=False), "red")
        assert (found.status, found.ambiguous) == (Status.TEXT_OPEN, True)
        known = cell(assessed(document("a", *both), grown=True), "red")
        assert (known.status, known.ambiguous) == (Status.OPTION, False)


def test_what_a_text_rests_on_as_long_as_it_is_not_recorded_is_asked_for() -> None:
    """Open by its text today; a recorded score would settle it, so the score is missing."""
    doc = document("a", entry("x", "score is not null", "red option", when_broad="adult"))
    found = cell(assessed(doc), "red")
    assert (found.status, found.missing) == (Status.FACT_MISSING, ("score",))
    assert cell(assessed(doc, score=1), "red").status is Status.OPTION


# The lesser of two -------------------------------------------------------------------------------

PREFERS = document("a", entry("rather", "grown", "knife recommended > red"))


@pytest.mark.parametrize(
    ("grown", "status", "behind", "missing"),
    [
        (True, Status.LESSER, ["rather"], ()),
        (False, Status.SILENT, [], ()),
        (None, Status.QUIET_EITHER_WAY, ["rather"], ("grown",)),
    ],
)
def test_an_option_is_the_lesser_where_another_is_preferred_to_it(
    grown: bool | None, status: Status, behind: list[str], missing: tuple[str, ...]
) -> None:
    found = cell(assessed(PREFERS, BESIDE, grown=grown), "red")
    assert (found.status, found.missing) == (status, missing)
    assert entries(found.lesser) == behind
    assert found.reasons == ()


# Payers ------------------------------------------------------------------------------------------

PAYER = (
    "payers/p.yaml",
    "funding:\n- {id: paid, option: red, region: EU, payer: P, short: P, decision: funded, "
    f'from: "2020-01-01", to: "2024-01-01", when: adult, says: s, source: paper, locator: l, '
    f"verification: primary, examples: {EXAMPLES}}}\n",
)


@pytest.mark.parametrize(
    ("day", "decided"),
    [("2019-12-31", []), ("2020-01-01", ["funded"]), ("2023-12-31", ["funded"]),
     ("2024-01-01", [])],
)  # fmt: skip
def test_a_payer_decides_from_its_first_day_until_it_takes_the_decision_back(
    day: str, decided: list[str]
) -> None:
    found = assessed(document("a", entry("x", "adult", "red option"), year=2018), PAYER, day=day)
    assert [one.status for one in found.funding] == decided
