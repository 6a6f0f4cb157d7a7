"""Who gets where: foreign cases, roles, other people's forms, hostile texts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from gepnet import api
from gepnet.board.policy import Guard
from gepnet.board.screens import SCREENS
from tests.board.conftest import PASSWORD, Person, item_of

Find = Callable[[str], Person]
PAGES = (
    "prepare", "board", "differ", "pathway", "course", "response", "weights", "sheet", "record",
    "history",
)  # fmt: skip


def guarded() -> list[tuple[str, APIRoute, Guard]]:
    found = []
    for screen in SCREENS:
        for route in screen.router.routes:
            assert isinstance(route, APIRoute)
            (guard,) = (d.dependency for d in route.dependencies)
            assert isinstance(guard, Guard)
            found += [(method, route, guard) for method in route.methods or ()]
    return found


def test_policies_name_actions_that_there_are() -> None:
    actions = api.policy().actions
    for _, route, guard in guarded():
        assert guard.policy.action is None or guard.policy.action in actions, route.path


def test_nobody_gets_anything_without_an_account(app: object, case: str) -> None:
    client = TestClient(app, base_url="http://127.0.0.1:8711", follow_redirects=False)  # type: ignore[arg-type]
    for method, route, guard in guarded():
        if not guard.policy.signed_in:
            continue
        path = route.path.replace("{case_id}", case).replace("{item_id}", "x")
        answer = client.request(method, path)
        if path.startswith("/api/"):
            assert answer.status_code == 401 and answer.json()["error"], path
            continue
        assert answer.status_code == 303 and answer.headers["location"] == "/login", path


def test_other_centres_and_other_roles_see_nothing(
    kept: api.Store, person: Find, case: str
) -> None:
    item = item_of(kept, case)
    for name in PAGES:
        assert person("far").get(f"/case/{case}/{name}").status_code == 404
        assert person("ben").get(f"/case/nothing-like-it/{name}").status_code == 404
    assert person("far").get(f"/item/{item.id}/cards").status_code == 404
    assert "Bianchi" not in person("far").get("/worklist").text
    for name in ("gus", "flo"):
        assert person(name).get(f"/case/{case}/board").status_code == 403
        assert person(name).get("/worklist").status_code == 403
    # An analyst sees pseudonyms only.
    seen = person("eli").get(f"/case/{case}/board")
    assert seen.status_code == 200 and "Bianchi" not in seen.text and "H-17" not in seen.text


def test_forms_of_another_session_are_refused_and_keep_what_was_typed(
    person: Find, case: str
) -> None:
    ben, other = person("ben"), person("ada")
    fields = {"csrf": other.csrf, "form_id": "event-form", "kind": "note", "fact.text": "A wish"}
    for sent in (fields, {**fields, "csrf": ""}):
        answer = ben.client.post(f"/case/{case}/record/event", data=sent)
        assert answer.status_code == 403 and "A wish" not in ben.get(f"/case/{case}/record").text
    part = ben.client.post(
        f"/case/{case}/record/event", data=fields, headers={"hx-request": "true"}
    )
    assert 'form="event-form"' in part.text and part.headers["hx-retarget"] == "#told"
    del fields["form_id"]
    whole = ben.client.post(f"/case/{case}/record/event", data=fields)
    assert 'value="A wish"' in whole.text and "Send again" in whole.text


INJECTED = [
    "<script>alert(1)</script>",
    "'; drop table cases; --",
    "{{ 7 * 7 }}",
    '"><img src=x onerror=alert(1)>',
    "\u202eevil\x00",
]


@pytest.mark.parametrize("text", INJECTED)
def test_texts_stay_texts(person: Find, text: str) -> None:
    fields = {
        "question": text, "minutes": "5", "family_name": text, "given_name": text,
        "hospital_number": text,
    }  # fmt: skip
    answer = person("ben").post("/worklist/new", fields)
    assert answer.status_code in (303, 422), answer.text
    shown = person("ben").get("/worklist").text
    for hostile in ("<script>", "<img", "onerror=alert(1)>"):
        assert hostile not in shown.replace("&lt;", "")
    assert ">49<" not in shown


def test_too_many_attempts_are_stopped(app: object) -> None:
    client = TestClient(app, base_url="http://127.0.0.1:8711", follow_redirects=False)  # type: ignore[arg-type]
    for _ in range(5):
        answer = client.post("/login", data={"name": "nobody-at-all", "password": "x"})
        assert answer.status_code == 403 and "nobody-at-all" in answer.text
    stopped = client.post("/login", data={"name": "nobody-at-all", "password": PASSWORD})
    assert stopped.status_code == 429 and int(stopped.headers["retry-after"]) > 0


def test_signing_out_ends_the_session(app: object) -> None:
    ben = Person(app, "ben")
    assert ben.get("/worklist").status_code == 200
    cookies = dict(ben.client.cookies)
    left = ben.post("/logout")
    assert left.status_code == 303 and "storage" in left.headers["clear-site-data"]
    ben.client.cookies.update(cookies)
    assert ben.get("/worklist").status_code == 303
    assert ben.get("/worklist", headers={"hx-request": "true"}).status_code == 401


def test_the_cookie_is_for_the_server_alone(app: object) -> None:
    client = TestClient(app, base_url="http://127.0.0.1:8711", follow_redirects=False)  # type: ignore[arg-type]
    answer = client.post("/login", data={"name": "ben", "password": PASSWORD})
    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told and "samesite=lax" in told and "path=/" in told


def test_the_poll_is_answered_by_its_tag(kept: api.Store, person: Find, case: str) -> None:
    item = item_of(kept, case)
    first = person("ben").get(f"/item/{item.id}/state")
    assert first.status_code == 200
    again = person("ben").get(
        f"/item/{item.id}/state", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304 and not again.content
