"""Every message is there in every language, with the same places; dates and numbers by locale."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from gepnet.board.words import LANGUAGES, language_of, words_of

PLACE = re.compile(r"%\((\w+)\)s")


def test_catalogues_are_complete() -> None:
    command = [sys.executable, "scripts/board_words.py", "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_translations_keep_their_places(language: str) -> None:
    words = words_of(language)
    assert words.messages and words.plurals
    for message, told in words.messages.items():
        assert sorted(PLACE.findall(message)) == sorted(PLACE.findall(told)), message
    for one, forms in words.plurals.items():
        for form in forms:
            assert set(PLACE.findall(form)) <= {*PLACE.findall(one), "count"}, one


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_message_with_places_can_be_filled(language: str) -> None:
    # A bare % in one of them is a page that fails.
    words = words_of(language)
    known = words_of("it").messages
    for message in (one for one in known if PLACE.search(one)):
        given = dict.fromkeys(PLACE.findall(message), "x")
        assert "%(" not in words.gettext(message, **given), message


def test_a_message_is_text_and_what_is_put_in_is_escaped() -> None:
    told = words_of("it").gettext("Cycle %(n)s", n="<b>3</b>")
    assert told == "Ciclo &lt;b&gt;3&lt;/b&gt;"
    assert words_of("it").ngettext("%(count)s case", "%(count)s cases", 1) == "1 caso"
    assert words_of("it").ngettext("%(count)s case", "%(count)s cases", 1200) == "1.200 casi"


def test_dates_and_numbers_are_written_by_locale() -> None:
    english, italian = words_of("en"), words_of("it")
    assert english.date("2025-12-08") == "8 Dec 2025" and italian.date("2025-12-08") == "8 dic 2025"
    assert italian.date("2025-12") == "dic 2025" and italian.date("2025") == "2025"
    assert english.date("about 2019") == "about 2019" and english.date(None) == ""
    assert english.date(datetime.date(2026, 1, 5), "d MMM") == "5 Jan"
    assert english.number(Decimal("7.40")) == "7.4" and italian.number(7.4) == "7,4"
    assert english.number(12000) == "12,000" and english.number("G2") == "G2"


@pytest.mark.parametrize(
    ("wanted", "accepted", "expected"),
    [
        ("it", "en", "it"), (None, "it-IT,it;q=0.9,en;q=0.8", "it"), (None, "fr,en;q=0.5", "en"),
        ("xx", "de", "en"), (None, "en;q=0.1,it;q=0.9", "it"), (None, "x;q=oops", "en"),
        (None, "", "en"),
    ],
)  # fmt: skip
def test_the_language_of_the_browser(wanted: str | None, accepted: str, expected: str) -> None:
    assert language_of(wanted, accepted) == expected


def test_a_page_in_italian_says_so_and_is_remembered(public: TestClient) -> None:
    with TestClient(public.app, base_url="http://127.0.0.1:8711") as client:
        page = client.get("/?lang=it")
        assert '<html lang="it"' in page.text and "Che cosa dice ogni linea guida?" in page.text
        assert "Dove è iniziato?" in page.text
        assert "lang=it" in page.headers["set-cookie"]
        assert "Che cosa dice" in client.get("/").text
        assert "What does each guideline say?" in client.get("/?lang=en").text
        larger = client.get("/?density=meeting").text
        assert 'data-density="meeting"' in larger


@pytest.mark.parametrize(
    ("typed", "italian"),
    [
        ("15/1/2026", "2026-01-15"), ("15.01.2026", "2026-01-15"), ("1/2026", "2026-01"),
        ("2026", "2026"), ("2026-01-15", "2026-01-15"), ("ieri", "ieri"), ("", ""),
        ("31/2/2026", "2026-02-31"),
    ],
)  # fmt: skip
def test_a_date_is_typed_as_people_write_it(typed: str, italian: str) -> None:
    # What is no day is refused where events are read; in English a slash may mean two days.
    assert words_of("it").typed_date(typed) == italian
    assert words_of("en").typed_date(typed) == typed
