"""What a scalar of YAML means: numbers as they were typed, dates and words as text."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
# Python refuses to print integers of thousands of digits; longer ones stay decimal numbers.
_DIGITS = 1000
# By its first character, what a scalar without quotes may be besides text.
_RESOLVERS: Any = yaml.resolver.Resolver.yaml_implicit_resolvers


@lru_cache(maxsize=1 << 16)
def plain_scalar(text: str) -> Any:
    """Return what a scalar without quotes means; files repeat their words and numbers."""
    for tag, form in _RESOLVERS.get(text[:1], ()):
        if form.match(text):
            return scalar(tag, text)
    return text


def scalar(tag: str, text: str) -> Any:
    """Return what a scalar with a tag means."""
    kind = tag.removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool":
        # YAML 1.1 reads `NO` (Norway) and `on` as booleans; only true and false are meant here.
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in {"int", "float"}:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return int(number) if kind == "int" and number.adjusted() < _DIGITS else number
    return text
