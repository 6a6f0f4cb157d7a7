"""What is worked out once for each state of the knowledge."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from gepnet.guidelines.compiled import KnowledgeBase

P = ParamSpec("P")
R = TypeVar("R")


def once(
    work: Callable[Concatenate[KnowledgeBase, P], R],
) -> Callable[Concatenate[KnowledgeBase, P], R]:
    """Return the same function, which keeps what it found as long as the knowledge lives.

    What it finds must not hold the knowledge itself.
    """
    known: WeakKeyDictionary[KnowledgeBase, dict[object, R]] = WeakKeyDictionary()

    @wraps(work)
    def kept(base: KnowledgeBase, /, *args: P.args, **more: P.kwargs) -> R:
        found = known.setdefault(base, {})
        asked = (args, *more.items())
        if asked not in found:
            found[asked] = work(base, *args, **more)
        return found[asked]

    return kept
