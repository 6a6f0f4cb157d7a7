"""``gepnet chart`` and ``gepnet knowledge atlas`` as their user meets them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

CASES = Path(__file__).resolve().parents[2] / "src/gepnet/knowledge/cases"
LESIONS = CASES / "examples/lesions.csv"


def test_a_chart_is_written_and_told(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "new" / "fall.svg"
    done = run("chart", "waterfall", LESIONS, "-o", output)
    assert done.code == 0 and done.out.startswith("Waterfall plot of 17 patients")
    assert output.read_text(encoding="utf-8").count("<title") == 1


def test_without_a_file_its_numbers_are_printed(run: Run) -> None:
    done = run("chart", "spider", LESIONS, "--patient", "P01", "--table")
    assert done.code == 0 and "sum of targets" in done.out and "Chart:" not in done.out
    view = json.loads(run("chart", "spider", LESIONS, "--patient", "P01", "--format", "json").out)
    assert view["kind"] == "spider" and len(view["rows"]) == 20


def test_faults_are_told_with_exit_code_2_and_nothing_written(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "chart.gif"
    done = run("chart", "waterfall", LESIONS, "-o", output)
    assert done.code == 2 and "ends in .svg, .png, .pdf" in done.err
    bad = tmp_path / "bad.csv"
    text = LESIONS.read_text(encoding="utf-8").replace("false,52,measured", "false,fifty,measured")
    bad.write_text(text, encoding="utf-8")
    done = run("chart", "waterfall", bad, "-o", tmp_path / "chart.svg")
    assert done.code == 2 and f"{bad}:2" in done.err and "fifty" in done.err
    done = run("chart", "timeline", LESIONS, "-o", tmp_path / "chart.svg")
    assert done.code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_an_atlas_says_what_is_in_it(run: Run, tmp_path: Path) -> None:
    done = run(
        *("knowledge", "atlas", "-o", tmp_path / "atlas", "--part", "distances"),
        *("--rows", "20", "--knowledge-date", "2026-11-22", "--format", "json"),
    )
    assert done.code == 0
    summary = json.loads(done.out)
    assert summary["pages"] == 2 and summary["distances"]["rows"] == 20
    assert (tmp_path / "atlas" / "index.html").exists()
    done = run("knowledge", "atlas", "-o", tmp_path / "atlas", "--map", "ki67-by-lin")
    assert done.code == 2 and "did you mean 'ki67-by-line'" in done.err
