"""Pictures of every screen of the board, from the demo: ``docs/assets/board-NAME.webp``.

``python scripts/board_pictures.py`` takes those of the documentation, at 1440 x 900.
``--all FOLDER`` takes every screen at each size instead (desk, large, the meeting's density, and
Italian), to be looked at; names of screens may follow to take some only. A new screen is one line
in ``SCREENS``.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright

from gepnet.board import Settings, create_app
from gepnet.board.serving import listen

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "docs" / "assets"
#: Name, width, height, what the address adds.
SIZES = (
    ("desk", 1440, 900, "density=desk&lang=en"),
    ("large", 1920, 1080, "density=auto&lang=en"),
    ("meeting", 1920, 1080, "density=meeting&lang=en"),
    ("italian", 1440, 900, "density=desk&lang=it"),
)
Act = Callable[["Page"], Any]


@dataclass(frozen=True)
class Screen:
    """A screen: its name, its address, who looks, and what is done before the picture.

    ``{course}`` and ``{case}`` in an address are two patients of the list, ``{item}`` a case that
    was discussed.
    """

    name: str
    path: str
    who: str = "elena"
    act: Act | None = None


def _quick(page: Page) -> None:
    for name, value in (
        ("site", "small-bowel"), ("differentiation", "well"), ("ki67", "3-9.9"),
        ("sstr", "above-all"), ("extent", "metastatic"), ("treated", "ssa"), ("growth", "recist"),
    ):  # fmt: skip
        box = page.locator(f"[name='q.{name}'][value='{value}']").get_attribute("id")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator(f"label[for='{box}']").click()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)


def _reason(page: Page) -> None:
    page.locator(".ans .c").first.click()
    page.wait_for_selector("dialog[open] h2")


def _plan(page: Page) -> None:
    page.click("#plan-form button")
    page.wait_for_selector("#plan tbody tr")
    page.locator("#plan").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('plan-form').scrollIntoView({block: 'center'})")


def _registry(page: Page) -> None:
    page.wait_for_selector("#found table")


def _what_if(page: Page) -> None:
    page.select_option("#fact", "ki67_percent")
    page.fill("#value", "30")
    with page.expect_navigation():
        page.locator("#differ-form button.go").click()


SCREENS = (
    Screen("quick-check", "/", "", _quick),
    Screen("worklist", "/worklist"),
    Screen("new-case", "/worklist/new"),
    Screen("prepare", "/case/{case}/prepare"),
    Screen("answer", "/case/{case}/board"),
    Screen("reason", "/case/{case}/board", "elena", _reason),
    Screen("differ", "/case/{case}/differ"),
    Screen("what-if", "/case/{case}/differ", "elena", _what_if),
    Screen("pathway", "/case/{case}/pathway"),
    Screen("cards", "/item/{open}/cards?step=cards", "bruno"),
    Screen("reveal", "/item/{item}/cards?step=reveal", "anna"),
    Screen("outcome", "/item/{item}/cards?step=outcome", "anna"),
    Screen("course", "/case/{course}/course", "carla"),
    Screen("plan", "/case/{course}/course", "carla", _plan),
    Screen("response", "/case/{course}/response"),
    Screen("weights", "/case/{case}/weights"),
    Screen("sheet", "/case/{case}/sheet"),
    Screen("record", "/case/{case}/record?kind=pathology"),
    Screen("history", "/case/{case}/history"),
    Screen("agreement", "/agreement", "anna"),
    Screen("registry", "/registry", "anna", _registry),
    Screen("documents", "/knowledge"),
    Screen("document", "/knowledge/asco-2023"),
    Screen("audit", "/audit", "franco"),
    Screen("login", "/login", ""),
    Screen("help", "/help", ""),
)


class Demo:
    """A server of the demo, and what its cases are called in addresses."""

    def __init__(self) -> None:
        """Start it: filling the store takes some seconds."""
        import uvicorn

        settings = Settings(port=0, demo=True)
        listening = listen(settings)
        app = create_app(settings)
        self.desk = app.state.desk
        config = uvicorn.Config(app, log_level="error", lifespan="off")
        sockets = {"sockets": [listening]}
        threading.Thread(target=uvicorn.Server(config).run, kwargs=sockets, daemon=True).start()
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.places = self._places()

    def _places(self) -> dict[str, str]:
        """Return the ids of the packaged cases, of a case that was discussed, and of open cards."""
        from gepnet import api

        store = self.desk.store
        told = {one.name: one for one in api.list_users(store, api.operator("root"))}

        def of(name: str) -> api.Actor:
            user = told[name]
            roles, centres = frozenset(user.roles), frozenset(user.centres)
            return api.Actor(user.id, user.printed_name, roles, user.discipline, centres)

        items = api.list_items(store, of("elena"))
        by_name = {one.case.pseudonym: one for one in items}
        done = next(one for one in items if one.outcome == "agreed_with_condition")
        case, course = by_name["example"], by_name["course-platelets"]
        voters = [told[name].id for name in ("anna", "bruno", "carla")]
        api.begin_round(store, of("anna"), course.id, voters)
        given = "Demo: the uptake is high"
        api.give_card(store, of("carla"), course.id, "lu177_dotatate", given, api.base().options)
        for name in (case, course):
            if name.matrix_hidden and name is case:
                api.change_item(store, of("anna"), name.id, name.version, matrix_hidden=False)
        return {"case": case.case_id, "course": course.case_id, "item": done.id, "open": course.id}


def main() -> None:
    """Take the pictures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--all", type=Path, metavar="FOLDER")
    asked.add_argument("names", nargs="*")
    given = asked.parse_args()
    wanted = given.names or [one.name for one in SCREENS]
    sizes = SIZES if given.all else SIZES[:1]
    script = ["sh", str(ROOT / "scripts" / "browser.sh"), "--find"]
    chromium = subprocess.run(script, capture_output=True, text=True, check=True).stdout.strip()
    demo = Demo()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for label, width, height, adds in sizes:
            pages: dict[str, Page] = {}
            for one in SCREENS:
                if one.name not in wanted:
                    continue
                if one.who not in pages:
                    pages[one.who] = _opened(browser, demo, one.who, (width, height), adds)
                page = pages[one.who]
                page.goto(demo.address + one.path.format(**demo.places))
                if one.act is not None:
                    one.act(page)
                name = f"{one.name}-{label}" if given.all else f"board-{one.name}"
                _save(page.screenshot(), (given.all or ASSETS) / f"{name}.webp")
        browser.close()


def _opened(browser: Any, demo: Demo, who: str, size: tuple[int, int], adds: str) -> Page:
    """Return a page on which somebody is signed in, with language and density chosen."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page: Page = context.new_page()
    page.set_default_timeout(60_000)
    if who:
        page.goto(f"{demo.address}/login")
        page.fill("#name", who)
        page.fill("#password", demo.desk.demo_password)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.goto(f"{demo.address}/help?{adds}")
    return page


def _save(picture: bytes, path: Path) -> None:
    """Write a picture as a small file: the screens have few colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").save(path, "webp", quality=80, method=4)
    print(path)


if __name__ == "__main__":
    main()
