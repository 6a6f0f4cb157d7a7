"""Earlier treatments of a published case as treatment events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gepnet.io.case_file import PriorTherapy, table, treatment_classes
from gepnet.io.findings import Findings
from gepnet.knowledge import nearest
from gepnet.record import AnyEvent, Note, Treatment
from gepnet.vocabulary import Vocabulary, parse_date
from gepnet.vocabulary.words import OPTION

_DAILY = re.compile(r"\b(\d+(?:\.\d+)?) mg/day\b")
_DOSE = re.compile(r"\b(\d+(?:\.\d+)?) mg(?:/(\d+) d)?(?![\w/])")
_CYCLES = re.compile(r"\b(\d+) cycles\b|\bx(\d+)$")
_DATE = re.compile(r"^\d{4}(?:-\d{2}){0,2}$")


def option_of(treatment_class: str, vocabulary: Vocabulary) -> str | None:
    """Return the option that a class means in a history, None if it is no option.

    A class that the table does not hold is read as a name of an option, if it is one.
    """
    classes: Mapping[str, Any] = table("classes")
    found = classes["history"].get(treatment_class) or classes["classes"].get(treatment_class)
    if found is None and treatment_class not in classes["not_an_option"]:
        found = vocabulary.words.of(OPTION).read(treatment_class)
    return None if found is None else str(found)


def is_known(treatment_class: str, vocabulary: Vocabulary) -> bool:
    """Whether a class is an option, or is listed as none with a reason."""
    listed = treatment_class in table("classes")["not_an_option"]
    return listed or option_of(treatment_class, vocabulary) is not None


def named_in_order(therapies: tuple[PriorTherapy, ...], vocabulary: Vocabulary) -> bool:
    """Whether every entry names one treatment, so that the list can be complete."""
    return all(
        therapy.treatment_class != "multiple" and is_known(therapy.treatment_class, vocabulary)
        for therapy in therapies
    )


def treatments(therapies: tuple[PriorTherapy, ...], findings: Findings) -> Iterator[AnyEvent]:
    """Yield the courses in the order of the case; losses go to ``findings``."""
    words = table("words")
    for number, therapy in enumerate(therapies, 1):
        field = f"prior_therapies {number}"
        option = option_of(therapy.treatment_class, findings.vocabulary)
        if option is None and not is_known(therapy.treatment_class, findings.vocabulary):
            findings.lose(field, therapy.treatment_class, _unknown(therapy, findings.vocabulary))
            yield Note(id=f"treatment-{number}", of="treatment", text=_in_words(therapy))
            continue
        if option is None:
            reason = table("classes")["not_an_option"].get(therapy.treatment_class, "no option")
            findings.lose(field, therapy.treatment_class, reason)
            continue
        course, left = _course(therapy, option, findings, field, words)
        yield Treatment.model_validate({"id": f"treatment-{number}", **course})
        for added in words["added"]:
            if added["words"] in left:
                left = left.replace(added["words"], "")
                yield Treatment(
                    id=f"treatment-{number}-{added['option']}",
                    option=added["option"],
                    note=f"given with {therapy.treatment_class}: {therapy.detail}",
                )
                break
        left = left.strip(" ,;")
        if left:
            findings.lose(f"{field} detail", left, "kept as a note only")


def _unknown(therapy: PriorTherapy, vocabulary: Vocabulary) -> str:
    """Say what is lost with a class that nobody knows, and what it may have meant."""
    near = nearest(therapy.treatment_class, treatment_classes())
    near = near or vocabulary.words.of(OPTION).suggest(therapy.treatment_class)
    hint = f"; did you mean '{near}'?" if near else ""
    return f"no class of the list, kept as a note; the treatments are not complete{hint}"


def _in_words(therapy: PriorTherapy) -> str:
    told = (
        therapy.treatment_class, therapy.detail, therapy.best_response, therapy.stop_reason,
        None if therapy.duration_months is None else f"{therapy.duration_months:g} months",
    )  # fmt: skip
    return "; ".join(part for part in told if part)


def _course(
    therapy: PriorTherapy,
    option: str,
    findings: Findings,
    field: str,
    words: Mapping[str, Any],
) -> tuple[dict[str, Any], str]:
    """Return the fields of the event, and what of the detail none of them carries."""
    course: dict[str, Any] = {"option": option, "duration_months": therapy.duration_months}
    left = therapy.detail or ""
    if left:
        course["note"] = f"as reported: {left}"
    named, left = _agent(option, left, findings.vocabulary, words)
    course["option"] = named
    course.update(_numbers(left, named, findings.vocabulary))
    for pattern in (_DAILY, _DOSE, _CYCLES, _DATE):
        if pattern is not _DOSE or "dose_mg" in course:
            left = pattern.sub("", left)
    response = therapy.best_response
    if response is not None:
        meant = findings.vocabulary.words.of("best_response").read(response)
        if response in words["best_response"]:
            course["best_response"] = words["best_response"][response]
        elif meant is not None:
            course["best_response"] = meant
        else:
            findings.lose(f"{field} best_response", response, "no response of the vocabulary")
    course.update(_stop(therapy, findings, field, words))
    return course, left


def _agent(
    option: str, detail: str, vocabulary: Vocabulary, words: Mapping[str, Any]
) -> tuple[str, str]:
    for agent in words["agents"]:
        within = option in vocabulary.options.members(agent["within"])
        if within and agent["words"] in detail:
            return str(agent["option"]), detail.replace(agent["words"], "", 1)
    return option, detail


def _numbers(detail: str, option: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return dose, interval, cycles and date where the detail states them plainly."""
    found: dict[str, Any] = {}
    daily = _DAILY.search(detail)
    dose = _DOSE.search(detail)
    if daily is not None:
        found.update(dose_mg=daily[1], interval_days=1)
    elif dose is not None and vocabulary.options.covers("somatostatin_analogue", option):
        found.update(dose_mg=dose[1], interval_days=dose[2])
    cycles = _CYCLES.search(detail)
    if cycles is not None:
        found["cycles"] = int(cycles[1] or cycles[2])
    if _DATE.match(detail):
        found["start"] = found["stop"] = parse_date(detail)
    return found


def _stop(
    therapy: PriorTherapy, findings: Findings, field: str, words: Mapping[str, Any]
) -> dict[str, Any]:
    reason = therapy.stop_reason
    if reason is None:
        return {}
    entry = findings.read("stop_reason", reason)
    if entry is None:
        findings.lose(f"{field} stop_reason", reason, "no reason of the vocabulary")
        return {}
    if "loss" in entry:
        findings.lose(f"{field} stop_reason", reason, entry["loss"])
    found = {key: entry[key] for key in ("stop_reason", "ongoing") if key in entry}
    lasted = entry.get("ends_with_progression") or entry.get("ongoing") is True
    if lasted and therapy.best_response in words["benefit_responses"]:
        found["benefit_months"] = therapy.duration_months
    return found
