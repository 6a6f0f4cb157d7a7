"""Signing in at the hospital's provider: going there, and coming back."""

from __future__ import annotations

import logging
import re

from starlette.responses import RedirectResponse, Response

from gepnet import api
from gepnet.board.pages import page
from gepnet.board.policy import PUBLIC, Screen
from gepnet.board.provider import PATIENCE_S, ProviderFault, Vouched
from gepnet.board.screens.account import home
from gepnet.board.settings import Settings
from gepnet.board.visit import Here, Visit

screen = Screen("provider")
COOKIE, PLACE = "gepnet-provider", "/login/provider"
#: Pages from which somebody may be asked again who they are, to sign there.
_AGAIN = re.compile(r"/(item/\w+/cards\?step=outcome|case/\w+/course)")
_log = logging.getLogger(__name__)


@screen.get(PLACE, PUBLIC)
def leave(visit: Here, again: str = "") -> Response:
    """Go to the provider; with the page to come back to, to be asked there again who one is."""
    desk = visit.desk
    if desk.provider is None or not desk.has_store:
        raise api.NotFound("page", PLACE, "a provider in the settings")
    if again and (visit.signed is None or not _AGAIN.fullmatch(again)):
        raise api.refuse("again", repr(again[:80]), "a page on which something is signed")
    try:
        address, kept = desk.provider.leave(back_address(visit), again)
    except ProviderFault as fault:
        return _failed(visit, fault)
    answer = RedirectResponse(address, 303)
    secure = desk.settings.secure
    answer.set_cookie(
        COOKIE, kept, PATIENCE_S, path=PLACE, httponly=True, samesite="lax", secure=secure
    )
    return answer


@screen.get(f"{PLACE}/back", PUBLIC)
def come_back(visit: Here) -> Response:
    """Come back from the provider, and begin a session for whom it vouches for."""
    desk = visit.desk
    if desk.provider is None or not desk.has_store:
        raise api.NotFound("page", PLACE, "a provider in the settings")
    kept, given = visit.request.cookies.get(COOKIE, ""), dict(visit.request.query_params)
    try:
        vouched = desk.provider.come_back(kept, given, back_address(visit))
        if vouched.again:
            api.prove_by_provider(desk.store, desk.secret(visit.request), vouched.subject)
            return _without(RedirectResponse(vouched.again, 303))
        signed = begin(desk.store, desk.settings, vouched)
    except ProviderFault as fault:
        return _failed(visit, fault)
    except api.NotSignedIn:
        say = visit.words.gettext
        told = say("Nobody here has this account of the hospital. Ask who keeps the accounts.")
        return _without(page(visit, "login.html", 403, name="", wrong=told))
    except api.InputError as error:
        say = visit.words.gettext
        told = say("No account could be made: %(why)s", why=str(error))
        return _without(page(visit, "login.html", 403, name="", wrong=told))
    answer = RedirectResponse(home(signed.actor), 303)
    desk.remember(answer, signed)
    return _without(answer)


def begin(store: api.Store, settings: Settings, vouched: Vouched) -> api.SignedIn:
    """Begin a session; an account is made only where the settings say with which roles.

    An account is found by issuer and subject alone: a name or an address of mail that happens to
    be the same is no proof of being the same person.

    Raises:
        NotSignedIn: if nobody has this subject.
        InputError: if the account that the settings ask for cannot be made.
    """
    try:
        return api.sign_in_by_provider(store, vouched.subject)
    except api.NotSignedIn:
        if not settings.oidc_roles:
            raise
    told = vouched.claims
    name = str(told.get("preferred_username") or told.get("email") or told["sub"])
    printed = str(told.get("name") or name)
    root = api.operator("sign-in by provider")
    roles, centres = settings.oidc_roles, settings.oidc_centres
    api.add_user(store, root, name, printed, roles, centres, subject=vouched.subject)
    return api.sign_in_by_provider(store, vouched.subject)


def back_address(visit: Visit) -> str:
    """Return the address that the provider sends the browser back to."""
    scheme = "https" if visit.desk.settings.secure else "http"
    return f"{scheme}://{visit.request.headers.get('host', '')}{PLACE}/back"


def _failed(visit: Visit, fault: ProviderFault) -> Response:
    _log.warning("sign-in by provider: %s", fault.reason)
    say = visit.words.gettext
    if fault.status == 403:
        told = say("The hospital's sign-in was broken off. Nobody was signed in.")
    else:
        told = say("The hospital's sign-in did not work. Nobody was signed in; try again.")
    return _without(page(visit, "login.html", fault.status, name="", wrong=told))


def _without(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, path=PLACE, httponly=True)
    return answer
