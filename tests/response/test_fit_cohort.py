"""From a registry's table to a model, a refusal or a problem; and prediction from a file only."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from gepnet.knowledge import InputError, load_knowledge
from gepnet.response.fit import Spec, StoredModel, predict, read_model
from gepnet.response.fit.cohort import read_cohort
from gepnet.response.fit.fitting import Refusal, fit
from gepnet.response.fit.made_up import made_up_cohort

SPEC = Spec.read(load_knowledge().measures)
DAY = datetime.date(2026, 1, 2)


def cohort_file(folder: Path, patients: int, seed: int = 3, **changes: Any) -> Path:
    table = made_up_cohort(SPEC, patients, seed)
    path = folder / "cohort.csv"
    table.with_columns(**changes).write_csv(path)
    return path


def fitted(path: Path, **more: Any) -> StoredModel:
    found = fit(read_cohort(path, SPEC), SPEC, resamples=60, today=DAY, **more)
    assert isinstance(found, StoredModel)
    return found


def test_a_model_says_what_it_was_fitted_on(tmp_path: Path) -> None:
    path = cohort_file(tmp_path, 200)
    model = fitted(path)
    assert (model.data.patients, model.data.complete) == (200, 200)
    assert model.data.events == pl.read_csv(path)["further_response"].sum()
    assert model.fitted == "2026-01-02"
    assert model.data.made_up
    assert any("made-up" in weakness for weakness in model.weaknesses)
    assert [len(row) for row in model.covariance] == [7] * 7
    for item in model.coefficients:
        assert item.low is not None and item.high is not None
        assert item.low < item.odds_ratio < item.high
    assert sum(group.patients for group in model.calibration) == 200


def test_the_stored_intervals_are_a_profile_found_without_firthmodels(tmp_path: Path) -> None:
    """At each bound the penalised likelihood, maximised over all else, has fallen by the same."""
    path = cohort_file(tmp_path, 120)
    model = fitted(path)
    table = pl.read_csv(path, infer_schema=False)
    rows = np.column_stack(
        [np.ones(len(table))]
        + [(table[c.predictor] == c.level).to_numpy() for c in model.coefficients]
    )
    events = (table[SPEC.outcome.column] == "1").to_numpy()

    def loss(beta: np.ndarray) -> float:
        eta = rows @ beta
        weight = 1 / (2 + np.exp(eta) + np.exp(-eta))
        logdet = np.linalg.slogdet(rows.T @ (rows * weight[:, None]))[1]
        return float(np.logaddexp(0, eta).sum() - eta[events].sum() - 0.5 * logdet)

    start = np.array([model.intercept_penalised, *(c.coefficient for c in model.coefficients)])
    best = minimize(loss, start, method="BFGS")
    assert start == pytest.approx(best.x, abs=1e-3)
    for place, coefficient in enumerate(model.coefficients, start=1):
        assert coefficient.low is not None and coefficient.high is not None
        for bound in np.log([coefficient.low, coefficient.high]):
            others = np.delete(best.x, place)
            held = minimize(
                lambda free, at=place, value=bound: loss(np.insert(free, at, value)),
                others,
                method="BFGS",
            )
            drop = 2 * (held.fun - best.fun)
            assert drop == pytest.approx(chi2.ppf(SPEC.confidence, 1), abs=2e-3)


def test_fifty_one_patients_are_called_weak(tmp_path: Path) -> None:
    table = cohort_file(tmp_path, 51).read_text().replace("made_up", "registry")
    (tmp_path / "own.csv").write_text(table)
    model = fitted(tmp_path / "own.csv")
    assert not model.data.made_up
    told = " ".join(model.weaknesses)
    assert f"{model.events_per_parameter:.1f} events per parameter (51 complete patients)" in told
    assert "odds ratio anywhere from" in told
    assert model.events_per_parameter < SPEC.thresholds.weak_below_events_per_parameter


def test_a_large_cohort_is_not_called_weak(tmp_path: Path) -> None:
    path = cohort_file(tmp_path, 3000)
    path.write_text(path.read_text().replace("made_up", "registry"))
    assert fitted(path).weaknesses == ()


def test_too_few_events_are_refused(tmp_path: Path) -> None:
    found = fit(read_cohort(cohort_file(tmp_path, 20), SPEC), SPEC)
    assert isinstance(found, Refusal)
    assert found.reason.startswith("too few events: 7 patients with the rarer outcome")
    assert (found.patients, found.complete) == (20, 20)


def test_too_few_events_for_the_parameters_are_refused(tmp_path: Path) -> None:
    outcome = pl.Series("further_response", [1] * 11 + [0] * 40)
    path = cohort_file(tmp_path, 51, further_response=outcome)
    found = fit(read_cohort(path, SPEC), SPEC)
    assert isinstance(found, Refusal)
    assert "too few events for 6 parameters: 1.8 each" in found.reason


def test_empty_cells_are_left_out_and_counted(tmp_path: Path) -> None:
    path = cohort_file(tmp_path, 100)
    lines = path.read_text().splitlines()
    for place in (1, 2, 3):
        name, _, grade, *rest = lines[place].split(",")
        lines[place] = ",".join([name, "", grade, *rest])
    name, *rest = lines[3].split(",")
    lines[3] = ",".join([name, *rest[:-2], "unknown", rest[-1]])
    path.write_text("\n".join(lines))
    model = fitted(path)
    assert (model.data.patients, model.data.complete) == (100, 97)
    assert model.data.missing == {
        "mid_response": 3,
        "grade": 0,
        "site": 0,
        "further_response": 1,
    }


def test_every_faulty_cell_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "patient_id,mid_response,grade,site,further_response\n"
        "a,PR,G1,pancreas,1\na,SD,G5,pancreas,0\n,SD,G1,spleen,maybe\n"
    )
    with pytest.raises(InputError) as caught:
        read_cohort(path, SPEC)
    told = [(p.line, p.field, p.value) for p in caught.value.problems]
    assert told == [
        (3, "grade", "G5"),
        (3, "patient_id", "a"),
        (4, "further_response", "maybe"),
        (4, "patient_id", ""),
        (4, "site", "spleen"),
    ]


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("patient_id,mid_respons,grade,site,further_response\n")
    with pytest.raises(InputError, match=r"mid_response.*did you mean 'mid_respons'"):
        read_cohort(path, SPEC)


def test_parquet_and_csv_are_the_same_cohort(tmp_path: Path) -> None:
    path = cohort_file(tmp_path, 100)
    other = tmp_path / "cohort.parquet"
    pl.read_csv(path).with_columns(pl.col("further_response").cast(pl.Boolean)).write_parquet(other)
    assert read_cohort(path, SPEC).patterns.equals(read_cohort(other, SPEC).patterns)


def test_complete_response_counts_as_response_and_absent_levels_are_named(tmp_path: Path) -> None:
    path = cohort_file(tmp_path, 300)
    text = path.read_text().replace(",PR,", ",CR,").replace(",G3,", ",G2,")
    path.write_text(text)
    model = fitted(path)
    assert {c.level for c in model.coefficients if c.predictor == "mid_response"} == {"PR", "PD"}
    assert model.levels["grade"] == ("G1", "G2")
    assert "Grade: no patient with G3" in model.notes


def test_without_the_reference_another_level_is_compared_with(tmp_path: Path) -> None:
    path = cohort_file(tmp_path, 300)
    path.write_text(path.read_text().replace(",G1,", ",G2,"))
    model = fitted(path)
    assert [(c.level, c.reference) for c in model.coefficients if c.predictor == "grade"] == [
        ("G3", "G2")
    ]
    assert "Grade: compared with G2 instead" in model.notes


def test_separation_is_named_and_stays_finite(tmp_path: Path) -> None:
    pd = pl.col("mid_response") == "PD"
    outcome = pl.when(pd).then(0).otherwise("further_response")
    model = fitted(cohort_file(tmp_path, 200, further_response=outcome))
    assert model.separation == ("mid_response PD",)
    item = next(c for c in model.coefficients if c.level == "PD")
    assert item.separated
    assert item.events == 0
    assert -10 < item.coefficient < 0
    assert any("separation in mid_response PD" in told for told in model.weaknesses)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    path = folder / "model.json"
    path.write_text(json.dumps(fitted(cohort_file(folder, 300)).model_dump(mode="json")))
    return path


def test_prediction_by_hand(model_file: Path) -> None:
    import math

    model = read_model(model_file)
    by = {(c.predictor, c.level): c.coefficient for c in model.coefficients}
    eta = model.intercept + by["mid_response", "PR"] + by["site", "pancreas"]
    found = predict(model, {"mid_response": "PR", "grade": "G1", "site": "pancreas"})
    assert found.probability == pytest.approx(1 / (1 + math.exp(-eta)))
    assert found.low is not None and found.high is not None and found.probability is not None
    assert found.low < found.probability < found.high


def test_a_missing_predictor_leaves_a_range(model_file: Path) -> None:
    model = read_model(model_file)
    levels = {"grade": "G1", "site": "pancreas"}
    found = predict(model, {**levels, "mid_response": None})
    each = [predict(model, {**levels, "mid_response": x}).probability for x in ("PR", "SD", "PD")]
    assert found.probability is None
    assert found.missing == ("mid_response",)
    assert [found.at_least, found.at_most] == sorted(each)[::2]  # type: ignore[type-var]


def test_nothing_is_predicted_for_a_level_that_the_cohort_did_not_have(model_file: Path) -> None:
    found = predict(
        read_model(model_file), {"mid_response": "PR", "grade": "NEC", "site": "pancreas"}
    )
    assert (found.probability, found.at_least) == (None, None)
    assert found.outside == ("grade NEC",)


@pytest.mark.parametrize(
    ("field", "value"),
    [("covariance", [[1.0]]), ("format", "other"), ("intercept", "much"), ("intercept", None)],
)
def test_a_damaged_model_is_refused(
    model_file: Path, tmp_path: Path, field: str, value: Any
) -> None:
    data = json.loads(model_file.read_text())
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps({**data, field: value}))
    with pytest.raises(InputError, match=r"damaged.json"):
        read_model(path)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.json"
    path.write_text("[1")
    with pytest.raises(InputError, match="a model written by 'gepnet response fit'"):
        read_model(path)


def test_a_model_reads_back_as_it_was_written(model_file: Path) -> None:
    model = read_model(model_file)
    assert StoredModel.model_validate(json.loads(model.model_dump_json())) == model


@pytest.mark.parametrize(
    ("column", "value", "level"),
    [
        ("site", "jejunum_ileum", "small_intestine"),
        ("site", "stomach", "other"),
        ("site", "unknown", None),
        ("site", None, None),
        ("grade", "NET_G2", "G2"),
        ("grade", "NEC", "NEC"),
        ("mid_response", "CR", "PR"),
    ],
)
def test_levels_of_a_patient(column: str, value: str | None, level: str | None) -> None:
    predictor = next(p for p in SPEC.predictors if p.column == column)
    assert predictor.level_of(value) == level
