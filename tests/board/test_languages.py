"""Pages in Italian: no word of the knowledge is left in English outside of what is marked so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from gepnet import api
from tests.board.conftest import Person, item_of
from tests.board.pages import english_in


@pytest.fixture(scope="module")
def italian() -> dict[str, str]:
    return {"accept-language": "it"}


def test_the_quick_check(public: TestClient, italian: dict[str, str]) -> None:
    answers = {
        "answered": "1", "q.site": "small-bowel", "q.differentiation": "well", "q.ki67": "3-9.9",
        "q.sstr": "above-all", "q.extent": "metastatic", "q.treated": "ssa",
        "f.hypoglycaemia": "sì",
    }  # fmt: skip
    page = public.post("/", data=answers, headers=italian).text
    assert '<html lang="it"' in page and "Ipoglicemia" in page
    assert list(english_in(page)) == []
    assert page.count("sono in inglese") == 1


def test_every_page_of_a_case(
    kept: api.Store, person: Callable[[str], Person], case: str, italian: dict[str, str]
) -> None:
    ada, item = person("ada"), item_of(kept, case)
    ada.post(f"/item/{item.id}/show", {"seen": str(item.version)})
    expected = {
        "board": "Progressione radiologica secondo RECIST",
        "differ": "Quali dati decidono",
        "prepare": "Anatomia patologica",
        "course": "Valore, unità",
        "record": "Digiuno o ileo",
    }
    for name, words in expected.items():
        page = ada.get(f"/case/{case}/{name}", headers=italian).text
        assert words in page, name
        assert list(english_in(page)) == [], name
    listed = ada.get("/worklist", headers=italian).text
    assert "Velocità di crescita" in listed and list(english_in(listed)) == []
    assert "Pace of growth" in ada.get("/worklist", headers={"accept-language": "en"}).text


def test_why_an_entry_applies(public: TestClient, italian: dict[str, str]) -> None:
    """A rule stands in Italian words; note, title and place of the document in English."""
    name = api.base().documents[0].recommendations[0].full_id
    page = public.get(f"/knowledge/{name}", headers=italian).text
    assert '<dd lang="en">' in page and list(english_in(page)) == []
