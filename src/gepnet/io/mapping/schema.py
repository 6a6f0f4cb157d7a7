"""The JSON Schema of mapping files, for editors."""

from __future__ import annotations

from typing import Any

from gepnet.io.mapping.model import Mapping

_ONE_OR_SEVERAL = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_ANY_CELL = {"type": ["string", "number", "boolean", "null"]}


def mapping_schema() -> dict[str, Any]:
    """Return the schema of a mapping file as a person may write it."""
    schema = Mapping.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "gepnet mapping file"
    for shape in [schema, *schema.get("$defs", {}).values()]:
        for field in shape.get("properties", {}).values():
            _loosen(field)
    return schema


def _loosen(field: dict[str, Any]) -> None:
    """Let a text stand for a list of one, as the reader does."""
    if field.get("type") == "array" and field.get("items") == {"type": "string"}:
        del field["type"], field["items"]
        field["anyOf"] = [*_ONE_OR_SEVERAL["anyOf"], {"type": "array", "items": _ANY_CELL}]
    if "additionalProperties" in field and isinstance(field["additionalProperties"], dict):
        _loosen(field["additionalProperties"])
