"""The knowledge is kept for the next command: the same, and never that of other code."""

import io
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.guidelines import compiled
from gepnet.guidelines.compiled import ROOMS, load_base
from gepnet.knowledge import load
from gepnet.knowledge.cache import code_of

PATIENT = Path(__file__).parents[1] / "clinic" / "p01-ileum-nf-g1-low.yaml"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What a first command keeps."""
    monkeypatch.setenv("GEPNET_CACHE_DIR", str(tmp_path))
    forget(monkeypatch)
    load_base()
    (file,) = tmp_path.rglob("base-*.pickle")
    return file.read_bytes()[64:]


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_bases", {})
    monkeypatch.setattr(load, "_loaded", {})


def test_every_class_that_is_kept_is_of_code_that_the_file_is_named_by(kept: bytes) -> None:
    homes: set[str] = set()

    class Looked(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            homes.add(module)
            return super().find_class(module, name)

    Looked(io.BytesIO(kept)).load()
    own = {Path(str(sys.modules[m].__file__)) for m in homes if m.startswith("gepnet")}
    assert len(own) > 20
    assert own <= set(code_of(*ROOMS))


def test_what_is_kept_answers_as_what_is_read(kept: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    read = compiled._worked_out(load.load_knowledge())
    forget(monkeypatch)
    again = load_base()
    assert again is not read
    assert again.knowledge == read.knowledge
    assert again.rules == read.rules
    answers = []
    for base in (read, again):
        record = api.read_patient(PATIENT, base)
        assessment = api.assess_record(record, base)
        answers.append(
            (api.answer_view(assessment, base), api.plain(api.assessment_view(assessment, base)))
        )
    assert answers[0] == answers[1]
