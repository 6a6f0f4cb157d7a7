"""The shape of everything that is printed as JSON: keys and types, as they were recorded.

Programs read these keys. One that is to be added, or to go, is recorded on purpose with
``python tests/cli/json_calls.py NAME``.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gepnet.cli.app import app
from tests.cli import json_calls
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the inputs of every call."""
    made = tmp_path_factory.mktemp("calls")
    json_calls.prepared(made)
    return made


@pytest.fixture
def prepared(folder: Path, run: Run) -> Iterator[Path]:
    """Return the folder once what other commands write is there."""
    for call in () if (folder / "model.json").exists() else json_calls.BEFORE:
        assert run(*json_calls.arguments(call, folder)).code == 0, call
    yield folder


SLOW = {"demo": [pytest.mark.slow]}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=SLOW.get(name, [])) for name in json_calls.CALLS]
)
def test_the_keys_and_types_are_those_that_were_recorded(
    name: str, run: Run, prepared: Path
) -> None:
    call = json_calls.CALLS[name]
    done = run(*json_calls.arguments(call, prepared), "--format", "json")
    recorded = json.loads(json_calls.recorded_file(name).read_text(encoding="utf-8"))
    assert recorded["call"] == call
    found = json_calls.shape(json.loads(done.out))
    assert list(json_calls.differences(found, recorded["shape"])) == []


def test_every_command_that_prints_json_is_called() -> None:
    called = {" ".join(call.split()[:3]) for call in json_calls.CALLS.values()}
    for name, options in commands():
        if "--format" in options:
            assert any(f"{one} ".startswith(f"{name} ") for one in called), name


def commands() -> Iterator[tuple[str, set[str]]]:
    """Yield every command with the names of its options."""
    from typer.main import get_command

    left = [("", get_command(app))]
    while left:
        name, command = left.pop()
        inside = getattr(command, "commands", {})
        left += [(f"{name} {key}".strip(), one) for key, one in inside.items()]
        if not inside:
            yield name, {option for one in command.params for option in one.opts}
