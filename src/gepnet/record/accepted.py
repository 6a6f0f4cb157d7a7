"""Values of a record outside their plausible range that somebody stands by.

A value is accepted where it stands: ``{value: 13, accepted_by: Dr Bell, reason: transfused}``. The
event keeps who and why under the path of the value, and the value is read as any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gepnet.record.limits import Told
from gepnet.record.model import Acceptance

#: What a reader of a patient file is told to write.
FORM = "if it is right: {value: ..., accepted_by: WHO, reason: WHY}"
_BY, _WHY = "accepted_by", "reason"
Path = tuple[str | int, ...]


def take_accepted(
    item: Mapping[str, Any], path: Path, told: Told
) -> tuple[dict[str, Any], dict[str, Acceptance]]:
    """Return an event as written without acceptances, and these by the path of their value."""
    found: dict[str, Acceptance] = {}
    if not any(_says(value) for value in item.values() if isinstance(value, dict)):
        return dict(item), found  # as most events are
    bare = {
        key: _taken(value, (*path, key), (str(key),), found, told) for key, value in item.items()
    }
    return bare, found


def _says(raw: Any) -> bool:
    """Whether an acceptance may stand in what holds values, or in one of those."""
    if isinstance(raw, dict):
        if _BY in raw or _WHY in raw:
            return True
        raw = raw.values()
    return any(_says(value) for value in raw if isinstance(value, (dict, list, tuple)))


def _taken(
    raw: Any, path: Path, within: tuple[str, ...], found: dict[str, Acceptance], told: Told
) -> Any:
    if within == ("limits",) and isinstance(raw, Mapping):
        return {
            name: [
                _taken(limit, (*path, name, at), (*within, str(name), str(at)), found, told)
                for at, limit in enumerate(pair)
            ]
            if isinstance(pair, list | tuple)
            else pair
            for name, pair in raw.items()
        }
    if not isinstance(raw, Mapping) or not {_BY, _WHY} & set(raw):
        return raw
    for key, expected in ((_BY, "the name of who accepts the value"), (_WHY, "why it is right")):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            told((*path, key), raw.get(key), expected, None)
    found[".".join(within)] = Acceptance(by=str(raw.get(_BY)), reason=str(raw.get(_WHY)))
    left = {key: value for key, value in raw.items() if key not in (_BY, _WHY)}
    return left["value"] if set(left) == {"value"} else left


def with_accepted(plain: dict[str, Any], accepted: Mapping[str, Acceptance]) -> dict[str, Any]:
    """Return an event as it is written, each accepted value with who accepts it and why."""
    for path, one in accepted.items():
        *outer, last = path.split(".")
        holder: Any = plain
        for part in outer:
            holder = holder[int(part) if isinstance(holder, list) else part]
        at: Any = int(last) if isinstance(holder, list) else last
        value = holder[at]
        said = value if isinstance(value, dict) else {"value": value}
        holder[at] = {**said, _BY: one.by, _WHY: one.reason}
    return plain
