"""``gepnet response`` midtreatment, scores, fit and toxicity, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

PATIENT = """\
gepnet: 1
patient: p
as_of: 2025-06-01
complete: {treatments: 2025-06-01}
events:
- {kind: diagnosis, date: 2024-01-10, primary_site: pancreas}
- {kind: pathology, date: 2024-01-10, differentiation: well, ki67_percent: 8}
- {kind: prrt_cycle, cycle: 1, date: 2025-01-12, activity_gbq: 7.4}
- {kind: prrt_cycle, cycle: 2, date: 2025-03-09, activity_gbq: 7.4}
- {kind: response_assessment, date: 2025-04-20, response_ct: PR, response_sstr_pet: PR}
- {kind: laboratory, date: 2025-01-05, crp_mg_l: 12, albumin_g_l: 33}
- {kind: biomarker, date: 2025-01-05, netest_score: 45, netest_version: v1}
"""


@pytest.fixture
def treated(tmp_path: Path) -> Path:
    path = tmp_path / "treated.yaml"
    path.write_text(PATIENT)
    return path


def test_midtreatment_on_a_terminal(run: Run, treated: Path) -> None:
    done = run("response", "midtreatment", treated)
    assert done.code == 0
    for told in ("together: PR", "42 days after cycle 2", "20.9", "51 patients", "fazio-2024"):
        assert told in done.out


def test_midtreatment_as_json_with_a_model(run: Run, treated: Path, tmp_path: Path) -> None:
    cohort, model = tmp_path / "cohort.csv", tmp_path / "model.json"
    assert run("response", "made-up-cohort", "-o", cohort, "--patients", "200").code == 0
    assert run("response", "fit", cohort, "-o", model, "--resamples", "50").code == 0
    done = run("response", "midtreatment", treated, "--model", model, "--format", "json")
    view = json.loads(done.out)
    assert view["category"] == "PR"
    assert 0 < view["prediction"]["probability"] < 1
    shown = run("response", "midtreatment", treated, "--model", model)
    assert "fitted on a made-up cohort" in shown.out


def test_fit_prints_every_part(run: Run, tmp_path: Path) -> None:
    cohort = tmp_path / "cohort.csv"
    run("response", "made-up-cohort", "-o", cohort, "--patients", "51", "--seed", "2")
    done = run("response", "fit", cohort, "--resamples", "50")
    assert done.code == 0
    for told in ("mid_response PR v SD", "corrected", "Calibration", "weak: "):
        assert told in done.out
    view = json.loads(run("response", "fit", cohort, "--resamples", "50", "--format", "json").out)
    assert view["fitted_model"] is True
    assert view["weaknesses"]


def test_fit_refuses_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    cohort, model = tmp_path / "cohort.csv", tmp_path / "model.json"
    run("response", "made-up-cohort", "-o", cohort, "--patients", "12")
    done = run("response", "fit", cohort, "-o", model)
    assert done.code == 1
    assert "Nothing was fitted: too few events" in done.out
    assert not model.exists()
    view = json.loads(run("response", "fit", cohort, "--format", "json").out)
    assert view["fitted_model"] is False


@pytest.mark.parametrize("command", ["fit", "midtreatment", "scores"])
def test_a_file_that_is_not_there_is_told(run: Run, tmp_path: Path, command: str) -> None:
    done = run("response", command, tmp_path / "none.csv")
    assert done.code == 2
    assert "none.csv" in done.err


def test_scores_on_a_terminal(run: Run, treated: Path) -> None:
    done = run("response", "scores", treated)
    assert done.code == 0
    for told in ("Inflammation-based index", "unverified", "made before PRRT", "progressive"):
        assert told in done.out
    view = json.loads(run("response", "scores", treated, "--format", "json").out)
    ibi = next(score for score in view["scores"] if score["id"] == "ibi")
    assert (ibi["low"], ibi["high"]) == (2, 2)


def test_scores_before_the_first_cycle_bear_no_caution(run: Run, treated: Path) -> None:
    done = run("response", "scores", treated, "--at", "2025-01-10", "--format", "json")
    assert {score["caution"] for score in json.loads(done.out)["scores"]} == {None}


def test_toxicity_on_a_terminal(run: Run, tmp_path: Path) -> None:
    events, patients = tmp_path / "events.csv", tmp_path / "patients.csv"
    events.write_text("patient_id,term,start,end,grade,ctcae\na,Nausea,2026-01-02,,3,5\n")
    patients.write_text("patient_id,start,end\na,2026-01-01,2026-04-10\nb,2026-01-01,2026-04-10\n")
    done = run("response", "toxicity", events, "--patients", patients)
    assert done.code == 0
    assert "1 (50.0)" in done.out
    assert "Rates to the first event" in done.out
    shown = run("response", "toxicity", events, "--patients", patients, "--by-patient")
    assert "Maximum grade by patient and period" in shown.out
    bad = run("response", "toxicity", events, "--patients", patients, "--labs", patients)
    assert bad.code == 2
    assert "expected this column" in bad.err
