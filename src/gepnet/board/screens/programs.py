"""The JSON API, what needs no case: documents, quick check, asking, sessions, and its description.

A session of a program is shown in the header ``Authorization`` alone. Browsers never send that by
themselves: a page elsewhere can do nothing in the name of somebody, without tokens of forms.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse, Response

from gepnet import api
from gepnet.board import shapes
from gepnet.board.policy import ACCOUNT, PUBLIC, Policy, Screen
from gepnet.board.visit import Here

ROOT = "/api/v1"
screen = Screen("api", shown=True)
#: What any route may answer instead.
FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": shapes.Fault, "description": told}
    for status, told in (
        (400, "Not a request that can be read"), (401, "Sign in first"), (403, "Not for this role"),
        (404, "No such thing, or not for you"), (409, "Somebody saved meanwhile, or not now"),
        (413, "Too large"), (422, "What was sent does not hold"), (429, "Too many attempts"),
    )
}  # fmt: skip


def documented(policy: Policy, answer: Any, status: int = 200) -> dict[str, Any]:
    """Return what the description says of a route beside its name and text."""
    needs: dict[str, Any] = (
        {"security": [{"session": []}]} if policy.signed_in else {"security": []}
    )
    return {
        "response_model": answer, "responses": FAULTS, "status_code": status,
        "openapi_extra": needs,
    }  # fmt: skip


def told(view: Any, status: int = 200) -> Response:
    """Return a view as JSON."""
    return JSONResponse(jsonable_encoder(api.plain(view)), status)


@screen.get(f"{ROOT}/openapi.json", PUBLIC, include_in_schema=False)
def description(visit: Here) -> Response:
    """The description of this API, as OpenAPI; made once."""
    return JSONResponse(visit.desk.once("openapi", lambda: _described(visit.request.app)))


def _described(app: FastAPI) -> dict[str, Any]:
    from fastapi.openapi.utils import get_openapi

    made = get_openapi(
        title="gepnet",
        version=app.version,
        description=app.description,
        routes=app.routes,
    )
    scheme = {"type": "http", "scheme": "bearer", "description": f"of POST {ROOT}/session"}
    made.setdefault("components", {})["securitySchemes"] = {"session": scheme}
    return made


@screen.post(f"{ROOT}/session", PUBLIC, **documented(PUBLIC, shapes.Session, 201))
def sign_in(visit: Here, sent: shapes.SignIn) -> Response:
    """Sign in by name and password."""
    address = visit.request.client.host if visit.request.client else ""
    signed = api.sign_in(visit.desk.store, sent.name, sent.password, address)
    return told({"token": signed.secret, "idle_s": signed.idle_s, "ends": signed.ends}, 201)


@screen.route("DELETE", f"{ROOT}/session", ACCOUNT, **documented(ACCOUNT, None, 204))
def sign_out(visit: Here) -> Response:
    """Sign out."""
    desk = visit.desk
    api.sign_out(desk.store, desk.secret(visit.request))
    return Response(status_code=204)


@screen.get(f"{ROOT}/account", ACCOUNT, **documented(ACCOUNT, shapes.Account))
def account(visit: Here) -> Response:
    """Who is signed in."""
    who = visit.actor
    roles, centres = sorted(who.roles), sorted(who.centres)
    return told(
        {"id": who.id, "printed_name": who.printed_name, "roles": roles, "centres": centres}
    )


@screen.get(f"{ROOT}/documents", PUBLIC, **documented(PUBLIC, list[shapes.Told]))
def documents(visit: Here) -> Response:
    """The documents that are read, with edition and source."""
    return told(api.list_documents(visit.desk.base))


@screen.get(f"{ROOT}/questions", PUBLIC, **documented(PUBLIC, list[shapes.Told]))
def questions(visit: Here) -> Response:
    """The questions of the quick check with the ids of their answers."""
    return told(api.quick_form(visit.desk.base))


@screen.post(f"{ROOT}/answer", PUBLIC, **documented(PUBLIC, shapes.Checked))
def answer(visit: Here, sent: shapes.AnswerRequest) -> Response:
    """What each document supports, opposes or leaves open for some answers; nothing is kept."""
    desk = visit.desk
    language = api.answer_language(desk.base, sent.language)
    asked = desk.question(sent.region)
    found = api.quick_check(desk.base, sent.answers, sent.facts, sent.question, asked, language)
    return told(found)


@screen.post(f"{ROOT}/ask", PUBLIC, **documented(PUBLIC, shapes.Step))
def ask(visit: Here, sent: shapes.AskRequest) -> Response:
    """The fact that is worth asking next, and where each document stands; nothing is kept."""
    desk = visit.desk
    return told(api.ask_step(desk.base, sent.answers, sent.question, asked=desk.question()))
