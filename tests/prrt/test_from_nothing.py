"""All of none is no finding: an empty record, no cycle, a baseline without disease."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet import api
from gepnet.facts import Facts
from gepnet.prrt.eligibility import eligibility
from gepnet.prrt.limits import Part, Total
from gepnet.vocabulary import Question
from tests.prrt.course_data import PROTOCOLS, record
from tests.response.recist.helpers import results

BASE = api.base()
EMPTY = record([])


def nothing() -> Facts:
    return api.facts_of(EMPTY, BASE, Question.read("2026-01-26"))


def test_vacuous_truth_an_empty_record_decides_no_fact() -> None:
    """Only what silence means by the vocabulary is decided, and that needs a declared domain."""
    decided = {
        name: fact.value
        for name, fact in nothing().items()
        if fact.value is not None and BASE.vocabulary[name].entry.absence is None
    }
    assert decided == {}


@pytest.mark.parametrize("name", PROTOCOLS.profiles)
def test_vacuous_truth_nobody_is_eligible_of_whom_nothing_is_known(name: str) -> None:
    assert eligibility(PROTOCOLS.profiles[name], nothing(), PROTOCOLS).status != "met"


def test_vacuous_truth_nothing_is_recommended_to_nobody() -> None:
    found = api.assess_record(EMPTY, BASE, Question.read("2026-01-26"))
    said = {
        str(cell.status.value)
        for document in found.documents.values()
        for cell in document.cells.values()
    }
    assert said.isdisjoint({"recommended", "against", "conflicting"})


def test_vacuous_truth_a_review_of_nothing_never_proceeds() -> None:
    view = api.review_view(EMPTY, BASE, 1, "2026-01-26")
    assert view["proposal"] != "proceed"


@given(
    st.lists(st.decimals(0, 30, places=2), max_size=4),
    st.decimals(1, 40, places=1),
    st.lists(st.decimals(0, 30, places=2), max_size=3),
)
def test_lower_bounds_an_unknown_later_part_never_turns_unknown_into_below(
    known: list[Decimal], limit: Decimal, later: list[Decimal]
) -> None:
    """Whatever is added, a sum of known parts stays open until it is over; none is no sum."""
    parts = [Part(value, None, None) for value in known]
    standing = Total.of(parts, complete=False).against(limit)
    assert standing in ("unknown", "over", "at")
    more = Total.of([*parts, *(Part(v, None, None) for v in later)], complete=False)
    assert more.against(limit) in ("unknown", "over", "at")
    if standing == "over":
        assert more.against(limit) == "over"


STATUSES = ("absent", "not_evaluated")


@given(
    st.lists(st.lists(st.sampled_from(STATUSES), min_size=2, max_size=4), min_size=1, max_size=3)
)
def test_vacuous_truth_without_disease_at_baseline_nothing_responds(
    courses: list[list[str]],
) -> None:
    rows = [
        f"p,2024-{month:02}-01,L{lesion},non_target,liver,false,,{status}"
        for lesion, statuses in enumerate(courses)
        for month, status in enumerate(statuses, 1)
    ]
    (result,) = results(rows)
    assert result.best.response in ("NE", "PD")
    assert {point.overall for point in result.timepoints} <= {"NE", "PD", None}
