"""The board in Chromium: the quick check, a case to its outcome by keyboard, axe on every page."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from gepnet import api
from gepnet.board import Settings
from tests.board.conftest import CENTRE, PASSWORD, item_of, running
from tests.board.pages import below_the_fold, faults_of

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(kept: api.Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server over the store of the tests, with a small registry; its address."""
    folder = tmp_path_factory.mktemp("asked")
    api.synth_registry(api.base(), str(folder / "registry"), 60)
    settings = Settings(
        port=0, registry=str(folder / "registry"), registry_results=folder / "results"
    )
    with running(settings, kept) as address:
        yield address


def sign_in(page: Page, server: str, name: str) -> None:
    page.goto(f"{server}/login")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("worklist|audit|account"))


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(page: Page, server: str, kept: api.Store, case: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    item = item_of(kept, case)
    opened = ["/", "/help", "/knowledge", "/knowledge/asco-2023", "/login", "/nothing"]
    behind = [
        "/worklist", "/worklist/new", "/account", f"/case/{case}/prepare",
        f"/case/{case}/board", f"/case/{case}/differ",
        f"/case/{case}/course", f"/case/{case}/response",
        f"/case/{case}/pathway", f"/case/{case}/weights", f"/case/{case}/sheet", "/agreement",
        f"/case/{case}/record?kind=laboratory", f"/case/{case}/history",
        f"/item/{item.id}/cards?step=cards", f"/item/{item.id}/cards?step=outcome",
    ]  # fmt: skip
    found = {}
    for path in opened:
        page.goto(server + path)
        found[path] = faults_of(page)
    sign_in(page, server, "ada")
    page.goto(f"{server}/case/{case}/differ")
    found["covered"] = faults_of(page)
    kept_by = api.Actor("test", "Test", frozenset({"chair"}), None, frozenset({CENTRE}))
    api.change_item(kept, kept_by, item.id, item.version, matrix_hidden=False)
    for path in behind:
        page.goto(server + path)
        found[path] = faults_of(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
    assert not {path: faults for path, faults in found.items() if faults}


def test_a_registry_is_asked(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    sign_in(page, server, "eli")
    for path in ("/registry", "/registry/impact", "/registry/audit"):
        page.goto(server + path)
        expect(page.locator("#found h2").first).to_be_visible()
        assert not faults_of(page), path
        # The answer comes by itself, its picture too.
        expect(page.locator("#found .warn")).to_be_visible(timeout=60_000)
        assert not faults_of(page), path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.locator("#found img").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#found img').naturalWidth > 0")


def test_the_quick_check_moves_and_its_link_says_all(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(server)
    for choice in ("Small bowel", "Well (NET)", "3–9.9", "Metastatic, unresectable", "SSA"):  # noqa: RUF001
        with page.expect_response(lambda r: r.request.method == "POST"):
            page.get_by_text(choice, exact=True).first.click()
    page.wait_for_url(re.compile(r"#.*q\.treated=ssa"))
    assert "q.ki67=3-9.9" in page.url and "?" not in page.url
    moved = page.inner_text("#mv")
    assert "moved" in moved
    rows = page.inner_text(".ans")
    # A chip opens its reason; Escape gives the focus back.
    chip = page.locator(".ans .c").first
    chip.click()
    page.wait_for_selector("dialog[open] h2")
    assert not faults_of(page)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('c')")
    # Somebody else opens the link and sees the same.
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#question option").first).to_have_text(
        page.locator("#question option").first.inner_text(), timeout=30_000
    )
    expect(other.locator(".ans tbody tr")).to_have_count(page.locator(".ans tbody tr").count())
    assert other.inner_text(".ans").split() == rows.split()
    kept = other.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]


def test_a_card_by_keyboard_alone(page: Page, server: str, kept: api.Store, case: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    item = item_of(kept, case)
    looks = {one.name: one for one in api.list_users(kept, api.operator("root"))}
    chair = looks["ada"]
    actor = api.Actor(chair.id, chair.printed_name, frozenset(chair.roles), None, {CENTRE})  # type: ignore[arg-type]
    api.begin_round(kept, actor, item.id, [looks["ben"].id, looks["cleo"].id])
    sign_in(page, server, "ben")
    page.goto(f"{server}/item/{item.id}/cards")
    before = page.inner_text("#deck")
    assert "0 of 2" in before
    presses = ["v", "Space", "Tab", "Tab"]
    for key in presses:
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == "because"
    page.keyboard.type("Slow growth")
    page.keyboard.press("Enter")
    expect(page.locator("#deck")).to_contain_text("1 of 2", timeout=30_000)
    assert len(presses) + 1 <= 8
    # Another hands in a card: the page notices by itself, and nothing of the card is shown.
    cleo = looks["cleo"]
    voter = api.Actor(cleo.id, cleo.printed_name, frozenset(cleo.roles), "x", {CENTRE})  # type: ignore[arg-type]
    api.give_card(kept, voter, item.id, "lu177_dotatate", "Uptake high", api.base().options)
    expect(page.locator("#deck")).to_contain_text("The cards are open", timeout=30_000)


def test_what_was_typed_stays_when_saving_fails(page: Page, server: str, case: str) -> None:
    sign_in(page, server, "ben")
    page.goto(f"{server}/case/{case}/record?kind=clinical")
    page.fill("#e-note", "Wants to be treated near home")
    page.fill("[name='fact.ecog']", "1")
    page.fill("#e-date", "the day before yesterday")
    # The form is checked as it is typed, and that answer may be the later one.
    checks: list[Route] = []

    def hold(check: Route) -> None:
        checks.append(check)

    page.route("**/record/check", hold)
    with page.expect_request("**/record/check"):
        page.click("#event-form button.go")
    page.wait_for_selector("#fault")
    with page.expect_response("**/record/check"):
        checks[0].continue_()
    page.wait_for_selector("#checked .wrong")
    assert page.is_visible("#fault")
    page.unroute("**/record/check")
    assert page.input_value("#e-note") == "Wants to be treated near home"
    page.fill("#e-date", datetime.date(2026, 1, 5).isoformat())
    page.click("#event-form button.go")
    expect(page.locator("h1")).to_contain_text("version 2", timeout=30_000)


@pytest.mark.parametrize("size", [(1440, 900), (1920, 1080)])
def test_the_answer_is_above_the_fold(
    page: Page, server: str, kept: api.Store, case: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(page, server, "dora")
    item = item_of(kept, case)
    page.goto(f"{server}/case/{case}/board?item={item.id}")
    page.click("#unhide button")
    page.wait_for_selector(".ans")
    assert not below_the_fold(page, (".q h1", ".facts", ".safe", ".ans", ".dec h2"), size[1])
