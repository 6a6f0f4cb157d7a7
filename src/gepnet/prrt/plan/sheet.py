"""The printable sheet for the patient: dates in plain words, large type, one line a thing to do.

PDF or HTML by :mod:`gepnet.prrt.sheets`, drawn from the same view.
"""

from __future__ import annotations

import datetime
from typing import Any

from gepnet.prrt.plan.model import CoursePlan, PlannedCycle, PlannedStep
from gepnet.prrt.plan.words import spoken
from gepnet.prrt.sheets import html, pdf

# Told once on the sheet, not on every cycle.
_ONCE = ("travel_card", "contact", "crisis_watch", "pregnancy", "breastfeeding", "contraception")
_AFTER = ("blood_after", "kidney_after", "imaging_after")
# How much of the time after the course fits a sheet that a patient keeps.
_SHOWN_AFTER = 8


def sheet_view(plan: CoursePlan) -> dict[str, Any]:
    """Return what the sheet says, as plain data."""
    cycles = [_cycle(plan, cycle) for cycle in plan.cycles]
    after = [step for step in plan.steps if step.step.topic in _AFTER and step.step.patient]
    last = plan.cycles[-1].number
    after += [
        step
        for step in plan.steps
        if step.step.topic == "laboratory_nadir" and step.cycle == last and step.step.patient
    ]
    dates: dict[str, list[str]] = {}
    for step in sorted(after, key=lambda s: s.start or datetime.datetime.max):
        if step.day is not None and step.day >= plan.made_on:
            dates.setdefault(_text(step), []).append(spoken(step.day))
    unverified = any(step.step.verification == "unverified" for step in plan.steps)
    return {
        "title": "Your treatment plan",
        "subtitle": "Lutetium treatment (PRRT)",
        "patient": plan.patient,
        "made_on": spoken(plan.made_on),
        "cycles": cycles,
        "after": [
            {"text": text, "dates": days[:_SHOWN_AFTER], "more": len(days) > _SHOWN_AFTER}
            for text, days in dates.items()
        ],
        "rules": _rules(plan),
        "unverified": unverified,
        "source": plan.profile.title,
    }


def _cycle(plan: CoursePlan, cycle: PlannedCycle) -> dict[str, Any]:
    own = [
        step
        for step in plan.steps
        if step.step.patient
        and step.start is not None
        and step.step.topic not in (*_ONCE, *_AFTER)
        and _belongs(step) == cycle.number
        and step.start.date() >= plan.made_on
    ]
    before = [s for s in own if cycle.day is None or (s.day or s.start) != cycle.day]
    on_day = [s for s in own if cycle.day is not None and s.day == cycle.day]
    held = cycle.number in plan.held
    # The first day that a plan could use is no appointment: who waits for a release gets no day.
    day = None if held else cycle.day
    return {
        "number": cycle.number,
        "date": None if day is None else spoken(day),
        "given": cycle.given,
        "held": held,
        "unsure": not cycle.given and any(number <= cycle.number for number in plan.held),
        "time": None if day is None or cycle.start is None else f"{cycle.start:%H:%M}",
        "before": [_line(step) for step in before],
        "on_day": [{"time": _clock(step), "text": _text(step)} for step in on_day],
    }


def _belongs(step: PlannedStep) -> int:
    """A count after a cycle is on the way to the next one, where there is one."""
    return step.cycle + (step.step.topic in ("laboratory_nadir", "imaging_midcourse"))


def _clock(step: PlannedStep) -> str:
    if not step.timed or step.start is None:
        return ""
    return f"by {step.start:%H:%M}" if step.deadline else f"{step.start:%H:%M}"


def _line(step: PlannedStep) -> dict[str, str]:
    assert step.start is not None
    when = spoken(step.start.date())
    if step.timed:
        when = f"{when}, {step.start:%H:%M}"
    return {"when": when, "text": _text(step)}


def _text(step: PlannedStep) -> str:
    text = " ".join((step.step.patient or "").split())
    return f"{text} *" if step.step.verification == "unverified" else text


def _rules(plan: CoursePlan) -> list[dict[str, str]]:
    """Return what holds for the whole course, each rule once, with the last day that it names."""
    found: dict[str, PlannedStep] = {}
    for step in plan.steps:
        if step.step.topic in _ONCE and step.step.patient:
            found[_text(step)] = step
    return [
        {
            "text": text,
            "until": spoken(step.start.date()) + (" or later" if plan.held else "")
            if step.start is not None
            and step.step.anchor == "last_cycle"
            and step.step.holds == "until"
            else "",
        }
        for text, step in found.items()
    ]


def sheet_html(plan: CoursePlan) -> str:
    """Return the sheet as one HTML page that needs nothing else."""
    return html("gepnet.prrt.plan", sheet_view(plan))


def sheet_pdf(plan: CoursePlan) -> bytes:
    """Return the sheet as PDF."""
    return pdf("gepnet.prrt.plan", sheet_view(plan), plan.made_on)
