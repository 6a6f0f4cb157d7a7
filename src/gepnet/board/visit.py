"""One request: who asks, in which language, at which density, with which knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import Request

from gepnet.board.words import Words, language_of, words_of

if TYPE_CHECKING:
    from gepnet.board.desk import Desk

DENSITIES = ("auto", "desk", "meeting")


class Visitor(Protocol):
    """Who is signed in, as the store knows the person."""

    @property
    def id(self) -> str:
        """The account."""

    @property
    def printed_name(self) -> str:
        """As it is printed beside what the person does."""

    @property
    def roles(self) -> frozenset[str]:
        """What the person is on the board."""

    def may(self, action: str) -> bool:
        """Whether the policy lets the person do an action."""


@dataclass
class Visit:
    """What every page knows of a request."""

    request: Request
    desk: Desk
    words: Words
    density: str
    visitor: Visitor | None = None

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
    visit.visitor = desk.visitor(request)
    request.state.visit = visit


def visit_of(request: Request) -> Visit:
    """Return the visit of a request, also where no route was found."""
    found: Any = getattr(request.state, "visit", None)
    if isinstance(found, Visit):
        return found
    desk: Desk = request.app.state.desk
    return Visit(request, desk, language_chosen(request), density_chosen(request))
