"""Typed results as plain data: the one way from a dataclass to JSON.

A result is a frozen dataclass whose fields are named as the JSON keys are; where a key differs, or
a value is shown in other words, the field is annotated with ``Shown``. Nothing else turns results
into dictionaries, so that a key stands in one place only.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence, Set
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from pathlib import PurePath
from typing import Any, TypeVar, dataclass_transform, get_type_hints

from pydantic import BaseModel

from gepnet.vocabulary import Interval, PartialDate

_ALSO = "_gepnet_also_shown"
# Where an entry of the knowledge stands in its file: for messages, never for a reader's data.
_PLACE = frozenset({"file", "line"})
Kind = TypeVar("Kind")
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass_transform(frozen_default=True)
def view_class(kind: type[Kind]) -> type[Kind]:
    """Return a class as a dataclass that is made, shown and then forgotten.

    Type checkers hold it to be frozen. Nothing compares or prints it: to make what would do so, and
    what would refuse a change, took longer for the views of one assessment than to fill them.
    """
    return dataclasses.dataclass(eq=False, repr=False)(kind)


@dataclasses.dataclass(frozen=True)
class Shown:
    """How ``plain`` shows a field, as in ``truth: Annotated[Truth, Shown("met", by=WORDS)]``.

    Attributes:
        name: key in the data, where it is not the name of the field.
        take: attributes to take of the value (an entry, another result, or several), parted by
            spaces; one written ``attribute:key`` gets that key. By default all of it.
        flat: put the keys of the value beside those of the other fields; of None with ``take`` each
            key is None.
        digits: decimal places that a number is rounded to.
        by: function or mapping from the value to what is shown, such as the words for a truth.
        hidden: leave the field out.
        optional: leave the field out where it is None.
        detail: leave the field out where ``plain`` is asked for no details.
        after: name of the field or property that it is shown behind; by default fields come in
            their order, then properties from the top.
    """

    name: str | None = None
    _: dataclasses.KW_ONLY
    take: str = ""
    flat: bool = False
    digits: int | None = None
    by: Callable[[Any], Any] | Mapping[Any, Any] | None = None
    hidden: bool = False
    optional: bool = False
    detail: bool = False
    after: str = ""


def also_shown(method: Method) -> Method:
    """Mark a method without arguments whose result is shown after the fields, under its name.

    Below ``@property``: ``@property`` stands first, this decorator second. The type that the
    method returns may be annotated with ``Shown`` as that of a field is.
    """
    setattr(method, _ALSO, True)
    return method


def plain(value: Any, details: bool = True) -> Any:
    """Return a result as data that JSON can hold: dicts, lists, texts, numbers, truths, None.

    Dataclasses become dicts in the order of their fields, shown as ``Shown`` says; entries of
    the knowledge become dicts without their place in a file. Decimals and fractions become floats,
    numbers without an end None, dates ISO texts, enumerations their values, intervals and partial
    dates their texts.

    Args:
        value: a result, or a container of results.
        details: with the fields that are shown as details.

    Raises:
        TypeError: for anything else, which would otherwise reach a reader as a Python object.
    """
    kind: Any = type(value)
    return value if kind in _AS_IS else _maker(kind)(value, details)


_AS_IS = frozenset({type(None), str, bool, int})
# Most of the lists in a result are empty.
_LISTS = frozenset({list, tuple})


@cache
def _maker(kind: Any) -> Callable[[Any, bool], Any]:
    """Return what turns values of a class into plain data, with details or without."""
    if issubclass(kind, Enum):
        return lambda value, details: plain(value.value)
    if issubclass(kind, str | int):
        return lambda value, details: value
    if issubclass(kind, float | Decimal | Fraction):
        return _number
    if issubclass(kind, datetime.date | datetime.time):
        return lambda value, details: value.isoformat()
    if issubclass(kind, PartialDate | Interval | PurePath):
        return lambda value, details: str(value)
    if issubclass(kind, BaseModel):
        place = _PLACE if kind.model_fields.keys() >= _PLACE else frozenset()
        names = [n for n in kind.model_fields if n not in place]
        return lambda value, details: {name: plain(getattr(value, name)) for name in names}
    if dataclasses.is_dataclass(kind):
        return _of_dataclass(kind)
    if issubclass(kind, Mapping):
        return lambda value, details: {
            str(plain(key)): plain(item, details) for key, item in value.items()
        }
    if issubclass(kind, Set):
        return lambda value, details: sorted(plain(item, details) for item in value)
    if issubclass(kind, Sequence):
        return lambda value, details: [plain(item, details) for item in value]
    if hasattr(kind, "tolist"):  # a number or an array of numpy, which is not imported here
        return lambda value, details: plain(value.tolist())
    raise TypeError(f"{kind.__name__} has no plain form")


def number_or_text(value: Interval | None) -> float | str | None:
    """Return a number as data: as a number, or as its text where only bounds of it are known."""
    return None if value is None else float(value.low) if value.is_point else str(value)


def _number(value: Any, _: bool) -> float | None:
    number = float(value)
    return number if abs(number) < float("inf") else None


def _of_dataclass(kind: Any) -> Callable[[Any, bool], dict[str, Any]]:
    as_it_is = Shown()
    fields = [
        (name, how.name or name, None if how == as_it_is else how) for name, how in _layout(kind)
    ]

    def data(value: Any, details: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, key, how in fields:
            item = getattr(value, name)
            if how is None:
                own: Any = type(item)
                if own in _AS_IS:
                    found[key] = item
                else:
                    found[key] = _maker(own)(item, details) if own not in _LISTS or item else []
            else:
                _show(found, key, item, how, details)
        return found

    return data


def _show(found: dict[str, Any], key: str, item: Any, how: Shown, details: bool) -> None:
    """Put a field among the data as it is said to be shown."""
    if (how.detail and not details) or (how.optional and item is None):
        return
    if how.by is not None:
        item = how.by[item] if isinstance(how.by, Mapping) else how.by(item)
    if how.digits is not None and item is not None:
        item = round(float(item), how.digits)
    data = taken(item, how.take) if how.take else plain(item, details)
    if how.flat and data is None:
        found |= dict.fromkeys(_keys(how.take).values())
    elif how.flat:
        found |= data
    else:
        found[key] = data


def taken(item: Any, names: str) -> Any:
    """Return some attributes of an object, or of each of several, as plain data.

    A text of an entry may run over lines in its file; here it is on one.

    Args:
        item: an entry of the knowledge, a result, a sequence of such, or None.
        names: the attributes, parted by spaces; one written ``attribute:key`` gets that key.
    """
    if item is None:
        return None
    kind: Any = type(item)
    if _is_several(kind):
        return [taken(one, names) for one in item]
    found = {key: plain(getattr(item, name)) for name, key in _keys(names).items()}
    if isinstance(item, BaseModel):
        texts = {key: " ".join(x.split()) for key, x in found.items() if isinstance(x, str)}
        return found | texts
    return found


@cache
def _is_several(kind: Any) -> bool:
    """Whether values of a class are several things; a named tuple is one."""
    return issubclass(kind, Sequence) and not hasattr(kind, "_fields")


@cache
def _keys(names: str) -> dict[str, str]:
    """Return the key of each attribute."""
    pairs = (name.partition(":") for name in names.split())
    return {name: key or name for name, _, key in pairs}


@cache
def _layout(kind: Any) -> tuple[tuple[str, Shown], ...]:
    """Return what is shown of a class: its fields, then the marked methods from the top."""
    hints = get_type_hints(kind, include_extras=True)
    names = [field.name for field in dataclasses.fields(kind)]
    for owner in reversed(kind.__mro__):
        for name, member in vars(owner).items():
            if isinstance(member, property) and getattr(member.fget, _ALSO, False):
                names.append(name)
                hints[name] = get_type_hints(member.fget, include_extras=True).get("return")
    found: dict[str, Shown] = {}
    for name in names:
        notes = getattr(hints[name], "__metadata__", ())
        found[name] = next((note for note in notes if isinstance(note, Shown)), Shown())
    for name, how in found.items():
        if how.after:
            names.remove(name)
            names.insert(names.index(how.after) + 1, name)
    return tuple((name, found[name]) for name in names if not found[name].hidden)
