"""``gepnet prrt dosimetry``: the example from file to doses, and what is refused."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def example(run: Run, tmp_path: Path) -> Path:
    file = tmp_path / "example.csv"
    assert run("prrt", "dosimetry", "--example", "-o", file).code == 0
    return file


def test_the_example(run: Run, example: Path) -> None:
    done = run("prrt", "dosimetry", example, "--format", "json")
    assert done.code == 0
    view = json.loads(done.out)
    curves = {(curve["region"], curve["cycle"]): curve for curve in view["curves"]}
    # What the example was made with: half-lives of 52, 51, 66, 68 and 88 h.
    made = {"kidney_left": 52, "kidney_right": 51, "spleen": 66, "liver": 68, "lesion_1": 88}
    for region, half_life in made.items():
        found = curves[region, 1]["effective_half_life_h"]
        assert found["low"] < half_life < found["high"]
    assert curves["lesion_1", 1]["model"] == "bi_uptake"
    assert curves["blood", 1]["model"] == "bi_washout"
    assert curves["lesion_2", 1]["status"] == "refused"
    assert curves["spleen", 2]["status"] == "refused"
    assert "single-time-point" in curves["spleen", 2]["reason"]


def test_one_scan_with_the_half_life_of_the_cycle_before(run: Run, example: Path) -> None:
    done = run(
        *("prrt", "dosimetry", example, "--single-time-point", "previous_cycle"),
        *("--format", "json"),
    )
    curves = {(c["region"], c["cycle"]): c for c in json.loads(done.out)["curves"]}
    spleen = curves["spleen", 2]
    assert spleen["status"] == "estimated"
    half_life = curves["spleen", 1]["effective_half_life_h"]["value"]
    assert spleen["effective_half_life_h"]["value"] == half_life


def test_the_table_shows_what_was_refused_and_why(run: Run, example: Path) -> None:
    done = run("prrt", "dosimetry", example)
    assert done.code == 0
    assert "refused: the activity is highest at the last point" in done.out
    assert "[primary: rpt-dosi-2024]" in done.out
    assert "P01: sums over cycles" in done.out


def test_the_overview_of_a_register(run: Run, example: Path) -> None:
    done = run("prrt", "dosimetry", example, "--overview")
    assert done.code == 0
    assert "By region" in done.out and "sums over cycles" not in done.out
    view = json.loads(run("prrt", "dosimetry", example, "--overview", "--format", "json").out)
    assert "curves" not in view
    assert sum(item["curves"] for item in view["overview"]) == 11


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_results_to_a_file(run: Run, example: Path, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / "out" / f"doses.{suffix}"
    assert run("prrt", "dosimetry", example, "-o", output).code == 0
    if suffix == "json":
        found = json.loads(output.read_text())["curves"]
        assert len(found[0]["curve"]["time_h"]) == len(found[0]["curve"]["high_mbq"])
    else:
        found = list(csv.DictReader(output.read_text().splitlines()))
        assert float(found[0]["dose_gy_low"]) < float(found[0]["dose_gy"])
    assert len(found) == 11


def test_monte_carlo(run: Run, example: Path) -> None:
    arguments = ("prrt", "dosimetry", example, "--monte-carlo", "200", "--seed", "3")
    first, again = (run(*arguments, "--format", "json").out for _ in range(2))
    assert first == again
    assert json.loads(first)["settings"]["interval"]["draws"] == 200


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--model", "tri"), "uptake-rate"),
        (("--model", "tri", "--uptake-rate", "-1"), "above 0"),
        (("--uptake-rate", "1.3"), "only with --model tri"),
        (("--monte-carlo", "100000", "--cv", "-1"), "cv_percent"),
        (("-o", "doses.xlsx"), ".json or .csv"),
        (("--errors", "constant", "--cv", "5"), "constant errors"),
    ],
)
def test_options_that_do_not_fit(
    run: Run, example: Path, options: tuple[str, ...], said: str
) -> None:
    done = run("prrt", "dosimetry", example, *options)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_without_a_file(run: Run) -> None:
    done = run("prrt", "dosimetry")
    assert done.code == 2
    assert "a CSV file of time-activity data" in done.err


def test_the_example_overwrites_nothing(run: Run, example: Path) -> None:
    before = example.read_text()
    done = run("prrt", "dosimetry", "--example", "-o", example)
    assert done.code == 2
    assert example.read_text() == before


def test_a_bad_file_writes_nothing(run: Run, example: Path, tmp_path: Path) -> None:
    text = example.read_text().replace("P01,1,spleen,24,", "P01,1,spleen,-24,")
    example.write_text(text)
    output = tmp_path / "doses.json"
    done = run("prrt", "dosimetry", example, "-o", output)
    assert done.code == 2
    assert "example.csv:15: error, in P01 spleen cycle 1, field time_h, value '-24'" in done.err
    assert not output.exists()
