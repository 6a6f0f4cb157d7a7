"""What went wrong, as a page, as a part of a page or as JSON: the cause on top, nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from gepnet.api import InputError, plain

if TYPE_CHECKING:
    from gepnet.api import Problem


class SignInFirst(Exception):
    """The page is for people who are signed in, and nobody is."""


class NotAllowed(Exception):
    """Somebody is signed in, and the page is not for their role."""


class Stale(Exception):
    """A form that is too old, or of another session."""


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

    @app.exception_handler(InputError)
    def wrong_input(request: Request, error: Exception) -> Response:
        problems: list[Problem] = getattr(error, "problems", [])
        if is_api(request):
            told = {"error": "input", "detail": str(error), "problems": plain(problems)}
            return JSONResponse(told, 422)
        return fault_page(request, 422, "This cannot be read", "", problems)

    @app.exception_handler(RequestValidationError)
    def wrong_request(request: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else ()
        lines = [f"{'.'.join(str(p) for p in one['loc'])}: {one['msg']}" for one in found]
        return told(request, 422, "This cannot be read", "; ".join(lines))

    @app.exception_handler(HTTPException)
    def http_fault(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        if status == 404:
            return told(request, 404, "Not found", "There is no such page, or it is not for you.")
        return told(request, status, "Not possible", str(getattr(error, "detail", "")))

    @app.exception_handler(SignInFirst)
    def sign_in(request: Request, error: Exception) -> Response:
        if is_api(request):
            return JSONResponse({"error": "sign in first", "detail": ""}, 401)
        if request.headers.get("hx-request"):
            return Response(status_code=401, headers={"hx-redirect": "/login"})
        return RedirectResponse("/login", 303)

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: Exception) -> Response:
        return told(request, 403, "Not for your role", str(error))

    @app.exception_handler(Stale)
    def stale(request: Request, error: Exception) -> Response:
        why = "The form is of an earlier session. Load the page again; what you typed stands there."
        return told(request, 403, "The form is out of date", str(error) or why)
