"""Who is eligible by which document: met, not met, missing, text ambiguous or stale.

Profiles are never mixed: each answers for itself, and where two differ both are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from gepnet.facts import Facts, FactValue
from gepnet.knowledge.rule_models import ChecklistItem, SafetyRule
from gepnet.measures.inputs import Measures
from gepnet.measures.renal import (
    egfr_ckd_epi_2021,
    egfr_mdrd,
    egfr_schwartz,
    is_of_adult_age,
)
from gepnet.prrt.conditions import Condition, look_at, value_words, words
from gepnet.prrt.protocol import Protocols
from gepnet.prrt.safety import NotExcluded, is_told, not_excluded, safety_of
from gepnet.rules import Checklist, Met, Rule
from gepnet.tables import Shown, also_shown, plain
from gepnet.vocabulary import Interval, PartialDate, Value, Vocabulary, told_ends, unit_words

Status = Met | Literal["held", "stale"]


@dataclass(frozen=True)
class KnownValue:
    """A value behind a line, in words and as data; ``behind`` are those it was worked out from."""

    fact: str
    text: str
    value: Annotated[Value, Shown(by=_plain)]
    unit: str
    date: PartialDate | None
    age_days: int | None
    behind: Annotated[tuple[KnownValue, ...] | None, Shown(optional=True)] = None


@dataclass(frozen=True)
class ToOrder:
    """A fact that is missing, and what to order for it."""

    fact: str
    order: str


@dataclass(frozen=True)
class LineResult:
    """One line of a profile for one patient."""

    line: Annotated[
        Rule[ChecklistItem],
        Shown(
            by=lambda line: line.entry,
            take="id topic label max_age_days source read_in locator verification",
            flat=True,
        ),
    ]
    known: Annotated[Condition, Shown(hidden=True)]
    status: Status
    values: tuple[KnownValue, ...]
    missing: tuple[ToOrder, ...]
    stale: tuple[str, ...]
    words: Annotated[str, Shown(hidden=True)]

    @property
    @also_shown
    def limit(self) -> str:
        """What the line asks for, in words."""
        return self.line.entry.limit or self.line.entry.label

    @property
    @also_shown
    def text_ambiguous(self) -> bool:
        """Whether the text alone leaves the line open."""
        return self.known.reading.ambiguous


@dataclass(frozen=True)
class Eligibility:
    """A profile for one patient."""

    profile: Annotated[
        Checklist, Shown(by=lambda one: one.entry, take="id title source note", flat=True)
    ]
    facts: Annotated[Facts, Shown(hidden=True)]
    lines: Annotated[tuple[LineResult, ...], Shown("items")]
    safety: Annotated[
        tuple[SafetyRule, ...], Shown(take="id severity message source locator verification")
    ]
    not_excluded: tuple[NotExcluded, ...]

    @property
    @also_shown
    def status(self) -> Status:
        """The worst of the lines: what is not met before what is open, and that before stale.

        A profile of which no line fails is held where a safety rule stops or withholds the therapy.
        """
        found: set[Status] = {line.status for line in self.lines}
        if any(rule.severity != "warn" for rule in self.safety):
            found.add("held")
        order: tuple[Status, ...]
        order = ("not met", "held", "missing", "text ambiguous", "stale", "met")
        return next(status for status in order if status in found)


@dataclass(frozen=True)
class Difference:
    """A topic on which profiles have other limits or come to another answer, profile by profile."""

    topic: str
    profiles: dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class EligibilityReport:
    """Several profiles for one patient, each for itself, with what differs between them."""

    patient: str
    at: PartialDate
    region: str | None
    profiles: list[Eligibility]
    differences: list[Difference]
    kidney: dict[str, Any]


def eligibility(profile: Checklist, facts: Facts, protocols: Protocols) -> Eligibility:
    """Return a profile for one patient.

    A line that would be met by a value that is older than it may be is stale. One that is not met
    stays so, whatever the age of the value.
    """
    vocabulary = protocols.criteria.vocabulary
    found = []
    for line in profile.items:
        known = look_at(line, facts, line.entry.max_age_days)
        status: Status = "stale" if known.truth and known.stale else known.reading.met
        wanted = ((name, vocabulary[name].entry) for name in known.missing)
        result = LineResult(
            line,
            known,
            status,
            tuple(_known(value, vocabulary, facts.behind(value.fact)) for value in known.values),
            tuple(ToOrder(name, entry.order or entry.label) for name, entry in wanted),
            tuple(value_words(value, vocabulary) for value in known.stale),
            words(known.values, vocabulary),
        )
        found.append(result)
    speaking = [one.line for one in found if one.status != "met"]
    asked = [missing.fact for one in found for missing in one.missing]
    notes = [
        note
        for note in safety_of(facts, protocols, profile.items, started=False)
        if not is_told(note, speaking, asked)
    ]
    fired = tuple(note.rule.entry for note in notes if note.fires)
    return Eligibility(profile, facts, tuple(found), fired, not_excluded(notes, facts, protocols))


def default_profile(protocols: Protocols, region: str | None) -> Checklist:
    """Return the profile of a region, by default the first one of the knowledge."""
    profiles = list(protocols.profiles.values())
    return next((p for p in profiles if region in p.entry.regions), profiles[0])


def report(found: Sequence[Eligibility], protocols: Protocols) -> EligibilityReport:
    """Return profiles with what differs between them."""
    facts = found[0].facts
    kidney = kidney_view(facts, protocols)
    told = (facts.patient, facts.at, facts.region)
    return EligibilityReport(*told, list(found), differences(found), kidney)


def _known(
    value: FactValue, vocabulary: Vocabulary, behind: Iterable[FactValue] | None = None
) -> KnownValue:
    return KnownValue(
        value.fact,
        value_words(value, vocabulary),
        value.value,
        unit_words(vocabulary[value.fact].entry.unit),
        value.date,
        value.age_days,
        None if behind is None else tuple(_known(source, vocabulary) for source in behind),
    )


def _plain(value: Value) -> Any:
    if isinstance(value, Interval):
        ends = plain([*told_ends(value)])
        return ends[0] if value.is_point else ends
    return value if isinstance(value, bool | str) or value is None else str(value)


def differences(found: Sequence[Eligibility]) -> list[Difference]:
    """Return the topics on which the profiles have other limits or come to another answer."""
    topics: dict[str, dict[str, list[dict[str, str]]]] = {}
    names = [one.profile.entry.id for one in found]
    for one in found:
        for line in one.lines:
            topic = line.line.entry.topic or line.line.entry.id
            own = topics.setdefault(topic, {name: [] for name in names})
            own[one.profile.entry.id].append({"limit": line.limit, "status": line.status})
    return [
        Difference(topic, told)
        for topic, told in topics.items()
        if len({str(value) for value in told.values()}) > 1
    ]


def kidney_view(facts: Facts, protocols: Protocols) -> dict[str, Any]:
    """Return the clearance that limits speak of, and the eGFR that never stands in for it."""
    names = ("creatinine_umol_l", "age_years", "sex", "height_cm")
    creatinine, age, sex, height = (facts[name].value for name in names)
    clearance = facts["creatinine_clearance_ml_min"]
    view: dict[str, Any] = {
        "creatinine_clearance_ml_min": _plain(clearance.value),
        "egfr_ckd_epi_2021_ml_min_173m2": None,
        "egfr_mdrd_ml_min_173m2": None,
        "egfr_schwartz_ml_min_173m2": None,
        "not_used": [],
        "note": "An eGFR per 1.73 m2 meets no clearance limit.",
    }
    known = isinstance(creatinine, Interval) and creatinine.is_point
    if known and isinstance(age, Interval) and isinstance(sex, str):
        assert isinstance(creatinine, Interval)
        measures = protocols.knowledge.measures
        told = (creatinine.low, age.low, sex)
        for name, function in (("ckd_epi_2021", egfr_ckd_epi_2021), ("mdrd", egfr_mdrd)):
            if is_of_adult_age(age.low, name, measures):
                view[f"egfr_{name}_ml_min_173m2"] = float(round(function(*told, measures), 1))
    if known and isinstance(age, Interval) and isinstance(height, Interval) and height.is_point:
        assert isinstance(creatinine, Interval)
        of_child = egfr_schwartz(creatinine.low, height.low, age.high, protocols.knowledge.measures)
        if of_child is not None:
            view["egfr_schwartz_ml_min_173m2"] = float(round(of_child, 1))
    view["not_used"] = list(_not_used(facts, view, protocols.knowledge.measures))
    if facts["dialysis"].value is True:
        # Of a kidney that a machine stands in for creatinine says nothing.
        view |= {name: None for name in view if name.endswith(("ml_min", "173m2"))}
    return view


def _not_used(facts: Facts, view: Mapping[str, Any], measures: Measures) -> Iterator[str]:
    """Yield which formulas are not used for a patient, and why."""
    age = facts["age_years"].value
    if facts["dialysis"].value is True:
        yield "On dialysis: no clearance and no eGFR from creatinine is used, and no limit is met."
    if isinstance(age, Interval) and not is_of_adult_age(age.low, "cockcroft_gault", measures):
        child = view["egfr_schwartz_ml_min_173m2"]
        told = "" if child is not None else "; bedside Schwartz needs a creatinine and a height"
        yield (
            f"Aged {age}: Cockcroft-Gault, CKD-EPI 2021 and MDRD are formulas of adults and not "
            f"used{told}. A limit in mL/min needs a measured clearance."
        )
