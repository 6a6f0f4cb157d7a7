"""Response over time: RECIST 1.1, growth, Choi and the course of markers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.response.recist import (
    Result,
    assess,
    detail_view,
    read_options,
    read_patients,
    read_rules,
    result_view,
)

View = dict[str, Any]


def assess_response(
    base: KnowledgeBase,
    lesions: Path | None = None,
    responses: Path | None = None,
    patients: Path | None = None,
    options: Mapping[str, str | int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Result]:
    """Return the response of each patient by RECIST 1.1, every result with its reason.

    Args:
        base: the knowledge.
        lesions: CSV of lesions, one row a lesion and date.
        responses: CSV of responses already given, for patients without lesions.
        patients: CSV with reference and baseline dates and markers.
        options: named choices that the paper leaves open, where not the default.
        progress: called with the number of patients done.

    Raises:
        InputError: with every problem of the files and options.
    """
    if lesions is None and responses is None and patients is None:
        problem = Problem("command", None, "", "", "", "a file of lesions or of responses")
        raise InputError([problem])
    rules = read_rules(base.knowledge.measures)
    chosen = read_options(rules, options)
    found = []
    for count, patient in enumerate(read_patients(rules, lesions, responses, patients), 1):
        found.append(assess(patient, rules, chosen))
        if progress is not None:
            progress(count)
    return found


def response_view(results: Iterable[Result], details: bool = False) -> list[View]:
    """Return results as plain data: one object a patient.

    With ``details`` also dates and reasons of best response, durations, PFS and findings.
    """
    view = detail_view if details else result_view
    return [view(result) for result in results]


def response_options(base: KnowledgeBase) -> list[View]:
    """Return the named choices that RECIST 1.1 leaves open, with their defaults and sources."""
    return [
        {
            "option": choice.id,
            "default": choice.default,
            "values": list(choice.values) or "a whole number",
            "says": choice.says,
            "source": choice.source,
            "locator": choice.locator,
            "verification": choice.verification,
        }
        for choice in read_rules(base.knowledge.measures).options
    ]


def findings_of(results: Sequence[Result]) -> list[str]:
    """Return what a reader should look at in the data, one line each."""
    return [str(finding) for result in results for finding in result.findings]
