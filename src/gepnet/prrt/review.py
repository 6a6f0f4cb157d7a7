"""The review before a cycle: what speaks for giving it, at which activity, and what is not known.

It proposes and never releases. A rule that ends the course comes before one that holds the cycle,
that before what is missing, and only a review without either proposes an activity: the reduced one
after a toxicity since the last dose, the full one otherwise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from gepnet.criteria import facts_of
from gepnet.facts import Facts, FactValue
from gepnet.knowledge.rule_models import ReleaseItem, ReleaseRule
from gepnet.prrt.conditions import labels, look_at, words
from gepnet.prrt.context import CLEARANCE, CREATININE, FALL, RISE, CourseSoFar
from gepnet.prrt.found import CONTESTED, Effect, Fired, Found, Open, firing, leave_open
from gepnet.prrt.grades import GradeLine, grade_lines
from gepnet.prrt.safety import NotExcluded
from gepnet.prrt.screened import by_eligibility, by_safety
from gepnet.prrt.toxicity import History, history
from gepnet.prrt.unread import Unread, unread
from gepnet.rules import Checklist, Rule
from gepnet.tables import Shown, also_shown, plain

Proposal = Literal["proceed", "hold", "reduce", "step_up", "stop", "undecidable"]
_ORDER: tuple[Effect, ...] = ("stop", "hold", "reduce", "warn")


@dataclass(frozen=True)
class Review:
    """What is proposed for a cycle on a date, and everything behind it."""

    course: Annotated[CourseSoFar, Shown(take="patient number:cycle course at:date", flat=True)]
    ctcae: str
    proposal: Proposal
    activity_gbq: Decimal | None
    fired: Annotated[tuple[Fired, ...], Shown("rules")]
    missing: tuple[Open, ...]
    ambiguous: tuple[Open, ...]
    grades: tuple[GradeLine, ...]
    not_excluded: tuple[NotExcluded, ...]
    unread: tuple[Unread, ...]
    profile: str | None

    @property
    def holding(self) -> tuple[Fired, ...]:
        """The rules that speak against giving the cycle now."""
        return tuple(rule for rule in self.fired if rule.effect in ("stop", "hold"))

    @property
    @also_shown
    def digest(self) -> str:
        """A short digest of the proposal and everything behind it, for a release to refer to."""
        text = json.dumps(self._content(), sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _content(self) -> dict[str, Any]:
        # A review in which no text is ambiguous and nothing is unread has the digest that it had
        # before reviews said so.
        ambiguous = {"ambiguous": [item.id for item in self.ambiguous]} if self.ambiguous else {}
        unread = {"unread": [[one.event, one.says] for one in self.unread]} if self.unread else {}
        return {
            **ambiguous,
            **unread,
            "knowledge": self.course.protocols.knowledge.digest,
            "patient": self.course.record.patient,
            "cycle": self.course.number,
            "course": self.course.course,
            "date": str(self.course.at),
            "ctcae": self.ctcae,
            "proposal": self.proposal,
            "activity": str(self.activity_gbq),
            "rules": [[rule.id, rule.effect, rule.because] for rule in self.fired],
            "missing": [[item.id, item.why] for item in self.missing],
            "grades": plain(self.grades),
        }


def review(course: CourseSoFar, profile: Checklist | None = None, ctcae: str = "5") -> Review:
    """Return the review of a cycle.

    Args:
        course: the course so far, up to the cycle under review.
        profile: the eligibility profile that holds before cycle 1, where no dose-modification table
            applies: a defect that was there from the start halves no dose.
        ctcae: edition of the grades shown; no rule depends on it.

    Raises:
        InputError: for another edition than 5 or 6.
    """
    facts = course.facts(course.window, course.at)
    lines = grade_lines(course, ctcae)
    past = history(course)
    found = Found()
    if not course.cycles and profile is not None:
        by_eligibility(course, profile, facts, found)
    for rule in course.protocols.rules:
        if course.asks(rule.entry.phase):
            _judge(rule, facts, past, lines, found)
    for item in course.protocols.items:
        if course.asks(item.entry.phase):
            _ask(item, facts, found)
    open_rules = by_safety(course, profile, facts, found)
    proposal = _proposal(course, found)
    found.fired.extend(_beside(course, proposal))
    ordered = sorted(found.fired, key=lambda rule: _ORDER.index(rule.effect))
    graded = {line.measured.analyte for line in lines}
    return Review(
        course,
        ctcae,
        proposal,
        _activity(course, proposal),
        tuple(ordered),
        tuple(found.missing.values()),
        tuple(found.ambiguous.values()),
        lines,
        open_rules,
        unread(course, profile, graded),
        None if profile is None or course.cycles else profile.entry.id,
    )


def _proposal(course: CourseSoFar, found: Found) -> Proposal:
    effects = {rule.effect for rule in found.fired}
    if "stop" in effects or "hold" in effects:
        return "stop" if "stop" in effects else "hold"
    if found.missing or found.ambiguous:
        return "undecidable"
    if "reduce" in effects:
        return "reduce"
    given = None if course.last is None else course.last.activity_gbq
    if given is not None and course.protocols.is_reduced(given):
        return "step_up"
    return "proceed"


def _activity(course: CourseSoFar, proposal: Proposal) -> Decimal | None:
    if proposal in ("proceed", "step_up"):
        return course.protocols.full
    return course.protocols.reduced if proposal == "reduce" else None


def _judge(
    rule: Rule[ReleaseRule],
    facts: Facts,
    past: History,
    lines: Iterable[GradeLine],
    found: Found,
) -> None:
    entry = rule.entry
    if entry.effect == "reduced":
        return
    known = look_at(rule, facts)
    vocabulary = past.course.protocols.criteria.vocabulary
    if known.reading.ambiguous and entry.required:
        why = f"{known.reading.met} (asked: {entry.message}?): {words(known.values, vocabulary)}"
        leave_open(found.ambiguous, entry, (), why)
    elif known.truth is None and entry.required:
        why = f"{labels(known.missing, vocabulary)}: not known"
        why += " since the last dose" if entry.effect == "toxicity" else ""
        why += f" (asked: {entry.message}?)"
        leave_open(found.missing, entry, known.missing, why)
    if entry.effect != "toxicity":
        if known.truth is True:
            text = f"{entry.message} ({words(known.values, vocabulary)})"
            found.fired.append(firing(rule.entry, entry.effect, text))
        return
    seen = past.now.get(entry.id)
    contested = seen is not None and seen.contested and seen.resolved is None
    present = known.truth is True or contested
    if not present and seen is None:
        unsure = past.unsure.get(entry.id)
        if unsure is not None and known.truth is False and entry.required:
            told = words(unsure.values, vocabulary)
            why = f"{told}: whether it occurred since the last dose (asked: {entry.message}?)"
            leave_open(found.missing, entry, unsure.missing, why)
        return
    values = known.values if known.truth is True or seen is None else seen.values
    text = f"{entry.message}: {words(values, vocabulary)}{_editions(rule, lines)}"
    if contested:
        text += CONTESTED
    if known.truth is True:
        text += _from_baseline(rule, facts, past.course)
    if present and seen is not None and _told(seen.values) != _told(values):
        text += f"; worst since the last dose: {words(seen.values, vocabulary)}"
    if not present and seen is not None:
        over = (
            f"last seen on {seen.last}" if seen.resolved is None else f"resolved on {seen.resolved}"
        )
        text += f"; occurred since the last dose, {over}"
    assert entry.row is not None
    effect: Effect = "hold" if present else "reduce"
    recurred = past.recurred(entry.row)
    if recurred is None:
        doubts = past.doubted_before(entry.row)
        told = "; ".join(dict.fromkeys(words(doubt.values, vocabulary) for doubt in doubts))
        why = f"{told}: whether it occurred before the dose was reduced, which ends the course"
        leave_open(found.missing, entry, doubts[0].missing, why)
    elif recurred:
        effect, text = "stop", f"{text}; recurred after a reduced dose"
    found.fired.append(firing(entry, effect, text))


def _told(values: Iterable[FactValue]) -> list[tuple[Any, ...]]:
    return [(value.fact, value.value, value.date) for value in values]


def _from_baseline(rule: Rule[ReleaseRule], facts: Facts, course: CourseSoFar) -> str:
    """Say the two values behind a change from before cycle 1."""
    vocabulary = course.protocols.criteria.vocabulary
    for change, name in ((RISE, CREATININE), (FALL, CLEARANCE)):
        if change in facts_of(rule.when) and course.baseline is not None:
            then, now = words([course.baseline[name]], vocabulary), words([facts[name]], vocabulary)
            return f"; before cycle 1 {then}, now {now}"
    return ""


def _editions(rule: Rule[ReleaseRule], lines: Iterable[GradeLine]) -> str:
    """Say where the editions of CTCAE would grade the value behind a rule differently."""
    for line in lines:
        if line.measured.analyte == rule.entry.analyte and line.differs and line.other is not None:
            told = ", ".join(
                f"CTCAE {g.edition} grade {g.grade if g.grade is not None else 'open'}"
                for g in sorted((line.grade, line.other), key=lambda g: g.edition)
            )
            return f" ({told}: the limit on the value decides, so the cautious reading holds)"
    return ""


def _ask(item: Rule[ReleaseItem], facts: Facts, found: Found) -> None:
    """Add what an item asks for, where it is not known or too old; open means asked for."""
    entry = item.entry
    if look_at(item, facts).truth is False:
        return
    ages: list[int | None] = []
    for name in entry.facts:
        value = facts[name]
        if not value.is_known:
            continue
        behind = [v.age_days for v in facts.behind(name) or (value,)]
        known = [age for age in behind if age is not None]
        age = max(known) if len(known) == len(behind) else None
        if entry.max_age_days is None or (age is not None and age <= entry.max_age_days):
            return
        ages.append(age)
    if ages:
        dated = [age for age in ages if age is not None]
        old = f"{min(dated)} days old" if dated else "no date says how old it is"
        why = f"{old}, at most {entry.max_age_days} {'days ' if not dated else ''}allowed"
    else:
        why = "not sampled since the last dose" if entry.since_last_dose else "not known"
        if entry.since_last_dose and not facts["days_since_last_dose_of_course"].is_known:
            why = "not known"
    if entry.required:
        leave_open(found.missing, entry, entry.facts, why)
    else:
        found.fired.append(firing(entry, "warn", f"{entry.label}: {why}"))


def _beside(course: CourseSoFar, proposal: Proposal) -> Iterator[Fired]:
    """Yield what is said with a reduced dose."""
    if proposal == "reduce":
        for rule in course.protocols.rules:
            if rule.entry.effect == "reduced":
                yield firing(rule.entry, "warn", rule.entry.message)
