"""Documents side by side, what is missing, and what would be if."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gepnet.facts import inputs_of, is_given
from gepnet.guidelines import Assessment, KnowledgeBase, what_if
from gepnet.knowledge import InputError, Problem, nearest
from gepnet.report import agreement, changes
from gepnet.vocabulary import Value, ValueProblem

View = dict[str, Any]
_UNKNOWN = {"unknown", "null", ""}


def comparison_view(
    assessment: Assessment,
    base: KnowledgeBase,
    option: str | None = None,
    every_pair: bool = False,
) -> View:
    """Return each pair of documents on each option, with the facts that decide between them.

    Raises:
        InputError: if there is no such option.
    """
    if option is not None and option not in base.options:
        raise InputError([_problem("option", option, "an option", nearest(option, base.options))])
    return agreement.comparison_view(assessment, base, option, every_pair)


def missing_view(assessment: Assessment, base: KnowledgeBase) -> View:
    """Return the unknown facts that positions wait for, with what each result would bring."""
    return changes.missing_view(assessment, base)


def whatif_view(assessment: Assessment, base: KnowledgeBase, settings: Sequence[str]) -> View:
    """Return what would differ if facts were as ``settings`` ("fact=value") say.

    Raises:
        InputError: with every setting that is no fact, or no value of it.
    """
    return changes.whatif_view(
        what_if(base, assessment, parse_settings(settings, assessment, base)), base
    )


def parse_settings(
    settings: Sequence[str], assessment: Assessment, base: KnowledgeBase
) -> dict[str, Value]:
    """Return the facts and values that settings such as ``ki67_percent=9`` name.

    Raises:
        InputError: with every fault.
    """
    found: dict[str, Value] = {}
    problems: list[Problem] = []
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        try:
            if not equals:
                raise ValueProblem(setting, "fact=value, such as ki67_percent=9")
            found[name] = _value(name, text, assessment, base)
        except KeyError:
            problems.append(_problem("--set", name, "a fact", base.vocabulary.nearest(name)))
        except ValueProblem as fault:
            field = f"--set {name}" if equals else "--set"
            problems.append(_problem(field, fault.value, fault.expected, fault.suggestion))
    if problems:
        raise InputError(problems)
    return found


def _value(name: str, text: str, assessment: Assessment, base: KnowledgeBase) -> Value:
    fact = base.vocabulary[name]
    if text.lower() not in _UNKNOWN or text in fact.values:
        return fact.parse(text)
    if fact.is_derived and not is_given(assessment.facts, name, base.vocabulary):
        behind = ", ".join(inputs_of(fact, base.criteria))
        expected = "a value, since it is worked out" + (f" from {behind}" if behind else "")
        raise ValueProblem(text, expected)
    return None


def _problem(field: str, value: object, expected: str, suggestion: str | None) -> Problem:
    return Problem("command line", None, "", field, repr(value), expected, suggestion)
