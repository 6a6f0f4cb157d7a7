"""Who is eligible by which document: met, not met, missing, text ambiguous or stale.

Profiles are never mixed: each answers for itself, and where two differ both are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gepnet.facts import Facts, FactValue
from gepnet.knowledge.models import ChecklistItem
from gepnet.measures.renal import egfr_ckd_epi_2021, egfr_mdrd
from gepnet.prrt.conditions import Condition, look_at, value_words, words
from gepnet.prrt.protocol import Protocols
from gepnet.rules import Checklist, Met, Rule
from gepnet.vocabulary import Interval, unit_words

Status = Met | Literal["stale"]


@dataclass(frozen=True)
class LineResult:
    """One line of a profile for one patient."""

    line: Rule[ChecklistItem]
    known: Condition
    status: Status
    words: str
    stale_words: str


@dataclass(frozen=True)
class Eligibility:
    """A profile for one patient."""

    profile: Checklist
    facts: Facts
    lines: tuple[LineResult, ...]

    @property
    def status(self) -> Status:
        """The worst of the lines: what is not met before what is open, and that before stale."""
        found = {line.status for line in self.lines}
        order: tuple[Status, ...] = ("not met", "missing", "text ambiguous", "stale", "met")
        return next(status for status in order if status in found)


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
        told = words(known.values, vocabulary)
        found.append(LineResult(line, known, status, told, words(known.stale, vocabulary)))
    return Eligibility(profile, facts, tuple(found))


def default_profile(protocols: Protocols, region: str | None) -> Checklist:
    """Return the profile of a region, by default the first one of the knowledge."""
    profiles = list(protocols.profiles.values())
    return next((p for p in profiles if region in p.entry.regions), profiles[0])


def eligibility_view(found: Sequence[Eligibility], protocols: Protocols) -> dict[str, Any]:
    """Return profiles as JSON-ready data, with what differs between them."""
    facts = found[0].facts
    return {
        "patient": facts.patient,
        "at": str(facts.at),
        "region": facts.region,
        "profiles": [_profile_view(one, protocols) for one in found],
        "differences": differences(found),
        "kidney": kidney_view(facts, protocols),
    }


def _profile_view(found: Eligibility, protocols: Protocols) -> dict[str, Any]:
    entry = found.profile.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "source": entry.source,
        "note": entry.note,
        "status": found.status,
        "items": [_line_view(line, found.facts, protocols) for line in found.lines],
    }


def _line_view(found: LineResult, facts: Facts, protocols: Protocols) -> dict[str, Any]:
    entry = found.line.entry
    vocabulary = protocols.criteria.vocabulary
    return {
        "id": entry.id,
        "topic": entry.topic,
        "label": entry.label,
        "status": found.status,
        "limit": entry.limit or entry.label,
        "values": [
            {
                **_value_view(value, protocols),
                "behind": [_value_view(source, protocols) for source in facts.behind(value.fact)],
            }
            for value in found.known.values
        ],
        "text_ambiguous": found.known.reading.ambiguous,
        "missing": [
            {"fact": name, "order": vocabulary[name].entry.order or vocabulary[name].entry.label}
            for name in found.known.missing
        ],
        "stale": [value_words(value, vocabulary) for value in found.known.stale],
        "max_age_days": entry.max_age_days,
        "source": entry.source,
        "read_in": entry.read_in,
        "locator": entry.locator,
        "verification": entry.verification,
    }


def _value_view(value: FactValue, protocols: Protocols) -> dict[str, Any]:
    vocabulary = protocols.criteria.vocabulary
    return {
        "fact": value.fact,
        "text": value_words(value, vocabulary),
        "value": _plain(value.value),
        "unit": unit_words(vocabulary[value.fact].entry.unit),
        "date": None if value.date is None else str(value.date),
        "age_days": value.age_days,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        low, high = float(value.low), float(value.high)
        return low if value.is_point else [low, high]
    return value if isinstance(value, bool | str) or value is None else str(value)


def differences(found: Sequence[Eligibility]) -> list[dict[str, Any]]:
    """Return the topics on which the profiles have other limits or come to another answer."""
    topics: dict[str, dict[str, list[LineResult]]] = {}
    for one in found:
        for line in one.lines:
            topic = line.line.entry.topic or line.line.entry.id
            topics.setdefault(topic, {}).setdefault(one.profile.entry.id, []).append(line)
    rows = []
    for topic, lines in topics.items():
        told = {
            one.profile.entry.id: [
                {"limit": line.line.entry.limit or line.line.entry.label, "status": line.status}
                for line in lines.get(one.profile.entry.id, [])
            ]
            for one in found
        }
        if len({str(value) for value in told.values()}) > 1:
            rows.append({"topic": topic, "profiles": told})
    return rows


def kidney_view(facts: Facts, protocols: Protocols) -> dict[str, Any]:
    """Return the clearance that limits speak of, and the eGFR that never stands in for it."""
    names = ("creatinine_umol_l", "age_years")
    values = [facts[name].value for name in names]
    sex = facts["sex"].value
    clearance = facts["creatinine_clearance_ml_min"]
    view: dict[str, Any] = {
        "creatinine_clearance_ml_min": _plain(clearance.value),
        "egfr_ckd_epi_2021_ml_min_173m2": None,
        "egfr_mdrd_ml_min_173m2": None,
        "note": "An eGFR per 1.73 m2 meets no clearance limit.",
    }
    creatinine, age = values
    if isinstance(creatinine, Interval) and isinstance(age, Interval) and isinstance(sex, str):
        measures = protocols.knowledge.measures
        told = (creatinine.low, age.low, sex)
        for name, function in (("ckd_epi_2021", egfr_ckd_epi_2021), ("mdrd", egfr_mdrd)):
            rounded = round(function(*told, measures), 1)
            view[f"egfr_{name}_ml_min_173m2"] = float(rounded)
    return view


__all__ = [
    "Eligibility",
    "LineResult",
    "default_profile",
    "differences",
    "eligibility",
    "eligibility_view",
    "kidney_view",
]
