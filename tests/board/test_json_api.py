"""The JSON API: what a program can do, what it cannot, and that nothing sent makes it fall over."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from gepnet import api
from gepnet.board.shapes import Sent
from tests.board.conftest import ADDRESS, CENTRE, PASSWORD, Person, item_of

Find = Callable[[str], Person]
ROOT = "/api/v1"
#: Requests of each kind to each route; the benchmark sends 20,000.
EXAMPLES = 3
HOST = {"host": "127.0.0.1:8711"}


def program(app: Any, name: str | None = None) -> TestClient:
    """A program, signed in where a name is given."""
    client = TestClient(app, base_url=ADDRESS, follow_redirects=False)
    if name is not None:
        sent = {"name": name, "password": PASSWORD}
        answer = client.post(f"{ROOT}/session", json=sent)
        assert answer.status_code == 201, answer.text
        assert "set-cookie" not in answer.headers
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
    return client


def test_a_program_asks_without_an_account(public: TestClient) -> None:
    listed = public.get(f"{ROOT}/documents").json()
    assert any(one["id"] == "esmo-2020" for one in listed)
    form = public.get(f"{ROOT}/questions").json()
    sent = {"answers": {one["id"]: one["choices"][0]["id"] for one in form}}
    told = public.post(f"{ROOT}/answer", json=sent)
    assert told.status_code == 200 and told.json()["answer"]["rows"]
    assert told.json()["positions"] != public.post(f"{ROOT}/answer", json={}).json()["positions"]
    wrong = public.post(f"{ROOT}/answer", json={"answers": {"site": "moon"}})
    assert wrong.status_code == 422 and wrong.json()["detail"]


def test_asking_goes_on_from_what_is_sent(public: TestClient) -> None:
    first = public.post(f"{ROOT}/ask", json={}).json()
    assert first["question"] == "prrt" and first["next"]["choices"]
    answers = {first["next"]["fact"]: "not known"}
    second = public.post(f"{ROOT}/ask", json={"answers": answers}).json()
    assert second["next"]["fact"] != first["next"]["fact"] and len(second["unknown"]) == 1
    wrong = public.post(f"{ROOT}/ask", json={"answers": {"grade": "purple"}})
    assert wrong.status_code == 422 and wrong.json()["problems"][0]["expected"]


def test_a_cookie_does_not_count_and_a_token_ends(app: Any, person: Find) -> None:
    """Browsers send cookies by themselves, on behalf of any page; a program's token never."""
    assert person("ben").get("/worklist").status_code == 200
    assert person("ben").get(f"{ROOT}/cases").status_code == 401
    ben = program(app, "ben")
    assert ben.get(f"{ROOT}/account").json()["centres"] == [CENTRE]
    assert ben.get("/worklist").status_code == 303
    assert ben.delete(f"{ROOT}/session").status_code == 204
    assert ben.get(f"{ROOT}/cases").status_code == 401
    wrong = {"name": "ben", "password": "wrong"}
    assert ben.post(f"{ROOT}/session", json=wrong).status_code == 401


def test_a_case_from_record_to_outcome(kept: api.Store, app: Any, person: Find, case: str) -> None:
    ada, ben, far = (program(app, name) for name in ("ada", "ben", "far"))
    place, item = f"{ROOT}/cases/{case}", item_of(kept, case)
    whole = ben.get(place).json()
    assert whole["case"]["identity"]["family_name"] == "Bianchi" and "events" in whole["record"]
    assert ben.get(f"{place}/readiness").json()["preparation"]
    eli = program(app, "eli").get(place)
    assert eli.status_code == 200 and "Bianchi" not in eli.text
    for address in (place, f"{place}/answer", f"{place}/readiness", f"{ROOT}/items/{item.id}"):
        assert far.get(address).status_code == 404, address
        assert program(app, "gus").get(address).status_code == 403, address
    stale = ben.post(f"{place}/record", json={"file": whole["record"], "seen": 0})
    assert stale.status_code == 409 and stale.json()["current"] == 1
    unread = ben.post(f"{place}/record", json={"file": "events: [", "seen": 1})
    assert unread.status_code == 422 and unread.json()["detail"]
    # Nobody sees what the documents say before the cards are open.
    assert ada.get(f"{place}/answer").status_code == 409
    voters = [program(app, n).get(f"{ROOT}/account").json()["id"] for n in ("ben", "cleo")]
    begun = person("ada").post(f"/item/{item.id}/round", {"expected": voters})
    assert begun.status_code == 303, begun.text
    option = next(iter(api.base().options))
    card = {"option": option, "reason": "progression"}
    given_ = ben.post(f"{ROOT}/items/{item.id}/card", json=card)
    assert given_.status_code == 201, given_.text
    (closed,) = ada.get(f"{ROOT}/items/{item.id}").json()["rounds"]
    assert not closed["cards"]  # blind: a card of somebody else is not told
    assert person("ada").post(f"/item/{item.id}/open").status_code == 303
    assert ada.get(f"{place}/answer").json()["rows"]
    decided = {"kind": "agreed", "options": [option], "seen": 0, "owner": "Dr Ada North",
               "due": "2030-01-15",
               "dissent": [{"discipline": "surgery", "reason": "operate first"}]}  # fmt: skip
    assert ben.post(f"{ROOT}/items/{item.id}/outcome", json=decided).status_code == 403
    done = ada.post(f"{ROOT}/items/{item.id}/outcome", json=decided)
    assert done.status_code == 201, done.text
    assert done.json()["decision"]["dissent"][0]["reason"] == "operate first"
    assert ada.post(f"{ROOT}/items/{item.id}/outcome", json=decided).status_code == 409
    looks = api.Actor("test", "Test", frozenset({"auditor"}), None, frozenset({CENTRE}))
    actions = {one.action for one in api.case_history(kept, looks, case)}
    assert {"case.read", "card.give", "outcome.record", "card.read"} <= actions


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"[]", b"null", b'{"answers": 1}', b'{"unknown": 1}', b"\xff\xfe",
     b'{"answers": {"age": 1e400}}', b'{"answers": {"\\ud800": "x"}}',
     b'{"answers": {"age": "\\u0000"}}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_request_is_told(public: TestClient, sent: bytes) -> None:
    headers = {"content-type": "application/json"}
    for name in ("ask", "answer", "session"):
        answer = public.post(f"{ROOT}/{name}", content=sent, headers=headers)
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["error"]
    plain = public.post(f"{ROOT}/session", content=b'{"name": "a", "password": "b"}')
    assert plain.status_code == 422  # a form of another site cannot say that it is JSON


def test_the_description_names_every_route_with_its_needs(public: TestClient) -> None:
    told = public.get(f"{ROOT}/openapi.json").json()
    assert all(path.startswith(ROOT) for path in told["paths"])
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            free = public.request(method, path.replace("{", "").replace("}", ""))
            assert (free.status_code == 401) == bool(one["security"]), (method, path)
    assert told["components"]["securitySchemes"]["session"]["scheme"] == "bearer"
    for model in Sent.__subclasses__():
        assert model.__name__ in told["components"]["schemas"]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda one: one.value)
def test_nothing_that_is_sent_makes_it_fall_over(app: Any, mode: GenerationMode) -> None:
    token = program(app, "ada").headers["authorization"]
    schema = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", app, headers=HOST)
    schema.config.update(base_url=ADDRESS)
    sent = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.label == f"DELETE {ROOT}/session":
            continue  # it would sign out all that follow

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            nonlocal sent
            sent += 1
            answer = case.call(headers={**HOST, "authorization": token})
            assert answer.status_code < 500, case.as_curl_command()
            if answer.status_code < 300:
                case.validate_response(answer, checks=[_shape])

        with contextlib.suppress(Unsatisfiable):  # nothing to get wrong: it takes nothing
            send()
    assert sent > 10


def _shape(context: Any, response: Any, case: Any) -> None:
    from schemathesis.specs.openapi.checks import response_schema_conformance

    response_schema_conformance(context, response, case)
