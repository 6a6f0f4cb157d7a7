"""What a review takes from eligibility and from the safety rules, before its own rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gepnet.facts import Facts
from gepnet.prrt.conditions import words
from gepnet.prrt.context import CourseSoFar
from gepnet.prrt.eligibility import Eligibility, eligibility
from gepnet.prrt.found import CONTESTED, Effect, Fired, Found, firing, leave_open
from gepnet.prrt.safety import NotExcluded, is_told, not_excluded, safety_of
from gepnet.prrt.toxicity import contested_readings
from gepnet.rules import Checklist, Rule


def by_eligibility(course: CourseSoFar, profile: Checklist, facts: Facts, found: Found) -> None:
    """Add what a profile asks before cycle 1, also of each of several samples of the last day."""
    _eligible(eligibility(profile, facts, course.protocols), found)
    _eligible_by_each(course, profile, found)


def by_safety(
    course: CourseSoFar, profile: Checklist | None, facts: Facts, found: Found
) -> tuple[NotExcluded, ...]:
    """Add the safety rules that fire, and return what would exclude those that are open.

    What stops or withholds holds the cycle: only the rules of release end a course. A warning is
    said unless a rule or item of this review reads its facts, anything else unless one speaks up.
    """
    protocols = course.protocols
    lines = profile.items if profile is not None and not course.cycles else ()
    own: list[Rule[Any]] = [*protocols.rules, *protocols.items, *lines]
    reading = [r for r in own if r in lines or course.asks(r.entry.phase)]
    names = {one.id for one in found.fired} | set(found.missing) | set(found.ambiguous)
    speaking = [r for r in reading if r.entry.id in names or r.full_id in names]
    asked = [name for one in found.missing.values() for name in one.facts]
    left = []
    for note in safety_of(facts, protocols, lines, started=bool(course.cycles)):
        rule = note.rule.entry
        # A warning that a rule of release has for some cycles only is no warning of the others.
        same = rule.severity == "warn" and any(note.rule.when == r.when for r in protocols.rules)
        if same or is_told(note, reading if rule.severity == "warn" else speaking, asked):
            continue
        if not note.fires:
            left.append(note)
            continue
        known = [facts[name] for name in note.rule.facts if facts[name].is_known]
        because = f"{rule.message} ({words(known, protocols.criteria.vocabulary)})"
        effect: Effect = "warn" if rule.severity == "warn" else "hold"
        told = (rule.message, because, rule.source, rule.locator, rule.verification)
        found.fired.append(Fired(note.rule.full_id, effect, *told))
    return not_excluded(left, facts, protocols)


def _eligible(lines: Eligibility, found: Found) -> None:
    for line in lines.lines:
        entry, name = line.line.entry, line.line.full_id
        if line.status == "not met":
            text = f"{entry.label}: not met ({line.words})"
            found.fired.append(firing(entry, "hold", text, name))
        elif line.status == "missing":
            leave_open(found.missing, entry, line.known.missing, "not known", name)
        elif line.status == "stale":
            old = tuple(value.fact for value in line.known.stale)
            leave_open(found.missing, entry, old, f"too old: {'; '.join(line.stale)}", name)
        elif line.status == "text ambiguous":
            leave_open(found.ambiguous, entry, (), f"{line.status}: {line.words}", name)


def _eligible_by_each(course: CourseSoFar, profile: Checklist, found: Found) -> None:
    """Add the conditions that one of several samples of the last day does not meet."""
    for facts in contested_readings(course):
        told = Found()
        _eligible(eligibility(profile, facts, course.protocols), told)
        known = {rule.id for rule in found.fired}
        found.fired.extend(
            replace(rule, because=f"{rule.because}{CONTESTED}")
            for rule in told.fired
            if rule.id not in known
        )
