"""The static report as a reader meets it: in a browser, at the width of a desk and of a phone."""

from __future__ import annotations

import datetime
import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gepnet import api
from gepnet.report import CasePage
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)
STATED = ("recommended", "option", "trial_only", "against", "conflicting")


@pytest.fixture(scope="module")
def pages() -> list[CasePage]:
    return api.published_case_pages(api.base(), ASKED)


@pytest.fixture(scope="module")
def report(pages: list[CasePage], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    api.write_report(path, pages, api.base(), DAY, "Published cases")
    return path


def test_every_published_decision_point_has_its_page(pages: list[CasePage], report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert len(pages) == 108
    for case in pages:
        assert f'<section class="case" id="{case.id}"' in text
        assert f'<a href="#{case.id}">{case.id}</a>' in text


def test_every_cell_that_says_something_leads_to_a_reason_with_its_source(
    pages: list[CasePage], report: Path
) -> None:
    text = report.read_text(encoding="utf-8")
    targets = set(re.findall(r'popovertarget="([^"]+)"', text))
    ids = set(re.findall(r'<div popover[^>]* id="([^"]+)"', text))
    assert targets <= ids, sorted(targets - ids)[:5]
    stated = 0
    for case in pages:
        for row in case.view["rows"]:
            for cell in row["cells"]:
                if cell["status"] not in STATED:
                    continue
                stated += 1
                target = case.target(cell["document"], row["option"], row["intent"])
                assert html.escape(target) in targets
                assert cell["reasons"]
                for reason in cell["reasons"]:
                    assert reason["source_title"] and reason["locator"], reason["recommendation"]
                    assert f"entry.{reason['recommendation']}" in ids
    assert stated > 500


def test_an_open_cell_says_what_is_missing_or_that_the_text_leaves_it_open(
    pages: list[CasePage],
) -> None:
    cells = [
        cell for case in pages for row in case.view["rows"] for cell in row["cells"] if cell["open"]
    ]
    assert cells
    for cell in cells:
        assert len(cell["possible"]) > 1
        assert bool(cell["missing"]) is (cell["status"] == "fact_missing")


def test_the_report_is_the_same_bytes_for_the_same_inputs(
    pages: list[CasePage], tmp_path: Path
) -> None:
    base = api.base()
    again = api.published_case_pages(base, ASKED, lambda cases: cases[::9])
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    api.write_report(first, pages[::9], base, DAY, "Published cases")
    api.write_report(second, again, base, DAY, "Published cases")
    assert len(again) == 12
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1400, 1000), (390, 844)])
def test_a_reader_goes_from_the_summary_to_the_source_of_a_position(
    page: Page, report: Path, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(report.as_uri())
    page.locator('a[href="#PF01-dp2"]').first.click()
    case = page.locator("#PF01-dp2")
    assert case.is_visible()
    assert not page.locator("section.summary").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    case.locator("table.ans button.chip.option").first.click()
    reason = page.locator("[popover]:popover-open")
    assert reason.is_visible()
    assert ": option" in reason.inner_text()
    reason.locator("button.entry").first.click()
    entry = page.locator("[popover].entry:popover-open")
    assert entry.locator("a").first.get_attribute("href")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    case.locator('a[href="#summary"]').click()
    assert page.locator("section.summary").is_visible()


@pytest.mark.browser
def test_signs_are_told_by_symbol_and_word_and_are_dark_enough_to_read(
    page: Page, report: Path
) -> None:
    page.goto(report.as_uri())
    page.locator("section.summary details summary").click()
    contrast = page.evaluate(
        """() => {
          const light = c => { const v = c.match(/[0-9.]+/g).slice(0, 3).map(Number)
            .map(x => x / 255)
            .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
            return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
          const ground = e => { while (e) { const c = getComputedStyle(e).backgroundColor;
            if (!c.endsWith(', 0)') && c !== 'transparent') return c; e = e.parentElement; }
            return 'rgb(255,255,255)'; };
          return [...document.querySelectorAll('.legend .cell, .fine, .badge')].map(e => {
            const a = light(getComputedStyle(e).color), b = light(ground(e));
            return [e.className, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]; });
        }"""
    )
    assert len(contrast) > 9
    assert not [found for found in contrast if found[1] < 4.5]
    words = page.locator(".legend .cell").all_inner_texts()
    assert all(re.search(r"[a-z]{4,}", text) for text in words)
