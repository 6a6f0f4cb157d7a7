"""A guideline is one YAML file and no Python: the tests of the knowledge hold with another one.

The document is a stranger's: its own limits of Ki-67, a region and an option on which no packaged
document speaks. It is put among the packaged ones, and what asks the packaged knowledge anything
runs again. What is recorded of the packaged documents alone (the findings of the solver, the pages
with their outputs) is renewed by a script after a document was added, and is not among these.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gepnet import api

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "tests" / "strangers" / "stranger-2025.yaml"
ABOUT_THE_KNOWLEDGE = [
    "tests/report/test_atlas.py",
    "tests/guidelines/test_packaged.py",
    "tests/guidelines/test_compare.py",
    "tests/guidelines/test_missing.py",
    "tests/guidelines/test_whatif.py",
    "tests/test_stories.py",
    "tests/test_coverage_page.py",
]


def test_the_document_is_new_in_every_respect() -> None:
    base, packaged = api.base(DOCUMENT), api.base()
    (document,) = [d for d in base.documents if d.id == "stranger-2025"]
    assert set(base.rows) > set(packaged.rows), "an option on which nobody takes a position"
    known = {region for d in packaged.documents for region in d.file.document.region}
    assert not known & set(document.file.document.region)
    text = DOCUMENT.read_text(encoding="utf-8")
    for file in sorted((ROOT / "src/gepnet/knowledge/guidelines").glob("*.yaml")):
        other = file.read_text(encoding="utf-8")
        assert "ki67_percent <= 7.5" in text and "ki67_percent <= 7.5" not in other
        assert "ki67_percent < 33" in text and "ki67_percent < 33" not in other


def test_the_document_passes_the_checks() -> None:
    report = api.check_knowledge(DOCUMENT, mutate=False)
    assert not report.problems


@pytest.mark.slow
def test_the_tests_of_the_knowledge_hold_with_a_stranger_s_document(tmp_path: Path) -> None:
    # With what is compiled already, but not the files that another worker is writing just now.
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.pyc.*"))
    shutil.copy(DOCUMENT, tmp_path / "src" / "gepnet" / "knowledge" / "guidelines")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0"]
    command += ["-o", f"pythonpath=. {tmp_path / 'src'}", "-m", "not browser and not slow"]
    result = subprocess.run(
        [*command, *ABOUT_THE_KNOWLEDGE],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path / "src"),
            "GEPNET_CACHE_DIR": str(tmp_path / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:]
