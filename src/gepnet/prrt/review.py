"""The review before a cycle: what speaks for giving it, at which activity, and what is not known.

It proposes and never releases. A rule that ends the course comes before one that holds the cycle,
that before what is missing, and only a review without either proposes an activity: the reduced one
after a toxicity since the last dose, the full one otherwise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from gepnet.criteria import facts_of
from gepnet.facts import Facts, FactValue
from gepnet.knowledge.models import ChecklistItem, ReleaseItem, ReleaseRule
from gepnet.prrt.conditions import labels, look_at, words
from gepnet.prrt.context import CLEARANCE, CREATININE, FALL, RISE, CourseSoFar
from gepnet.prrt.eligibility import Eligibility, eligibility
from gepnet.prrt.grades import GradeLine, grade_lines
from gepnet.prrt.toxicity import History, contested_readings, history
from gepnet.prrt.unread import Unread, unread
from gepnet.rules import Checklist, Rule
from gepnet.tables import Shown, also_shown, plain

Proposal = Literal["proceed", "hold", "reduce", "step_up", "stop", "undecidable"]
Effect = Literal["stop", "hold", "reduce", "warn"]
_CONTESTED = "; another sample of that day disagrees and no time says which came last"
_Entry = ChecklistItem | ReleaseItem | ReleaseRule
_ORDER: tuple[Effect, ...] = ("stop", "hold", "reduce", "warn")


@dataclass(frozen=True)
class Fired:
    """A rule that fired, what it does to the proposal, and why."""

    id: str
    effect: Effect
    label: str
    because: str
    source: str
    locator: str | None
    verification: str


@dataclass(frozen=True)
class Open:
    """Something that has to be settled and is not: missing, too old, or ambiguous in its text."""

    id: str
    label: str
    facts: tuple[str, ...]
    why: str
    source: str
    verification: str


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
    found = _Found()
    if not course.cycles and profile is not None:
        _eligible(eligibility(profile, facts, course.protocols), found)
        _eligible_by_each(course, profile, found)
    for rule in course.protocols.rules:
        if course.asks(rule.entry.phase):
            _judge(rule, facts, past, lines, found)
    for item in course.protocols.items:
        if course.asks(item.entry.phase):
            _ask(item, facts, found)
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
        unread(course, profile, graded),
        None if profile is None or course.cycles else profile.entry.id,
    )


@dataclass(frozen=True)
class _Found:
    """What a review comes upon, in the order in which it looks; what is open once, by its id."""

    fired: list[Fired] = field(default_factory=list)
    missing: dict[str, Open] = field(default_factory=dict)
    ambiguous: dict[str, Open] = field(default_factory=dict)


def _proposal(course: CourseSoFar, found: _Found) -> Proposal:
    effects = {rule.effect for rule in found.fired}
    if "stop" in effects or "hold" in effects:
        return "stop" if "stop" in effects else "hold"
    if found.missing or found.ambiguous:
        return "undecidable"
    if "reduce" in effects:
        return "reduce"
    last = course.last
    if last is not None and course.protocols.is_reduced(last.activity_gbq):
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
    found: _Found,
) -> None:
    entry = rule.entry
    if entry.effect == "reduced":
        return
    known = look_at(rule, facts)
    vocabulary = past.course.protocols.criteria.vocabulary
    if known.reading.ambiguous and entry.required:
        why = f"{known.reading.met} (asked: {entry.message}?): {words(known.values, vocabulary)}"
        _open(found.ambiguous, entry, (), why)
    elif known.truth is None and entry.required:
        why = f"{labels(known.missing, vocabulary)}: not known"
        why += " since the last dose" if entry.effect == "toxicity" else ""
        why += f" (asked: {entry.message}?)"
        _open(found.missing, entry, known.missing, why)
    if entry.effect != "toxicity":
        if known.truth is True:
            text = f"{entry.message} ({words(known.values, vocabulary)})"
            found.fired.append(_fired(rule.entry, entry.effect, text))
        return
    seen = past.now.get(entry.id)
    contested = seen is not None and seen.contested and seen.resolved is None
    present = known.truth is True or contested
    if not present and seen is None:
        return
    values = known.values if known.truth is True or seen is None else seen.values
    text = f"{entry.message}: {words(values, vocabulary)}{_editions(rule, lines)}"
    if contested:
        text += _CONTESTED
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
    if past.recurred(entry.row):
        effect, text = "stop", f"{text}; recurred after a reduced dose"
    found.fired.append(_fired(entry, effect, text))


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


def _fired(entry: _Entry, effect: Effect, because: str, name: str = "") -> Fired:
    read = (entry.source, entry.locator, entry.verification)
    return Fired(name or entry.id, effect, entry.label, because, *read)


def _open(
    found: dict[str, Open], entry: _Entry, facts: tuple[str, ...], why: str, name: str = ""
) -> None:
    one = Open(name or entry.id, entry.label, facts, why, entry.source, entry.verification)
    found.setdefault(one.id, one)


def _ask(item: Rule[ReleaseItem], facts: Facts, found: _Found) -> None:
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
        _open(found.missing, entry, entry.facts, why)
    else:
        found.fired.append(_fired(entry, "warn", f"{entry.label}: {why}"))


def _eligible(lines: Eligibility, found: _Found) -> None:
    for line in lines.lines:
        entry, name = line.line.entry, line.line.full_id
        if line.status == "not met":
            text = f"{entry.label}: not met ({line.words})"
            found.fired.append(_fired(entry, "hold", text, name))
        elif line.status == "missing":
            _open(found.missing, entry, line.known.missing, "not known", name)
        elif line.status == "stale":
            old = tuple(value.fact for value in line.known.stale)
            _open(found.missing, entry, old, f"too old: {'; '.join(line.stale)}", name)
        elif line.status == "text ambiguous":
            _open(found.ambiguous, entry, (), f"{line.status}: {line.words}", name)


def _eligible_by_each(course: CourseSoFar, profile: Checklist, found: _Found) -> None:
    """Add the conditions that one of several samples of the last day does not meet."""
    for facts in contested_readings(course):
        told = _Found()
        _eligible(eligibility(profile, facts, course.protocols), told)
        known = {rule.id for rule in found.fired}
        found.fired.extend(
            replace(rule, because=f"{rule.because}{_CONTESTED}")
            for rule in told.fired
            if rule.id not in known
        )


def _beside(course: CourseSoFar, proposal: Proposal) -> Iterator[Fired]:
    """Yield what is said with a reduced dose."""
    if proposal == "reduce":
        for rule in course.protocols.rules:
            if rule.entry.effect == "reduced":
                yield _fired(rule.entry, "warn", rule.entry.message)
