"""Which fact the quick check asks next: chosen by asking, which is made ready in the background.

Making it takes some seconds of a processor, once for a server; until then, and where asking has
nothing more to ask, the questions stand in their own order.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gepnet import api

if TYPE_CHECKING:
    from gepnet.board.desk import Desk

Pairs = tuple[tuple[str, str], ...]
#: Answers of the quick check, chosen and further, as a value that can be compared.
Key = tuple[Pairs, Pairs]


class NextFacts:
    """The fact that is worth asking next, after some answers, for the question on the screen."""

    def __init__(self, desk: Desk) -> None:
        """Keep the desk; nothing is made before somebody asks."""
        self._desk = desk
        self._lock, self._one = threading.Lock(), threading.Lock()
        self._ready: dict[tuple[str, str], threading.Event] = {}

    def prepare(self, question: str, language: str) -> threading.Event:
        """Begin to make asking ready, if nobody has; return at once what tells when it is."""
        with self._lock:
            known = self._ready.get((question, language))
            if known is not None:
                return known
            ready = self._ready[question, language] = threading.Event()
        threading.Thread(target=self._make, args=(question, language, ready), daemon=True).start()
        return ready

    def _make(self, question: str, language: str, ready: threading.Event) -> None:
        base = api.in_language(self._desk.base, language)
        try:
            with self._one:  # one after the other: the pages come first
                api.ask_step(base, {}, question, asked=self._desk.question())
        except api.InputError:
            return  # without the libraries for it the questions keep their own order
        self._desk.settled()
        ready.set()

    def after(
        self,
        key: Key,
        unknown: Sequence[str],
        region: str | None,
        question: str,
        language: str,
    ) -> Mapping[str, Any] | None:
        """Return what to ask next; None where nothing is, or while asking is being made.

        It is {fact, question, opens, choices}, the choices {value, label}.

        Args:
            key: the answers, chosen and further.
            unknown: facts of which somebody said that they are not known.
            region: of care.
            question: that the screen is about.
            language: of the words.
        """
        if not self.prepare(question, language).is_set():
            return None
        day = self._desk.question()
        return _next(self._desk, key, tuple(sorted(unknown)), region, question, language, day)


@lru_cache(maxsize=512)
def _next(
    desk: Desk,
    key: Key,
    unknown: tuple[str, ...],
    region: str | None,
    question: str,
    language: str,
    day: Any,
) -> Mapping[str, Any] | None:
    asked, base = desk.question(region), api.in_language(desk.base, language)
    facts = desk.quick_facts(key, region)
    said = dict.fromkeys((one for one in unknown if one not in facts.values), api.UNKNOWN)
    step = api.ask_step(base, said, question, facts=facts, asked=asked)
    if step.next is None:
        return None
    one = step.next
    choices = [{"value": c.value, "label": c.label} for c in one.choices if c.value]
    return {
        "fact": one.fact,
        "question": one.question,
        "opens": one.opens,
        "choices": [c for c in choices if c["value"] != api.UNKNOWN],
    }
