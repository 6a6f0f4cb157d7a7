"""``gepnet prrt plan``, ``retreatment``, ``cumulative``, ``monitoring`` as their user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.cli.conftest import Run

START = ("prrt", "plan", "--start", "2026-02-02", "--at", "2026-01-05")
PATIENT = """\
gepnet: 1
patient: course
as_of: 2026-03-20
region: EU
events:
- {id: who, kind: demographics, date: 2026-01-02, age_years: 64, sex: male}
- {id: one, kind: prrt_cycle, date: 2026-01-05, cycle: 1, activity_gbq: 7.4}
- {id: two, kind: prrt_cycle, date: 2026-03-02, cycle: 2, activity_gbq: 7.4}
- {id: lar, kind: clinical, date: 2026-03-03, last_long_acting_ssa_date: 2026-03-03}
"""
HELD = """\
- {id: hold, kind: prrt_release, date: 2026-03-19, cycle: 3, author: Dr Berg, decision: hold}
"""
STOPPED = HELD.replace("decision: hold", "decision: stop").replace("id: hold", "id: stop")


def data(run: Run, *arguments: str | Path) -> Any:
    done = run(*arguments, "--format", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    path = tmp_path / "course.yaml"
    path.write_text(PATIENT, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["plan", "retreatment", "cumulative", "monitoring"])
def test_help_helps(run: Run, command: str) -> None:
    done = run("prrt", command, "--help")
    assert done.code == 0
    assert "--format" in done.out


def test_a_plan_from_a_start_date(run: Run, tmp_path: Path) -> None:
    ics, pdf = tmp_path / "a.ics", tmp_path / "a.pdf"
    asked = (*START, "--holidays", "NO", "--slots", "mon,tue")
    view = data(run, *asked, "--ics", ics, "--sheet", pdf)
    assert [c["date"] for c in view["cycles"]] == [
        "2026-02-02",
        "2026-03-30",
        "2026-05-26",
        "2026-07-21",
    ]
    assert view["total_mci"] == 800
    events = Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert len(events) == 4 + len([s for s in view["steps"] if s["topic"] != "infusion"])
    assert pdf.read_bytes().startswith(b"%PDF-")
    table = run(*asked)
    assert table.code == 0
    assert "2026-05-26" in table.out


def test_cycles_of_the_record_anchor_the_rest(run: Run, course: Path) -> None:
    view = data(run, "prrt", "plan", course)
    assert [(c["date"], c["given"]) for c in view["cycles"]] == [
        ("2026-01-05", True),
        ("2026-03-02", True),
        ("2026-04-27", False),
        ("2026-06-22", False),
    ]
    assert view["made_on"] == "2026-03-20"
    assert not view["violations"]
    assert "pregnancy" not in {s["topic"] for s in view["steps"]}, "the patient is a man"


def test_the_documents_on_the_somatostatin_analogue_stand_side_by_side(
    run: Run, course: Path
) -> None:
    view = data(run, "prrt", "plan", course)
    entries = {p["entry"].split("/")[0] for p in view["ssa_positions"]}
    assert {"review-gi-net-2025", "asco-2023", "tafuto-2025", "spain-2016"} <= entries
    assert "us-label-2018/octreotide-lar-after-dose" in {c["id"] for c in view["choices"]}
    assert not [s for s in view["steps"] if s["topic"] == "ssa_after_dose"]
    assert {p["position"] for p in view["midcourse_positions"]} == {"against"}
    assert "halperin-2024/midcourse-imaging" in {c["id"] for c in view["choices"]}


def test_a_long_acting_analogue_too_near_to_the_next_cycle_is_named(run: Run, course: Path) -> None:
    text = course.read_text().replace("2026-03-03", "2026-03-20")
    course.write_text(text.replace("as_of: 2026-03-20", "as_of: 2026-04-10"))
    view = data(run, "prrt", "plan", course, "--not-before", "2026-04-16")
    assert not view["violations"], "cycle 3 on 27 April is 38 days after the injection"
    course.write_text(course.read_text().replace("2026-03-20", "2026-04-06"))
    (fault,) = data(run, "prrt", "plan", course)["violations"]
    assert (fault["subject"], fault["kind"]) == ("cycle 3", "ssa_too_late")
    assert fault["window"]["first"] == "2026-05-04"


def test_a_held_cycle_is_said_and_a_stopped_course_ends(run: Run, course: Path) -> None:
    course.write_text(PATIENT + HELD, encoding="utf-8")
    held = data(run, "prrt", "plan", course)
    assert any("Cycle 3 was held by Dr Berg" in notice for notice in held["notices"])
    course.write_text(PATIENT + STOPPED, encoding="utf-8")
    stopped = data(run, "prrt", "plan", course)
    assert [c["given"] for c in stopped["cycles"]] == [True, True]
    assert any("stopped by Dr Berg" in notice for notice in stopped["notices"])
    assert [s["topic"] for s in stopped["steps"] if s["date"] > "2026-04-13"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--start", "2026-02-30"), "field start"),
        (("--start", "2026-02-02", "--time", "25:00"), "field time"),
        (("--start", "2026-02-02", "--closed", "easter"), "field closed"),
        (("--start", "2026-02-02", "--profile", "eu"), "field profile"),
        ((), "field start"),
        (("--start", "2026-02-02", "--sheet", "sheet.docx"), "ends in .pdf or .html"),
        (("--start", "2026-02-02", "--ics", "/proc/nowhere/a.ics"), "a file that can be written"),
    ],
)
def test_a_bad_question_has_exit_code_2_and_writes_nothing(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    written = ("--ics", str(tmp_path / "a.ics")) if "--ics" not in arguments else ()
    done = run("prrt", "plan", "--at", "2026-01-05", *written, *arguments)
    assert done.code == 2
    assert told in done.err
    assert not list(tmp_path.iterdir())


def test_a_start_beside_cycles_given_is_refused(run: Run, course: Path) -> None:
    done = run("prrt", "plan", course, "--start", "2026-02-02")
    assert done.code == 2
    assert "no start: the record has cycle 1 on 2026-01-05" in done.err


def test_a_profile_of_ones_own(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "hospital.yaml"
    own.write_text(
        """\
sources:
- {id: our-hospital, title: Local protocol, kind: guideline, read: full}
plan_profiles:
- id: our-hospital
  title: Our hospital
  short: our hospital
  source: our-hospital
  beside: [eu-label]
  schedule:
    cycles: {value: 4, source: our-hospital, locator: page 1, verification: primary}
    activity_gbq: {value: 7.4, source: our-hospital, locator: page 1, verification: primary}
    interval_days: {value: 70, source: our-hospital, locator: page 1, verification: primary}
    window_days: {value: 3, source: our-hospital, locator: page 1, verification: primary}
""",
        encoding="utf-8",
    )
    view = data(run, *START, "--with", own, "--profile", "our-hospital")
    assert view["cycles"][1]["date"] == "2026-04-13"
    own.write_text(own.read_text().replace("beside: [eu-label]", "beside: [eu-lable]"))
    done = run(*START, "--with", own, "--profile", "our-hospital")
    assert done.code == 2
    assert "hospital.yaml:4" in done.err
    assert "did you mean 'eu-label'" in done.err


def test_totals_of_a_record(run: Run, course: Path, tmp_path: Path) -> None:
    view = data(run, "prrt", "cumulative", course)
    assert [c["sum_gbq"] for c in view["cycles"]] == [7.4, 14.8]
    assert (view["total_gbq"], view["total_mci"]) == (14.8, 400)
    doses = tmp_path / "doses.csv"
    doses.write_text(
        "patient_id,cycle,region,dose_gy,bed_gy\ncourse,1,kidneys,5,5.5\ncourse,2,kidneys,5,5.5\n"
    )
    view = data(run, "prrt", "cumulative", course, "--doses", doses)
    limits = {one["id"]: (one["total"], one["standing"]) for one in view["limits"]}
    assert limits["kidney-absorbed-dose"] == (10, "below")
    assert limits["kidney-bed-risk"] == (11, "below")
    assert limits["marrow-absorbed-dose"] == (None, "unknown")
    assert run("prrt", "cumulative", course).code == 0
    doses.write_text(doses.read_text().replace("course,", "other,"))
    done = run("prrt", "cumulative", course, "--doses", doses)
    assert done.code == 2
    assert "doses of course; the file has other" in done.err


def test_monitoring_and_retreatment_print_tables_too(run: Run, course: Path) -> None:
    assert run("prrt", "retreatment", course).code == 0
    done = run("prrt", "monitoring", course)
    assert done.code == 0
    assert "Kidney slope: none (0 clearances" in done.out
    view = data(run, "prrt", "monitoring", course)
    assert {signal["signal"] for signal in view["marrow"]} == {"open"}
    assert {due["profile"] for due in view["due"]} >= {"eu-label", "review-gi-net-2025"}
    one = data(run, "prrt", "monitoring", course, "--profile", "eu-label")
    assert {due["profile"] for due in one["due"]} == {"eu-label"}
    done = run("prrt", "monitoring", course, "--profile", "nobody")
    assert done.code == 2


def test_a_laboratory_file_adds_to_the_samples(run: Run, course: Path, tmp_path: Path) -> None:
    labs = tmp_path / "labs.csv"
    rows = ["patient_id,date,analyte,value,unit,lln,uln,baseline"]
    rows += [
        f"course,{day},creatinine_clearance_ml_min,{value},mL/min,,,"
        for day, value in (("2025-08-01", 91), ("2025-10-01", 90), ("2026-01-02", 89))
    ]
    rows += [
        f"course,{day},creatinine_clearance_ml_min,{value},mL/min,,,"
        for day, value in (("2026-02-01", 88), ("2026-02-20", 87), ("2026-03-15", 86))
    ]
    rows.append("course,2026-03-15,haemoglobin_g_l,100,g/L,120,160,")
    labs.write_text("\n".join(rows) + "\n")
    view = data(run, "prrt", "monitoring", course, "--labs", labs)
    shown = [point["date"] for point in view["kidney"]["clearances"]]
    assert shown == ["2026-01-02", "2026-02-01", "2026-02-20", "2026-03-15"], "from the baseline"
    assert "72 days from first to last" in view["kidney"]["refused"]
    assert next(s for s in view["marrow"] if s["id"] == "abnormal-count")["signal"] == "yes"
    labs.write_text(labs.read_text().replace("course,", "other,"))
    done = run("prrt", "monitoring", course, "--labs", labs)
    assert done.code == 2
    assert "values of course; the file has other" in done.err


@pytest.mark.parametrize(
    ("region", "profile"), [("EU", "eu-label"), ("NO", "eu-label"), ("US", "us-label")]
)
def test_the_label_of_the_region_is_followed(
    run: Run, course: Path, region: str, profile: str
) -> None:
    course.write_text(course.read_text().replace("region: EU", f"region: {region}"))
    assert data(run, "prrt", "plan", course)["profile"]["id"] == profile


def test_risks_are_shown_without_a_verdict(run: Run, course: Path) -> None:
    risks = {r["id"]: r for r in data(run, "prrt", "monitoring", course)["risks"]}
    assert set(risks) == {"age", "bone", "pretreated", "alkylator"}
    assert risks["age"]["value"] == "64"
    assert risks["bone"]["value"] == "unknown"
    assert [name for name, risk in risks.items() if risk["disputed"]] == ["alkylator"]
