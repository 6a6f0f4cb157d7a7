"""Pages in Italian: no word of the knowledge is left in English outside of what is marked so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from gepnet import api
from gepnet.knowledge.languages import texts
from tests.board.conftest import Person, item_of

#: Elements without an end.
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "path"})
#: An English word of fewer letters may be the same in other languages.
_LONG = 12


class Unmarked(HTMLParser):
    """The text of a page without what is marked as English, criteria and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            quiet = bool(self.open) and self.open[-1][1]
            lang = dict(attrs).get("lang")
            quiet = (quiet if lang is None else lang == "en") or tag in ("script", "style", "code")
            self.open.append((tag, quiet))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that ends where it begins holds no text."""

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.found.append(data)


def english_in(page: str) -> Iterator[str]:
    """Yield every English text of the knowledge that a page shows without marking it."""
    reader = Unmarked()
    reader.feed(page)
    shown = " ".join(" ".join(reader.found).split()).casefold()
    for one in texts(api.base().knowledge, "it"):
        english = one.english.casefold()
        if "{" in english or len(english) < _LONG or one.given is None or one.section == "phrases":
            continue
        if english not in one.given.casefold() and english in shown:
            yield one.english


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
