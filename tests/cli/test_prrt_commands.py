"""``gepnet prrt`` and ``gepnet labs`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gepnet.knowledge.load import PACKAGED
from tests.cli.conftest import Run

COURSES = PACKAGED / "cases" / "courses"


def test_the_review_has_the_shape_that_others_rely_on(run: Run) -> None:
    file = COURSES / "platelets.yaml"
    done = run("prrt", "review", file, "--cycle", "3", "--date", "2026-01-26", "--format", "json")
    assert done.code == 0, done.err
    view = json.loads(done.out)
    assert (view["proposal"], view["activity_gbq"]) == ("hold", None)
    assert {"id", "source", "verification", "because"} <= set(view["rules"][0])
    assert {"date", "analyte", "term", "grade", "baseline", "reason"} <= set(view["grades"][0])
    assert view["missing"] == []
    table = run("prrt", "review", file, "--cycle", "3", "--date", "2026-01-26")
    assert "cycle 3 on 2026-01-26: hold" in table.out
    assert view["digest"] in table.out


def test_the_grades_to_look_at_stand_apart_from_the_many_zeros(run: Run) -> None:
    file = COURSES / "platelets.yaml"
    done = run("prrt", "review", file, "--cycle", "3", "--date", "2026-01-26", columns=80)
    (zeros,) = (line for line in done.out.splitlines() if line.startswith("Grade 0 by CTCAE 5"))
    assert "Creatinine increased (93 on 2026-01-23)" in zeros
    rows = [line for line in done.out.splitlines() if line.startswith("│")]
    assert not [row for row in rows if "Creatinine" in row]
    # 68 is the last value and the lowest: one row, not the same row twice.
    assert len([row for row in rows if "│ 68 " in row]) == 1


def test_a_course_says_why_in_words_that_stay_whole(run: Run) -> None:
    # "thrombocy / topenia" and "2025-10-0 / 6" were read by people.
    file = COURSES / "platelets.yaml"
    course = run("prrt", "course", file, columns=80).out
    assert course.count("Thrombocytopenia") == 3
    plan = run("prrt", "plan", file, "--at", "2026-01-05", columns=80).out
    for date in ("2025-10-06", "2025-12-08", "2026-03-23", "2026-05-18"):
        assert date in plan
    assert all(len(line) <= 80 for line in (course + plan).splitlines() if line[:1] == "│")


@pytest.mark.parametrize(
    ("name", "state", "total"),
    [
        ("uneventful", "completed", 29.6),
        ("platelets", "completed", 25.9),
        ("clearance", "held", 14.8),
    ],
)
def test_the_three_courses(run: Run, name: str, state: str, total: float) -> None:
    done = run("prrt", "course", COURSES / f"{name}.yaml", "--format", "json")
    (course,) = json.loads(done.out)["courses"]
    assert (course["state"], course["cumulative_activity_gbq"]) == (state, total)
    assert course["findings"] == []
    assert state in run("prrt", "course", COURSES / f"{name}.yaml").out


def test_eligibility_shows_each_profile_and_where_they_differ(run: Run) -> None:
    file = COURSES / "uneventful.yaml"
    done = run("prrt", "eligibility", file, "--at", "2025-10-05", "--format", "json")
    view = json.loads(done.out)
    status = {one["id"]: one["status"] for one in view["profiles"]}
    assert len(status) == 6
    assert status["eligibility-eu-label"] == "met"
    assert view["kidney"]["egfr_ckd_epi_2021_ml_min_173m2"] is not None
    for one in view["profiles"]:
        for item in one["items"]:
            assert item["status"] in ("met", "not met", "missing", "stale")
            assert item["source"] and item["limit"]
    table = run("prrt", "eligibility", file, "--at", "2025-10-05", "--profile", "eu-label")
    assert "EU label: met" in table.out


def test_old_values_are_stale_and_never_met(run: Run) -> None:
    file = COURSES / "uneventful.yaml"
    done = run(
        "prrt", "eligibility", file, "--at", "2025-11-03", "--profile", "hospital-london",
        "--format", "json",
    )  # fmt: skip
    items = {i["id"]: i for i in json.loads(done.out)["profiles"][0]["items"]}
    assert items["platelets"]["status"] == "stale"
    assert items["platelets"]["values"][0]["age_days"] == 32


def test_faults_have_exit_code_2(run: Run, tmp_path: Path) -> None:
    file = COURSES / "platelets.yaml"
    done = run("prrt", "eligibility", file, "--profile", "eu-lable")
    assert (done.code, "did you mean 'eu-label'" in done.err) == (2, True)
    done = run("prrt", "review", file, "--cycle", "3", "--date", "2026-01-26T09:00")
    assert (done.code, "has no offset from UTC" in done.err) == (2, True)
    done = run("prrt", "review", file, "--cycle", "3", "--date", "2026-01")
    assert (done.code, "a day such as" in done.err) == (2, True)
    bad = tmp_path / "labs.csv"
    bad.write_text("patient_id,date,analyte,value,unit\np,2026-01-01,platelets_10e9_l,68,\n")
    done = run("labs", "grade", bad)
    assert (done.code, "expected the unit" in done.err) == (2, True)


def test_grades_of_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "labs.csv"
    file.write_text(
        "patient_id,date,analyte,value,unit,lln,uln,baseline\n"
        "p,2026-01-01,neutrophils_10e9_l,0.9,10^9/L,1.8,7.5,\n",
        encoding="utf-8",
    )
    for edition, grade in (("5", 3), ("6", 2)):
        view = json.loads(run("labs", "grade", file, "--ctcae", edition, "--format", "json").out)
        assert (view["ctcae"], view["rows"][0]["grade"]) == (edition, grade)
    assert "Neutrophil" in run("labs", "grade", file).out


def test_signals_name_the_count_as_people_do(run: Run, tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "after-prrt.md"
    example = page.read_text().split('title="after.yaml"\n')[1].split("```")[0]
    file = tmp_path / "after.yaml"
    file.write_text(example)
    told = run("prrt", "monitoring", file, columns=80).out
    assert "Haemoglobin" in told
    assert "haemoglobin_g_l" not in told
    assert "mcv_fl" not in told
