"""Adverse events: counts by hand, exact rates, laboratory grades, and faults of the tables."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from gepnet import api
from gepnet.knowledge import InputError
from gepnet.numbers import poisson_interval

BASE = api.base()

EVENTS = """\
patient_id,term,start,end,grade,ctcae
a,Nausea,2026-01-02,2026-01-03,1,5
a,Nausea,2026-01-20,2026-01-21,3,5
a,Fatigue,2026-03-15,,2,5
b,Nausea,2026-01-05,2026-01-05,2,5
b,Nausea,2025-12-01,2025-12-02,4,5
c,Fatigue,2026-02-01,2026-02-02,,5
c,Fatigue,2026-06-01,,5,5
"""
PATIENTS = """\
patient_id,start,end
a,2026-01-01,2026-04-10
b,2026-01-01,2026-04-10
c,2026-01-01,2026-04-10
d,2026-01-01,2026-04-10
"""
PERIODS = """\
patient_id,period,start,end
a,cycle 1,2026-01-01,2026-02-25
a,cycle 2,2026-02-26,2026-04-10
b,cycle 1,2026-01-01,2026-02-25
c,cycle 1,2026-01-01,2026-02-25
d,cycle 1,2026-01-01,2026-02-25
d,cycle 2,2026-02-26,2026-04-10
"""


def view(folder: Path, **tables: str) -> dict[str, Any]:
    paths = {}
    for name, text in tables.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text)
    return api.toxicity_view(BASE, **paths)


def row(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    found = [r for r in rows if all(r[name] == value for name, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def test_each_patient_counts_once_at_the_maximum_grade(tmp_path: Path) -> None:
    found = view(tmp_path, events=EVENTS, patients=PATIENTS)
    nausea = row(found["table"], term="Nausea")
    assert (nausea["patients"], nausea["any"], nausea["severe"]) == (4, 2, 1)
    assert (nausea["any_percent"], nausea["severe_percent"]) == (50, 25)
    assert (nausea["grade_2"], nausea["grade_3"], nausea["grade_4"]) == (1, 1, 0)
    assert found["before_start"] == 1  # b's of December
    assert found["outside_periods"] == 1  # c's of June, after follow-up


def test_an_unknown_grade_is_an_event_that_may_be_severe(tmp_path: Path) -> None:
    fatigue = row(view(tmp_path, events=EVENTS, patients=PATIENTS)["table"], term="Fatigue")
    assert (fatigue["any"], fatigue["severe"], fatigue["severe_possible"]) == (2, 0, 1)
    assert fatigue["grade_open"] == 1


def test_any_event_counts_patients_and_stands_first(tmp_path: Path) -> None:
    found = view(tmp_path, events=EVENTS, patients=PATIENTS)["table"]
    assert found[0]["term"] == "any event"
    assert (found[0]["any"], found[0]["severe"], found[0]["severe_possible"]) == (3, 1, 2)


def test_periods_have_their_own_denominators(tmp_path: Path) -> None:
    found = view(tmp_path, events=EVENTS, patients=PATIENTS, periods=PERIODS)
    one = row(found["table"], period="cycle 1", term="Nausea")
    two = row(found["table"], period="cycle 2", term="Fatigue")
    assert (one["patients"], one["any"]) == (4, 2)
    assert (two["patients"], two["any"], two["any_percent"]) == (2, 1, 50)
    maximum = row(found["maximum"], patient_id="a", period="cycle 1", term="Nausea")
    assert (maximum["grade"], maximum["at_most"]) == (3, 3)


def test_rates_by_hand(tmp_path: Path) -> None:
    rates = view(tmp_path, events=EVENTS, patients=PATIENTS)["rates"]
    # a from 1 to 2 January is 2 days, b to 5 January 5, c and d all 100: 207 days.
    nausea = row(rates, term="Nausea", from_grade=1)
    assert nausea["patients_with"] == 2
    assert nausea["years"] == pytest.approx(207 / 365.25)
    assert nausea["rate"] == pytest.approx(2 / (207 / 365.25) * 100)
    # Two events: 0.2422 to 7.2247 expected (Garwood's limits).
    assert nausea["low"] == pytest.approx(0.2422 / (207 / 365.25) * 100, rel=1e-3)
    assert nausea["high"] == pytest.approx(7.2247 / (207 / 365.25) * 100, rel=1e-3)
    severe = row(rates, term="Nausea", from_grade=3)
    assert severe["patients_with"] == 1
    assert severe["years"] == pytest.approx((20 + 300) / 365.25)
    none = row(rates, term="Fatigue", from_grade=3)
    assert (none["patients_with"], none["rate"], none["low"]) == (0, 0, 0)
    assert none["high"] == pytest.approx(3.6889 / (400 / 365.25) * 100, rel=1e-4)


@given(st.integers(0, 200), st.sampled_from([0.9, 0.95, 0.99]))
@settings(max_examples=40)
def test_the_interval_is_exact(count: int, confidence: float) -> None:
    low, high = poisson_interval(count, confidence)
    tail = (1 - confidence) / 2
    assert poisson.cdf(count, high) == pytest.approx(tail)
    if count:
        assert poisson.sf(count - 1, low) == pytest.approx(tail)


def test_groups_are_kept_apart(tmp_path: Path) -> None:
    patients = "patient_id,start,end,group\na,2026-01-01,2026-04-10,PRRT\nb,2026-01-01,2026-04-10,"
    events = "\n".join(EVENTS.splitlines()[:6])
    found = view(tmp_path, events=events, patients=patients)["table"]
    assert row(found, group="PRRT", term="Nausea")["patients"] == 1
    assert row(found, group="all", term="Nausea")["grade_2"] == 1


def test_editions_of_ctcae_are_never_pooled(tmp_path: Path) -> None:
    events = EVENTS.replace("a,Nausea,2026-01-20,2026-01-21,3,5", "a,Nausea,2026-01-20,,3,6")
    found = view(tmp_path, events=events, patients=PATIENTS)["table"]
    assert row(found, term="Nausea", ctcae="5")["severe"] == 0
    assert row(found, term="Nausea", ctcae="6")["severe"] == 1


LABS = """\
patient_id,date,fact,value,lln,uln
a,2025-12-30,platelets_10e9_l,200,150,400
a,2026-01-30,platelets_10e9_l,74.9,150,400
a,2026-02-20,platelets_10e9_l,24.9,150,400
b,2026-01-30,platelets_10e9_l,120,,
c,2026-01-30,platelets_10e9_l,150,150,400
d,2025-12-30,platelets_10e9_l,20,150,400
a,2025-12-30,alt_u_l,80,,40
a,2026-01-30,alt_u_l,241,,40
"""


@pytest.mark.parametrize(
    ("edition", "term", "platelets", "alt"),
    # Fact sheet, section 3.3: platelets 24.9 are grade 4 by edition 5 and 3 by edition 6; ALT 241
    # after a baseline of 80 (limit 40) is grade 2 by edition 5 and 3 by edition 6.
    [("5", "Platelet count decreased", 4, 2), ("6", "Thrombocytopenia", 3, 3)],
)
def test_laboratory_grades_by_edition(
    tmp_path: Path, edition: str, term: str, platelets: int, alt: int
) -> None:
    for name, text in (("e", EVENTS), ("p", PATIENTS), ("l", LABS)):
        (tmp_path / name).write_text(text)
    found = api.toxicity_view(
        BASE, tmp_path / "e", tmp_path / "p", labs=tmp_path / "l", ctcae=edition
    )
    mine = [r for r in found["maximum"] if r["term"] == term]
    # c is normal; d's only sample is the baseline; b may be grade 0 or 1 without a limit.
    assert [(r["patient_id"], r["grade"], r["at_most"]) for r in mine] == [
        ("a", platelets, platelets),
        ("b", 0, 1),
    ]
    shown = row(found["table"], term=term)
    assert (shown["any"], shown["any_possible"], shown["severe"]) == (1, 2, 1)
    enzyme = [r for r in found["maximum"] if r["term"].startswith("Alanine")]
    assert [r["grade"] for r in enzyme] == [alt]


def test_every_faulty_cell_is_told(tmp_path: Path) -> None:
    events = EVENTS + "z,,2026-13-01,x,6,5\n,Nausea,2026-01-01,,1,\n"
    with pytest.raises(InputError) as caught:
        view(tmp_path, events=events, patients=PATIENTS)
    told = {(p.line, p.field, p.value) for p in caught.value.problems}
    assert told == {
        (9, "term", ""),
        (9, "start", "2026-13-01"),
        (9, "end", "x"),
        (10, "patient_id", ""),
        (10, "ctcae", ""),
    }


@pytest.mark.parametrize(
    ("events", "field"),
    [
        ("a,Nausea,2026-01-02,2026-01-01,1,5", "end"),
        ("a,Nausea,2062-01-02,,1,5", "start"),  # a slip of the year
        ("a,Nausea,2026-01-02,2062-01-03,1,5", "end"),
        ("a,Nausea,2026-01-02,,6,5", "grade"),
        ("a,Nausea,2026-01-02,,1,7", "ctcae"),
        ("stranger,Nausea,2026-01-02,,1,5", "patient_id"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, events: str, field: str) -> None:
    header = EVENTS.splitlines()[0]
    with pytest.raises(InputError) as caught:
        view(tmp_path, events=f"{header}\n{events}\n", patients=PATIENTS)
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (PATIENTS + "a,2026-01-01,2026-04-10\n", "patient_id"),
        (PATIENTS + "e,2026-01-01,2025-04-10\n", "end"),
        ("patient_id,start\n", "end"),
    ],
)
def test_faulty_patients_are_refused(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        view(tmp_path, events=EVENTS, patients=text)
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("a,cycle 3,2026-04-01,2026-04-12", "start"),
        ("z,cycle 1,2026-01-01,2026-01-02", "patient_id"),
        ("b,cycle 1,2026-03-01,2026-03-02", "period"),
    ],
)
def test_faulty_periods_are_refused(tmp_path: Path, line: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        view(tmp_path, events=EVENTS, patients=PATIENTS, periods=f"{PERIODS}{line}\n")
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("a,2026-01-30,platelets,7,,", "analyte"),
        ("a,2026-01-30,platelets_10e9_l,-1,,", "value"),
        ("a,2026-01-30,platelets_10e9_l,low,,", "value"),
        ("z,2026-01-30,platelets_10e9_l,7,,", "patient_id"),
    ],
)
def test_faulty_labs_are_refused(tmp_path: Path, line: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        view(tmp_path, events=EVENTS, patients=PATIENTS, labs=f"{LABS}{line}\n")
    assert [problem.field for problem in caught.value.problems] == [field]


def test_a_term_without_events_in_a_group_or_period_is_a_zero_not_an_absence(
    tmp_path: Path,
) -> None:
    """A group in which nobody had an event used to vanish with its denominator."""
    patients = (
        "patient_id,start,end,group\na,2026-01-01,2026-06-30,arm 1\nb,2026-01-01,2026-06-30,arm 2\n"
    )
    events = "patient_id,term,start,end,grade,ctcae\na,Nausea,2026-01-02,,3,5\n"
    found = view(tmp_path, events=events, patients=patients)
    told = [(r["group"], r["term"], r["patients"], r["any"], r["severe"]) for r in found["table"]]
    assert told == [
        ("arm 1", "any event", 1, 1, 1),
        ("arm 1", "Nausea", 1, 1, 1),
        ("arm 2", "any event", 1, 0, 0),
        ("arm 2", "Nausea", 1, 0, 0),
    ]
    assert all(row["any_percent"] in (0, 100) and row["grade_open"] == 0 for row in found["table"])


def test_a_row_of_an_unknown_patient_is_told_with_its_line(tmp_path: Path) -> None:
    events = EVENTS + "stranger,Nausea,2026-01-02,,1,5\n"
    with pytest.raises(InputError) as caught:
        view(tmp_path, events=events, patients=PATIENTS)
    assert [problem.line for problem in caught.value.problems] == [len(EVENTS.splitlines()) + 1]


def test_no_events_at_all_is_an_empty_table(tmp_path: Path) -> None:
    header = EVENTS.splitlines()[0]
    found = view(tmp_path, events=f"{header}\n", patients=PATIENTS)
    assert (found["table"], found["rates"], found["patients"]) == ([], [], 4)


@given(st.permutations(EVENTS.splitlines()[1:]))
@settings(max_examples=10)
def test_the_order_of_events_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    header = EVENTS.splitlines()[0]
    shuffled = view(folder, events="\n".join([header, *lines]), patients=PATIENTS)
    assert shuffled == view(folder, events=EVENTS, patients=PATIENTS)


def test_hyphens_and_capitals_make_no_term_of_their_own(tmp_path: Path) -> None:
    events = (
        "patient_id,term,start,end,grade,ctcae\n"
        "a,Hand-foot syndrome,2026-01-02,,1,5\na,hand foot syndrome,2026-01-03,,3,5\n"
        "b,HAND\N{NON-BREAKING HYPHEN}FOOT SYNDROME,2026-01-04,,2,5\n"
        "c,Hand-foot syndrome,2026-01-05,,1,5\n"
    )
    found = view(tmp_path, events=events, patients=PATIENTS)
    one = row(found["table"], term="Hand-foot syndrome")
    assert (one["any"], one["severe"]) == (3, 1)
    assert len(found["table"]) == 2  # with any event
    (written,) = found["spellings"]
    assert written["also"] == ["HAND\N{NON-BREAKING HYPHEN}FOOT SYNDROME", "hand foot syndrome"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anaemia", "Anemia"), ("Diarrhoea", "diarrhea"), ("Tumour pain", "Tumor-Pain")],
)
def test_british_and_american_spelling_are_one_term(tmp_path: Path, one: str, other: str) -> None:
    events = (
        "patient_id,term,start,end,grade,ctcae\n"
        f"a,{one},2026-01-02,,1,5\na,{other},2026-01-03,,3,5\nb,{other},2026-01-04,,2,5\n"
    )
    found = view(tmp_path, events=events, patients=PATIENTS)
    assert len(found["table"]) == 2  # with any event
    assert row(found["table"], term=other)["any"] == 2
    assert found["spellings"][0]["also"] == [one]


def test_a_reported_british_term_is_that_of_its_laboratory_grade(tmp_path: Path) -> None:
    events = "patient_id,term,start,end,grade,ctcae\na,Anaemia,2026-01-02,,2,5\n"
    labs = "patient_id,date,fact,value,unit,lln,uln\na,2026-01-20,haemoglobin_g_l,7.9,g/dL,12,16\n"
    found = view(tmp_path, events=events, patients=PATIENTS, labs=labs)
    assert [(one["term"], one["grade"]) for one in found["maximum"]] == [("Anemia", 3)]


@pytest.mark.parametrize("late", ["2026-02-02", "2026-03"])
def test_dates_are_held_against_a_death_that_is_an_adverse_event(tmp_path: Path, late: str) -> None:
    """The end of a grade 5 is the death; what began before it, or may have, stands."""
    events = (
        "patient_id,term,start,end,grade,ctcae\n"
        f"a,Nausea,{late},,1,5\na,Sepsis,2026-01-10,2026-02-01,5,5\n"
        "a,Fatigue,2026-02,,1,5\na,Fever,2026-01-20,,1,5\nb,Leukaemia,2026-01-10,,5,5\n"
        "b,Nausea,2026-03-01,,1,5\n"
    )
    with pytest.raises(InputError) as caught:
        view(tmp_path, events=events, patients=PATIENTS)
    (problem,) = caught.value.problems
    assert (problem.line, problem.field) == (2, "start")
    assert "death (2026-02-01, the end of grade 5 on line 3)" in problem.expected


@pytest.mark.parametrize(
    ("end", "told"), [("2026-02-01", []), ("2026-04-10", []), ("2026-04-09", ["a"]), ("", [])]
)
def test_a_follow_up_after_a_fatal_event_is_told_beside_the_rates(
    tmp_path: Path, end: str, told: list[str]
) -> None:
    """The death is where the event ends; an event without an end says nothing of the day."""
    events = f"patient_id,term,start,end,grade,ctcae\na,Sepsis,2026-01-10,{end},5,5\n"
    last = "2026-04-10" if told or not end else end
    patients = PATIENTS.replace("a,2026-01-01,2026-04-10", f"a,2026-01-01,{last}")
    found = view(tmp_path, events=events, patients=patients)
    assert found["followed_after_death"] == told


def test_a_reported_term_is_that_of_its_laboratory_grade(tmp_path: Path) -> None:
    events = "patient_id,term,start,end,grade,ctcae\na,platelet-count decreased,2026-01-02,,4,5\n"
    labs = (
        "patient_id,date,fact,value,lln,uln\na,2026-01-01,platelets_10e9_l,200,150,400\n"
        "a,2026-01-20,platelets_10e9_l,60,150,400\n"
    )
    found = view(tmp_path, events=events, patients=PATIENTS, labs=labs)
    (highest,) = found["maximum"]
    assert (highest["term"], highest["grade"]) == ("Platelet count decreased", 4)


@pytest.mark.parametrize(
    ("start", "grades"),
    [("2026-02", (3, 3)), ("2026", (0, 3)), ("2025-12", None)],
)
def test_an_event_dated_by_month_counts_where_it_surely_lies(
    tmp_path: Path, start: str, grades: tuple[int, int] | None
) -> None:
    """2026 may be after the follow-up: possible, never counted for sure and never lost."""
    events = f"patient_id,term,start,end,grade,ctcae\na,Nausea,{start},,3,5\n"
    found = view(tmp_path, events=events, patients=PATIENTS)
    if grades is None:
        assert (found["maximum"], found["before_start"] + found["outside_periods"]) == ([], 1)
        return
    (highest,) = found["maximum"]
    assert (highest["grade"], highest["at_most"]) == grades
    nausea = row(found["table"], term="Nausea")
    assert (nausea["any"], nausea["any_possible"]) == (int(grades[0] > 0), 1)
    assert (found["partly_dated"], found["outside_periods"]) == (1, 0)


def test_an_event_of_a_year_to_come_is_refused(tmp_path: Path) -> None:
    year = datetime.date.today().year + 1
    events = f"patient_id,term,start,end,grade,ctcae\na,Nausea,{year},,3,5\n"
    with pytest.raises(InputError, match=f"start, value {year}: expected a date not after"):
        view(tmp_path, events=events, patients=PATIENTS)


def test_an_event_in_one_of_two_periods_is_possible_in_both(tmp_path: Path) -> None:
    events = "patient_id,term,start,end,grade,ctcae\na,Nausea,2026-02,2026-03,3,5\n"
    found = view(tmp_path, events=events, patients=PATIENTS, periods=PERIODS)
    assert [(r["period"], r["grade"], r["at_most"]) for r in found["maximum"]] == [
        ("cycle 1", 0, 3), ("cycle 2", 0, 3),
    ]  # fmt: skip
