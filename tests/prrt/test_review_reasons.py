"""The reasons of a review as they are printed, and the order in which they stand."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from gepnet.knowledge.rule_models import Examples, ReleaseRule
from gepnet.prrt.context import course_so_far
from gepnet.prrt.protocol import Protocols
from gepnet.prrt.review import Review, review
from gepnet.rules import Rule
from gepnet.tables import plain
from gepnet.vocabulary import parse_date
from tests.prrt.course_data import (
    PERSON,
    PROTOCOLS,
    TWO_CYCLES,
    WEEK_8,
    Events,
    lab,
    record,
    reviewed,
    ssa,
    weight,
)

PRE, FIRST = "2026-01-23", "2025-10-06"
LOW = "platelets below 75 x10^9/L"
DISAGREES = "; another sample of that day disagrees and no time says which came last"
RISE = "creatinine up by 40 % or more from before cycle 1: Creatinine rise from baseline 40 %"
FALL = "creatinine clearance down by 40 % or more from before cycle 1: Clearance fall from baseline"
Row = tuple[str, str, str]


def again(date: str, **values: Any) -> dict[str, Any]:
    """A second sample of a day."""
    return {**lab(date, **values), "id": f"again-{date}"}


def platelets(*counts: tuple[str, float]) -> Events:
    """Cycle 3 after these platelet counts, two of one day without a time."""
    samples: Events = []
    for date, count in counts:
        one = again if any(event["date"] == date for event in samples) else lab
        samples.append(one(date, platelets_10e9_l=count))
    return [*TWO_CYCLES, *samples]


def count(of: float, date: str) -> str:
    return f"Platelets {of:g} x10^9/L ({date})"


# What holds, reduces or stops before cycle 3: rule, effect and reason as printed.
PRINTED: list[tuple[str, Events, list[Row]]] = [
    (
        "a value now",
        platelets((PRE, 68)),
        [("thrombocytopenia", "hold", f"{LOW}: {count(68, PRE)}")],
    ),
    (
        "a value now and a worse one before",
        platelets(("2026-01-07", 45), (PRE, 68)),
        [
            (
                "thrombocytopenia",
                "hold",
                f"{LOW}: {count(68, PRE)}; worst since the last dose: {count(45, '2026-01-07')}",
            )
        ],
    ),
    (
        "a value that is over",
        platelets(("2026-01-07", 45), (PRE, 110)),
        [
            (
                "thrombocytopenia",
                "reduce",
                f"{LOW}: {count(45, '2026-01-07')}; "
                "occurred since the last dose, resolved on 2026-01-23",
            )
        ],
    ),
    (
        "two values of the last day of which one is low",
        platelets((PRE, 60), (PRE, 80)),
        [("thrombocytopenia", "hold", f"{LOW}: {count(60, PRE)}{DISAGREES}")],
    ),
    (
        "two low values of the last day do not disagree",
        platelets((PRE, 68), (PRE, 60)),
        [
            (
                "thrombocytopenia",
                "hold",
                f"{LOW}: Platelets 60-68 x10^9/L ({PRE}); worst since the last dose: "
                f"{count(60, PRE)}",
            )
        ],
    ),
    (
        "two values of an earlier day of which one is low, and then a good one",
        platelets(("2026-01-20", 60), ("2026-01-20", 80), (PRE, 110)),
        [
            (
                "thrombocytopenia",
                "reduce",
                f"{LOW}: {count(60, '2026-01-20')}; "
                "occurred since the last dose, resolved on 2026-01-23",
            )
        ],
    ),
    (
        "editions of CTCAE that differ",
        [*TWO_CYCLES, lab(PRE, neutrophils_10e9_l=0.9)],
        [
            (
                "neutropenia",
                "hold",
                f"neutrophils below 1.0 x10^9/L: Neutrophils 0.9 x10^9/L ({PRE}) "
                "(CTCAE 5 grade 3, CTCAE 6 grade 2: the limit on the value decides, so the "
                "cautious reading holds)",
            )
        ],
    ),
    (
        "editions of CTCAE that agree",
        [*TWO_CYCLES, lab(PRE, haemoglobin_g_l=79)],
        [("anaemia", "hold", f"haemoglobin below 80 g/L: Haemoglobin 79 g/L ({PRE})")],
    ),
    (
        "a change from before cycle 1 tells both values",
        [*TWO_CYCLES, lab(PRE, creatinine_umol_l=117.6, creatinine_clearance_ml_min=60)],
        [
            (
                "renal-creatinine-rise",
                "hold",
                f"{RISE}; before cycle 1 Creatinine 84 umol/L (2025-10-02), "
                f"now Creatinine 117.6 umol/L ({PRE})",
            )
        ],
    ),
    (
        "a fall from before cycle 1 tells both clearances",
        [*TWO_CYCLES, lab(PRE, creatinine_umol_l=None, creatinine_clearance_ml_min=51)],
        [
            (
                "renal-clearance-fall",
                "hold",
                f"{FALL} 40.2529 %; before cycle 1 Creatinine clearance 85.4 mL/min, "
                f"now Creatinine clearance 51 mL/min ({PRE})",
            )
        ],
    ),
    (
        "a change that is over tells the change alone",
        [
            *TWO_CYCLES,
            lab("2026-01-07", creatinine_umol_l=117.6, creatinine_clearance_ml_min=60),
            lab(PRE),
        ],
        [
            (
                "renal-creatinine-rise",
                "reduce",
                f"{RISE}; occurred since the last dose, resolved on 2026-01-23",
            )
        ],
    ),
]


def told(found: Review) -> list[Row]:
    return [(one.id, one.effect, one.because) for one in found.fired if one.effect != "warn"]


@pytest.mark.parametrize(
    ("events", "printed"), [row[1:] for row in PRINTED], ids=[row[0] for row in PRINTED]
)
def test_a_reason_as_printed(events: Events, printed: list[Row]) -> None:
    assert told(reviewed(events)) == printed


# What is open before cycle 3 or cycle 1: id, the facts to ask for and the reason as printed.
SINCE = "not sampled since the last dose"
UNSAMPLED = [event for event in TWO_CYCLES if event.get("date", "") <= "2025-12-01"]
FIRST_CYCLE = [*PERSON, weight("2025-10-02"), ssa("2025-09-03")]
OPEN: list[tuple[str, tuple[Events, int, str], dict[str, tuple[tuple[str, ...], str]]]] = [
    (
        "nothing since the last dose",
        (UNSAMPLED, 3, WEEK_8),
        {
            "thrombocytopenia": (
                ("platelets_10e9_l",),
                f"Platelets: not known since the last dose (asked: {LOW}?)",
            ),
            "renal-clearance": (
                ("creatinine_umol_l",),
                "Creatinine: not known since the last dose "
                "(asked: creatinine clearance below 40 mL/min?)",
            ),
            "hepatic-bilirubin": (
                ("bilirubin_umol_l", "bilirubin_uln_umol_l"),
                "Bilirubin; Bilirubin, upper limit of normal: not known since the last dose "
                "(asked: bilirubin above 3 x ULN?)",
            ),
            "laboratory-platelets": (("platelets_10e9_l",), SINCE),
            "laboratory-bilirubin": (("bilirubin_umol_l", "bilirubin_x_uln"), SINCE),
            "clearance": (("creatinine_clearance_ml_min",), "not known"),
            "weight": (("weight_kg",), "60 days old, at most 28 allowed"),
        },
    ),
    (
        "nothing before cycle 1",
        (PERSON, 1, FIRST),
        {
            "eligibility-eu-label/platelets": (("platelets_10e9_l",), "not known"),
            "eligibility-eu-label/clearance": (("weight_kg", "creatinine_umol_l"), "not known"),
            "long-acting-ssa": (
                ("last_long_acting_ssa_date",),
                "Last long-acting SSA: not known "
                "(asked: long-acting somatostatin analogue less than 28 days ago?)",
            ),
            "laboratory-platelets": (("platelets_10e9_l",), "not known"),
            "weight": (("weight_kg",), "not known"),
        },
    ),
    (
        "old values before cycle 1",
        ([*FIRST_CYCLE, lab("2025-09-01")], 1, FIRST),
        {
            "eligibility-eu-label/platelets": (
                ("platelets_10e9_l",),
                "too old: Platelets 160 x10^9/L (2025-09-01)",
            ),
            "eligibility-eu-label/bilirubin": (
                ("bilirubin_umol_l", "bilirubin_uln_umol_l"),
                "too old: Bilirubin 9 umol/L (2025-09-01); "
                "Bilirubin, upper limit of normal 21 umol/L (2025-09-01)",
            ),
            "laboratory-platelets": (("platelets_10e9_l",), "35 days old, at most 28 allowed"),
        },
    ),
]


@pytest.mark.parametrize(
    ("asked", "expected"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN]
)
def test_what_is_open_says_why(
    asked: tuple[Events, int, str], expected: dict[str, tuple[tuple[str, ...], str]]
) -> None:
    found = reviewed(*asked)
    assert found.proposal == "undecidable"
    open_ones = {one.id: (one.facts, one.why) for one in found.missing}
    assert len(open_ones) == len(found.missing)
    assert {name: open_ones.get(name) for name in expected} == expected


def test_what_may_be_missing_warns_with_the_same_reason() -> None:
    told = {one.id: one.because for one in reviewed(UNSAMPLED).fired if one.effect == "warn"}
    assert told["laboratory-alt"] == f"ALT: {SINCE}"
    told = {one.id: one.because for one in reviewed(PERSON, 1, FIRST).fired}
    assert told["laboratory-alt"] == "ALT: not known"
    old = reviewed([*FIRST_CYCLE, lab("2025-09-01")], 1, FIRST)
    told = {one.id: one.because for one in old.fired}
    assert told["laboratory-alt"] == "ALT: 35 days old, at most 28 allowed"


def without_nadir(*samples: dict[str, Any]) -> Review:
    return reviewed([e for e in TWO_CYCLES if e["id"] != "lab-2026-01-05"] + list(samples))


def test_a_value_in_another_measure_is_enough() -> None:
    found = without_nadir(lab(PRE, bilirubin_umol_l=None, bilirubin_x_uln=1))
    assert (found.proposal, found.missing) == ("proceed", ())


def test_of_two_old_values_the_younger_age_is_told() -> None:
    old = lab("2025-12-10", bilirubin_umol_l=None, bilirubin_x_uln=1)
    found = without_nadir(old, lab("2025-12-20"), lab(PRE, bilirubin_umol_l=None))
    why = {one.id: one.why for one in found.missing}
    assert why == {"laboratory-bilirubin": "37 days old, at most 28 allowed"}


def test_a_ratio_is_as_old_as_its_older_part() -> None:
    limit = lab(PRE, bilirubin_umol_l=None, bilirubin_uln_umol_l=21)
    found = without_nadir(lab("2025-12-20"), limit)
    why = {one.id: one.why for one in found.missing}
    assert why == {"laboratory-bilirubin": "37 days old, at most 28 allowed"}


def test_a_first_cycle_has_warnings_and_conditions_of_its_own() -> None:
    first = reviewed([*FIRST_CYCLE, lab("2025-10-02", platelets_10e9_l=70)], 1, FIRST)
    assert told(first) == [
        (
            "eligibility-eu-label/platelets",
            "hold",
            "Platelets: not met (Platelets 70 x10^9/L (2025-10-02))",
        )
    ]
    crisis = {"crisis-octreotide-infusion", "crisis-octreotide-bolus"}
    warned = {one.id for one in first.fired if one.effect == "warn"}
    assert warned == {*crisis, "safety/heart-not-examined-rlt"}
    third = reviewed(platelets((PRE, 160)))
    assert third.fired == ()
    assert (first.profile, third.profile) == ("eligibility-eu-label", None)


def test_without_a_profile_only_the_safety_rules_hold() -> None:
    events = [*FIRST_CYCLE, lab("2025-10-02", platelets_10e9_l=70)]
    course = course_so_far(record(events), PROTOCOLS, 1, parse_date(FIRST))
    found = review(course)
    assert (found.proposal, found.profile) == ("hold", None)
    assert [one.id for one in found.holding] == ["safety/platelets-rlt"]


def test_a_condition_that_one_of_two_samples_fails_is_told_once() -> None:
    both = [
        lab("2025-10-02", platelets_10e9_l=70, leukocytes_10e9_l=1.5),
        again("2025-10-02", platelets_10e9_l=90, leukocytes_10e9_l=1.4),
    ]
    found = reviewed([*FIRST_CYCLE, *both], 1, FIRST)
    assert told(found) == [
        (
            "eligibility-eu-label/leukocytes",
            "hold",
            "Leukocytes: not met (Leukocytes 1.4-1.5 x10^9/L (2025-10-02))",
        ),
        (
            "eligibility-eu-label/platelets",
            "hold",
            f"Platelets: not met (Platelets 70 x10^9/L (2025-10-02)){DISAGREES}",
        ),
    ]


def test_what_ends_a_course_stands_before_what_holds_a_cycle_and_that_before_warnings() -> None:
    more = [
        {"id": "a", "date": PRE, "kind": "comorbidity", "ascites": True},
        {"id": "b", "date": PRE, "kind": "comorbidity", "prior_hypersensitivity_grade": 3},
        lab("2026-01-07", neutrophils_10e9_l=0.9),
        lab(PRE, platelets_10e9_l=60),
    ]
    found = reviewed([*TWO_CYCLES, *more])
    assert [(one.id, one.effect) for one in found.fired] == [
        ("hypersensitivity", "stop"),
        ("thrombocytopenia", "hold"),
        ("neutropenia", "reduce"),
        ("clearance-overestimated", "warn"),
    ]
    assert [one.id for one in found.holding] == ["hypersensitivity", "thrombocytopenia"]
    assert (found.proposal, found.activity_gbq) == ("stop", None)


def test_amino_acids_are_spoken_of_with_a_reduced_dose_only() -> None:
    reduced = reviewed(platelets(("2026-01-07", 45), (PRE, 110)))
    assert [one.id for one in reduced.fired] == ["thrombocytopenia", "amino-acids-unchanged"]
    assert [one.id for one in reviewed(platelets((PRE, 45))).fired] == ["thrombocytopenia"]


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("effect", ["hold", "toxicity"])
def test_a_rule_whose_text_leaves_it_open_says_so(effect: Any, required: bool) -> None:
    entry = ReleaseRule(
        id="x", source="s", label="x", effect=effect, row="x" if effect == "toxicity" else None,
        message="too heavy", required=required, when="weight_kg > 90", when_broad="weight_kg > 70",
        examples=Examples(applies={}, does_not_apply=(), undetermined=()),
    )  # fmt: skip
    criteria = PROTOCOLS.criteria
    own = Protocols(PROTOCOLS.knowledge, criteria)
    own.safety = ()
    own.rules = (Rule(entry, "release", criteria(entry.when), criteria("weight_kg > 70")),)
    course = course_so_far(record([*TWO_CYCLES, lab(PRE)]), own, 3, parse_date(WEEK_8))
    found = review(course)
    assert (found.fired, found.missing) == ((), ())
    assert found.proposal == ("undecidable" if required else "proceed")
    why = f"text ambiguous (asked: too heavy?): Body weight 80 kg ({PRE})"
    assert [(one.id, one.facts, one.why) for one in found.ambiguous] == (
        [("x", (), why)] if required else []
    )


@pytest.mark.parametrize("asked", [(platelets((PRE, 68)), 3, WEEK_8), (PERSON, 1, FIRST)])
def test_a_release_of_years_ago_finds_its_review_by_the_same_digest(
    asked: tuple[Events, int, str],
) -> None:
    """The digest written once more: records keep it, so that its recipe may not change."""
    found = reviewed(*asked)
    content = {
        "knowledge": PROTOCOLS.knowledge.digest,
        "patient": "p",
        "cycle": asked[1],
        "course": None,
        "date": asked[2],
        "ctcae": "5",
        "proposal": found.proposal,
        "activity": "None",
        "rules": [[one.id, one.effect, one.because] for one in found.fired],
        "missing": [[one.id, one.why] for one in found.missing],
        "grades": plain(found.grades),
        **({"unread": [[one.event, one.says] for one in found.unread]} if found.unread else {}),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    assert found.digest == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert plain(found)["digest"] == found.digest
