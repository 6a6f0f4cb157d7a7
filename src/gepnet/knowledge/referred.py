"""Recommendations that refer to one of another document, put in full while the files are read.

A paper that says "as in the small intestine" takes what another says for patients of its own. It is
written once, there; here stand ``as``, for whom it is taken (``when``), and what is this document's
own: strength, place, verification, examples. What is read is a recommendation like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gepnet.knowledge.problems import Problem

#: Of the other entry, besides its criterion.
_TAKEN = ("options", "provided", "dissent", "requires_approval")
#: Studies that the other document names for itself; places in it say nothing of this one.
_ITS_OWN = ("rests_on",)
_VERIFIED = ("unverified", "secondary", "primary")


def written_out(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the recommendations of a file as they are written, by their full id."""
    document = data.get("document") if isinstance(data, dict) else None
    if not isinstance(document, dict):
        return
    entries = data.get("recommendations")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("id") is not None:
            yield f"{document.get('id')}/{entry['id']}", entry


def in_full(entry: dict[str, Any], others: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return an entry with what it takes from the one that it names by ``as``.

    An entry that is not there, or takes something itself, gives nothing: that is told with the
    references.
    """
    if entry.get("as") is None:
        return entry
    other = others.get(str(entry["as"]), {})
    if other.get("as") is not None:
        other = {}
    taken: dict[str, Any] = {"options": []}
    taken |= {key: other[key] for key in _TAKEN if key in other}
    taken["options"] = [_position(one) for one in taken["options"] or ()]
    whom, broad = entry.get("when", "true"), entry.get("when_broad")
    if "when" in other:
        taken["when"] = _both(whom, other["when"])
    if other.get("when_broad") is not None or (broad is not None and "when" in other):
        taken["when_broad"] = _both(broad or whom, other.get("when_broad") or other["when"])
    return {**entry, **taken}


def _position(position: Any) -> Any:
    if not isinstance(position, dict):
        return position
    return {key: value for key, value in position.items() if key not in _ITS_OWN}


def _both(whom: str, asked: str) -> str:
    return asked if str(whom).strip() == "true" else f"({whom}) and ({asked})"


def written_twice(entry: dict[str, Any]) -> list[str]:
    """Return the keys that an entry writes although it takes them from another."""
    return [key for key in _TAKEN if key in entry] if entry.get("as") is not None else []


def check_referred(documents: Iterable[Any]) -> Iterator[Problem]:
    """Yield a problem for each entry that refers to one that refers itself, or trusts it too much.

    What is taken was read where the other entry says: it cannot be better verified than that.
    """
    found = {f"{file.id}/{one.id}": one for file in documents for one in file.recommendations}
    for entry in found.values():
        other = found.get(entry.as_ or "")
        if other is None:
            continue
        if other.as_ is not None:
            yield Problem.at(entry, "as", repr(entry.as_), "a recommendation that is written out")
        elif _VERIFIED.index(entry.verification) > _VERIFIED.index(other.verification):
            expected = f"no more than {other.verification}, as {entry.as_} is"
            yield Problem.at(entry, "verification", entry.verification, expected)
