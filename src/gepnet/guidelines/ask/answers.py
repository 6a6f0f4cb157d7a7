"""Answers to questions: as a person or a program gives them, and as values."""

from __future__ import annotations

from typing import Any

from gepnet.guidelines.pathway.space import Variable
from gepnet.knowledge import refuse
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, Value, ValueProblem, plain

#: What is answered where nobody knows. A primary can be unknown: that is an answer.
UNKNOWN = "not known"


def is_exact(value: Value) -> bool:
    """Whether a value leaves nothing to ask."""
    if isinstance(value, Interval):
        return value.is_point
    return value is NOT_APPLICABLE or isinstance(value, str | bool)


def handed_back(variable: Variable, value: Value) -> str:
    """Return an answer as a program hands it back; nothing where only a number will do."""
    if value is NOT_APPLICABLE:
        return "not applicable"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Interval):
        if value.is_point:
            return plain(value.low)
        assert variable.fact is not None
        return f"{plain(value.low)}-{plain(value.high)}" if variable.fact.takes_range else ""
    return str(value)


def read_answer(fact: Fact, raw: Any) -> Value:
    """Return the value of an answer; None where nobody knows.

    Raises:
        InputError: for an answer that is none.
    """
    text = raw.strip().lower() if isinstance(raw, str) else raw
    if text is None or text in (UNKNOWN, "") or (text == "unknown" and text not in fact.values):
        return None
    if raw is NOT_APPLICABLE or text == "not applicable":
        return NOT_APPLICABLE
    if fact.type == "boolean" and text in ("yes", "no"):
        return text == "yes"
    try:
        return fact.parse(raw)
    except ValueProblem as problem:
        expected = "yes, no" if fact.type == "boolean" else problem.expected
        known = fact.values if fact.type == "enum" else ()
        raise refuse(fact.id, raw, f"{expected}, or {UNKNOWN}", known) from problem
