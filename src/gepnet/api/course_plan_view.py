"""A plan of a course as plain data, with what the documents say of the choices in it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gepnet.api.course_plan import facts_on
from gepnet.criteria import conjunction, interpret
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.prrt.after.cumulative import to_mci
from gepnet.prrt.given import course_given
from gepnet.prrt.plan import CoursePlan, PlannedStep, settings_of
from gepnet.prrt.plan.words import place_of, step_title, window_text
from gepnet.record import Record
from gepnet.rules import Reading

SSA_OPTION = "ssa_continuation"
MIDCOURSE_OPTION = "midcourse_imaging"


def plan_view(
    plan: CoursePlan, base: KnowledgeBase, record: Record | None = None
) -> dict[str, Any]:
    """Return a plan as plain data, with what the documents say of the choices in it."""
    facts = None if record is None else facts_on(record, base, plan.made_on)
    profile = plan.profile
    schedule = profile.schedule
    assert schedule is not None
    return {
        "patient": plan.patient,
        "course": plan.course,
        "made_on": plan.made_on.isoformat(),
        "profile": {
            "id": profile.id,
            "title": profile.title,
            "region": profile.region,
            "edition": profile.edition,
            "note": profile.note,
            "schedule": {
                name: {
                    "value": float(figure.value),
                    "source": figure.source,
                    "locator": figure.locator,
                    "verification": figure.verification,
                    "note": figure.note,
                }
                for name, figure in schedule
                if figure is not None
            },
        },
        "holidays": plan.holidays,
        "slots": list(plan.slots),
        "timezone": plan.timezone,
        "total_gbq": float(plan.total_gbq),
        "total_mci": float(to_mci(plan.total_gbq, base.knowledge.measures)),
        "cycles": [
            {
                "cycle": cycle.number,
                "date": None if cycle.day is None else cycle.day.isoformat(),
                "time": None if cycle.start is None else f"{cycle.start:%H:%M}",
                "activity_gbq": float(cycle.activity_gbq),
                "given": cycle.given,
                "held": cycle.number in plan.held,
                "target": None if cycle.target is None else cycle.target.isoformat(),
                "window": _window(cycle.window),
                "stretch_until": None if cycle.stretch is None else cycle.stretch.isoformat(),
                "moved_days": cycle.moved_days,
                "moved_for": list(cycle.moved_for),
            }
            for cycle in plan.cycles
        ],
        "steps": [_step(step) for step in plan.steps],
        "choices": [_step(step) for step in plan.choices],
        "also_said": [
            {
                "profile": owner.id,
                "step": step.id,
                "topic": step.topic,
                "label": _line(step.label),
                "source": step.source,
                "verification": step.verification,
            }
            for owner, step in plan.also_said
        ],
        "ssa_positions": _positions(base, facts, SSA_OPTION)
        + statements(base, settings_of(base.knowledge.measures).ssa_statements),
        "midcourse_positions": _positions(base, facts, MIDCOURSE_OPTION),
        "violations": [
            {
                "subject": fault.subject,
                "kind": fault.kind,
                "window": _window(fault.window),
                "date": None if fault.day is None else fault.day.isoformat(),
                "reason": fault.reason,
            }
            for fault in plan.violations
        ],
        "notices": _notices(plan, record),
    }


def _window(window: Any) -> dict[str, str | None] | None:
    if window is None:
        return None
    return {
        "first": None if window.first is None else window.first.isoformat(),
        "last": None if window.last is None else window.last.isoformat(),
    }


def _line(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def _step(planned: PlannedStep) -> dict[str, Any]:
    step = planned.step
    start = planned.start
    return {
        "key": planned.key,
        "id": f"{planned.profile.id}/{step.id}",
        "topic": step.topic,
        "cycle": planned.cycle,
        "date": None if start is None else start.date().isoformat(),
        "time": f"{start:%H:%M}" if start is not None and planned.timed else None,
        "minutes": planned.minutes,
        "kind": (step.holds if planned.deadline else "on"),
        "window": _window(planned.window),
        "window_text": window_text(planned.window),
        "title": step_title(planned),
        "amount": step.amount,
        "moved_days": planned.moved_days,
        "moved_for": list(planned.moved_for),
        "choice": step.choice,
        "profile": planned.profile.id,
        "source": step.source,
        "locator": step.locator,
        "place": place_of(step),
        "verification": step.verification,
        "note": _line(step.note),
    }


def _positions(base: KnowledgeBase, facts: Facts | None, option: str) -> list[dict[str, Any]]:
    """Return what each document says of an option, and whether it speaks of this patient."""
    found: list[dict[str, Any]] = []
    for document in base.documents:
        for recommendation in document.recommendations:
            held: dict[str, list[str]] = {}
            for position in recommendation.entry.options:
                if position.option == option:
                    held.setdefault(position.position, []).append(position.intent)
            if not held:
                continue
            truth, ambiguous = None, False
            if facts is not None:
                scope = interpret(document.scope, facts.values)
                reading = Reading.of(recommendation, facts)
                truth = conjunction((scope, reading.truth))
                ambiguous = scope is True and reading.ambiguous
            entry = recommendation.entry
            for stance, intents in held.items():
                found.append(
                    {
                        "entry": recommendation.full_id,
                        "position": stance,
                        "intents": intents,
                        "concerns_patient": truth,
                        "text_ambiguous": ambiguous,
                        "note": _line(entry.note),
                        "source": entry.source,
                        "locator": entry.locator,
                        "verification": entry.verification,
                    }
                )
    return found


def statements(base: KnowledgeBase, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return statements of documents, named as ``document/statement``.

    Raises:
        InputError: if the knowledge has no such statement.
    """
    known = {
        f"{document.id}/{statement.id}": statement
        for document in base.documents
        for statement in document.file.statements
    }
    found: list[dict[str, Any]] = []
    for name in names:
        if name not in known:
            expected = "document/statement of the knowledge"
            raise InputError([Problem("measures/course_plan.yaml", None, "", "", name, expected)])
        statement = known[name]
        found.append(
            {
                "entry": name,
                "position": "statement",
                "intents": [],
                "concerns_patient": None,
                "text_ambiguous": False,
                "note": _line(statement.text),
                "source": statement.source,
                "locator": statement.locator,
                "verification": statement.verification,
            }
        )
    return found


def _notices(plan: CoursePlan, record: Record | None) -> list[str]:
    """Return what a person has to know beside the dates."""
    found = ["A plan, not a release: a named person releases each cycle."]
    schedule = plan.profile.schedule
    assert schedule is not None
    if record is not None:
        given = course_given(record, plan.made_on, None if plan.course == "1" else plan.course)
        latest = {event.cycle: event for event in given.releases}
        for number, event in latest.items():
            if event.decision == "stop":
                found.append(f"The course was stopped by {event.author} on {event.date}.")
            elif event.decision == "hold" and number > len(given.cycles):
                found.append(
                    f"Cycle {number} was held by {event.author} on {event.date}: its date stands "
                    "only once it is released, its activity is the profile's and the review may "
                    "propose another; give the first possible day with --not-before."
                )
        if given.earlier:
            total = sum((cycle.activity_gbq for cycle in given.earlier), Decimal(0))
            found.append(
                f"{len(given.earlier)} cycles ({total} GBq) of earlier courses: a further course "
                "is outside the label (gepnet prrt retreatment)."
            )
    over = len(plan.cycles) - int(schedule.cycles.value)
    if over > 0:
        found.append(f"{over} cycles more than the profile plans.")
    return found
