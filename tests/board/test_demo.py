"""``gepnet serve --demo``: a store of its own, whose people sign in and see real cases."""

from __future__ import annotations

import html
import re

from fastapi.testclient import TestClient

from gepnet import api
from gepnet.board import Settings, create_app
from gepnet.io import published_records
from tests.board.conftest import ADDRESS, Person


def test_the_demo_says_who_may_sign_in_and_opens_on_cases() -> None:
    app = create_app(Settings(demo=True))
    said = TestClient(app, base_url=ADDRESS).get("/login").text
    names, password = re.findall(r"Names: ([\w, ]+); password of all: ([\w-]+)", said)[0]
    assert {"anna", "carla", "elena"} < set(names.split(", "))
    chair = Person(app, "anna", password)
    worklist = chair.get("/worklist").text
    cases = dict.fromkeys(re.findall(r'href="(/case/\w+/board\?item=\w+)"', worklist))
    assert len(cases) >= 7, "today's list"
    pages = [chair.get(address).text for address in cases]
    assert any("Small-intestinal NET that progressed" in page for page in pages)
    published = published_records(api.base().vocabulary)
    titles = {case.source_title for case in published if case.source_title}
    shown = {title for title in titles if any(html.escape(title) in page for page in pages)}
    assert len(shown) >= 3, "published cases say where they were published"
