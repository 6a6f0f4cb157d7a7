"""``gepnet import table`` as a user runs it: exit codes, what is printed, the same bytes again."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

MAP = """\
gepnet_mapping: 1
tables:
- patient: id
  rows: patient
  columns:
  - {column: sex, to: demographics.sex}
  - {column: ki67, to: pathology.ki67_percent}
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    (tmp_path / "clinic.csv").write_text("id,sex,ki67,note\nA,F,5,x\nB,m,130,y\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    return tmp_path


def test_what_was_put_aside_ends_in_exit_code_1(run: Run, clinic: Path) -> None:
    done = run("import", "table", clinic / "clinic.csv", "--map", clinic / "map.yaml", "-o",
               clinic / "out", "--patient-files")  # fmt: skip
    assert done.code == 1
    assert "2 rows in = 2 used + 0 quarantined; 2 patients." in done.out
    assert (
        "columns not used: note" in done.out and "ki67: expected a value from 0 to 100" in done.err
    )
    assert run("assess", clinic / "out" / "patients" / "A.yaml").code == 0


def test_the_same_table_gives_the_same_bytes(run: Run, clinic: Path) -> None:
    for out in ("one", "two"):
        run(
            "import",
            "table",
            clinic / "clinic.csv",
            "--map",
            clinic / "map.yaml",
            "-o",
            clinic / out,
        )
    files = sorted(path.relative_to(clinic / "one") for path in (clinic / "one").rglob("*.*"))
    assert files
    for file in files:
        assert (clinic / "one" / file).read_bytes() == (clinic / "two" / file).read_bytes()


def test_nothing_that_can_be_used_ends_in_exit_code_2_and_writes_nothing(
    run: Run, clinic: Path
) -> None:
    (clinic / "clinic.csv").write_text("id,sex,ki67\n,F,5\nNA,m,7\n", encoding="utf-8")
    done = run("import", "table", clinic / "clinic.csv", "--map", clinic / "map.yaml", "-o",
               clinic / "out")  # fmt: skip
    assert done.code == 2 and "the name of a patient" in done.err
    assert not (clinic / "out").exists()


def test_an_earlier_import_is_replaced_only_when_asked(run: Run, clinic: Path) -> None:
    call = (
        "import",
        "table",
        clinic / "clinic.csv",
        "--map",
        clinic / "map.yaml",
        "-o",
        clinic / "out",
    )
    assert run(*call).code == 1
    again = run(*call)
    assert again.code == 2 and "--force" in again.err
    (clinic / "clinic.csv").write_text("id,sex,ki67\nA,F,\n", encoding="utf-8")
    assert run(*call, "--force").code == 0
    assert not (clinic / "out" / "tables" / "pathology.csv").exists()  # nothing of the old import


def test_a_mapping_with_a_misspelt_fact_is_refused_with_its_line(run: Run, clinic: Path) -> None:
    (clinic / "map.yaml").write_text(MAP.replace("ki67_percent", "ki67_percnt"), encoding="utf-8")
    done = run("import", "table", clinic / "clinic.csv", "--map", clinic / "map.yaml", "-o",
               clinic / "out")  # fmt: skip
    assert done.code == 2 and "map.yaml:7" in done.err and "did you mean 'ki67_percent'" in done.err


def test_a_value_that_somebody_stands_by_is_accepted(run: Run, clinic: Path) -> None:
    (clinic / "clinic.csv").write_text("id,sex,ki67\nA,F,0.4\n", encoding="utf-8")
    call = (
        "import",
        "table",
        clinic / "clinic.csv",
        "--map",
        clinic / "map.yaml",
        "-o",
        clinic / "out",
    )
    doubted = run(*call, "--format", "json")
    assert doubted.code == 1 and json.loads(doubted.out)["cells_quarantined"] == 1
    done = run(
        *call,
        "--force",
        "--format",
        "json",
        "--accept",
        "ki67_percent=0.4 by Dr Bell: counted twice",
    )
    assert done.code == 0
    assert json.loads(done.out)["accepted"][0]["accepted_by"] == "Dr Bell"


def test_a_column_of_the_mapping_that_is_not_there_is_told(run: Run, clinic: Path) -> None:
    (clinic / "map.yaml").write_text(MAP.replace("column: sex", "column: sexx"), encoding="utf-8")
    (clinic / "clinic.csv").write_text("id,sex,ki67\nA,F,5\n", encoding="utf-8")
    done = run("import", "table", clinic / "clinic.csv", "--map", clinic / "map.yaml", "-o",
               clinic / "out")  # fmt: skip
    assert done.code == 1 and "no column 'sexx'" in done.err and "did you mean 'sex'" in done.err
