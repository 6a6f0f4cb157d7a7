"""What programs call: every name is there, and loading one does not load the others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gepnet
from gepnet import api, vocabulary


@pytest.mark.parametrize("package", [api, vocabulary], ids=lambda package: package.__name__)
def test_every_name_of_a_stub_is_there_and_documented(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert len(names) == len(set(names))
    assert set(names) <= set(dir(package))
    for name in names:
        assert getattr(package, name) is not None


def test_a_program_needs_nothing_from_elsewhere() -> None:
    for name in ("InputError", "Problem", "Question", "base", "case_page", "plain"):
        assert name in api.__all__
        assert getattr(gepnet, name) is getattr(api, name)


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    for package in (api, vocabulary, gepnet):
        with pytest.raises(AttributeError, match="nothing_like_it"):
            _ = package.nothing_like_it


def test_the_command_line_starts_without_the_models_of_the_knowledge() -> None:
    code = "import gepnet.cli, sys; print({'pydantic', 'rich', 'polars'} & set(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(Path(gepnet.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "set()"
