"""The first screen of a patient's page: at a desk, on a phone, by keyboard, printed."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gepnet import api
from gepnet.report.html import whole
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = datetime.date(2026, 11, 22)
CLINIC = Path(__file__).parents[1] / "clinic"
NAMES = ("p03-ileum-g2-ki12-bulky", "f01-platelets30", "p10-colon-nec", "p18-letter-complete-tx")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base, folder = api.base(), tmp_path_factory.mktemp("answers")
    found = {}
    for name in NAMES:
        pages = api.patient_pages([CLINIC / f"{name}.yaml"], base, Question(knowledge_date=DAY))
        found[name] = folder / f"{name}.html"
        api.write_report(found[name], pages, base, DAY, name, hindsight=False)
    return found


def test_a_page_asks_nothing_of_anybody_and_has_no_script(reports: dict[str, Path]) -> None:
    for path in reports.values():
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "src=" not in text and "@import" not in text and "url(" not in text


def test_every_chip_leads_to_its_reason(reports: dict[str, Path]) -> None:
    for path in reports.values():
        text = path.read_text(encoding="utf-8")
        targets = re.findall(r'popovertarget="([^"]+)"', text)
        ids = re.findall(r' id="([^"]+)"', text)
        assert set(targets) <= set(ids)
        assert len(ids) == len(set(ids))
        chips = re.findall(r'<button class="cell chip[^>]*popovertarget="([^"]+)"', text)
        assert len(chips) > 10


def test_words_with_a_hyphen_stay_whole_and_nothing_is_markup() -> None:
    assert whole("177Lu-DOTATATE <b>, 5-10") == (
        '<span class="w">177Lu-DOTATATE</span> &lt;b&gt;, <span class="w">5-10</span>'
    )


def test_a_reason_that_several_options_share_stands_once() -> None:
    base = api.base()
    file = CLINIC / f"{NAMES[0]}.yaml"
    (case,) = api.patient_pages([file], base, Question(knowledge_date=DAY))
    assert len(case.drawers) < len(case.places)
    assert set(case.places.values()) == {one["number"] for one in case.drawers}
    shared = next(one for one in case.drawers if len(one["rows"]) > 1)
    assert len(set(shared["rows"])) == len(shared["rows"])
    by_class = [row for one in case.drawers for row in one["rows"] if ", by class (" in row]
    assert by_class


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_on_the_first_screen(
    page: Page, reports: dict[str, Path], name: str
) -> None:
    """No chip, head or fact is wider than its place, at a desk and on a phone."""
    page.goto(reports[name].as_uri())
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        cut = page.evaluate(
            """[...document.querySelectorAll('table.ans :is(.chip, th), .strip > div, .safe li')]
               .filter(one => one.checkVisibility() && one.clientWidth > 1)
               .filter(one => one.scrollWidth > one.clientWidth + 1)
               .map(one => one.innerText)"""
        )
        assert not cut, (width, cut)


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_on_the_first_screen(page: Page, reports: dict[str, Path], name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(reports[name].as_uri())
    case = page.locator("section.case")
    assert case.is_visible()
    for part in (".q .asked", ".strip", ".safe", "table.ans tbody tr", ".dec p", ".ord li"):
        box = case.locator(part).first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 900, part
    assert len(asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_a_page_can_be_used_by_everybody(page: Page, reports: dict[str, Path], width: int) -> None:
    """By the rules of WCAG A and AA, with the folds and a drawer open."""
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 900})
    page.goto(reports[NAMES[1]].as_uri())
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    assert not Axe().run(page, options=rules).response["violations"]
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.locator("table.ans button.chip").first.click()
    found = Axe().run(page, options=rules).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:200]) for one in found]


@pytest.mark.browser
def test_a_reason_is_opened_and_closed_by_keyboard(page: Page, reports: dict[str, Path]) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(reports[NAMES[0]].as_uri())
    chip = page.locator("table.ans button.chip").first
    chip.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("[popover]:popover-open")
    assert drawer.is_visible()
    assert chip.locator(".n").inner_text().split()[0] in drawer.inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("[popover]:popover-open").count()
    assert page.evaluate("document.activeElement.classList.contains('chip')")


@pytest.mark.browser
def test_a_phone_reads_it_as_cards(page: Page, reports: dict[str, Path]) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    for path in reports.values():
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        small = page.evaluate(
            """[...document.querySelectorAll('table.ans button.chip')].filter(one => {
                 const box = one.getBoundingClientRect();
                 return box.width && (box.height < 24 || box.width < 24); }).length"""
        )
        assert small == 0


@pytest.mark.browser
def test_print_begins_with_the_answer(page: Page, reports: dict[str, Path]) -> None:
    page.emulate_media(media="print")
    page.goto(reports[NAMES[0]].as_uri())
    assert page.locator("table.ans").first.is_visible()
    assert page.locator(".dec p").first.is_visible()
    pdf = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 841" in pdf or b"/MediaBox [0 0 842" in pdf  # A4 landscape


def test_a_page_shows_the_way_through_a_pathway(tmp_path: Path) -> None:
    """The way taken, the branches not taken folded, in the algorithm of a document asked for."""
    base, path = api.base(), tmp_path / "way.html"
    file = CLINIC / "p06-pnet-nf-g2-pd-ssa.yaml"
    asked = Question(knowledge_date=DAY)
    pages = api.patient_pages([file], base, asked, None, ("acr-2022",))
    api.write_report(path, pages, base, DAY, "Way", hindsight=False)
    text = path.read_text(encoding="utf-8")
    assert "Pathway of ACR 2022" in text
    (way,) = pages[0].pathways
    assert way["enters"] == "met"
    with pytest.raises(api.InputError, match="acr-2023"):
        api.patient_pages([file], base, asked, None, ("acr-2023",))
