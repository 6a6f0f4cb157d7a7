"""What the check of the knowledge does with warnings, and what it says if nothing was tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from gepnet import api
from gepnet.cli.app import app
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge.load import PACKAGED
from gepnet.rules.check import CheckReport, check, report, statements_have_sources

LABELS = PACKAGED / "labels" / "targeted.yaml"


def knowledge_with(tmp_path: Path, **changed: object) -> KnowledgeBase:
    """Return the packaged knowledge and one more label: an old one with some fields changed."""
    entry = {**yaml.safe_load(LABELS.read_text(encoding="utf-8"))["labels"][0], "id": "one-more"}
    file = tmp_path / "labels.yaml"
    file.write_text(yaml.safe_dump({"labels": [{**entry, **changed}]}), encoding="utf-8")
    return api.base(file)


@pytest.fixture
def warned(tmp_path: Path) -> KnowledgeBase:
    return knowledge_with(tmp_path, verification="secondary", read_in=None, locator="p. 1")


def test_a_warning_does_not_switch_the_mutation_check_off(warned: KnowledgeBase) -> None:
    assert [p.severity for p in statements_have_sources(warned)] == ["warning"]
    found = report(warned, check(warned))
    assert found.ok
    assert [p.severity for p in found.problems] == ["warning"]
    assert found.mutants > 1000
    assert any(score.entry == "label/one-more" for score in found.scores)


def test_an_error_leaves_no_score_that_reads_as_full_marks(tmp_path: Path) -> None:
    wrong = knowledge_with(tmp_path, locator=None, verification="primary")
    found = report(wrong, check(wrong))
    assert not found.ok
    assert found.mutants == 0
    assert found.mutation_score is None


def test_nothing_tried_is_no_score() -> None:
    assert CheckReport([]).mutation_score is None


def test_without_mutation_the_command_says_that_nothing_was_tried() -> None:
    shown = CliRunner().invoke(app, ["knowledge", "check", "--no-mutate"])
    assert "not tried" in shown.output
    assert "100" not in shown.output.split("mistakes noticed")[1]
    told = CliRunner().invoke(app, ["knowledge", "check", "--no-mutate", "--format", "json"])
    assert json.loads(told.output)["mutation"]["score"] is None
