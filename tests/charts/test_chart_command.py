"""``gepnet chart``: every kind from a file, held to the figures that the other commands print."""

from __future__ import annotations

import dataclasses
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.knowledge import InputError

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "src/gepnet/knowledge/cases"
EXAMPLES = CASES / "examples"
LESIONS, PATIENTS = EXAMPLES / "lesions.csv", EXAMPLES / "patients.csv"
EVENTS, LABS = EXAMPLES / "events.csv", EXAMPLES / "labs.csv"


@pytest.fixture(scope="module")
def base() -> Any:
    return api.base()


def drawn(base: Any, kind: str, source: Path, **asked: Any) -> dict[str, Any]:
    view = api.chart_view(api.draw_chart(base, kind, source, api.ChartRequest(**asked)))
    view["records"] = [dict(zip(view["columns"], row, strict=True)) for row in view["rows"]]
    return view


@pytest.fixture(scope="module")
def responses(base: Any) -> list[dict[str, Any]]:
    return api.response_view(api.assess_response(base, LESIONS, patients=PATIENTS), True)


def test_a_spider_has_the_sums_and_the_progression_of_the_response(
    base: Any, responses: list[dict[str, Any]]
) -> None:
    view = drawn(base, "spider", LESIONS, patient="P01", patients=PATIENTS)
    mine = next(r for r in responses if r["patient_id"] == "P01")
    sums = [r for r in view["records"] if r["line"] == "sum of targets"]
    assert [r["change from baseline (%)"] for r in sums[1:]] == [
        p["change_from_baseline_pct"] for p in mine["timepoints"]
    ]
    assert [r["response"] for r in sums[1:]] == ["SD", "PR", "PR", "PD"]
    assert "Progression at 11 months. PD: sum 82 mm, nadir 64 mm" in view["sentence"]
    # L1 went from 52 to 35 mm at week 24; bone is a non-target and has no line.
    liver = [r["change from baseline (%)"] for r in view["records"] if r["line"] == "L1 liver"]
    assert liver[2] == pytest.approx(100 * (35 - 52) / 52)
    assert {r["line"] for r in view["records"]} == {
        "L1 liver",
        "L2 liver",
        "N1 mesentery",
        "sum of targets",
    }


def test_fragments_of_a_split_lesion_are_added_up_under_its_name(base: Any, tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    path.write_text(
        "patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status\n"
        "S,2024-01-01,L1,target,liver,false,40,measured\n"
        "S,2024-04-01,L1a,target,liver,false,14,split_from:L1\n"
        "S,2024-04-01,L1b,target,liver,false,10,split_from:L1\n",
        encoding="utf-8",
    )
    view = drawn(base, "spider", path)
    changes = [(r["line"], r["change from baseline (%)"]) for r in view["records"]]
    assert ("L1 liver", pytest.approx(-40)) in changes
    assert ("sum of targets", pytest.approx(-40)) in changes


def test_a_waterfall_has_the_best_change_up_to_progression(
    base: Any, responses: list[dict[str, Any]]
) -> None:
    view = drawn(base, "waterfall", LESIONS, patients=PATIENTS)
    assert len(view["rows"]) == 17
    for row in view["records"]:
        mine = next(r for r in responses if r["patient_id"] == row["patient"])
        end = mine["progression_date"] or "9999"
        changes = [
            p["change_from_baseline_pct"]
            for p in mine["timepoints"]
            if p["date"] <= end and p["change_from_baseline_pct"] is not None
        ]
        assert row["best change from baseline (%)"] == pytest.approx(min(changes))
        assert row["best response"] == mine["best_overall"]
    confirmed = drawn(base, "waterfall", LESIONS, patients=PATIENTS, confirmed=True)
    assert {r["patient"]: r["best response"] for r in confirmed["records"]} == {
        r["patient_id"]: r["best_overall_confirmed"] for r in responses
    }


def test_a_bar_that_is_progression_by_a_new_lesion_alone_is_marked(
    base: Any, tmp_path: Path
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(
        "patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status\n"
        "A,2024-01-01,L1,target,liver,false,40,measured\n"
        "A,2024-04-01,L1,target,liver,false,30,measured\n"
        "A,2024-04-01,L2,new,lung,false,,present\n",
        encoding="utf-8",
    )
    view = drawn(base, "waterfall", path)
    assert view["rows"] == [["A", pytest.approx(-25), "PD", "N"]]


def test_json_of_the_response_draws_the_same(
    base: Any, responses: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "responses.json"
    path.write_text(json.dumps(responses), encoding="utf-8")
    again = drawn(base, "waterfall", path)
    assert again["rows"] == drawn(base, "waterfall", LESIONS, patients=PATIENTS)["rows"]
    lines = {r["line"] for r in drawn(base, "spider", path)["records"]}
    assert lines == {r["patient_id"] for r in responses}
    plain = api.response_view(api.assess_response(base, LESIONS, patients=PATIENTS))
    path.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(InputError, match="--details"):
        drawn(base, "swimmer", path)
    path.write_text('[{"patient_id": "A"}]', encoding="utf-8")
    with pytest.raises(InputError, match="best_overall, best_overall_confirmed, timepoints"):
        drawn(base, "waterfall", path)


def test_a_swimmer_shows_cycles_deaths_and_who_was_lost(base: Any) -> None:
    view = drawn(base, "swimmer", LESIONS, patients=PATIENTS, events=EVENTS)
    by = {
        name: [r for r in view["records"] if r["patient"] == name] for name in ("P01", "P07", "P14")
    }
    ends = {name: rows[-1]["value"] for name, rows in by.items()}
    assert ends == {"P01": "in follow-up", "P07": "follow-up ended", "P14": "death"}
    cycles = [r["months from reference date"] for r in by["P01"] if r["what"] == "cycle"]
    assert cycles == pytest.approx([0, 56 / 30.4375, 112 / 30.4375, 168 / 30.4375])
    assert "8 with progression" in view["sentence"] and "2 death" in view["sentence"]


def test_growth_has_the_rates_and_cutoffs_of_the_growth_command(base: Any) -> None:
    view = drawn(base, "growth", LESIONS, patient="P01", patients=PATIENTS)
    rates = [r for r in view["records"] if r["what"].startswith("growth")]
    # 101 mm to 93 mm in 84 days: 100 ((93/101)^(3 * 30.4375 / 84) - 1)
    assert rates[0]["value"] == pytest.approx(
        100 * ((93 / 101) ** (3 * 30.4375 / 84) - 1), abs=1e-3
    )
    assert [r["value"] for r in view["records"] if r["what"] == "sum (mm)"] == [101, 93, 68, 64, 82]


def test_a_timeline_tells_treatments_findings_and_progression(base: Any) -> None:
    view = drawn(base, "timeline", CASES / "example_patient.yaml")
    said = [(r["lane"], r["from"], r["what"]) for r in view["records"]]
    assert ("treatment", "2023-04-01", "Lanreotide") in said
    assert ("pathology", "2025-12-08", "Ki-67 8-12 %") in said
    assert ("progression", "2025-12-10", "RECIST, on Lanreotide") in said
    earlier = drawn(base, "timeline", CASES / "example_patient.yaml", at="2024-01-01")
    assert max(r["from"] for r in earlier["records"]) <= "2024-01-01"
    course = drawn(base, "timeline", CASES / "courses/platelets.yaml")
    assert [r["what"] for r in course["records"] if r["lane"] == "PRRT cycles"] == list("1234")


def test_a_laboratory_chart_has_the_grades_of_the_grading_command(base: Any) -> None:
    import datetime

    day = datetime.date(2024, 1, 8)
    graded = api.grade_laboratory(LABS, base, "5", day)["rows"]
    view = drawn(base, "labs", LABS, events=EVENTS, baseline_date=day)
    assert len(view["rows"]) == 45
    for row in view["records"]:
        grades = [
            g["grade"]
            for g in graded
            if g["date"] == row["date"]
            and g["value"] == row["value"]
            and base.vocabulary[g["analyte"]].entry.label == row["analyte"]
            and g["grade"] is not None
        ]
        assert row["grade"] == max(grades), row
    assert "4 cycles: 2024-01-08" in view["sentence"]


def test_the_editions_differ_where_they_should(base: Any) -> None:
    """ANC 0.9 is grade 3 in version 5 and grade 2 in version 6."""

    def at_nadir(edition: str) -> Any:
        view = drawn(base, "labs", LABS, ctcae=edition, analytes=("neutrophils_10e9_l",))
        return next(r["grade"] for r in view["records"] if r["value"] == 0.9)

    assert (at_nadir("5"), at_nadir("6")) == (3, 2)


def test_a_patient_file_gives_its_laboratory_values_and_cycles(base: Any) -> None:
    view = drawn(base, "labs", CASES / "courses/platelets.yaml")
    nadir = min(
        (r for r in view["records"] if r["analyte"] == "Platelets"), key=lambda r: r["value"]
    )
    assert (nadir["value"], nadir["grade"]) == (68, 2)
    assert "4 cycles: 2025-10-06" in view["sentence"]


def test_a_kidney_chart_has_the_slope_of_the_monitoring(base: Any) -> None:
    record = api.read_patient(CASES / "courses/platelets.yaml", base)
    slope = api.monitoring_view(record, base)["kidney"]["slope"]
    view = drawn(base, "kidney", CASES / "courses/platelets.yaml")
    fitted = [r for r in view["rows"] if r[0] == "fitted"]
    years = fitted[-1][1] - fitted[0][1]
    yearly = (fitted[-1][2] / fitted[0][2]) ** (1 / years) - 1
    assert 100 * yearly == pytest.approx(slope["percent_a_year"], abs=1e-6)
    assert all(low <= value <= high for _, _, value, low, high in fitted)
    refused = drawn(base, "kidney", CASES / "courses/clearance.yaml")
    assert "No slope: 134 days from first to last" in refused["sentence"]


def test_a_dosimetry_chart_has_points_fit_and_refusals(base: Any) -> None:
    source = CASES / "example_time_activity.csv"
    view = drawn(base, "dosimetry", source, patient="P01", cycle=1)
    regions = {r["region"] for r in view["records"]}
    assert {"kidney left", "lesion 2", "blood"} <= regions
    assert not any(r["region"] == "lesion 2" and r["kind"] == "fitted" for r in view["records"])
    assert "lesion 2: no fit" in view["sentence"] and "kidney right: mono" in view["sentence"]
    inside = [
        r["low"] <= r["activity (MBq)"] <= r["high"]
        for r in view["records"]
        if r["region"] == "kidney left" and r["kind"] == "fitted"
    ]
    assert inside and all(inside)


def test_a_model_gives_its_forest_and_calibration(base: Any, tmp_path: Path) -> None:
    cohort, model = tmp_path / "cohort.csv", tmp_path / "model.json"
    api.write_made_up_cohort(base, cohort, 160, 3)
    fitted = api.fit_cohort(base, cohort, model, resamples=50)
    view = drawn(base, "forest", model)
    assert [r["odds ratio"] for r in view["records"]] == [
        c["odds_ratio"] for c in fitted["coefficients"]
    ]
    points = drawn(base, "calibration", model)["records"]
    assert [p["patients"] for p in points] == [g["patients"] for g in fitted["calibration"]]


# --- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_file_is_what_its_name_says_and_the_same_each_time(
    base: Any, tmp_path: Path, ending: str
) -> None:
    chart = api.draw_chart(base, "waterfall", LESIONS)
    files = [tmp_path / f"{name}.{ending}" for name in ("a", "b")]
    for file in files:
        api.write_chart(chart, file, 60)
    one, other = (file.read_bytes() for file in files)
    assert one == other
    assert one.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[ending])
    assert sorted(p.name for p in tmp_path.iterdir()) == [f.name for f in files]


@pytest.mark.parametrize(
    ("kind", "asked", "told"),
    [
        ("spidr", {}, "did you mean 'spider'"),
        ("spider", {}, r"one patient, by --patient \(P01, P02"),
        ("spider", {"patient": "P1"}, "a patient of lesions.csv"),
        (
            "waterfall",
            {"cycle": 2},
            r"only what 'waterfall' has a use for \(patients, confirmed, accept\)",
        ),
    ],
)
def test_a_wrong_question_is_named(base: Any, kind: str, asked: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        drawn(base, kind, LESIONS, **asked)


def test_faults_of_the_events_are_told_all_at_once(base: Any, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "patient_id,date,event\nP01,2024-13-01,cycle\n,2024-01-01,cycel\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        drawn(base, "swimmer", LESIONS, events=path)
    told = str(caught.value)
    assert f"{path}:2: error, field date, value 2024-13-01" in told
    assert "did you mean 'cycle'" in told and "the name of a patient" in told
    path.write_text("patient_id,date,event\nP77,2024-01-01,cycle\n", encoding="utf-8")
    with pytest.raises(InputError, match="value P77: expected a patient"):
        drawn(base, "swimmer", LESIONS, events=path)
    path.write_text("patient_id,day,event\n", encoding="utf-8")
    with pytest.raises(InputError, match="field date: expected this column"):
        drawn(base, "swimmer", LESIONS, events=path)


def test_another_ending_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.svg, \.png, \.pdf"):
        api.check_output(tmp_path / "chart.jpg")


def test_what_a_laboratory_chart_shows_first_are_laboratory_facts(base: Any) -> None:
    first = base.knowledge.measures["charts"]["laboratory"]["first"]
    assert {base.vocabulary[name].entry.event for name in first} == {"laboratory"}


@pytest.mark.parametrize(
    ("name", "source", "asked"),
    [
        ("spider", LESIONS, {"patient": "P01", "patients": PATIENTS}),
        ("waterfall", LESIONS, {"patients": PATIENTS}),
        ("timeline", CASES / "courses/platelets.yaml", {}),
    ],
)
def test_the_pictures_of_the_documentation_are_today_s(
    base: Any, name: str, source: Path, asked: dict[str, Any], tmp_path: Path
) -> None:
    """To renew: python scripts/chart_pictures.py; then look at them."""
    chart = api.draw_chart(base, name, source, api.ChartRequest(**asked))
    api.write_chart(chart, tmp_path / "now.svg")
    kept = ROOT / "docs/assets/charts" / f"{name}.svg"
    assert (tmp_path / "now.svg").read_bytes() == kept.read_bytes()


def test_a_kind_is_one_declaration_and_one_module() -> None:
    fields = {field.name for field in dataclasses.fields(api.ChartRequest)}
    for name, kind in api.CHART_KINDS.items():
        assert callable(import_module(f"gepnet.charts.{name}").from_file), name
        assert set(kind.uses) <= fields, name


def test_a_kind_that_is_not_there_is_told_with_the_nearest(base: Any) -> None:
    with pytest.raises(InputError, match="did you mean 'spider'"):
        api.draw_chart(base, "spidr", LESIONS)


def test_what_lies_after_a_death_is_told_and_not_drawn(base: Any, tmp_path: Path) -> None:
    """The kind: dates that were never held against each other, in the file of events as well."""
    lesions, events = tmp_path / "lesions.csv", tmp_path / "events.csv"
    head = "patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status\n"
    name = "a hospital with a very long name, patient number 12345678"
    first, second = f'"{name}",2024-01-01,T1', f'"{name}",2024-04-01,T1'
    lesions.write_text(
        f"{head}{first},target,liver,false,40,measured\n{second},target,liver,false,20,measured\n"
    )
    events.write_text(
        f'patient_id,date,event\n"{name}",2024-02-01,death\n"{name}",2024-05-01,cycle\n'
        f'"{name}",2023-05-01,cycle\n'
    )
    view = drawn(base, "swimmer", lesions, events=events)
    assert [row[3] for row in view["rows"]] == ["end", *["not drawn"] * 3]
    assert view["rows"][0][1] == "NE"  # the response after the death is none
    for told in (
        "2024-04-01: the assessment is after the death (2024-02-01)",
        "2024-05-01: the cycle is after the death (2024-02-01)",
        "2023-05-01: the cycle is before the reference date (2024-01-01)",
    ):
        assert told in view["sentence"]
    # Warnings fail a test: the picture has room for its axes.
    request = api.ChartRequest(events=events)
    assert api.draw_chart(base, "swimmer", lesions, request).png(50)
