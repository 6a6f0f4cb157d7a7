"""Where no extra is installed, every command works or names the extra that it lacks.

One process without the optional libraries runs every command in turn, on the inputs of the
recorded JSON shapes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gepnet.knowledge.problems import EXTRAS
from tests.cli import json_calls
from tests.cli.test_json_shapes import commands

#: The other commands, and some whose work with an extra is done by an option.
FURTHER = {
    "report-course": "report {cases}/courses/platelets.yaml -o {folder}/course.html {day}",
    "chart-swimmer": "chart swimmer {cases}/examples/lesions.csv -o {folder}/swimmer.png",
    "calendar": "prrt plan --start 2026-02-02 --at 2026-01-05 --ics {folder}/plan.ics",
    "sheet": "prrt plan --start 2026-02-02 --at 2026-01-05 --sheet {folder}/sheet.pdf",
    "sql": "knowledge sql --at 2026-01-01 {day}",
    "serve": "serve --port 0",
    "monitoring-plain": "prrt monitoring {folder}/treated.yaml",
}
#: The demo is `report` for every packaged case, and takes long.
CALLS = {name: call for name, call in json_calls.CALLS.items() if name != "demo"}
#: What has to work without any extra: the daily work of a clinic with one patient.
BARE = (
    "assess", "assess-all", "explain", "compare", "missing", "whatif", "report", "facts-list",
    "facts-of", "knowledge-list", "knowledge-show-entry", "import-cases", "prrt-eligibility",
    "prrt-review", "prrt-course", "response-scores", "labs-grade",
)  # fmt: skip
RUNNER = """
import contextlib, io, json, sys, traceback
for name in {blocked!r}:
    sys.modules[name] = None
from gepnet.cli import main
told = {{}}
for name, arguments in json.load(sys.stdin).items():
    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["gepnet", *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        except BaseException:
            code, _ = 70, traceback.print_exc()
    told[name] = (code, err.getvalue())
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Return exit code and error stream of every call, run without the optional libraries."""
    folder = tmp_path_factory.mktemp("bare")
    json_calls.prepared(folder)
    before = {f"before {n}": call for n, call in enumerate(json_calls.BEFORE)}
    asked = {}
    for name, call in (before | CALLS | FURTHER).items():
        asked[name] = json_calls.arguments(call, folder)
    done = subprocess.run(
        [sys.executable, "-c", RUNNER.format(blocked=tuple(EXTRAS))],
        input=json.dumps(asked),
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, tuple[int, str]] = json.loads(done.stdout)
    assert set(found) == set(asked)
    return found


def test_no_command_ends_in_a_traceback(told: dict[str, tuple[int, str]]) -> None:
    """An installation without extras is a whole installation: it says what it lacks."""
    for name, (code, err) in told.items():
        lacking = "field library, value not installed" in err and "pip install 'gepnet[" in err
        # What an earlier command would have written may not be there: named as any missing file.
        no_file = "does not exist" in err or "No such file" in err
        assert code in (0, 1) or (code == 2 and (lacking or no_file)), (name, code, err)
        assert "Traceback" not in err, name


@pytest.mark.parametrize("name", BARE)
def test_the_daily_work_needs_no_extra(name: str, told: dict[str, tuple[int, str]]) -> None:
    assert told[name][0] in (0, 1) and "not installed" not in told[name][1], told[name]


def test_every_command_is_run(told: dict[str, tuple[int, str]]) -> None:
    calls = [*json_calls.BEFORE, *json_calls.CALLS.values(), *FURTHER.values()]
    called = [call.split()[:3] for call in calls]
    for name, _options in commands():
        words = name.split()
        assert any(one[: len(words)] == words for one in called), name
