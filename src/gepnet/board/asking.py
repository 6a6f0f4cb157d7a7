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
    """The fact that is worth asking next, after some answers."""

    def __init__(self, desk: Desk) -> None:
        """Keep the desk; nothing is made before somebody asks."""
        self._desk = desk
        self._lock = threading.Lock()
        self._begun = False
        self.ready = threading.Event()

    def prepare(self) -> None:
        """Begin to make asking ready, if nobody has; return at once."""
        with self._lock:
            if self._begun:
                return
            self._begun = True
        threading.Thread(target=self._make, daemon=True).start()

    def _make(self) -> None:
        try:
            api.ask_step(self._desk.base, {}, asked=self._desk.question())
        except api.InputError:
            return  # without the libraries for it the questions keep their own order
        self._desk.settled()
        self.ready.set()

    def after(
        self,
        key: Key,
        unknown: Sequence[str],
        region: str | None,
    ) -> Mapping[str, Any] | None:
        """Return what to ask next of PRRT, in English; None where nothing is.

        It is {fact, question, opens, choices}, the choices {value, label}.

        Args:
            key: the answers, chosen and further.
            unknown: facts of which somebody said that they are not known.
            region: of care.
        """
        if not self.ready.is_set():
            self.prepare()
            return None
        return _next(self._desk, key, tuple(sorted(unknown)), region, self._desk.question())


@lru_cache(maxsize=512)
def _next(
    desk: Desk, key: Key, unknown: tuple[str, ...], region: str | None, day: Any
) -> Mapping[str, Any] | None:
    asked, facts = desk.question(region), desk.quick_facts(key, region)
    said = dict.fromkeys((one for one in unknown if one not in facts.values), api.UNKNOWN)
    step = api.ask_step(desk.base, said, facts=facts, asked=asked)
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
