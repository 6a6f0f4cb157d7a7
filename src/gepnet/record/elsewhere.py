"""Facts that a file gives in an event of another kind: kept as an event of their own kind.

A pathology report tells the size of the tumour, a letter the laboratory: what was seen on that day
was seen, whatever the heading. Only where an event stands for more than its values is a fact
refused, and told where it belongs: a course of treatment, a cycle, an assessment of the course, and
an examination of which the latest counts as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gepnet.record.model import EVENT_MODELS
from gepnet.vocabulary import Vocabulary

#: What an event of another kind takes over from the one in which its facts were given.
_SHARED = ("date", "author", "source", "withdrawn")
_REPLACED = "pathology_superseded"


def split(
    item: Mapping[str, Any], kind: str, vocabulary: Vocabulary
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return an event without the facts of other kinds, and an event for each kind that it told."""
    if kind in EVENT_MODELS:
        return dict(item), []
    facts = vocabulary.of_event(kind)
    own: dict[str, Any] = {}
    others: dict[str, dict[str, Any]] = {}
    for key, raw in item.items():
        fact = None if key in facts else vocabulary.get(key)
        home = None if fact is None else fact.entry.event
        if home is None or home in EVENT_MODELS or home in vocabulary.whole_kinds:
            own[key] = raw
        else:
            others.setdefault(home, {})[key] = raw
    return own, [_beside(item, home, told) for home, told in others.items()]


def _beside(item: Mapping[str, Any], kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of another kind; of a report that no longer stands it does not either."""
    shared = {name: item[name] for name in _SHARED if item.get(name) is not None}
    if item.get(_REPLACED) is True:
        shared["withdrawn"] = True
    return {"id": f"{item['id']}-{kind}", "kind": kind, **shared, **told}
