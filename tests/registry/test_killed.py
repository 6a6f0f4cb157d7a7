"""Killed in the middle of writing and run again: the same bytes as a run that nobody disturbed.

``python -m benchmarks.kills --kills 30`` kills at random moments.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gepnet.cli.app import app

#: Kills itself before it puts the file in its place that is the nth to be put there.
KILLED = """
import os, pathlib, signal, sys
left, put = int(sys.argv.pop(1)), pathlib.Path.replace
def replace(path, target):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return put(path, target)
pathlib.Path.replace = replace
from gepnet.cli.app import app
app(sys.argv[1:])
"""
WIDE = "id;born;biopsy;ki67\nA;05.04.1960;01.02.2022;4\nB;06.07.1955;03.02.2022;12,5\n"
MAP = """\
gepnet_mapping: 1
tables:
- patient: id
  rows: patient
  dates: dmy
  decimal: ","
  events: {pathology: {kind: pathology, date: biopsy}}
  columns:
  - {column: born, to: demographics.birth_date}
  - {column: ki67, to: pathology.ki67_percent}
"""


def killed(at: int, words: list[str]) -> bool:
    """Run a command that kills itself at the nth file that it puts in place."""
    command = [sys.executable, "-c", KILLED, str(at), *words]
    code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    return code == -signal.SIGKILL


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic's wide table with its mapping, and event tables."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "clinic.csv").write_text(WIDE, encoding="utf-8")
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    (folder / "tables").mkdir()
    told = "patient,date,ki67_percent\nA,2022-02-01,4\nB,2022-02-03,12.5\n"
    (folder / "tables" / "pathology.csv").write_text(told, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("words", "at"),
    [
        (["import", "table", "{in}/clinic.csv", "--map", "{in}/map.yaml", "-o", "{out}"], 3),
        (["registry", "add", "{in}/tables", "{out}", "--on", "2026-01-15"], 3),
    ],
    ids=["import", "add"],
)
def test_what_was_killed_amid_its_files_ends_with_the_same_bytes(
    sources: Path, tmp_path: Path, words: list[str], at: int
) -> None:
    def told(out: str) -> list[str]:
        return [w.format(**{"in": sources, "out": tmp_path / out}) for w in words]

    assert killed(at, told("cut"))
    cut = contents(tmp_path / "cut")
    force = ["--force"] if words[0] == "import" else []
    for run in ([*told("cut"), *force], told("whole")):
        assert CliRunner().invoke(app, run).exit_code == 0
    undisturbed = contents(tmp_path / "whole")
    assert cut and cut != undisturbed
    assert contents(tmp_path / "cut") == undisturbed
    # Cut off when all was written, and run again: the same once more.
    assert CliRunner().invoke(app, [*told("cut"), *force]).exit_code == 0
    assert contents(tmp_path / "cut") == undisturbed
