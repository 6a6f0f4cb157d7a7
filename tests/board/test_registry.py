"""A registry in the board: for chairs and analysts, worked out beside the server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gepnet import api
from gepnet.board import Settings, create_app
from gepnet.board.reckoning import KEPT, WAITING, Reckoned, Reckoner
from gepnet.board.screens import registry as screen
from tests.board.conftest import Person

SHOWN = re.compile(r'<td class="num">(\d+)\b(?! <small>\()')  # no median


@pytest.fixture(scope="module")
def asking(kept: api.Store, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Person]:
    """People of a board with a registry of a hundred."""
    folder = tmp_path_factory.mktemp("registry")
    api.synth_registry(api.base(), str(folder / "r"), 100)
    app = create_app(Settings(registry=str(folder / "r"), registry_results=folder / "a"), kept)
    return lambda name: Person(app, name)


def answered(person: Person, address: str) -> str:
    """Return a page when its answer is there, asking as the page itself does."""
    text: str = person.get(address).text
    deadline = time.monotonic() + 90
    while (poll := re.search(r'hx-get="([^"]+)"', text)) and time.monotonic() < deadline:
        time.sleep(0.2)
        text = person.get(poll[1].replace("&amp;", "&")).text
    return text


def test_who_is_in_a_registry_is_worked_out_beside_the_server(
    asking: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "PATIENCE", 0.0)
    eli = asking("eli")
    first = eli.get("/registry?by=sex").text
    assert "Being worked out" in first and "every 2s" in first
    assert eli.get("/knowledge").status_code == 200  # the server answers meanwhile
    found = answered(eli, "/registry?by=sex")
    assert "Made up: nobody in this registry exists" in found
    assert "Ki-67 index" in found and "100 patients" in found and "&lt;5" in found
    assert not [n for n in SHOWN.findall(found.split("<details")[0]) if 0 < int(n) < 5]
    picture = eli.get("/registry/cohort/picture.svg?by=sex")
    assert picture.headers["content-type"] == "image/svg+xml" and b"made up" in picture.content
    # The same question is answered at once, in another language too.
    assert "every 2s" not in eli.get("/registry?by=sex").text
    assert "Inventato" in answered(eli, "/registry?by=sex&lang=it")


def test_a_registry_is_for_chairs_and_analysts(asking: Callable[[str], Person]) -> None:
    assert 'href="/registry"' in asking("ada").get("/account").text
    ben = asking("ben")
    assert 'href="/registry"' not in ben.get("/account").text
    for path in ("/registry", "/registry/audit", "/registry/cohort/state"):
        assert ben.get(path).status_code == 403


def test_what_cannot_be_asked_is_said(
    asking: Callable[[str], Person], person: Callable[[str], Person]
) -> None:
    eli = asking("eli")
    assert "could not be worked out" in answered(eli, "/registry?by=shoes")
    assert eli.get("/registry/impact?before=soon").status_code == 422
    assert eli.get("/registry/nothing/state").status_code == 404
    answer = person("eli").get("/registry")  # a board without a registry
    assert answer.status_code == 422 and "--registry" in answer.text


def made(view: dict[str, Any]) -> Callable[[Any], dict[str, Any]]:
    return lambda tell: view


def test_each_question_is_worked_out_once_and_the_oldest_forgotten() -> None:
    reckoner, runs = Reckoner(), []

    def make(tell: Callable[[int], None]) -> dict[str, Any]:
        tell(7)
        runs.append(1)
        return {"a": 1}

    one = reckoner.asked("one", make, 10)
    assert (one.view, one.done) == ({"a": 1}, 7) and reckoner.asked("one", make, 10) is one
    for number in range(KEPT):
        reckoner.asked(number, made({}), 10)
    assert reckoner.asked("one", make, 10) is not one and len(runs) == 2


def test_a_question_that_failed_is_asked_again_by_a_person_only() -> None:
    reckoner, runs = Reckoner(), []

    def fail(tell: object) -> dict[str, Any]:
        runs.append(1)
        raise api.refuse("by", "shoes", "a fact") if len(runs) < 3 else OSError("disk")

    assert reckoner.asked("x", fail, 10).problems[0].value == "shoes"
    assert reckoner.asked("x", fail, 10).problems and len(runs) == 1
    assert reckoner.asked("x", fail, 10, anew=True).problems and len(runs) == 2
    with pytest.raises(OSError, match="disk"):
        reckoner.asked("x", fail, 10, anew=True).problems  # noqa: B018 - what went wrong is raised


def test_no_more_questions_wait_than_there_is_room_for() -> None:
    reckoner, free = Reckoner(), Event()

    def slow(tell: object) -> dict[str, Any]:
        free.wait(10)
        return {}

    asked = [reckoner.asked(number, slow) for number in range(WAITING + 5)]
    free.set()
    assert asked[0].over.wait(10)
    last = reckoner.asked(WAITING + 4, slow, 10)
    assert isinstance(last, Reckoned) and last is not asked[-1] and last.view == {}


def test_an_older_assessment_makes_room(
    asking: Callable[[str], Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_of = []
    monkeypatch.setattr("gepnet.api.registry_board.assess_registry", lambda *a: made_of.append(a))
    registry = api.board_registry(asking("eli").client.app.state.desk.registry.place, tmp_path)  # type: ignore[attr-defined]
    assert registry is not None
    (tmp_path / "day-older" / "blocks").mkdir(parents=True)
    (tmp_path / "treatments-other").mkdir()
    found = registry.assessed(api.base(), api.Question(), "day")
    assert {one.name for one in tmp_path.iterdir()} == {"treatments-other"} and len(made_of) == 1
    assert "day-" in found and "2026-06-30" in found  # the day up to which it was kept
