"""The board for tests: an application without a browser, its store, and its people."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from gepnet import api
from gepnet.board import Settings, create_app
from gepnet.board.serving import listen

ADDRESS = "http://127.0.0.1:8711"
PASSWORD = "seven oaks in the rain"
CENTRE = "North"
PEOPLE = {
    "ada": ("Dr Ada North", ("clinician", "chair"), "oncology"),
    "ben": ("Dr Ben South", ("clinician",), "surgery"),
    "cleo": ("Dr Cleo West", ("nuclear_medicine",), "nuclear medicine"),
    "dora": ("Dora East", ("coordinator",), None),
    "eli": ("Eli Count", ("analyst",), None),
    "flo": ("Flo Watch", ("auditor",), None),
    "gus": ("Gus Keys", ("admin",), None),
}


@pytest.fixture(scope="session")
def public() -> Iterator[TestClient]:
    """The board as somebody sees it who has no account."""
    with TestClient(create_app(Settings()), base_url=ADDRESS) as client:
        yield client


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[api.Store]:
    """A store with people, for all tests: each makes cases of its own."""
    address = str(tmp_path_factory.mktemp("board") / "board.sqlite")
    api.upgrade_store(address)
    store = api.open_store(address)
    root = api.operator("root")
    for name, (printed, roles, discipline) in PEOPLE.items():
        api.add_user(store, root, name, printed, roles, [CENTRE], PASSWORD, discipline)
    far = ("clinician", "chair")
    api.add_user(store, root, "far", "Dr Far Away", far, ["South"], PASSWORD, "surgery")
    yield store
    store.close()


@contextmanager
def running(settings: Settings, store: api.Store) -> Iterator[str]:
    """Run a real server over a store, on a free port, and return its address."""
    listening = listen(settings)
    port = listening.getsockname()[1]
    config = uvicorn.Config(create_app(settings, store), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="session")
def app(kept: api.Store) -> Any:
    """The application over the store."""
    return create_app(Settings(), kept)


class Person:
    """Somebody at a browser: signed in, sending forms with what the page gave them."""

    def __init__(self, app: Any, name: str, password: str = PASSWORD) -> None:
        self.client = TestClient(app, base_url=ADDRESS, follow_redirects=False)
        answer = self.client.post("/login", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
        self.csrf = ""
        page = self.client.get("/account").text
        self.csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]

    def get(self, address: str, **given: Any) -> Any:
        """Return a page."""
        return self.client.get(address, **given)

    def post(self, address: str, fields: dict[str, Any] | None = None, **given: Any) -> Any:
        """Send a form as a page of this session would."""
        return self.client.post(address, data={"csrf": self.csrf, **(fields or {})}, **given)


@pytest.fixture(scope="session")
def person(app: Any) -> Callable[[str], Person]:
    """Return who has a name, signed in once."""
    known: dict[str, Person] = {}

    def find(name: str) -> Person:
        if name not in known:
            known[name] = Person(app, name)
        return known[name]

    return find


@pytest.fixture
def case(kept: api.Store, person: Callable[[str], Person]) -> str:
    """A case with the packaged example as its record, and a question for the board."""
    fields = {
        "question": "Progressed on lanreotide: what next?", "minutes": "7",
        "family_name": "Bianchi", "given_name": "Maria", "birth_date": "1961-02-03",
        "hospital_number": "H-17", "file": api.example_patient(),
    }  # fmt: skip
    answer = person("ben").post("/worklist/new", fields)
    assert answer.status_code == 303, answer.text
    return re.findall(r"/case/(\w+)/record", answer.headers["location"])[0]


def item_of(kept: api.Store, case: str) -> api.BoardItem:
    """Return the item of a case."""
    looks = api.Actor("test", "Test", frozenset({"coordinator"}), None, frozenset({CENTRE}))
    return api.list_items(kept, looks, case_id=case)[0]


def patients() -> Path:
    """Return the folder of packaged cases."""
    return Path("src/gepnet/knowledge/cases")
