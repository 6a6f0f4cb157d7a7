"""A library that is not installed is named with the way to install it, wherever it is wanted."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from gepnet.knowledge import InputError, need
from gepnet.knowledge.problems import EXTRAS, explained

#: The libraries of the extras by the names under which they are imported.
IMPORTED = {
    "z3-solver": "z3",
    "argon2-cffi": "argon2",
    "python-multipart": "python_multipart",
    "psycopg[binary]": "psycopg",
}


def test_what_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("numpy", "scipy", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError) as raised:
        need("numpy", "scipy", "polars")
    assert str(raised.value) == (
        "command line: error, field library, value not installed: expected numpy and scipy and "
        "polars (pip install 'gepnet[numbers,fast]')"
    )


def test_what_is_there_is_fine() -> None:
    need("numpy", "polars")


def test_a_fault_of_the_program_is_not_explained_away() -> None:
    assert explained(ModuleNotFoundError("gone", name="gepnet.gone")) is None
    assert explained(KeyError("polars")) is None
    told = explained(ModuleNotFoundError("gone", name="scipy.special"))
    assert told is not None and "gepnet[numbers]" in str(told)


def test_every_library_of_an_extra_is_known() -> None:
    project = Path(__file__).parents[2] / "pyproject.toml"
    declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    known = {
        IMPORTED.get(name, name): extra
        for extra, wanted in declared["optional-dependencies"].items()
        if extra not in ("all", "test", "docs", "dev")
        for name in (requirement.partition(">")[0] for requirement in wanted)
        if not name.startswith("gepnet[")
    }
    assert known == EXTRAS
