"""``cohort assess``, ``facts sample`` and ``knowledge sql`` as users run them."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Run
from tests.random_patients import by_duckdb

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


def test_a_registry_is_assessed_from_a_table_of_facts_as_well(
    run: Run, facts: Path, tmp_path: Path
) -> None:
    """One path: the older name and the registry's command write the same bytes."""
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    assert run("cohort", "assess", facts, "-o", old, *BOTH).code == 0
    done = run("registry", "assess", facts, "-o", new, *BOTH)
    assert done.code == 0 and "300 patients" in done.out
    assert old.read_bytes() == new.read_bytes()
    refused = run("registry", "assess", facts, "-o", new, "--points", "treatments")
    assert refused.code == 2 and "a registry of events" in refused.err
    misplaced = run("registry", "assess", tmp_path, "-o", new, "--ignore", "note")
    assert misplaced.code == 2 and "a table of facts" in misplaced.err


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
            "ki_67_pct": [1.0, 2.0],
        }
    ).write_parquet(facts)
    done = run("cohort", "assess", facts, "-o", output)
    assert done.code == 1
    assert "row 0, column primary_site: 'pancraes' cannot be used" in done.err
    assert "Column 'ki_67_pct' is no fact and was not used" in done.err
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


def test_a_misspelt_column_is_told_with_exit_code_1(run: Run, tmp_path: Path) -> None:
    """It gave "open" for everybody, and exit code 0."""
    facts, output = tmp_path / "facts.parquet", tmp_path / "o.parquet"
    pl.DataFrame(
        {"primary_site": ["pancreas"], "ki67_percnt": [5.0], "centre": ["A"]}
    ).write_parquet(facts)
    done = run("cohort", "assess", facts, "-o", output, "--ignore", "centre")
    assert done.code == 1 and "'ki67_percnt' is no fact" in done.err and "centre" not in done.err
    assert "did you mean 'ki67_percent'" in done.err
    pl.DataFrame({"primary_syte": ["pancreas"]}).write_parquet(facts)
    output.unlink()
    none = run("cohort", "assess", facts, "-o", output)
    assert none.code == 2 and "did you mean 'primary_site'" in none.err and not output.exists()


def test_other_words_and_bounds_of_a_table_are_read_as_what_they_mean(
    run: Run, tmp_path: Path
) -> None:
    own, other = tmp_path / "own.parquet", tmp_path / "other.parquet"
    pl.DataFrame(
        {
            "primary_site": ["jejunum_ileum", "pancreas", "rectum"],
            "differentiation": ["well", "poor", "well"],
            "ki67_percent__lo": [0.0, 2.0, 60.0001],
            "ki67_percent__hi": [2.9999, 5.0, 100.0],
            "progressed_on_ssa": [True, False, None],
        }
    ).write_parquet(own)
    pl.DataFrame(
        {
            "primary tumour": ["Dünndarm", "pancreatic", "retto"],
            "tumour differentiation": ["Well", "poorly differentiated", "gut differenziert"],
            "Ki-67": ["<3", "2-5", ">60"],
            "progressed_on_ssa": ["ja", "no", None],
        }
    ).write_parquet(other)
    done = [
        run(
            "cohort",
            "assess",
            file,
            "-o",
            file.with_suffix(".out.parquet"),
            *BOTH,
            "--format",
            "json",
        )
        for file in (own, other)
    ]
    assert [one.code for one in done] == [0, 0], done[1].err
    summary = json.loads(done[1].out)
    assert {"column": "Ki-67", "fact": "ki67_percent"} in summary["renamed_columns"]
    assert {"column": "primary_site", "written": "retto", "read_as": "rectum"} in summary[
        "readings"
    ]
    first, second = (pl.read_parquet(f.with_suffix(".out.parquet")) for f in (own, other))
    assert first.equals(second)


def test_a_number_that_cannot_be_a_bound_is_told_with_the_reason(run: Run, tmp_path: Path) -> None:
    facts = tmp_path / "facts.parquet"
    pl.DataFrame({"primary_site": ["pancreas"], "ki67_percent": ["soon"]}).write_parquet(facts)
    done = run("cohort", "assess", facts, "-o", tmp_path / "o.parquet")
    assert done.code == 1 and "'soon' cannot be used: expected a number, '2-5', '<3'" in done.err


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
