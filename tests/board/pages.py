"""What is asked of every page: axe finds nothing, and in Italian no English is left unmarked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from gepnet import api
from gepnet.board.words import words_of
from gepnet.knowledge.languages import texts

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
#: Elements without an end.
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "path"})
#: Attributes that people read or hear.
_SAID = ("aria-label", "placeholder", "title")
#: An English word of fewer letters may be the same in other languages.
_LONG = 12
_PLACE = re.compile(r"%\((?:\w+)\)s")
#: Words that stand in nearly every English sentence and in no Italian one.
_ENGLISH = re.compile(r"\b(the|of|and|with|is|are|was|not|by|from|for|this|that|to)\b")


def faults_of(page: Page) -> list[str]:
    """Return what axe finds on a page as it stands, with its styles."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state("load")
    found: Any = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{v['id']}: {node['html'][:120]}"
        for v in found.response["violations"]
        for node in v["nodes"]
    ]


def below_the_fold(page: Page, parts: Iterable[str], height: int) -> dict[str, Any]:
    """Return the parts that do not begin in the first screen, and their places.

    A part may be there before the styles that place it: a browser measures all the same.
    """
    page.wait_for_load_state("load")
    boxes = {part: page.locator(part).first.bounding_box() for part in parts}
    return {part: box for part, box in boxes.items() if not box or box["y"] >= height - 40}


class Unmarked(HTMLParser):
    """The texts of a page without what is marked as English, criteria and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        lang = dict(attrs).get("lang")
        quiet = bool(self.open) and self.open[-1][1]
        quiet = (quiet if lang is None else lang == "en") or tag in ("script", "style", "code")
        if not quiet:
            self.found += [value for name, value in attrs if name in _SAID and value]
        if tag not in _VOID:
            self.open.append((tag, quiet))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that ends where it begins holds no text."""

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.found.append(data)


def said_on(page: str) -> list[str]:
    """Return what a page says in its own language, a text for each place where it stands."""
    reader = Unmarked()
    reader.feed(page)
    return [text for one in reader.found if (text := " ".join(one.split()))]


def english_in(page: str) -> Iterator[str]:
    """Yield every English text of the knowledge that a page shows without marking it."""
    shown = " | ".join(said_on(page)).casefold()  # two places make no sentence
    for one in texts(api.base().knowledge, "it"):
        english = one.english.casefold()
        if "{" in english or len(english) < _LONG or one.given is None or one.section == "phrases":
            continue
        if english not in one.given.casefold() and english in shown:
            yield one.english


@lru_cache
def _messages() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the messages that are other in Italian: those without places, and those with."""
    words = words_of("it")
    other = {one for one, told in words.messages.items() if one != told}
    other |= {form for one in words.plurals for form in (one,)}
    plain = frozenset(one for one in other if not _PLACE.search(one))
    placed = [
        one for one in other if _PLACE.search(one) and re.search("[a-z]{3}", _PLACE.sub("", one))
    ]
    ways = (".+?".join(re.escape(part) for part in _PLACE.split(one)) for one in placed)
    return plain, re.compile("|".join(f"(?:{way})" for way in ways))


def left_in_english(page: str) -> list[str]:
    """Return what a page in Italian says in English and does not mark as such."""
    plain, placed = _messages()
    found = []
    for text in said_on(page):
        if text in plain or placed.fullmatch(text) or len(_ENGLISH.findall(text)) > 1:
            found.append(text[:120])
    return [*found, *english_in(page)]
