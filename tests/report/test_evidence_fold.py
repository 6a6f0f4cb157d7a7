"""The evidence on a page: folded, each figure with its badge, each cell with its trials."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gepnet import api
from gepnet.api import Question

if TYPE_CHECKING:
    from playwright.sync_api import Page

CASE = Path(__file__).parents[2] / "src/gepnet/knowledge/cases/example_patient.yaml"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = api.base()
    question = Question(knowledge_date=datetime.date(2026, 1, 15))
    pages = api.patient_pages([CASE], base, question)
    file = tmp_path_factory.mktemp("evidence") / "report.html"
    api.write_report(file, pages, base, question.knowledge_date, "One patient", hindsight=False)
    return file


@pytest.mark.browser
def test_a_cell_leads_to_the_trial_that_its_position_rests_on(report: Path, page: Page) -> None:
    page.goto(report.as_uri())
    case = page.locator(".case").first.get_attribute("id")
    page.goto(f"{report.as_uri()}#{case}")
    fold = page.locator("details.evidence")
    assert not fold.evaluate("fold => fold.open")
    assert "speak of this patient" in fold.locator("> summary").inner_text()
    drawers = page.locator(".case > [popover]:has(a[href$='trial.netter-1'])")
    names = drawers.evaluate_all("found => found.map(one => one.id)")
    chips = page.locator("table.ans button.chip")
    opened = chips.evaluate_all("found => found.map(one => one.getAttribute('popovertarget'))")
    chips.nth(next(n for n, name in enumerate(opened) if name in names)).click()
    link = page.locator("[popover]:popover-open a[href$='trial.netter-1']").first
    assert link.is_visible()
    target = (link.get_attribute("href") or "").removeprefix("#")
    assert page.locator(f"[id='{target}']").count() == 1


def test_every_figure_has_a_badge_and_none_that_is_unverified_is_told_as_a_result(
    report: Path,
) -> None:
    text = report.read_text(encoding="utf-8")
    fold = text[text.index('<details class="evidence">') :]
    figures = re.findall(r'<span class="figure([^"]*)">(.*?)</(?:abbr|a)></span>', fold, re.S)
    assert len(figures) > 5
    assert all('title="' in told for _, told in figures)  # where it was read
    assert any('<a href="https://' in told for _, told in figures)
    assert all('class="badge ' in told for _, told in figures)
    assert not any("unverified" in kind for kind, _ in figures)
    assert "Nothing here changes a position of a document." in fold


def test_what_is_newer_than_a_position_is_flagged_at_its_cell(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert re.search(r"Evidence newer than this position of 20\d\d: ", text)
