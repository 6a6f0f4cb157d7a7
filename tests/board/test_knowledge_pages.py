"""The documents: how much was read, every entry with its source, what replaced what."""

from __future__ import annotations

from fastapi.testclient import TestClient

from gepnet import api


def test_every_document_and_entry_has_its_page(public: TestClient) -> None:
    base = api.base()
    listed = public.get("/knowledge").text
    for document in base.documents:
        assert f'href="/knowledge/{document.id}"' in listed
    one = public.get("/knowledge/esmo-2020").text
    for item in next(d for d in base.documents if d.id == "esmo-2020").recommendations:
        assert f'href="/knowledge/{item.full_id}"' in one
    entry = public.get("/knowledge/esmo-2020/sstr-pet-staging").text
    assert "p. 847" in entry and "well_differentiated" in entry and "IV A" in entry


def test_replaced_documents_say_so_both_ways(public: TestClient) -> None:
    assert 'href="/knowledge/jnets-2019"' in public.get("/knowledge/jnets-2026").text
    assert 'href="/knowledge/jnets-2026"' in public.get("/knowledge/jnets-2019").text


def test_search_and_region(public: TestClient) -> None:
    found = public.get("/knowledge", params={"word": "esmo"}).text
    assert "ESMO 2020" in found and "ACR 2022" not in found
    hostile = '"><script>alert(1)</script>'
    answer = public.get("/knowledge", params={"word": hostile})
    assert answer.status_code == 200 and hostile not in answer.text
    assert "No document has this name" in answer.text


def test_what_is_not_there(public: TestClient) -> None:
    for path in ("/knowledge/none", "/knowledge/esmo-2020/none", "/knowledge/..%2f..%2fetc"):
        answer = public.get(path)
        assert answer.status_code == 404 and "no such page" in answer.text


def test_pages_are_small(public: TestClient) -> None:
    names = [d.id for d in api.base().documents]
    for name in names:
        assert len(public.get(f"/knowledge/{name}").content) <= 90_000, name
    assert len(public.get("/knowledge").content) <= 60_000
