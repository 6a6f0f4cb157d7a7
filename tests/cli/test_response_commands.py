"""``gepnet response``: what the commands print, write and refuse."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Run
from tests.response.recist import sequences
from tests.response.recist.helpers import HEADER, course, row

ROWS = [*course("A", [60, 40, 30, 41, 42]), *course("B", [40, 30, 30, 30, 30])]


@pytest.fixture
def lesions(tmp_path: Path) -> Path:
    file = tmp_path / "lesions.csv"
    file.write_text("\n".join([HEADER, *ROWS]) + "\n", "utf-8")
    return file


def test_json_has_the_keys_that_others_rely_on(run: Run, lesions: Path) -> None:
    done = run("response", "recist", lesions, "--format", "json")
    assert done.code == 0
    (patient,) = json.loads(done.out)
    assert list(patient) == [
        "patient_id", "timepoints", "best_overall", "best_overall_confirmed", "progression_date",
    ]  # fmt: skip
    assert patient["timepoints"][-1] == {
        "date": "2024-09-01",
        "sum_mm": 72,
        "nadir_mm": 60,
        "change_from_baseline_pct": -28,
        "change_from_nadir_pct": 20,
        "target": "PD",
        "non_target": None,
        "new_lesion": False,
        "overall": "PD",
        "reason": "PD: sum 72 mm, nadir 60 mm, +20 % and +12 mm",
        "not_counted": None,
    }
    assert (patient["best_overall"], patient["progression_date"]) == ("PR", "2024-09-01")


def test_a_missing_sum_is_null_in_json(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "lesions.csv"
    rows = [*course("A", [50, 50]), *course("B", [30])]
    file.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    (patient,) = json.loads(run("response", "recist", file, "--format", "json").out)
    (point,) = patient["timepoints"]
    assert point["sum_mm"] is point["change_from_baseline_pct"] is None
    assert point["overall"] == "NE"


def test_sequences_without_lesions_come_out_as_expected(run: Run, tmp_path: Path) -> None:
    responses, heads = tmp_path / "responses.csv", tmp_path / "patients.csv"
    responses.write_text(sequences.responses_csv(), "utf-8")
    heads.write_text(sequences.patients_csv(), "utf-8")
    given = ("response", "recist", "--responses", responses, "--patients", heads)
    done = run(*given, "--confirm", "28", "--format", "json")
    found = {p["patient_id"]: p["best_overall_confirmed"] for p in json.loads(done.out)}
    assert found == {name: response for name, (response, _) in sequences.CONFIRMED.items()}
    assert "note: 6 2020-03-30: less than CR after a CR" in done.err
    options = ("--option", "max_ne_between=0", "--option", "max_sd_between=1")
    done = run(*given, "--confirm", "14", *options, "--format", "json", "--details")
    best = {p["patient_id"]: p["best_overall_confirmed_detail"] for p in json.loads(done.out)}
    assert (best["2"]["response"], best["2"]["date"]) == ("PR", "2020-02-01")
    assert best["2"]["confirmed_on"] == "2020-03-13"


def test_tables_show_the_reasons(run: Run, lesions: Path) -> None:
    done = run("response", "recist", lesions, "--details")
    assert done.code == 0
    assert "baseline 2024-01-01: 100 mm" in done.out
    assert "sum 72 mm, nadir 60 mm, +20 % and +12 mm" in done.out
    assert "PR on 2024-03-01" in done.out


def test_many_patients_go_to_files(run: Run, lesions: Path, tmp_path: Path) -> None:
    for ending, read in ((".parquet", pl.read_parquet), (".csv", pl.read_csv)):
        output = tmp_path / f"out{ending}"
        done = run("response", "recist", lesions, "-o", output, "--format", "json")
        assert done.code == 0
        assert json.loads(done.out)["best_overall"] == {"PR": 1}
        points = read(output)
        assert points["overall"].to_list() == ["PR", "PR", "PR", "PD"]
        assert points["sum_mm"].to_list() == [70, 60, 71, 72]
        assert points["change_from_nadir_pct"].to_list() == [-30, -14.2857, 18.3333, 20]
        assert read(tmp_path / f"out-best{ending}")["best_overall_confirmed"].to_list() == ["PR"]
    (tmp_path / "bad.csv").write_text(f"{HEADER}\n{row('L', 0, 'mesured')}\n", "utf-8")
    done = run("response", "recist", tmp_path / "bad.csv", "-o", tmp_path / "new.parquet")
    assert done.code == 2 and "did you mean 'measured'" in done.err
    assert not (tmp_path / "new.parquet").exists()
    assert run("response", "recist", lesions, "-o", tmp_path / "x.xlsx").code == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "a file of lesions or of responses"),
        (("nowhere.csv",), "a readable file"),
        (("--responses", "nowhere.csv"), "a readable file"),
    ],
)
def test_what_is_missing_is_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    done = run("response", "recist", *arguments)
    assert done.code == 2 and told in done.err


def test_options_are_listed_and_checked(run: Run, lesions: Path) -> None:
    listed = json.loads(run("response", "recist", "--options", "--format", "json").out)
    assert {item["option"] for item in listed} >= {"pr_carry_forward", "max_ne_between"}
    assert all(item["says"] and item["source"] and item["verification"] for item in listed)
    assert "pr_carry_forward" in run("response", "recist", "--options").out
    wrong = run("response", "recist", lesions, "--option", "pr_carry_forward=literall")
    assert wrong.code == 2 and "did you mean 'literal'?" in wrong.err
    assert run("response", "recist", lesions, "--option", "literal").code == 2
    literal = run(
        "response", "recist", lesions, "--option", "pr_carry_forward=literal", "--format", "json"
    )
    assert json.loads(literal.out)[0]["timepoints"][2]["overall"] == "SD"


def test_growth_markers_and_choi_print(run: Run, lesions: Path, tmp_path: Path) -> None:
    (patient,) = json.loads(run("response", "growth", lesions, "--format", "json").out)
    first = patient["growth"][0]
    assert (first["sum_from_mm"], first["sum_to_mm"], first["names"]) == (100, 70, ["TGRfirst"])
    assert first["tgr_percent_month"] == pytest.approx(
        100 * (0.7 ** (3 * 30.4375 / 60) - 1), abs=1e-4
    )
    assert "TGRfirst" in run("response", "growth", lesions).out
    markers = tmp_path / "markers.csv"
    text = "patient_id,date,marker,value,unit,uln\np,2024-01-01,CgA,300,ug/L,100\n"
    markers.write_text(text, "utf-8")
    assert "alone is not progression" in run("response", "markers", markers).out
    told = json.loads(run("response", "markers", markers, "--format", "json").out)
    assert told["values"][0]["times_uln"] == 3
    assert "Limits: unverified" in run("response", "choi", lesions).out
    assert (
        json.loads(run("response", "choi", lesions, "--format", "json").out)[0]["timepoints"] == []
    )
