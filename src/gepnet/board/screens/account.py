"""Signing in and out, and the account."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from gepnet import api
from gepnet.board.forms import Own, Sent, done, text_of
from gepnet.board.pages import page
from gepnet.board.policy import ACCOUNT, PUBLIC, Screen
from gepnet.board.visit import visit_of

screen = Screen("account")


def home(actor: api.Actor) -> str:
    """Return the page that somebody comes to who has signed in."""
    if actor.may("case.list") and actor.may("identity.read"):
        return "/worklist"
    return "/audit" if actor.may("audit.read") else "/account"


@screen.get("/login", PUBLIC)
def login_form(request: Request) -> Response:
    """The page on which people sign in."""
    visit = visit_of(request)
    if visit.visitor is not None:
        return RedirectResponse(home(visit.visitor), 303)
    return page(request, "login.html", name="", wrong="")


@screen.post("/login", PUBLIC)
def login(request: Request, form: Sent) -> Response:
    """Sign in; what does not fit is said without saying which of the two."""
    visit = visit_of(request)
    name = text_of(form, "name", 100)
    password = form.get("password")
    address = request.client.host if request.client else ""
    if not isinstance(password, str) or len(password) > 1000:
        password = ""
    try:
        signed = api.sign_in(visit.desk.store, name, password, address)
    except api.TooManyAttempts as error:
        say = visit.words.gettext
        told = say("Too many attempts: wait %(n)s seconds.", n=error.wait_s)
        wait = {"retry-after": str(error.wait_s)}
        return page(request, "login.html", 429, wait, name=name, wrong=told)
    except api.NotSignedIn:
        told = visit.words.gettext("Name and password do not fit. Nobody was signed in.")
        return page(request, "login.html", 403, name=name, wrong=told)
    answer = RedirectResponse(home(signed.actor), 303)
    visit.desk.remember(answer, signed)
    return answer


@screen.post("/logout", ACCOUNT)
def logout(request: Request, form: Own) -> Response:
    """Sign out; the browser is told to keep nothing."""
    desk = visit_of(request).desk
    api.sign_out(desk.store, desk.secret(request))
    answer = done(request, "/")
    desk.forget(answer)
    return answer


@screen.get("/account", ACCOUNT)
def account(request: Request) -> Response:
    """Who is signed in, with which roles, and until when."""
    return page(request, "account.html", roles=api.policy().roles)


@screen.get("/account/stay", ACCOUNT)
def stay(request: Request) -> Response:
    """Say that the person is still there: the session does not run out."""
    return Response(status_code=204)
