"""A patient in the middle of a course, as events that a test changes one at a time."""

from __future__ import annotations

import datetime
import json
from typing import Any

from gepnet import api
from gepnet.prrt.context import course_so_far
from gepnet.prrt.eligibility import default_profile
from gepnet.prrt.protocol import Protocols
from gepnet.prrt.review import Review, review
from gepnet.record import Record, parse_record
from gepnet.vocabulary import parse_date

TODAY = datetime.date(2027, 6, 1)
PROTOCOLS = Protocols(api.base().knowledge, api.base().criteria)
Events = list[dict[str, Any]]

#: Limits of normal of the laboratory.
LIMITS = {
    "haemoglobin_g_l": [120, 160],
    "platelets_10e9_l": [150, 400],
    "neutrophils_10e9_l": [1.8, 7.5],
    "lymphocytes_10e9_l": [1.0, 4.0],
    "leukocytes_10e9_l": [4, 10],
    "creatinine_umol_l": [60, 105],
    "bilirubin_umol_l": [None, 21],
    "albumin_g_l": [35, 50],
    "alt_u_l": [None, 45],
    "ast_u_l": [None, 40],
}
CLEAN = {
    "haemoglobin_g_l": 125,
    "platelets_10e9_l": 160,
    "neutrophils_10e9_l": 3.0,
    "lymphocytes_10e9_l": 0.9,
    "leukocytes_10e9_l": 4.8,
    "creatinine_umol_l": 90,
    "bilirubin_umol_l": 9,
    "albumin_g_l": 41,
    "alt_u_l": 28,
    "ast_u_l": 26,
}


def lab(date: str, **values: Any) -> dict[str, Any]:
    given = {k: v for k, v in {**CLEAN, **values}.items() if v is not None}
    limits = {name: LIMITS[name] for name in given if name in LIMITS}
    return {"id": f"lab-{date}", "kind": "laboratory", "date": date, **given, "limits": limits}


def cycle(number: int, date: str, activity: float = 7.4, **more: Any) -> dict[str, Any]:
    return {
        "id": f"cycle-{number}", "kind": "prrt_cycle", "cycle": number, "date": date,
        "activity_gbq": activity, "reaction_grade": 0, **more,
    }  # fmt: skip


def release(
    number: int, date: str, decision: str, activity: float | None = None, **more: Any
) -> Any:
    told = {} if activity is None else {"activity_gbq": activity}
    return {
        "id": f"release-{number}-{date}", "kind": "prrt_release", "cycle": number, "date": date,
        "author": "Dr A", "decision": decision, **told, **more,
    }  # fmt: skip


def ssa(date: str) -> dict[str, Any]:
    return {
        "id": f"ssa-{date}",
        "kind": "clinical",
        "date": date,
        "last_long_acting_ssa_date": date,
    }


def weight(date: str, kg: float = 80) -> dict[str, Any]:
    return {"id": f"weight-{date}", "kind": "body", "date": date, "weight_kg": kg}


PERSON: Events = [
    {"id": "who", "kind": "demographics", "birth_date": "1958-03-14", "sex": "male"},
    {
        "id": "diagnosis", "kind": "diagnosis", "date": "2022-05-02", "functioning": True,
        "diagnosis_date": "2022-05-02", "primary_site": "jejunum_ileum", "syndrome": "carcinoid",
    },
    {"id": "histology", "kind": "pathology", "date": "2022-05-04", "differentiation": "well",
     "ki67_percent": 8},
    {"id": "staging", "kind": "stage", "date": "2025-09-18", "stage": "metastatic",
     "metastasis_brain": False},
    {"id": "pet", "kind": "sstr_imaging", "date": "2025-09-22", "sstr_method": "PET",
     "sstr_uptake_vs_liver": "above", "sstr_lesions_covered": "all",
     "sstr_negative_lesion_on_ct": False, "sstr_result": "positive"},
    {"id": "lar", "kind": "treatment", "option": "octreotide_lar", "start": "2022-06-01",
     "ongoing": True},
    {"id": "ct", "kind": "progression", "date": "2025-09-18", "types": ["radiological_recist"],
     "excluded": ["hormone_symptoms_worse"], "on": ["octreotide_lar"]},
    {"id": "state", "kind": "clinical", "date": "2025-09-30", "karnofsky": 90,
     "life_expectancy_months": 36, "hormonal_crisis_plan": True},
]  # fmt: skip
# Two full cycles; the review of cycle 3 is eight weeks after the second.
TWO_CYCLES: Events = [
    *PERSON,
    lab("2025-10-02", creatinine_umol_l=84),
    weight("2025-10-02"),
    ssa("2025-09-03"),
    cycle(1, "2025-10-06"),
    lab("2025-11-10"),
    lab("2025-11-27"),
    weight("2025-11-27"),
    ssa("2025-11-03"),
    cycle(2, "2025-12-01"),
    lab("2026-01-05"),
    ssa("2025-12-29"),
    weight("2026-01-23"),
]
WEEK_8 = "2026-01-26"


def record(events: Events, region: str = "EU") -> Record:
    days = [str(event["date"]) for event in events if "date" in event]
    end = max([*days, "2026-12-31"])[:10]
    domains = ("treatments", "comorbidities", "toxicities", "progression")
    data = {
        "gepnet": 1, "patient": "p", "region": region, "as_of": end,
        "complete": dict.fromkeys(domains, end), "events": events,
    }  # fmt: skip
    return parse_record(json.dumps(data), "p.json", PROTOCOLS.criteria.vocabulary, TODAY)


def reviewed(events: Events, number: int = 3, date: str = WEEK_8, **more: Any) -> Review:
    found = record(events)
    course = course_so_far(found, PROTOCOLS, number, parse_date(date), more.pop("course", None))
    return review(course, default_profile(PROTOCOLS, found.region), **more)


def fired(found: Review, *effects: str) -> set[str]:
    """The rules that fired with one of ``effects``, by default all but warnings."""
    wanted = effects or ("stop", "hold", "reduce")
    return {rule.id for rule in found.fired if rule.effect in wanted}
