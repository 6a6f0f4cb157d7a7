"""What the store refuses, as errors that a page, a program and the command line tell alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gepnet.knowledge import InputError, Problem, nearest


class StoreError(InputError):
    """Something that the store does not do; nothing was changed."""

    def __init__(self, field: str, value: object, expected: str, entry: str = "") -> None:
        super().__init__([Problem("store", None, entry, field, str(value), expected)])


class NotAllowed(StoreError):
    """The policy does not let this person do this."""


class NotFound(StoreError):
    """There is no such thing, or not for this person: the two look the same."""


class NotSignedIn(StoreError):
    """There is no session, it ran out, or the password is wrong."""


class TooManyAttempts(NotSignedIn):
    """Signing in has failed too often; ``wait_s`` seconds have to pass."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("sign-in", "too many attempts", f"a pause of {wait_s} seconds")
        self.wait_s = wait_s


class NotProved(StoreError):
    """What is signed needs the password again."""


class NotNow(StoreError):
    """What is asked does not fit the state that things are in."""


class Stale(StoreError):
    """Somebody else saved first: both versions, so that nothing typed is lost.

    Attributes:
        seen: the version that the change was made from.
        current: the version that stands.
        mine: what was to be saved, by field.
        theirs: what stands, by field.
    """

    def __init__(
        self,
        what: str,
        seen: int,
        current: int,
        mine: Mapping[str, Any],
        theirs: Mapping[str, Any],
    ) -> None:
        super().__init__("version", seen, f"version {current}, which was saved meanwhile", what)
        self.seen, self.current = seen, current
        self.mine, self.theirs = dict(mine), dict(theirs)


def wrong(
    field: str, value: object, expected: str, known: Iterable[str] = (), entry: str = ""
) -> InputError:
    """Return the error to raise for one fault of what was entered."""
    return InputError([fault(field, value, expected, known, entry)])


def fault(
    field: str, value: object, expected: str, known: Iterable[str] = (), entry: str = ""
) -> Problem:
    """Return one fault of what was entered in a form."""
    return Problem("form", None, entry, field, str(value), expected, nearest(str(value), known))
