"""Every role at every route, and every route with a case of another centre."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from gepnet import api
from gepnet.board import Settings, create_app
from gepnet.store.tables import AuditRow, Base, digest
from tests.board.conftest import ADDRESS, CENTRE, PASSWORD
from tests.board.test_access import guarded

ROLES = sorted(set(api.policy().roles) - {"operator"})
CLINICAL = ("clinician", "chair", "coordinator", "nuclear_medicine", "analyst")
NONE = "0" * 20
#: What the forms ask for, so that each gets as far as the case that it is about.
FIELDS = {
    "seen": "1", "number": "1", "minutes": "5", "question": "What next?", "kind": "note",
    "fact.text": "A word", "option": "everolimus", "reason": "It grows slowly", "cycle": "1",
    "carried_out": "yes", "day": "2026-01-15", "due": "2026-01-15", "owner": "Dr X",
    "decision": "hold", "review": "x", "proposal": "hold", "date": "2026-01-15",
    "meaning": "responsible", "password": PASSWORD, "domain": "ki67", "event": "e-1",
    "table": "Haemoglobin 120 g/l", "table_day": "2026-01-15", "starts": "2026-01-15T14:00",
    "title": "Board", "name": "x", "lesions": "lesion,date,mm",
    "words.else": "Few trips", "place": "home",
}  # fmt: skip
OWN = {"outcome": {"kind": "no_consensus", "next_step": "Ask again"}}
JSON: dict[str, Any] = {
    "record": {"file": api.example_patient(), "seen": 1},
    "card": {"option": "everolimus", "reason": "It grows slowly"},
    "outcome": {
        "kind": "no_consensus",
        "next_step": "Ask again",
        "owner": "Dr X",
        "due": "2026-01-15",
        "seen": 0,
    },
}


@dataclass
class Board:
    """A board of two centres; the case is of the first."""

    store: api.Store
    app: Any
    case: str
    item: str

    def sign_in(self, name: str) -> Callable[[str, str], Any]:
        """Return what sends somebody's requests, to a page or to the API."""
        signed = api.sign_in_by_provider(self.store, f"test {name}")
        client = TestClient(self.app, base_url=ADDRESS, follow_redirects=False)
        client.cookies.set("gepnet", signed.secret)
        client.headers["authorization"] = f"Bearer {signed.secret}"

        def send(method: str, path: str) -> Any:
            if path.startswith("/api/"):
                sent = JSON.get(path.rpartition("/")[2], {})
                return client.request(method, path, json=sent if method == "POST" else None)
            form = {"csrf": signed.form_secret, **FIELDS, **OWN.get(path.rpartition("/")[2], {})}
            # As a form with a file: each route reads one.
            files = {"file": ("p.yaml", api.example_patient())} if method == "POST" else None
            return client.request(
                method, path, data=form if method == "POST" else None, files=files
            )

        return send


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    address = str(tmp_path_factory.mktemp("roles") / "board.sqlite")
    api.upgrade_store(address)
    store, root, base = api.open_store(address), api.operator("root"), api.base()
    for role in ROLES:
        api.add_user(store, root, role, role, [role], [CENTRE], None, None, f"test {role}")
    api.add_user(store, root, "far", "Far", CLINICAL, ["South"], PASSWORD, "surgery", "test far")
    users = {one.name: one.id for one in api.list_users(store, root)}
    chair = api.Actor(users["chair"], "C", frozenset(CLINICAL), None, frozenset({CENTRE}))
    case = api.add_case(store, chair, CENTRE, api.Identity("Bianchi", "Maria"))
    api.save_file(store, chair, case.id, api.example_patient(), base.vocabulary, 0)
    item = api.add_item(store, chair, case.id, "What next?")
    api.begin_round(store, chair, item.id, [users["clinician"]])
    yield Board(store, create_app(Settings(), store), case.id, item.id)
    store.close()


def path_of(path: str, case: str, item: str) -> str:
    known = {"case_id": case, "item_id": item, "what": "impact"}
    return re.sub(r"\{(\w+)\}", lambda m: known[m[1]], path)


def bare(page: str) -> str:
    """Return a page without how many seconds the session still lasts."""
    return re.sub(r'seconds="\d+"', "", page)


def is_refused(answer: Any) -> bool:
    return answer.status_code == 403 and "Not for your role" in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_through_where_the_policy_says_and_nowhere_else(
    board: Board, role: str
) -> None:
    send, actions = board.sign_in(role), api.policy().actions
    for method, route, guard in guarded():
        action = guard.policy.action
        if action is None:
            continue
        answer = send(method, path_of(route.path, NONE, NONE))
        assert is_refused(answer) == (role not in actions[action].who), (method, route.path)
        assert answer.status_code < 500, (method, route.path)


def rows(store: api.Store) -> str:
    """Return the digest of everything that is kept but the trail, sessions and attempts."""
    with Session(store.engine) as session:
        return digest(
            [
                [str(getattr(row, one.key)) for one in mapper.column_attrs]
                for mapper in sorted(Base.registry.mappers, key=lambda m: m.class_.__name__)
                if mapper.class_.audited
                for row in session.scalars(select(mapper.class_).order_by(*mapper.primary_key))
            ]
        )


def test_a_case_of_another_centre_is_as_one_that_is_none(board: Board) -> None:
    """Whatever route it is asked by, read or write: the same words, and nothing is changed."""
    send, before, tried = board.sign_in("far"), rows(board.store), 0
    seen = dict[str, int]()
    for method, route, _ in guarded():
        if "{case_id}" not in route.path and "{item_id}" not in route.path:
            continue
        tried += 1
        answer = send(method, path_of(route.path, board.case, board.item))
        told = bare(answer.text.replace(board.case, NONE).replace(board.item, NONE))
        seen[f"{method} {route.path}"] = answer.status_code
        assert told == bare(send(method, path_of(route.path, NONE, NONE)).text), route.path
        assert "Bianchi" not in told
    assert {name: status for name, status in seen.items() if status != 404} == {}
    assert tried > 40 and rows(board.store) == before
    with Session(board.store.engine) as session:
        query = select(AuditRow.action).where(AuditRow.case_id == board.case)
        noted = {one for one in session.scalars(query) if one.startswith("refused ")}
    assert {"refused case.read", "refused record.edit", "refused card.give"} <= noted
