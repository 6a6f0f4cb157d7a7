"""The way of a patient through a document, by document and question; hidden while cards are."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gepnet import api
from tests.board.conftest import Person, item_of

Find = Callable[[str], Person]


@pytest.fixture
def shown(kept: api.Store, person: Find, case: str) -> str:
    """A case whose documents are not hidden any more."""
    item = item_of(kept, case)
    answer = person("ada").post(f"/item/{item.id}/show", {"seen": str(item.version)})
    assert answer.status_code == 303
    return case


def test_the_documents_stay_hidden_here_too(person: Find, case: str) -> None:
    told = person("ben").get(f"/case/{case}/pathway").text
    assert "The documents stay hidden" in told and 'class="trunk"' not in told


def test_the_way_taken_is_open_and_the_others_are_folded(person: Find, shown: str) -> None:
    address = f"/case/{shown}/pathway?document=asco-2023&question=second-line"
    told = person("ben").get(address).text
    way = told[told.index('class="trunk"') : told.index("Computed from the criteria")]
    # What the criteria of the document come to for this patient is what the way ends with.
    taken = way.split("<details")[0]
    assert "Grade?" in taken and "NET G2" in taken
    assert "NET G1" in way and "not this patient" in way
    assert "<details open" not in way
    assert 'class="leaf"' in way
    assert 'value="asco-2023" selected' in told and 'value="second-line" selected' in told


def test_a_document_without_a_position_says_so(person: Find, shown: str) -> None:
    told = person("ben").get(
        f"/case/{shown}/pathway?document=nanets-pnet-2020&question=second-line"
    )
    assert "takes no position on the question" in told.text


@pytest.mark.parametrize("wrong", ["document=moon", "question=life", "document=<script>"])
def test_what_is_not_known_is_refused(person: Find, shown: str, wrong: str) -> None:
    answer = person("ben").get(f"/case/{shown}/pathway?{wrong}")
    assert answer.status_code == 422 and "<script>" not in answer.text
