"""The page of `gepnet pathway --format html` in a browser: by eye, by keyboard and in print."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from typer.testing import CliRunner

from gepnet import api
from gepnet.cli.app import app


def written(tmp_path: Path, *arguments: str) -> Path:
    done = CliRunner().invoke(app, ["pathway", *arguments, "--format", "html"])
    assert done.exit_code == 0, done.output
    file = tmp_path / "pathway.html"
    file.write_text(done.stdout, encoding="utf-8")
    return file


@pytest.mark.browser
def test_the_page_of_a_pathway_is_readable_by_everyone(page: Page, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    file = written(tmp_path, "asco-2023", "acr-2022", "jnets-2026", "--question", "prrt")
    page.goto(file.as_uri())
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"][:200]) for v in found]
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_text("takes no position on this question").is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_the_way_of_a_patient_opens_by_keyboard_and_is_whole_in_print(
    page: Page, tmp_path: Path
) -> None:
    patient = tmp_path / "patient.yaml"
    patient.write_text(api.example_patient(), encoding="utf-8")
    asked = ("esmo-2020", "--question", "prrt", "--patient", str(patient), "--at", "2026-01-15")
    page.goto(written(tmp_path, *asked).as_uri())
    folded = page.locator("details.folded").first
    inside = folded.locator("li").first
    assert not inside.is_visible()
    page.emulate_media(media="print")
    assert inside.evaluate("one => one.getBoundingClientRect().height") > 0
    page.emulate_media(media="screen")
    folded.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert inside.is_visible()


def test_a_picture_stands_beside_the_list_only_where_it_can_be_read(tmp_path: Path) -> None:
    small = written(tmp_path, "esmo-2020", "--question", "prrt").read_text(encoding="utf-8")
    assert small.count("data:image/svg+xml") == 1
    assert "boxes" in small and "questions one after the other" in small
