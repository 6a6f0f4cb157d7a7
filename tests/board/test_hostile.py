"""Hostile, broken and huge input in every form and upload: told in words, nothing is changed."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gepnet import api
from gepnet.board import Settings, create_app
from tests.board.conftest import ADDRESS, CENTRE, PASSWORD
from tests.board.test_roles_and_routes import CLINICAL, FIELDS, OWN, rows

#: What opens a tag, an attribute, a statement of SQL, an expression of a template, one of Typst.
MARK = "zq9"
INJECTED = (
    f"{MARK}<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    '\'; DROP TABLE cases; --{{ 7 * 7777 }}{% raw %}${7*7777}#panic("x")\u202e'
)
#: What is no number, day or choice of any field, or far beyond it.
BEYOND = ("99999999999999999999999", "-1", "1e400", "NaN", "²", "0001-01-01", "9999-12-31T23:59")
PAGES = (
    "/account", "/worklist", "/worklist/new", "/agreement", "/case/{case}/prepare",
    "/case/{case}/board", "/case/{case}/differ", "/case/{case}/course", "/case/{case}/pathway",
    "/case/{case}/response", "/case/{case}/weights", "/case/{case}/sheet", "/case/{case}/history",
    "/case/{case}/record?kind=laboratory", "/case/{case}/record?kind=treatment",
    "/case/{case}/record?kind=note", "/item/{item}/cards?step=cards",
    "/item/{item}/cards?step=reveal", "/item/{item}/cards?step=outcome",
)  # fmt: skip


@dataclass
class Form:
    """A form of a page: where it goes, and its fields with their types and first values."""

    action: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """Reads the forms of a page; a field outside names its form by id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self._inside, self._select = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in given}
        if tag == "form" and told.get("method") == "post":
            self._inside = told.get("id") or str(len(self.forms))
            self.forms[self._inside] = Form(told.get("action", ""))
        form = self.forms.get(told.get("form") or self._inside)
        if form is None:
            return
        if tag in ("input", "textarea") and told.get("name"):
            kind = told.get("type", "text") if tag == "input" else "text"
            form.fields.append((told["name"], kind, told.get("value", "")))
        elif tag == "select" and told.get("name"):
            self._select = told["name"]
        elif tag == "option" and self._select and told.get("value"):
            form.fields.append((self._select, "choice", told["value"]))
            self._select = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = ""


@dataclass
class Board:
    """A board and somebody with every clinical role."""

    store: api.Store
    client: TestClient
    csrf: str
    case: str
    item: str

    @cached_property
    def forms(self) -> list[Form]:
        """Each form of each page once, and that of the quick check."""
        found = {"": Form("/", [(f"q.{one}", "text", "") for one in ("site", "ki67")])}
        for page in PAGES:
            path = page.format(case=self.case, item=self.item)
            for form in Forms(self.client.get(path).text).forms.values():
                form.action = form.action or path
                if form.action != "/logout":  # it would end the session of all that follow
                    found.setdefault(f"{form.action} {sorted({n for n, *_ in form.fields})}", form)
        return list(found.values())

    def version(self) -> str:
        return str(api.read_case(self.store, api.operator("root"), self.case).record_number)

    def send(self, form: Form, value: str, kinds: tuple[str, ...] = (), only: str = "") -> Any:
        """Send a form with a value in the fields of some kinds or in one, the others as filled."""
        sent: dict[str, list[str]] = {}
        good = {**FIELDS, **OWN.get(form.action.rpartition("/")[2], {})}
        for name, kind, stands in form.fields:
            if kind in ("radio", "checkbox", "choice") and name in sent:
                continue
            known = stands or (good.get(name, "") if only else "")
            sent.setdefault(name, []).append(value if kind in kinds or name == only else known)
        if "password" in sent:
            sent["password"] = [PASSWORD]
        if "seen" in sent and "/record/" in form.action:
            sent["seen"] = [self.version()]
        if any(kind == "file" for _, kind, _ in form.fields):
            sent.pop("file", None)
            files = {"file": (value[:80] or "x", api.example_patient().encode())}
            return self.client.post(form.action, data=sent, files=files)
        return self.client.post(form.action, data=sent)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    address = str(tmp_path_factory.mktemp("hostile") / "board.sqlite")
    yield from made(address)


def made(address: str) -> Iterator[Board]:
    """Make a board with a case, a meeting and an open round."""
    api.upgrade_store(address)
    store, root, base = api.open_store(address), api.operator("root"), api.base()
    user = api.add_user(
        store, root, "all", "Dr All", CLINICAL, [CENTRE], PASSWORD, "oncology", "test all"
    )
    who = api.Actor(user.id, "Dr All", frozenset(CLINICAL), "oncology", frozenset({CENTRE}))
    case = api.add_case(store, who, CENTRE)
    api.save_file(store, who, case.id, api.example_patient(), base.vocabulary, 0)
    item = api.add_item(store, who, case.id, "What next?", matrix_hidden=False)
    api.begin_round(store, who, item.id, [user.id])
    signed = api.sign_in_by_provider(store, "test all")
    app = create_app(Settings(), store)
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        client.cookies.set("gepnet", signed.secret)
        yield Board(store, client, signed.form_secret, case.id, item.id)
    store.close()


def test_every_text_field_keeps_texts_as_texts(board: Board) -> None:
    taken, before = set[str](), rows(board.store)
    for form in board.forms:
        texts = [n for n, kind, _ in form.fields if kind == "text" and is_words(n)]
        names = list(dict.fromkeys(texts))
        for name in dict.fromkeys([*names[:4], *names[-2:]]):  # of many alike the outer ones
            answer = board.send(form, INJECTED, only=name)
            assert answer.status_code < 500, (form.action, name, answer.text[:300])
            if answer.status_code >= 400:
                assert rows(board.store) == before, f"{form.action} refused {name} and changed"
            else:
                taken.add(name)
                before = rows(board.store)
            harmless(answer.text, form.action)
    assert {"question", "reason", "fact.text", "event.note", "words.else"} <= taken
    shown = 0
    for page in PAGES:
        text = board.client.get(page.format(case=board.case, item=board.item)).text
        harmless(text, page)
        shown += MARK in text
    assert shown > 5, "what was taken stands on pages, as text"
    pdf = board.client.get(f"/item/{board.item}/record.pdf")
    assert pdf.status_code in (200, 422)
    assert api.verify_store(board.store, api.operator("root")).faults == ()


def is_words(name: str) -> bool:
    """Whether a field is for words; of the facts of an event only what is one."""
    return name == "fact.text" or not name.startswith(("fact.", "unit.", "by.", "why."))


def harmless(page: str, where: str) -> None:
    assert "<script>alert" not in page and "<img src=x" not in page, where
    assert "54439" not in page, f"{where} computed what was typed"


@pytest.mark.parametrize("value", BEYOND)
def test_values_out_of_range_are_refused_and_change_nothing(board: Board, value: str) -> None:
    kinds = ("number", "date", "datetime-local", "hidden", "choice", "radio", "checkbox")
    before = rows(board.store)
    for form in board.forms:
        own = [(n, "own", v) if n in ("csrf", "form_id") else (n, k, v) for n, k, v in form.fields]
        answer = board.send(Form(form.action, own), value, kinds)
        assert answer.status_code < 500, (form.action, value, answer.text[:300])
        if answer.status_code >= 400:
            assert rows(board.store) == before, (form.action, value)
        else:
            before = rows(board.store)


@pytest.fixture(scope="module")
def on_postgresql(postgresql: str) -> Iterator[Board]:
    """The same on PostgreSQL, which takes no zero byte in a text."""
    from tests.store.servers import new_database

    yield from made(new_database(postgresql))


def test_a_zero_byte_anywhere_is_told(on_postgresql: Board) -> None:
    board = on_postgresql
    before = rows(board.store)
    for form in board.forms:
        # One field of each form: all go through the same place.
        name = next(n for n, kind, _ in form.fields if kind == "text" or n == "form_id")
        answer = board.send(form, "a\x00b", only=name)
        assert answer.status_code == 422 and "zero character" in answer.text, (form.action, name)
    for page in PAGES:
        path = page.format(case=board.case, item=board.item)
        assert board.client.get(f"{path.partition('?')[0]}?item=%00").status_code == 400, path
        if "{" in page:
            path = page.format(case="a%00", item="a%00")
            assert board.client.get(path).status_code == 400, path
    assert rows(board.store) == before


def uploads() -> dict[str, bytes]:
    small = b"gepnet: 1\npatient: x\nevents:\n"
    return {
        "nothing": b"",
        "no text": bytes(range(256)),
        "compressed": gzip.compress(b"a" * 10_000_000),
        "aliases": b"a: &a [x, x, x, x]\n"
        + b"".join(b"%c: &%c [%b]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9))
                   for n in range(9)),
        "deep": b"patient: " + b"[" * 50_000,
        "deep blocks": b"\n".join(b" " * n + b"a:" for n in range(1500)),
        "python": b"!!python/object/apply:os.system ['touch /tmp/hostile']",
        "many events": small + b"- {kind: note, text: x}\n" * 8_000,
        "long line": small + b"- {kind: note, text: " + b"x" * 990_000 + b"}\n",
        "surrogate": small + b'- {id: s, kind: note, text: "a\\ud800b"}\n',
        "zero": small + b'- {id: s, kind: note, text: "a\\0b"}\n',
        "numbers": small + b"- {kind: laboratory, date: 2026-01-01, platelets: 1e999999999}\n",
        "other keys": b"patient: x\nevents: []\nadmin: true\n",
        "merge": b"<<: *x\n",
        "cases": b"cases:\n" + b"- {id: ../../../etc/passwd, record: {patient: x}}\n" * 50,
        "json": b'{"patient": "x", "events": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    }  # fmt: skip


@pytest.mark.parametrize("name", list(uploads()))
def test_a_hostile_file_is_refused_in_words_and_in_time(board: Board, name: str) -> None:
    content, before = uploads()[name], rows(board.store)
    fields = {"csrf": board.csrf, "seen": board.version()}
    files = {"file": ("../../../etc/cron.d/x\\..\\y.yaml", content)}
    begun = time.process_time()
    answer = board.client.post(f"/case/{board.case}/record/file", data=fields, files=files)
    taken = time.process_time() - begun
    assert answer.status_code in (303, 413, 422), (answer.status_code, answer.text[:400])
    if answer.status_code != 303:
        assert rows(board.store) == before and "This cannot be read" in answer.text
    assert taken < 20, f"{taken:.1f} s"
