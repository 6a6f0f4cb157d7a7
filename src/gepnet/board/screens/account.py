"""Signing in and out, and the account."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from gepnet import api
from gepnet.board.forms import Own, Sent, done, text_of
from gepnet.board.pages import page
from gepnet.board.policy import ACCOUNT, PUBLIC, Screen
from gepnet.board.visit import Here

screen = Screen("account")


def home(actor: api.Actor) -> str:
    """Return the page that somebody comes to who has signed in."""
    if actor.may("case.list") and actor.may("identity.read"):
        return "/worklist"
    return "/audit" if actor.may("audit.read") else "/account"


@screen.get("/login", PUBLIC)
def login_form(visit: Here) -> Response:
    """The page on which people sign in."""
    if visit.visitor is not None:
        return RedirectResponse(home(visit.visitor), 303)
    return page(visit, "login.html", name="", wrong="")


@screen.post("/login", PUBLIC)
def login(visit: Here, form: Sent) -> Response:
    """Sign in; what does not fit is said without saying which of the two."""
    name = text_of(form, "name", 100)
    password = form.get("password")
    address = visit.request.client.host if visit.request.client else ""
    if not isinstance(password, str) or len(password) > 1000:
        password = ""
    try:
        signed = api.sign_in(visit.desk.store, name, password, address)
    except api.TooManyAttempts as error:
        say = visit.words.gettext
        told = say("Too many attempts: wait %(n)s seconds.", n=error.wait_s)
        wait = {"retry-after": str(error.wait_s)}
        return page(visit, "login.html", 429, wait, name=name, wrong=told)
    except api.NotSignedIn:
        told = visit.words.gettext("Name and password do not fit. Nobody was signed in.")
        return page(visit, "login.html", 403, name=name, wrong=told)
    answer = RedirectResponse(home(signed.actor), 303)
    visit.desk.remember(answer, signed)
    return answer


@screen.post("/logout", ACCOUNT)
def logout(visit: Here, form: Own) -> Response:
    """Sign out; the browser is told to keep nothing."""
    desk = visit.desk
    api.sign_out(desk.store, desk.secret(visit.request))
    answer = done(visit, "/")
    desk.forget(answer)
    return answer


@screen.get("/account", ACCOUNT)
def account(visit: Here) -> Response:
    """Who is signed in, with which roles, and until when."""
    return page(visit, "account.html", roles=api.policy().roles)


@screen.get("/account/stay", ACCOUNT)
def stay(visit: Here) -> Response:
    """Say that the person is still there: the session does not run out."""
    return Response(status_code=204)
