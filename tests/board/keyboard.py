"""Somebody without a mouse: where the focus is, whether it shows, and keys that move it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.board.seat import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: What Tab ought to reach and what it met, and how a focus is judged. Runs before each page.
_WATCH = """
  window.met = new Set();
  document.addEventListener("focusin", (event) => window.met.add(event.target));
  window.mark = (element) => {
    const drawn = element.matches(".ch input, .seg input") ? element.labels[0] : element;
    const style = getComputedStyle(drawn), box = drawn.getBoundingClientRect();
    const head = document.querySelector("header.id");
    const covered = head && !head.contains(drawn) && !drawn.closest("dialog, .skip") &&
      getComputedStyle(head).position === "sticky" && drawn.id !== "main" &&
      box.bottom <= head.getBoundingClientRect().bottom;
    const lit = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const seen = box.width && box.height && box.bottom > 0 && box.top < innerHeight;
    if (!lit) return "its focus is not shown";
    if (!seen) return "out of sight";
    return covered ? "under the head of the page" : "";
  };
  window.stop = () => {
    const at = document.activeElement;
    if (at === null || at === document.body) return null;
    const first = window.met.values().next().value === at;
    return [window.met.size, at.outerHTML.slice(0, 120), window.mark(at), first,
            at.matches(":focus")];
  };
  window.missed = () => {
    const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const groups = new Set([...window.met].filter((e) => e.type === "radio").map((e) => e.name));
    return [...document.querySelectorAll(wanted)].filter((e) =>
      e.type !== "hidden" && !e.disabled && e.tabIndex >= 0 && e.checkVisibility() &&
      !e.closest("dialog:not([open])") && !window.met.has(e) &&
      !(e.type === "radio" && groups.has(e.name))
    ).map((e) => e.outerHTML.slice(0, 120));
  };
"""


@dataclass
class Keys:
    """The keyboard of one person at one page; nothing else touches the page."""

    page: Page

    def __post_init__(self) -> None:
        """Watch where the focus goes."""
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(_WATCH)

    @property
    def at(self) -> str:
        """Role and accessible name of what has the focus, such as ``link "Board"``; else empty.

        The focus has to show there.
        """
        stop = self.page.evaluate("window.stop()")
        if stop is None:
            return ""
        _, element, fault, _, whole = stop
        if not whole:  # the calendar within a field of a date: it has no name of its own
            assert not fault, f"{element}: {fault}"
            return ""
        told: str = self.page.locator(":focus").aria_snapshot().partition("\n")[0]
        assert not fault, f"{told}: {fault}"
        return told.strip("-' :")  # as a line of YAML

    def is_at(self, name: str) -> bool:
        """Whether what has the focus is called so (a pattern for the whole name)."""
        return called(self.at, name)

    def comes_to(self, told: str) -> None:
        """Wait until what has the focus is told so, or begins so: a script may take its time."""
        until = time.monotonic() + PATIENCE / 1000
        while not (at := self.at).startswith(told):
            assert time.monotonic() < until, f"{at!r} has the focus, not {told!r}"
            self.page.wait_for_timeout(50)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def move_to(self, name: str, key: str, most: int) -> None:
        """Press a key until the focus is at something of a name; fail with what was passed."""
        passed: list[str] = []
        while len(passed) < most:
            self.press(key)
            passed.append(self.at)
            if called(passed[-1], name):
                return
        raise AssertionError(f"{key} came to no {name!r}, but passed {passed}")

    def tab_to(self, name: str, most: int = 80, back: bool = False) -> None:
        """Go forward or back by Tab."""
        self.move_to(name, "Shift+Tab" if back else "Tab", most)

    def choose(self, first: str, name: str) -> None:
        """Go to a group of which one is chosen, and by arrow keys to what is chosen."""
        self.tab_to(first)
        if self.is_at(name):
            self.press("Space")
        else:
            self.move_to(name, "ArrowDown", 20)

    def write(self, name: str, text: str) -> None:
        """Go to a field and type; what stood in it is replaced."""
        self.tab_to(name)
        self.page.keyboard.type(text)

    def follow(self, key: str = "Enter") -> None:
        """Press a key that opens another page."""
        with self.page.expect_navigation():
            self.press(key)
        expect(self.page.locator("#fault")).to_have_count(0)

    def go_round(self, most: int = 250) -> None:
        """Press Tab through a whole page: it goes on to the end, and leaves nothing out."""
        stops: list[str] = []
        faults: list[str] = []
        self.page.evaluate("() => { document.activeElement.blur(); window.met.clear(); }")
        for _ in range(most):
            self.press("Tab")
            stop = self.page.evaluate("window.stop()")
            if stop is None:  # beyond the end, where the browser's own bar would be
                continue
            met, told, fault, first, _ = stop
            if first and stops:
                break
            if met > len(stops):  # a field of a date is one stop with three parts
                stops.append(told)
                faults += [f"{told}: {fault}"] if fault else []
        else:
            raise AssertionError(f"{self.page.url}: Tab does not come round: {stops[-9:]}")
        assert not faults, (self.page.url, faults)
        missed = self.page.evaluate("window.missed()")
        assert not missed, f"{self.page.url}: Tab leaves out {missed}"


def called(told: str, name: str) -> bool:
    """Whether a role and name, as ``Keys.at`` tells them, are of a name."""
    found = re.match(r"\w+ \"(.*)\"", told)
    return found is not None and re.fullmatch(name, found[1]) is not None
