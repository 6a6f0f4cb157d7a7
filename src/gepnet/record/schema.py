"""JSON Schema of the patient file, made from the vocabulary so that the two never differ."""

from __future__ import annotations

from typing import Any, get_args

from gepnet.record.cycles import ACTIVITY
from gepnet.record.model import (
    FORMAT,
    RELEASING,
    BestResponse,
    ProgressionType,
    ReleaseDecision,
    StopReason,
    Treatment,
)
from gepnet.vocabulary import Fact, Vocabulary

_DATE = {"type": "string", "description": "YYYY, YYYY-MM or YYYY-MM-DD"}
_MOMENT = {"type": "string", "description": "a local day, or a date-time with its offset from UTC"}


def patient_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of gepnet's patient file."""
    own = {"treatment", "progression", "prrt_cycle", "prrt_release"}
    kinds = [kind for kind in vocabulary.event_kinds() if kind not in own]
    domains = sorted({f.entry.complete for f in vocabulary.values() if f.entry.complete})
    variants = [_treatment(vocabulary), _progression(vocabulary)]
    variants += [_cycle(vocabulary), _release(vocabulary)]
    variants += [_observation(kind, vocabulary) for kind in kinds]
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
            "events": {"type": "array", "items": {"oneOf": variants}},
        },
    }


def _envelope(kind: str) -> dict[str, Any]:
    return {
        "id": {"type": "string"},
        "kind": {"const": kind},
        "date": _DATE,
        "author": {"type": "string"},
        "source": {"type": "string"},
        "note": {"type": "string"},
        "withdrawn": {"type": "boolean"},
    }


def _event(kind: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "title": kind,
        "type": "object",
        "required": ["kind", *required],
        "additionalProperties": False,
        "properties": {**_envelope(kind), **properties},
    }


def _observation(kind: str, vocabulary: Vocabulary) -> dict[str, Any]:
    facts = vocabulary.of_event(kind)
    properties = {name: _value(fact) for name, fact in facts.items()}
    if kind == "laboratory":
        numbers = [name for name, fact in facts.items() if fact.type == "number"]
        properties["limits"] = _limits(numbers)
    return _event(kind, properties, [])


def _limits(numbers: list[str]) -> dict[str, Any]:
    quantity = {
        "type": "object",
        "required": ["value", "unit"],
        "properties": {"value": {"type": "number"}, "unit": {"type": "string"}},
    }
    limit = {"anyOf": [{"type": "number"}, {"type": "null"}, quantity]}
    pair = {"type": "array", "items": limit, "minItems": 2, "maxItems": 2}
    return {
        "type": "object",
        "description": "lower and upper limit of normal of the laboratory, by fact",
        "propertyNames": {"enum": numbers},
        "additionalProperties": pair,
    }


def _progression(vocabulary: Vocabulary) -> dict[str, Any]:
    types = {"type": "array", "items": {"enum": list(get_args(ProgressionType))}}
    facts = vocabulary.of_event("progression")
    own = {"types": types, "excluded": types, "on": {"type": "array", "items": _option(vocabulary)}}
    return _event("progression", {**{n: _value(f) for n, f in facts.items()}, **own}, [])


def _treatment(vocabulary: Vocabulary) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "option": _option(vocabulary),
        "start": _DATE,
        "stop": _DATE,
        "last_dose": _DATE,
        "ongoing": {"type": "boolean"},
        "best_response": {"enum": list(get_args(BestResponse))},
        "stop_reason": {"enum": list(get_args(StopReason))},
        "cycles": {"type": "integer", "minimum": 0},
        "intent": {"type": "string"},
    }
    numbers = set(Treatment.model_fields) - set(properties) - set(_envelope("")) - {"values"}
    properties.update({name: {"type": "number", "minimum": 0} for name in sorted(numbers)})
    facts = vocabulary.of_event("treatment")
    properties.update({name: _value(fact) for name, fact in facts.items()})
    return _event("treatment", properties, ["option"])


def _cycle(vocabulary: Vocabulary) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "date": _MOMENT,
        "cycle": {"type": "integer", "minimum": 1},
        "option": _option(vocabulary),
        "activity_gbq": _value(vocabulary[ACTIVITY]) if ACTIVITY in vocabulary else {},
        "course": {"type": "string"},
        "amino_acids": {"type": "boolean"},
        "reaction_grade": {"type": "integer", "minimum": 0, "maximum": 5},
    }
    facts = {n: _value(f) for n, f in vocabulary.of_event("prrt_cycle").items()}
    return _event("prrt_cycle", {**properties, **facts}, ["date", "cycle", "activity_gbq"])


def _release(vocabulary: Vocabulary) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "date": _MOMENT,
        "cycle": {"type": "integer", "minimum": 1},
        "decision": {"enum": list(get_args(ReleaseDecision))},
        "planned": _MOMENT,
        "activity_gbq": _value(vocabulary[ACTIVITY]) if ACTIVITY in vocabulary else {},
        "course": {"type": "string"},
        "override": {"type": "string"},
        "review": {"type": "string"},
    }
    needed = ["date", "author", "cycle", "decision"]
    frees = {"properties": {"decision": {"enum": sorted(RELEASING)}}}
    return {
        **_event("prrt_release", properties, needed),
        "if": frees,
        "then": {"required": ["activity_gbq"]},
        "else": {"properties": {"activity_gbq": False}},
    }


def _option(vocabulary: Vocabulary) -> dict[str, Any]:
    return {"enum": [name for name, option in vocabulary.options.items()]}


def _value(fact: Fact) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": f"{fact.entry.label}. {fact.entry.definition}"}
    if fact.type == "boolean":
        return {**schema, "type": "boolean"}
    if fact.type == "enum":
        return {**schema, "enum": list(fact.values)}
    if fact.type == "date":
        return {**schema, **_DATE}
    least, greatest = fact.entry.range or (None, None)
    number = {"type": "number", "minimum": float(least or 0), "maximum": float(greatest or 0)}
    quantity = {
        "type": "object",
        "required": ["value", "unit"],
        "properties": {"value": {}, "unit": {"type": "string", "description": "UCUM"}},
    }
    forms: list[dict[str, Any]] = [number, quantity]
    if fact.entry.interval:
        forms.append({"type": "string", "description": "2-5, <3 or >20"})
    return {**schema, "anyOf": forms, "x-unit": fact.entry.unit}
