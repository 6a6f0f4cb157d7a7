"""What the server holds between requests: settings, knowledge and the store."""

from __future__ import annotations

import datetime
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from gepnet import api
from gepnet.api import Question
from gepnet.board.settings import Settings

if TYPE_CHECKING:
    from fastapi import Request

    from gepnet.board.visit import Visitor
    from gepnet.guidelines import KnowledgeBase


class Desk:
    """What the server holds between requests."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings; the knowledge is read when it is first asked for."""
        self.settings = settings
        self._base: KnowledgeBase | None = None
        self._lock = Lock()

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge, read once."""
        with self._lock:
            if self._base is None:
                self._base = api.base(*self.settings.question.with_files)
            return self._base

    @property
    def has_store(self) -> bool:
        """Whether people can sign in."""
        return False

    def question(self, region: str | None = None) -> Question:
        """Return what is asked of a record today."""
        asked = self.settings.question
        today = datetime.date.today()
        day = asked.knowledge_date if asked.knowledge_date < today else today
        return replace(asked, knowledge_date=day, region=region or asked.region)

    def visitor(self, request: Request) -> Visitor | None:
        """Return who asks, if somebody is signed in."""
        return None
