"""JSON Schema of the patient file, made from the vocabulary and the models of its events."""

from __future__ import annotations

import types
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from gepnet.record.cycles import ACTIVITY
from gepnet.record.doubts import FIELDS
from gepnet.record.model import EVENT_MODELS, FORMAT, RELEASING, UNWRITTEN, Observation
from gepnet.record.write import FACTS
from gepnet.vocabulary import Fact, Vocabulary

Schema = dict[str, Any]
_DATE = {"type": "string", "description": "YYYY, YYYY-MM or YYYY-MM-DD"}
_MOMENT = {"type": "string", "description": "a local day, or a date-time with its offset from UTC"}
_PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number"}
# Kinds of which the time of day matters, and what else one of them has to say.
_TIMED = ("prrt_cycle", "prrt_release")
# What a reader finds by itself where it is not written: a name, the day of a cycle.
_FOUND = {"prrt_cycle": ("id", "date")}


def patient_schema(vocabulary: Vocabulary) -> Schema:
    """Return the JSON Schema (draft 2020-12) of gepnet's patient file."""
    observed = [kind for kind in vocabulary.event_kinds() if kind not in EVENT_MODELS]
    domains = sorted({f.entry.complete for f in vocabulary.values() if f.entry.complete})
    variants = [_event(kind, vocabulary) for kind in (*EVENT_MODELS, *observed)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gepnet patient file",
        "type": "object",
        "required": ["gepnet", "patient", "events"],
        "additionalProperties": False,
        "properties": {
            "gepnet": {"const": FORMAT},
            "patient": {"type": "string"},
            "title": {"type": "string"},
            "region": _value(vocabulary["region"]) if "region" in vocabulary else {},
            "as_of": _DATE,
            "source": {"type": "string"},
            "complete": {
                "type": "object",
                "propertyNames": {"enum": domains},
                "additionalProperties": {"anyOf": [_DATE, {"type": "null"}]},
            },
            "losses": {"type": "array", "items": {"type": "string"}},
            "readings": {"type": "array", "items": {"type": "string"}},
            "unplaced": {"enum": ["error", "note"], "default": "error"},
            "events": {"type": "array", "items": {"oneOf": variants}},
        },
    }


def _event(kind: str, vocabulary: Vocabulary) -> Schema:
    model = EVENT_MODELS.get(kind, Observation)
    day = _MOMENT if kind in _TIMED else _DATE
    own = {
        name: _field(name, info, day, vocabulary)
        for name, info in model.model_fields.items()
        if name not in {"kind", "limits", *UNWRITTEN}
    }
    found = _FOUND.get(kind, ("id",))
    fields = model.model_fields
    needed = [name for name in own if fields[name].is_required() and name not in found]
    facts = vocabulary.of_event(kind)
    if kind == "laboratory":
        own["limits"] = _limits([name for name, fact in facts.items() if fact.type == "number"])
    schema: Schema = {
        "title": kind,
        "type": "object",
        "required": ["kind", *needed],
        "additionalProperties": False,
        "properties": {
            "kind": {"const": kind}, **own, **{name: _value(fact) for name, fact in facts.items()}
        },
    }  # fmt: skip
    if kind == "answers":
        told = "any fact with its value, or 'not applicable'; never empty"
        schema["required"].append(FACTS)
        schema["properties"][FACTS] = {"type": "object", "description": told, "minProperties": 1}
    if kind == "prrt_release":
        schema["if"] = {"properties": {"decision": {"enum": sorted(RELEASING)}}}
        schema["then"] = {"required": ["activity_gbq"]}
        schema["else"] = {"properties": {"activity_gbq": False}}
    return schema


def _field(name: str, info: FieldInfo, day: Schema, vocabulary: Vocabulary) -> Schema:
    """Return the schema of a field of an event, by its type."""
    if name in ("option", "on"):
        options = {"enum": list(vocabulary.options)}
        return options if name == "option" else {"type": "array", "items": options}
    kind: Any = info.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is tuple:
        return {"type": "array", "items": {"enum": list(get_args(get_args(kind)[0]))}}
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    if kind is Decimal:
        return _value(vocabulary[ACTIVITY]) if ACTIVITY in vocabulary else {}
    if kind not in _PLAIN:
        return day
    schema: Schema = {"type": _PLAIN[kind]}
    if kind is float:
        schema["minimum"] = 0
    if name in FIELDS:
        return {"anyOf": [schema, _quantity(schema, False)]}
    for bound in info.metadata if kind is int else ():
        if isinstance(bound, Ge | Le):
            schema["minimum" if isinstance(bound, Ge) else "maximum"] = (
                bound.ge if isinstance(bound, Ge) else bound.le
            )
    return schema


def _limits(numbers: list[str]) -> dict[str, Any]:
    limit = {"anyOf": [{"type": "number"}, {"type": "null"}, _quantity({"type": "number"})]}
    pair = {"type": "array", "items": limit, "minItems": 2, "maxItems": 2}
    return {
        "type": "object",
        "description": "lower and upper limit of normal of the laboratory, by fact",
        "propertyNames": {"enum": numbers},
        "additionalProperties": pair,
    }


def _quantity(value: Schema, in_units: bool = True) -> Schema:
    """Return a value with its unit, or with who accepts it outside its plausible range and why."""
    unit = {"unit": {"type": "string", "description": "UCUM"}} if in_units else {}
    return {
        "type": "object",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {
            "value": value,
            **unit,
            "accepted_by": {"type": "string", "minLength": 1},
            "reason": {"type": "string", "minLength": 1},
        },
        "dependentRequired": {"accepted_by": ["reason"], "reason": ["accepted_by"]},
    }


def _value(fact: Fact) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": f"{fact.entry.label}. {fact.entry.definition}"}
    if fact.type == "boolean":
        return {**schema, "type": "boolean"}
    if fact.type == "enum":
        word = {"enum": list(fact.values)}
        several = {"type": "array", "minItems": 1, "items": word}
        return {**schema, "anyOf": [word, several]}
    if fact.type == "date":
        return {**schema, "anyOf": [_DATE, _quantity(_DATE, False)]}
    least, greatest = fact.entry.range or (None, None)
    number = {"type": "number", "minimum": float(least or 0), "maximum": float(greatest or 0)}
    forms: list[dict[str, Any]] = [number, _quantity({})]
    if fact.entry.interval:
        forms.append({"type": "string", "description": "2-5, <3 or >20"})
    return {**schema, "anyOf": forms, "x-unit": fact.entry.unit}
