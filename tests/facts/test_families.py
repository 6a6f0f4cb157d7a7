"""Facts about therapies: received, on, progressed on, not tolerated, since when, for how long."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet.knowledge import load_knowledge
from gepnet.record import Progression
from gepnet.record.model import ProgressionType
from gepnet.vocabulary import Interval, Value
from tests.facts.patients import (
    Event,
    course,
    criteria,
    facts,
    facts_at,
    patient,
    progression,
    shown,
)

ALL = {"treatments": "2026-01-15", "progression": "2026-01-15"}
TREATED = {"treatments": "2026-01-15"}
COUNTING = ["radiological_recist", "radiological_below_recist", "clinical_observed"]
UNMEASURED = "radiological"  # growth on imaging, by which measure is not said
NOT_COUNTING = ["marker_rise", "uptake_rise", "hormone_symptoms_worse",
                "new_lesion_on_sstr_pet_only"]  # fmt: skip
LAN = course("lanreotide", "2024-01-01", ongoing=True)


def told(*events: Event, names: str, **head: Any) -> str:
    """Return the named facts of a patient in one line."""
    return ", ".join(shown(facts(*events, **head), *names.split()))


# Members and classes -----------------------------------------------------------------------------


def test_a_course_counts_for_its_option_and_every_class_above_it() -> None:
    names = (
        "received_lanreotide received_ssa received_somatostatin_analogue received_octreotide_lar"
    )
    assert told(LAN, names=names, complete=TREATED) == "yes, yes, yes, no"
    assert told(LAN, names=names) == "yes, yes, yes, unknown"


def test_a_course_named_by_its_class_leaves_its_members_open() -> None:
    """A course "PRRT, compound not stated" once meant "never lutetium dotatate"."""
    prrt = course("prrt", "2023-01-01", "2023-09-01", stop_reason="completed")
    names = "received_prrt received_lu177_dotatate on_lu177_dotatate received_pb212_dotamtate"
    assert told(prrt, names=names, complete=ALL) == "yes, unknown, no, no"
    names = "months_since_lu177_dotatate best_response_lu177_dotatate intolerant_to_lu177_dotatate"
    assert told(prrt, names=names, complete=ALL) == "unknown, unknown, no"
    names = "progressed_on_prrt progressed_on_lu177_dotatate"
    assert told(prrt, names=names, complete=ALL) == "no, no"
    failed = {**prrt, "stop_reason": "progression"}
    assert told(failed, names=names, complete=ALL) == "yes, unknown"


def test_progression_on_a_class_leaves_open_which_member_failed() -> None:
    seen = progression("2025-01-01", "radiological_recist", on=["ssa"])
    names = "progressed_on_ssa progressed_on_lanreotide progressed_on_everolimus"
    two = LAN, course("octreotide_lar", "2023-01-01", "2024-01-01")
    assert told(*two, seen, names=names, complete=ALL) == "yes, unknown, no"
    assert told(LAN, seen, names=names, complete=ALL) == "yes, yes, no"


def test_progression_on_a_therapy_says_that_it_was_given() -> None:
    """It once was progression on a therapy that had "never been received"."""
    seen = progression("2025-01-01", "radiological_recist", on=["everolimus"])
    names = "received_everolimus received_targeted progressed_on_everolimus on_everolimus"
    assert told(seen, names=names, complete=ALL) == "yes, yes, yes, unknown"


# Progression -------------------------------------------------------------------------------------


def test_every_sign_is_placed_and_the_two_lists_here_are_all() -> None:
    signs = {s["id"]: s["counts"] for s in load_knowledge().measures["progression"]["signs"]}
    counting = dict.fromkeys([*COUNTING, UNMEASURED], True)
    assert signs == counting | dict.fromkeys(NOT_COUNTING, False)
    assert set(signs) == set(ProgressionType.__args__)


@pytest.mark.parametrize("sign", COUNTING)
def test_growth_on_imaging_and_observed_clinical_change_are_progression(sign: str) -> None:
    seen = progression("2025-06-01", sign, on=["lanreotide"])
    assert told(LAN, seen, names="progressed_on_ssa") == "yes"


def test_growth_on_imaging_without_its_measure_counts_and_names_none() -> None:
    seen = progression("2025-06-01", UNMEASURED, on=["lanreotide"])
    names = "progressed_on_lanreotide progression_radiological progression_radiological_recist"
    assert told(LAN, seen, names=names, complete=TREATED) == "yes, yes, unknown"


def test_growth_without_its_measure_leaves_the_measures_open_in_a_complete_record() -> None:
    """Both were once "not seen", and contradicted the growth that was recorded."""
    seen = progression("2025-06-01", UNMEASURED, on=["lanreotide"])
    measured = [f"progression_{sign}" for sign in COUNTING[:2]]
    found = facts(LAN, seen, complete=ALL)
    assert shown(found, "progression_radiological", *measured) == ["yes", "unknown", "unknown"]
    assert found["progression_radiological"].conflict is None
    recist = progression("2025-06-01", UNMEASURED, COUNTING[0], on=["lanreotide"])
    assert shown(facts(LAN, recist, complete=ALL), *measured) == ["yes", "no"]


def test_growth_on_imaging_follows_the_latest_report() -> None:
    """Once a record speaks of it without a measure, a later report that measures counts as well."""
    name = "progression_radiological"
    first = progression("2025-03-01", UNMEASURED, on=["lanreotide"])
    none = {"kind": "progression", "date": "2025-06-01", "types": [], "on": ["lanreotide"]}
    grown = progression("2025-09-01", "radiological_recist", on=["lanreotide"])
    out = progression("2025-09-01", excluded=[UNMEASURED], on=["lanreotide"])
    assert told(LAN, first, none, names=name, complete=TREATED) == "no"
    assert told(LAN, first, none, grown, names=name, complete=TREATED) == "yes"
    assert told(LAN, first, out, names=name, complete=TREATED) == "no"
    measured = "progression_radiological_recist progression_radiological_below_recist"
    assert told(LAN, first, out, names=measured, complete=TREATED) == "no, no"


@pytest.mark.parametrize("sign", NOT_COUNTING)
def test_a_rise_of_a_marker_or_of_uptake_is_never_progression(sign: str) -> None:
    seen = progression("2025-06-01", sign, on=["lanreotide"])
    names = "progressed_on_ssa progressed_on_lanreotide"
    assert told(LAN, seen, names=names, complete=ALL) == "no, no"
    # without the declaration the other signs are open, not absent
    assert told(LAN, seen, names=names, complete=TREATED) == "unknown, unknown"
    assert told(LAN, seen, names=names) == "unknown, unknown"


@given(st.sets(st.sampled_from(NOT_COUNTING)), st.booleans())
def test_no_number_of_rises_makes_progression(signs: set[str], declared: bool) -> None:
    seen = progression("2025-06-01", *sorted(signs), on=["lanreotide"])
    found = facts(LAN, seen, **({"complete": ALL} if declared else {}))
    assert found["progressed_on_ssa"].value is not True


def test_progression_is_excluded_where_every_sign_that_counts_was_looked_for() -> None:
    seen = progression("2025-06-01", "marker_rise", excluded=COUNTING, on=["lanreotide"])
    assert told(LAN, seen, names="progressed_on_ssa", complete=TREATED) == "no"
    assert told(LAN, seen, names="progressed_on_ssa") == "unknown"
    partly = progression("2025-06-01", "marker_rise", excluded=COUNTING[:2], on=["lanreotide"])
    assert told(LAN, partly, names="progressed_on_ssa", complete=TREATED) == "unknown"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"stop_reason": "progression"}, "yes"),
        ({"best_response": "PD"}, "yes"),
        ({"stop_reason": "toxicity"}, "no"),
        ({"stop_reason": "toxicity", "best_response": "PD"}, "yes"),
        ({"stop_reason": "completed"}, "unknown"),
        ({"stop_reason": "other"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_what_the_end_of_a_course_says_of_progression(
    outcome: dict[str, str], expected: str
) -> None:
    given_ = course("everolimus", "2024-01-01", "2025-01-01", **outcome)
    assert told(given_, names="progressed_on_everolimus", complete=TREATED) == expected


def test_stopping_for_toxicity_is_intolerance_and_no_progression() -> None:
    given_ = course("everolimus", "2024-01-01", "2025-01-01", stop_reason="toxicity")
    names = "intolerant_to_everolimus intolerant_to_targeted progressed_on_everolimus"
    assert told(given_, names=names, complete=TREATED) == "yes, yes, no"
    # one course of two that ended for toxicity says nothing of the other
    other = course("everolimus", "2022-01-01", "2023-01-01")
    assert told(other, given_, names=names, complete=TREATED) == "yes, yes, unknown"


def test_a_withdrawn_event_says_nothing() -> None:
    seen = progression("2025-06-01", "radiological_recist", on=["lanreotide"], withdrawn=True)
    assert told(LAN, seen, names="progressed_on_ssa", complete=ALL) == "no"
    gone = course("everolimus", "2024-01-01", withdrawn=True)
    assert told(gone, names="received_everolimus", complete=ALL) == "no"


# Running, stopped, since when --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"ongoing": True}, "yes, 0"),
        ({"stop": "2025-01-15"}, "no, 12"),
        ({"stop": "2025"}, "no, 0.5-12.5"),
        ({"ongoing": False}, "no, unknown"),
        ({"stop_reason": "toxicity"}, "no, unknown"),
        ({}, "unknown, unknown"),
    ],
)
def test_a_course_runs_until_it_is_said_to_have_stopped(
    more: dict[str, Any], expected: str
) -> None:
    given_ = course("everolimus", "2024-01-01", **more)
    names = "on_everolimus months_since_everolimus"
    assert told(given_, names=names, complete=TREATED) == expected


def test_a_course_that_stopped_says_no_only_where_the_record_is_complete() -> None:
    given_ = course("everolimus", "2024-01-01", "2025-01-15")
    assert told(given_, names="on_everolimus") == "unknown"


def test_intolerance_is_open_while_a_course_may_have_ended_for_any_reason() -> None:
    names = "intolerant_to_everolimus"
    assert told(course("everolimus", "2024"), names=names, complete=TREATED) == "unknown"
    running = course("everolimus", "2024", ongoing=True)
    assert told(running, names=names, complete=TREATED) == "no"


# The last course that says so --------------------------------------------------------------------


def test_the_last_course_is_the_last_by_date_whatever_its_place_in_the_file() -> None:
    """The place in the file once decided."""
    late = course("octreotide_lar", "2024-01-01", "2025-01-01", best_response="SD",
                  benefit_months=12, stop_reason="progression")  # fmt: skip
    early = course("lanreotide", "2020-01-01", "2021-01-01", best_response="PR",
                   benefit_months=10, stop_reason="completed")  # fmt: skip
    names = "best_response_ssa benefit_months_ssa stop_reason_ssa"
    for order in ((early, late), (late, early)):
        assert told(*order, names=names, complete=TREATED) == "SD, 12, progression"
        systemic = (*order, course("everolimus", "2022-01-01", best_response="PD"))
        assert told(*systemic, names="progressed_on_last_therapy", complete=TREATED) == "yes"


def test_a_course_without_a_date_stays_behind_the_one_before_it_in_the_file() -> None:
    first = course("lanreotide", "2024-01-01", best_response="PR")
    undated = course("lanreotide", best_response="SD")
    earlier = course("lanreotide", "2020-01-01", best_response="CR")
    assert told(first, undated, earlier, names="best_response_ssa") == "SD"


def test_a_course_that_says_nothing_leaves_the_word_to_the_one_before() -> None:
    silent = course("octreotide_lar", "2024-01-01", ongoing=True)
    early = course("lanreotide", "2020-01-01", "2021-01-01", best_response="PR")
    assert told(early, silent, names="best_response_ssa") == "PR"


# Laws --------------------------------------------------------------------------------------------

# What is true of a therapy for good, once it is true.
LASTING = {"received_{therapy}", "progressed_on_{therapy}", "intolerant_to_{therapy}"}
OPTIONS = [
    "ssa",
    "lanreotide",
    "octreotide_lar",
    "prrt",
    "lu177_dotatate",
    "everolimus",
    "targeted",
]


@st.composite
def courses(draw: st.DrawFn) -> Event:
    start, length = draw(st.integers(2015, 2025)), draw(st.integers(1, 300))
    event = course(draw(st.sampled_from(OPTIONS)), f"{start}-01-01")
    end = draw(st.sampled_from(["stopped", "ongoing", "silent"]))
    if end == "ongoing":
        return {**event, "ongoing": True}
    if end == "silent":
        return event
    reason = draw(st.sampled_from(["progression", "toxicity", "completed", "other"]))
    day = f"{start}-{1 + length % 12:02}-28"
    response = draw(st.sampled_from([{}, {"best_response": "PD"}, {"best_response": "SD"}]))
    return {**event, "stop": day, "stop_reason": reason, **response}


@st.composite
def seen_progressions(draw: st.DrawFn) -> Event:
    signs = draw(st.sets(st.sampled_from(COUNTING + NOT_COUNTING), max_size=2))
    excluded = draw(st.sets(st.sampled_from([s for s in COUNTING if s not in signs])))
    date = f"{draw(st.integers(2015, 2025))}-12-30"
    return progression(date, *sorted(signs), excluded=sorted(excluded))


def known(events: list[Event], **head: Any) -> dict[str, Value]:
    return {name: f.value for name, f in facts(*events, **head).items() if f.value is not None}


@given(st.lists(courses(), max_size=4), courses() | seen_progressions())
def test_one_more_event_never_takes_back_what_was_settled(
    events: list[Event], added: Event
) -> None:
    """Where nothing is declared complete, telling more only makes the unknown known.

    What is true of a therapy by being found at least once stays true.
    """
    before, after = known(events), known([*events, added])
    for name, value in before.items():
        if criteria().vocabulary[name].family in LASTING:
            assert value is True
            assert after[name] is True


@given(st.lists(courses(), min_size=1, max_size=4))
def test_declaring_the_record_complete_only_settles_what_was_open(events: list[Event]) -> None:
    before, after = known(events), known(events, complete=ALL)
    families = [name for name in before if criteria().vocabulary[name].family]
    assert {name: after[name] for name in families} == {name: before[name] for name in families}


@settings(max_examples=50)
@given(st.lists(courses(), max_size=4), st.booleans())
def test_a_class_and_its_members_never_contradict_each_other(
    events: list[Event], declared: bool
) -> None:
    found = facts(*events, **({"complete": ALL} if declared else {}))
    options = criteria().vocabulary.options
    for member in ("lanreotide", "lu177_dotatate", "everolimus"):
        for above in options.ancestors(member):
            for family in ("received", "on", "progressed_on", "intolerant_to"):
                of_member = found[f"{family}_{member}"].value
                of_class = found[f"{family}_{above}"].value
                if of_member is True:
                    assert of_class is True, (family, member, above)
                if of_class is False:
                    assert of_member is False, (family, member, above)


@settings(max_examples=30)
@given(st.lists(courses(), max_size=4), st.integers(2014, 2026))
def test_what_was_true_on_an_earlier_date_stays_true(events: list[Event], year: int) -> None:
    record = patient(*events, as_of="2026-01-15", complete=ALL)
    early, late = facts_at(record, f"{year}-01-01"), facts_at(record)
    for name, fact in early.items():
        if criteria().vocabulary[name].family in LASTING and fact.value is True:
            assert late[name].value is True, name


@given(st.lists(courses(), min_size=1, max_size=4))
def test_months_since_a_therapy_are_zero_exactly_while_it_may_be_running(
    events: list[Event],
) -> None:
    found = facts(*events, complete=ALL)
    for option in OPTIONS:
        months = found[f"months_since_{option}"].value
        if found[f"on_{option}"].value is True:
            assert isinstance(months, Interval)
            assert months.high == 0


def test_a_progression_is_told_by_its_signs_alone() -> None:
    assert set(Progression.model_fields) >= {"types", "excluded", "on"}
