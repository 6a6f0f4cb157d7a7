"""One term for each way in which an adverse event is written.

Capitals, hyphens, spaces, and the British spelling of what CTCAE spells as Americans do.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Spellings:
    """A term with the other ways in which it was written."""

    term: str
    also: tuple[str, ...]


def term_key(term: str, american: Mapping[str, str] | None = None) -> str:
    """Return what is the same for every way to write a term: its letters and digits."""
    plain = unicodedata.normalize("NFKC", term).casefold()
    key = "".join(sign for sign in plain if sign.isalnum()) or plain
    for british, other in (american or {}).items():
        key = key.replace(british, other)
    return key


def one_spelling(
    terms: Iterable[str],
    official: Iterable[str] = (),
    american: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return for each spelling the one that stands for all: the official one, else the commonest.

    Args:
        terms: as written, each as often as it was.
        official: spellings that win, such as the terms of CTCAE that grade laboratory values.
        american: parts of words in British spelling, and what they are in the other.
    """
    ways: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for term, count in Counter(terms).items():
        ways[term_key(term, american)][term] += count
    known = {term_key(term, american): term for term in official}
    chosen = {
        key: known.get(key) or min(found, key=lambda term: (-found[term], term))
        for key, found in ways.items()
    }
    return {term: chosen[key] for key, found in ways.items() for term in found}


def spellings(chosen: dict[str, str]) -> tuple[Spellings, ...]:
    """Return the terms that were written in more than one way."""
    others: defaultdict[str, list[str]] = defaultdict(list)
    for written, term in chosen.items():
        if written != term:
            others[term].append(written)
    return tuple(Spellings(term, tuple(sorted(found))) for term, found in sorted(others.items()))
