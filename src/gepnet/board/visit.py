"""One request: who asks, in which language, at which density, with which knowledge."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from gepnet import api
from gepnet.board.faults import SignInFirst
from gepnet.board.words import Words, language_of, words_of

if TYPE_CHECKING:
    from gepnet.board.desk import Desk
    from gepnet.guidelines import KnowledgeBase

DENSITIES = ("auto", "desk", "meeting")


@dataclass
class Visit:
    """What every page knows of a request.

    Attributes:
        request: it.
        desk: what the server holds.
        words: of the language.
        density: how large the page is.
        signed: the session, where somebody is signed in.
    """

    request: Request
    desk: Desk
    words: Words
    density: str
    signed: api.SignedIn | None = None

    @property
    def visitor(self) -> api.Actor | None:
        """Who is signed in."""
        return None if self.signed is None else self.signed.actor

    @property
    def actor(self) -> api.Actor:
        """Who is signed in, on a page for which somebody has to be."""
        if self.signed is None:
            raise SignInFirst
        return self.signed.actor

    @property
    def proved_at(self) -> datetime.datetime | None:
        """When the provider last asked who has no password here; None where that is too long ago.

        Only of such an account; everybody else gives the password again.
        """
        signed = self.signed
        if signed is None or signed.has_password:
            return None
        age = datetime.datetime.now(datetime.UTC) - signed.proved
        return signed.proved if age < api.PROOF else None

    @property
    def csrf(self) -> str:
        """What a form of this session has to send along."""
        return "" if self.signed is None else self.signed.form_secret

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge in the language of the visit, for whatever is shown of it."""
        base = self.desk.base
        return api.in_language(base, api.answer_language(base, self.words.language))

    def year_of(self, entry: str) -> int:
        """Return the year of the document that an entry is from."""
        name = entry.partition("/")[0]
        return next(d.file.document.year for d in self.desk.base.documents if d.id == name)

    @property
    def is_part(self) -> bool:
        """Whether a part of a page is asked for, to be put into one that is there."""
        return self.request.headers.get("hx-request") is not None

    @property
    def path(self) -> str:
        """The address of the page, for links that change how it is shown."""
        return self.request.url.path


def language_chosen(request: Request) -> Words:
    """Return the words of the language that a request wants."""
    wanted = request.query_params.get("lang") or request.cookies.get("lang")
    return words_of(language_of(wanted, request.headers.get("accept-language", "")))


def density_chosen(request: Request) -> str:
    """Return how large a page is to be."""
    wanted = request.query_params.get("density") or request.cookies.get("density")
    return wanted if wanted in DENSITIES else DENSITIES[0]


def open_visit(request: Request) -> None:
    """Find out who asks; stands before every route."""
    desk: Desk = request.app.state.desk
    visit = Visit(request, desk, language_chosen(request), density_chosen(request))
    visit.signed = desk.signed(request)
    request.state.visit = visit


def visit_of(request: Request) -> Visit:
    """Return the visit of a request, also where no route was found."""
    found: Any = getattr(request.state, "visit", None)
    if isinstance(found, Visit):
        return found
    desk: Desk = request.app.state.desk
    return Visit(request, desk, language_chosen(request), density_chosen(request))


async def _here(request: Request) -> Visit:
    return visit_of(request)


#: The visit of a route.
Here = Annotated[Visit, Depends(_here)]
