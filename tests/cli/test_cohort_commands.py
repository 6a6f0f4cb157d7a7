"""``cohort assess``, ``facts sample`` and ``knowledge sql`` as users run them."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Run
from tests.tables import by_duckdb

DATES = ("--at", "2026-01-01")
BOTH = (*DATES, "--knowledge-date", "2026-01-01")


@pytest.fixture
def facts(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "facts.parquet"
    assert run("facts", "sample", "--rows", "300", "-o", path, *DATES).code == 0
    return path


def test_sample_assess_and_sql_agree(run: Run, facts: Path, tmp_path: Path) -> None:
    output = tmp_path / "new folder" / "statuses.parquet"
    done = run("cohort", "assess", facts, "-o", output, *BOTH, "--format", "json")
    assert done.code == 0, done.err
    summary = json.loads(done.out)
    assert summary["rows"] == 300
    assert summary["errors"] == summary["error_rows"] == 0
    assert summary["unknown_facts"] == summary["ignored_columns"] == []
    assert summary["statuses"]["asco-2023"]["fact_missing"] > 0
    query = run("knowledge", "sql", "--dialect", "duckdb", "--facts", facts, *BOTH)
    assert query.code == 0
    assert by_duckdb(query.out, pl.read_parquet(facts)).equals(pl.read_parquet(output))


def test_the_table_for_people(run: Run, facts: Path, tmp_path: Path) -> None:
    done = run("cohort", "assess", facts, "-o", tmp_path / "o.parquet")
    assert done.code == 0
    assert "asco-2023" in done.out
    assert "300 patients" in done.out
    assert done.err == ""


def test_bad_cells_are_listed_and_change_the_exit_code(run: Run, tmp_path: Path) -> None:
    facts, output = tmp_path / "facts.parquet", tmp_path / "o.parquet"
    pl.DataFrame(
        {
            "patient": ["a", "b"],
            "primary_site": ["pancraes", "pancreas"],
            "site_group": [None, "midgut"],
            "ki67": [1.0, 2.0],
        }
    ).write_parquet(facts)
    done = run("cohort", "assess", facts, "-o", output)
    assert done.code == 1
    assert "row 0, column primary_site: 'pancraes' cannot be used" in done.err
    assert "Column 'ki67' is no fact" in done.err
    assert "site_group: 1 supplied values contradict the derivation" in done.out
    assert "Not in the table, so unknown:" in done.out
    assert pl.read_parquet(output).height == 2
    done = run("cohort", "assess", facts, "-o", output, "--format", "json")
    summary = json.loads(done.out)
    assert done.code == 1
    wrong = {"row": 0, "column": "primary_site", "value": "pancraes", "why": ""}
    assert summary["error_list"] == [wrong]
    assert summary["conflict_list"] == [
        {"row": 1, "fact": "site_group", "supplied": "midgut", "derived": "pancreas"}
    ]
    assert "differentiation" in summary["unknown_facts"]


def test_what_cannot_be_done_is_refused(run: Run, facts: Path, tmp_path: Path) -> None:
    missing = run("cohort", "assess", tmp_path / "none.parquet", "-o", tmp_path / "o.parquet")
    same = run("cohort", "assess", facts, "-o", facts)
    dialect = run("knowledge", "sql", "--dialect", "duckbd")
    assert (missing.code, same.code, dialect.code) == (2, 2, 2)
    assert "no such file" in missing.err
    assert "another file than the facts" in same.err
    assert "did you mean 'duckdb'" in dialect.err
    assert not (tmp_path / "o.parquet").exists()
    assert pl.read_parquet(facts).height == 300


def test_sql_is_printed_for_other_warehouses(run: Run) -> None:
    for dialect in ("spark", "postgres", "bigquery"):
        done = run("knowledge", "sql", "--dialect", dialect, "--table", "registry.facts", *BOTH)
        assert done.code == 0
        assert "registry.facts" in done.out
