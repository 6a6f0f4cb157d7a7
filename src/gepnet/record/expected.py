"""What is expected where a patient file holds something else: in words, with what may be meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel

from gepnet.knowledge import nearest
from gepnet.record.model import EVENT_MODELS, UNWRITTEN
from gepnet.record.spelling import says_unit
from gepnet.vocabulary import Fact, Vocabulary

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
        near = next((name for name in known if name.startswith(f"{key}_")), None)
    elif (home := _of_value(key, vocabulary)) is not None:
        expected = f"{home.id}: {key} in an event of kind '{home.entry.event}'"
    else:
        expected = f"a fact of '{kind}' events"
        words = vocabulary.words
        recorded = [one.id for one in vocabulary.base_facts() if one.entry.event]
        likely = meant or words.likely_fact(key, known) or words.likely_fact(key, recorded)
        near = likely or nearest(key, known) or nearest(key, recorded)
    return expected, near


def _of_value(word: str, vocabulary: Vocabulary) -> Fact | None:
    """Return the only recorded fact of which a word is a value, such as ``declines_prrt``."""
    homes = [
        fact
        for fact in vocabulary.base_facts()
        if fact.entry.event and fact.type == "enum" and word in fact.values
    ]
    return homes[0] if len(homes) == 1 else None


def of_other_fact(fact: Fact, word: str, vocabulary: Vocabulary) -> str | None:
    """Return what a word that is no value of a fact says of another one of the same kind of event.

    ``stage: III`` is a stage group, and ``no evidence of disease`` a fact of its own.
    """
    said = []
    for name, other in vocabulary.of_event(fact.entry.event or "").items():
        if other.type == "boolean" and vocabulary.words.fact(word, (name,)):
            said.append(f"{name}: true")
        elif other.type == "enum" and name != fact.id:
            value = vocabulary.words.of(name).read(word)
            said += [f"{name}: {value}"] if value is not None else []
    return said[0] if len(said) == 1 else None


@cache
def written_fields(kind: type[BaseModel]) -> Mapping[str, None]:
    """Return the keys of a model as a file writes them: asked once a kind, not once an event."""
    return dict.fromkeys(name for name in kind.model_fields if name not in UNWRITTEN)


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
