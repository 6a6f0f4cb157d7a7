"""Run ``gepnet`` as its user does, in this process: arguments in, exit code and two streams out."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gepnet import api
from gepnet.api import reporting
from gepnet.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def few_published_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo take a few cases; the report over all of them has tests of its own."""
    whole = reporting.published_records
    monkeypatch.setattr(reporting, "published_records", lambda vocabulary: whole(vocabulary)[:6])


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs one command; a traceback is a failure of the test."""

    def command(*arguments: str | Path, columns: int = 100) -> Done:
        monkeypatch.setattr(sys, "argv", ["gepnet", *map(str, arguments)])
        # rich and typer ask the environment how wide and colourful the terminal is
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("NO_COLOR", "1")
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return command


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    """Return the packaged example patient as a file."""
    path = tmp_path / "example.yaml"
    path.write_text(api.example_patient(), encoding="utf-8")
    return path
