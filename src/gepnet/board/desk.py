"""What the server holds between requests: settings, knowledge, store, and what was worked out."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, TypeVar

from gepnet import api
from gepnet.api import Question
from gepnet.board.asking import Key, NextFacts
from gepnet.board.faults import is_api
from gepnet.board.reckoning import Reckoner
from gepnet.board.settings import Settings

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import Response

    from gepnet.board.provider import Provider
    from gepnet.facts import Facts
    from gepnet.guidelines import KnowledgeBase

Made = TypeVar("Made")
#: What was worked out of records is kept for this many; a page is drawn from it in milliseconds.
KEPT = 256


class Desk:
    """What the server holds between requests."""

    def __init__(self, settings: Settings, store: api.Store | None = None) -> None:
        """Keep settings and store; the knowledge is read when it is first asked for."""
        self.settings, self._store = settings, store
        self._base: KnowledgeBase | None = None
        self._lock = Lock()
        self.provider = self._provider()
        self.next_facts = NextFacts(self)
        self.reckoner = Reckoner()
        self._registry = api.board_registry(
            settings.registry, settings.registry_results, settings.demo
        )
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, RLock] = {}
        #: What the process does once something large was read that stays.
        self.settled: Callable[[], None] = lambda: None
        #: Names and password of the people of the demo.
        self.demo_names, self.demo_password = "", ""
        if store is None and settings.demo:
            demo = api.throw_away_demo(self.base)
            self._store, self.demo_password = api.open_store(demo.store), demo.password
            self.demo_names = ", ".join(demo.names)

    def _provider(self) -> Provider | None:
        if not self.settings.oidc:
            return None
        from gepnet.board.provider import Provider  # a second that only hospitals need

        return Provider(self.settings)

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge, read once."""
        with self._lock:
            if self._base is None:
                self._base = api.base(*self.settings.question.with_files)
                self.settled()
            return self._base

    @property
    def has_store(self) -> bool:
        """Whether people can sign in."""
        return self._store is not None

    @property
    def store(self) -> api.Store:
        """The store, on pages for which there has to be one."""
        if self._store is None:
            raise api.refuse("store", "none", "a store: see `gepnet db upgrade`")
        return self._store

    @property
    def has_registry(self) -> bool:
        """Whether there is a registry to ask."""
        return self._registry is not None

    @property
    def registry(self) -> api.BoardRegistry:
        """The registry, on pages for which there has to be one."""
        if self._registry is None:
            told = "a registry: start the board with --registry"
            raise api.refuse("registry", "none", told)
        return self._registry

    def question(self, region: str | None = None) -> Question:
        """Return what is asked of a record today."""
        asked = self.settings.question
        today = datetime.date.today()
        day = min(asked.knowledge_date, today)
        return replace(asked, knowledge_date=day, region=region or asked.region)

    def quick_facts(self, key: Key, region: str | None) -> Facts:
        """Return the facts that answers of the quick check give; the answer and asking share them.

        Raises:
            InputError: for a question, answer, fact or value that is none.
        """
        asked = self.question(region)

        def make() -> Facts:
            return api.quick_facts(self.base, dict(key[0]), dict(key[1]), asked)

        return self.once(("quick", key, region, asked.knowledge_date, datetime.date.today()), make)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made under a key before, else make it; the oldest is forgotten.

        Who asks for what somebody else is making waits for it: thirty people who look at the same
        new version of a record let it be assessed once.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                found: Made = self._made[key]
                return found
            making = self._making.setdefault(key, RLock())
        with making:
            with self._lock:
                if key in self._made:
                    return self._made[key]  # type: ignore[no-any-return]
            try:
                made = make()
                with self._lock:
                    self._made[key] = made
                    while len(self._made) > KEPT:
                        self._made.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    # --- who asks ---------------------------------------------------------------------------------

    @property
    def cookie(self) -> str:
        """The name of the cookie of a session."""
        return "__Host-gepnet" if self.settings.secure else "gepnet"

    def secret(self, request: Request) -> str:
        """Return the secret of a session that is shown; empty where there is none.

        A program shows it in a header, which browsers do not send by themselves; its cookie does
        not count there.
        """
        if is_api(request):
            kind, _, secret = request.headers.get("authorization", "").partition(" ")
            return secret.strip() if kind.casefold() == "bearer" else ""
        return request.cookies.get(self.cookie, "")

    def signed(self, request: Request) -> api.SignedIn | None:
        """Return the session of a request, if one holds.

        What a page asks by itself is no activity.
        """
        secret = self.secret(request)
        if self._store is None or not secret:
            return None
        by_itself = request.headers.get("x-poll") is not None or request.url.path.endswith("/state")
        look = api.look_at_session if by_itself else api.session_of
        try:
            return look(self._store, secret)
        except api.NotSignedIn:
            return None

    def remember(self, answer: Response, signed: api.SignedIn) -> None:
        """Give the secret of a session to a browser."""
        answer.set_cookie(
            self.cookie,
            signed.secret,
            httponly=True,
            secure=self.settings.secure,
            samesite="lax",
            path="/",
        )

    def forget(self, answer: Response) -> None:
        """Take the secret of a session from a browser, with all that it kept of pages."""
        answer.delete_cookie(self.cookie, path="/", secure=self.settings.secure, httponly=True)
        answer.headers["clear-site-data"] = '"cache", "storage"'
