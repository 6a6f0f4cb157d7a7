"""What is expected where a patient file holds something else: in words, with what may be meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel

from gepnet.knowledge import nearest
from gepnet.record.model import EVENT_MODELS, UNWRITTEN
from gepnet.record.spelling import says_unit
from gepnet.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

A_DATE = "a date such as 2024-05-17, 2024-05 or 2024"


def of_unknown_key(
    key: str, kind: str, known: Sequence[str], raw: object, vocabulary: Vocabulary
) -> tuple[str, str | None]:
    """Return what is expected in place of a key that is neither of the event nor a fact of it.

    Args:
        key: as it is written.
        kind: of the event.
        known: the keys that the event takes.
        raw: what the key holds.
        vocabulary: the facts.
    """
    fact, near = vocabulary.get(key), None
    meant = vocabulary.words.fact(key, vocabulary)
    event = key.removesuffix("_date")
    if kind in ("prrt_cycle", "prrt_release") and key.startswith("activity_"):
        near = "activity_gbq"
        expected = "activity_gbq, in GBq or as {value: 200, unit: mCi}"
    elif event != key and event in EVENT_MODELS:
        expected = f"an event of kind '{event}' with this date"
    elif (
        fact is None
        and meant is not None
        and meant in known
        and not says_unit(vocabulary[meant], raw)
    ):
        expected, near = "its unit beside the value: {value: ..., unit: ...}", meant
    elif fact is not None and fact.entry.event:
        expected = f"this fact in an event of kind '{fact.entry.event}'"
    elif fact is not None:
        expected = "a recorded fact (this one is always worked out from others)"
    else:
        expected = f"a fact of '{kind}' events"
        likely = meant or vocabulary.words.likely_fact(key)
        near = likely or nearest(key, known) or vocabulary.nearest(key)
    return expected, near


@cache
def written_fields(kind: type[BaseModel]) -> list[str]:
    """Return the keys of a model as a file writes them: asked once a kind, not once an event."""
    return [name for name in kind.model_fields if name not in UNWRITTEN]


def of_field(fault: ErrorDetails, names: Iterable[str]) -> tuple[str, str | None]:
    """Say what a field takes, in words that do not speak of Python."""
    match fault["type"]:
        case "literal_error":
            allowed = str(fault["ctx"]["expected"]).split("'")[1::2]
            return f"one of {', '.join(allowed)}", nearest(str(fault["input"]), allowed)
        case "extra_forbidden":
            return f"one of {', '.join(names)}", nearest(str(fault["loc"][-1]), names)
        case "missing":
            return "a value: this key has to be there", None
        case "value_error":  # only dates are read by functions that raise it
            return f"{A_DATE} ({fault['msg'].removeprefix('Value error, ')})", None
        case "string_type":
            return "text, in quotes where it looks like a number", None
        case "tuple_type":
            return "a list", None
    return fault["msg"].removeprefix("Input should be "), None
