"""The page of `gepnet knowledge verify --format html` in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from typer.testing import CliRunner

from gepnet.cli.app import app


@pytest.mark.browser
def test_the_page_of_proofs_is_readable_by_everyone(page: Page, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    arguments = ["knowledge", "verify", "--document", "spain-2016", "--format", "html"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    file = tmp_path / "proofs.html"
    file.write_text(done.stdout, encoding="utf-8")
    page.goto(file.as_uri())
    page.screenshot(path=tmp_path / "proofs.png", full_page=True)
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"][:200]) for v in found]
    assert page.get_by_role("heading", level=1).count() == 1
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
