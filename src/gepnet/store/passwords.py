"""Passwords: argon2id hashes, and what a new one has to be."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from gepnet.store.errors import wrong

if TYPE_CHECKING:
    from argon2 import PasswordHasher

#: No rule of composition: length is what protects (NIST SP 800-63B, section 5.1.1.2).
SHORTEST = 12
LONGEST = 256


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()  # the library's defaults are those of RFC 9106, low memory


def hashed(password: str, *about: str) -> str:
    """Return the hash of a new password.

    Args:
        password: as typed.
        about: names that it may not be.

    Raises:
        InputError: if it is too short, too long, or one of the names.
    """
    text = _plain(password)
    if not SHORTEST <= len(text) <= LONGEST:
        told = f"{SHORTEST} to {LONGEST} characters, such as a sentence"
        raise wrong("password", f"{len(text)} characters", told)
    if len(set(text)) < 4 or any(one and text.casefold() == one.casefold() for one in about):
        raise wrong("password", "easily guessed", "none that the name gives away")
    return _hasher().hash(text)


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash is kept; as slow where there is none."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(kept or _nobodys(), _plain(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this one")


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
