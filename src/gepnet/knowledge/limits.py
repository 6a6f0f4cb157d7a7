"""Limits that criteria name in braces, put in their place while the files are read.

What stands in a criterion after reading is the text of the limit, so that nothing else has to know
of limits: ``platelets_10e9_l >= {platelets}`` becomes ``platelets_10e9_l >= 75``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_NAMED = re.compile(r"\{([^{}]*)\}")
_CRITERIA = ("when", "when_broad", "provided")


def texts_of(entries: Iterable[Any]) -> dict[str, str]:
    """Return what each limit, as written in a file, puts into a criterion; a faulty one nothing."""
    found: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, dict) and entry.get("id") is not None:
            condition = entry.get("when")
            text = str(entry.get("value")) if condition is None else f"({condition})"
            found[str(entry["id"])] = text
    return found


def filled(entry: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """Return an entry with the limits that its criteria name, and which these are.

    A name that is no limit stays as it is written: that it is unknown is told with the references.
    """
    named: dict[str, None] = {}
    changed: dict[str, Any] = {}
    for field in _CRITERIA:
        text = entry.get(field)
        if isinstance(text, str) and "{" in text:
            changed[field] = _filled(text, texts, named, ())
    return {**entry, **changed, "limits": list(named)} if named else entry


def _filled(
    text: str, texts: Mapping[str, str], named: dict[str, None], within: tuple[str, ...]
) -> str:
    def put(match: re.Match[str]) -> str:
        name = match.group(1).strip()
        named[name] = None
        if name not in texts or name in within:
            return match.group(0)
        return _filled(texts[name], texts, named, (*within, name))

    return _NAMED.sub(put, text)
