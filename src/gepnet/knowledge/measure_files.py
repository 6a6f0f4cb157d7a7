"""Files of ``measures/``: mappings of any shape, given a shape by the room that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gepnet.knowledge.problems import InputError, Problem

Model = TypeVar("Model", bound=BaseModel)
_SHOWN = 100  # characters of a value in a message


def read_measure(model: type[Model], measures: Mapping[str, Any], stem: str) -> Model:
    """Return ``measures/STEM.yaml`` in the shape of ``model``.

    Raises:
        InputError: naming file, key and value of every fault, or the file that is not there.
    """
    if stem not in measures:
        raise InputError([Problem(_file(stem), None, "", "", "", "this knowledge file")])
    try:
        return model.model_validate(measures[stem])
    except ValidationError as error:
        raise InputError(
            Problem(
                _file(stem),
                None,
                "",
                ".".join(str(step) for step in fault["loc"]),
                "" if isinstance(fault["input"], dict | list) else repr(fault["input"])[:_SHOWN],
                fault["msg"].removeprefix("Value error, "),
            )
            for fault in error.errors(include_url=False)
        ) from error


def _file(stem: str) -> str:
    return f"measures/{stem}.yaml"


__all__ = ["read_measure"]
