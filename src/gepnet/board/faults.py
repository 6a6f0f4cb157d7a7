"""What went wrong, as a page, as a part of a page or as JSON: the cause on top, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from gepnet import api
from gepnet.api import InputError, plain
from gepnet.board.marks import N_

if TYPE_CHECKING:
    from gepnet.api import Problem


class SignInFirst(Exception):
    """The page is for people who are signed in, and nobody is."""


class NotAllowed(Exception):
    """Somebody is signed in, and the page is not for their role."""


class StaleForm(Exception):
    """A form that was made for another session; what was typed is kept."""

    def __init__(self, form: FormData) -> None:
        """Keep what was typed."""
        super().__init__("form")
        self.typed = [(k, v) for k, v in form.multi_items() if isinstance(v, str) and k != "csrf"]
        self.form = next((v for k, v in self.typed if k == "form_id"), "")


def plain_answer(status: int, text: str) -> Response:
    """Return an answer in words, for where there is no page yet."""
    return PlainTextResponse(text, status)


def is_api(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path.startswith("/api/")


def add_fault_pages(app: FastAPI) -> None:
    """Let an application answer every fault in words."""
    from gepnet.board.pages import fault_page

    def told(request: Request, status: int, title: str, text: str) -> Response:
        if is_api(request):
            return JSONResponse({"error": title, "detail": text}, status)
        return fault_page(request, status, title, text)

    def refused(request: Request, status: int, title: str, error: Exception) -> Response:
        problems: list[Problem] = getattr(error, "problems", [])
        if is_api(request):
            told = {"error": title, "detail": str(error), "problems": plain(problems)}
            return JSONResponse(told, status)
        return fault_page(request, status, title, "", problems)

    for kind, status, title in (
        (InputError, 422, N_("This cannot be read")),
        (api.NotAllowed, 403, N_("Not for your role")),
        (api.NotNow, 409, N_("Not now")),
        (api.NotProved, 403, N_("Your password is needed")),
        (api.TooManyAttempts, 429, N_("Too many attempts")),
    ):
        app.add_exception_handler(kind, _handler(refused, status, title))

    @app.exception_handler(api.Stale)
    def saved_meanwhile(request: Request, error: api.Stale) -> Response:
        if is_api(request):
            told = {"error": "stale", "seen": error.seen, "current": error.current}
            return JSONResponse(
                {**told, "mine": plain(error.mine), "theirs": plain(error.theirs)}, 409
            )
        return fault_page(
            request,
            409,
            N_("Somebody saved meanwhile"),
            N_("Yours was not saved; nothing that you typed is lost. Both versions stand below."),
            both=differing(error.mine, error.theirs),
            versions=(error.seen, error.current),
        )

    @app.exception_handler(RequestValidationError)
    def wrong_request(request: Request, error: RequestValidationError) -> Response:
        lines = [f"{'.'.join(str(p) for p in one['loc'])}: {one['msg']}" for one in error.errors()]
        text = "; ".join(lines).encode("utf-8", "replace").decode()
        return told(request, 422, N_("This cannot be read"), text)

    @app.exception_handler(HTTPException)
    @app.exception_handler(api.NotFound)
    def http_fault(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        if status == 404:
            why = N_("There is no such page, or it is not for you.")
            return told(request, 404, N_("Not found"), why)
        return told(request, status, N_("Not possible"), str(getattr(error, "detail", "")))

    @app.exception_handler(SignInFirst)
    @app.exception_handler(api.NotSignedIn)
    def sign_in(request: Request, error: Exception) -> Response:
        if is_api(request):
            detail = str(error) if isinstance(error, api.NotSignedIn) else ""
            return JSONResponse({"error": "sign in first", "detail": detail}, 401)
        if request.headers.get("hx-request"):
            why = N_("Your session has ended. Sign in in another tab, then send the form again.")
            return fault_page(request, 401, N_("Sign in again"), why, sign_in=True)
        return RedirectResponse("/login", 303)

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: Exception) -> Response:
        return told(request, 403, N_("Not for your role"), N_("Another role does this."))

    @app.exception_handler(StaleForm)
    def stale(request: Request, error: StaleForm) -> Response:
        why = N_("The form was made for an earlier session. What you typed stands: send it again.")
        title = N_("The form is out of date")
        return fault_page(request, 403, title, why, typed=error.typed, form_id=error.form)


def _handler(
    refused: Callable[[Request, int, str, Exception], Response], status: int, title: str
) -> Callable[[Request, Exception], Response]:
    return lambda request, error: refused(request, status, title, error)


def differing(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what differs between two versions: its name, mine, and theirs."""
    found = []
    for name in dict.fromkeys((*mine, *theirs)):
        one, other = mine.get(name), theirs.get(name)
        if name == "events":
            known = [str(event) for event in other or ()]
            new = [event for event in one or () if str(event) not in known]
            old = [event for event in other or () if event not in (one or ())][-len(new) - 3 :]
            found.append((name, _words(new), _words(old)))
        elif one != other and name in mine:
            found.append((name, _words(one), _words(other)))
    return found


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_words(item) for item in value)
    return "" if value is None else str(value)
