"""Somebody at a browser of their own: signs in, fills forms, and looks at every page twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from gepnet.board.words import words_of
from tests.board.conftest import PASSWORD
from tests.board.pages import faults_of, left_in_english

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

#: Answers to wait for, in milliseconds: the first assessment of a record takes a second or two.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@dataclass
class Seat:
    """One person at one browser.

    ``found`` are the faults of the pages that were looked at, by their names.
    """

    context: BrowserContext
    server: str
    language: str
    found: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the page."""
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)

    def say(self, message: str, **given: object) -> str:
        """Return a message of the catalogue in the language of the browser."""
        return str(words_of(self.language).gettext(message, **given).unescape())

    def sign_in(self, name: str) -> None:
        """Sign in with name and password."""
        self.go("/login")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile("worklist|audit|account"))

    def go(self, path: str) -> None:
        """Open a page of the server."""
        self.page.goto(self.server + path)

    def look(self, name: str) -> None:
        """Look at the page as it stands: axe, its language, and whether it fits its window."""
        self.page.evaluate("scrollTo(0, 0)")  # else the head lies over what it is held to
        # In English axe looks at every page in test_in_a_browser.py.
        faults = faults_of(self.page) if self.language != "en" else []
        html = self.page.content()
        if f'<html lang="{self.language}"' not in html:
            faults.append(f"not in {self.language}")
        if self.language == "it":
            faults += [f"in English: {text}" for text in left_in_english(html)]
        if faults:
            self.found[name] = faults

    def put(self, form: str, fields: Mapping[str, Any]) -> Locator:
        """Fill fields of a form by their names; return the form."""
        found = self.page.locator(f"#{form}")
        for name, value in fields.items():
            one = found.locator(f"[name='{name}']")
            if one.count() > 1 or one.first.get_attribute("type") in ("radio", "checkbox"):
                for text in [value] if isinstance(value, str) else value:
                    box = found.locator(f"[name='{name}'][value='{text}']")
                    self.page.locator(f"label[for='{box.get_attribute('id')}']").click()
            elif one.evaluate("e => e.tagName") == "SELECT":
                one.select_option(value)
            else:
                one.fill(value)
        return found

    def send(
        self, form: str, fields: Mapping[str, Any] | None = None, refused: bool = False
    ) -> None:
        """Fill a form and send it; wait for the page that comes, or for what was wrong."""
        found = self.put(form, fields or {})
        button = found.locator("button").last
        if refused:
            button.click()
            expect(self.page.locator("#fault")).to_be_visible(timeout=PATIENCE)
            return
        with self.page.expect_navigation():
            button.click()
        expect(self.page.locator("#fault")).to_have_count(0)

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.inner_text("main")
