"""Long questions: worked out one after the other beside the server, which answers meanwhile."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from queue import Full, Queue
from threading import Event, Lock, Thread
from typing import Any

from gepnet.api import InputError, Problem

Progress = Callable[[int], None]
Make = Callable[[Progress], dict[str, Any]]
#: Answers that are kept, and questions that may wait; further ones are taken when there is room.
KEPT, WAITING = 64, 8


@dataclass
class Reckoned:
    """One question: its answer when it is there, and how far it is until then."""

    make: Make
    done: int = 0
    view: dict[str, Any] | None = None
    fault: Exception | None = None
    over: Event = field(default_factory=Event)

    def work(self) -> None:
        """Find the answer, or what stands in its way."""
        try:
            self.view = self.make(self._advance)
        except Exception as error:  # told to who asks, in their own request
            self.fault = error
        finally:
            self.over.set()

    def _advance(self, done: int) -> None:
        self.done = done

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with the question.

        Raises:
            Exception: what went wrong besides.
        """
        if self.fault is None:
            return []
        if isinstance(self.fault, InputError):
            return list(self.fault.problems)
        raise self.fault


class Reckoner:
    """Works out long questions in a thread of its own, each once; the oldest are forgotten."""

    def __init__(self) -> None:
        """Begin without a thread: there is one when something is asked."""
        self._found: OrderedDict[Hashable, Reckoned] = OrderedDict()
        self._waiting: Queue[Reckoned] = Queue(WAITING)
        self._lock = Lock()
        self._thread: Thread | None = None

    def asked(
        self, key: Hashable, make: Make, patience: float = 0.0, anew: bool = False
    ) -> Reckoned:
        """Return a question, put in line if it was not asked before.

        Args:
            key: of the question: with the state of all that its answer rests on.
            make: finds the answer, telling how far it is.
            patience: so many seconds are waited for the answer.
            anew: ask again what could not be answered.
        """
        with self._lock:
            known = self._found.get(key)
            if known is None or (anew and known.fault is not None):
                known = Reckoned(make)
                try:
                    self._waiting.put_nowait(known)
                except Full:
                    return known  # not kept: whoever asks again finds room or not
                self._found[key] = known
                self._begin()
            self._found.move_to_end(key)
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        known.over.wait(patience)
        return known

    def _begin(self) -> None:
        if self._thread is None:
            # Nothing is lost when it ends with the server: what is done is on disk.
            self._thread = Thread(target=self._run, name="registry", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            self._waiting.get().work()
