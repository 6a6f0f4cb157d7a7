"""The reference pages name every command, option, fact, option of the tree, document and source."""

import re
from pathlib import Path
from typing import Any

import pytest

from gepnet import api
from gepnet.knowledge.course_models import (
    AdvisoryLimit,
    KidneyReference,
    MarrowRisk,
    MarrowSignal,
    PlanProfile,
    Schedule,
    Step,
)
from gepnet.knowledge.models import (
    Coverage,
    DocumentHeader,
    LabelEntry,
    Position,
    Recommendation,
    Source,
    Statement,
    Strength,
)
from gepnet.knowledge.rule_models import (
    Checklist,
    ChecklistItem,
    Examples,
    ReleaseAmount,
    ReleaseItem,
    ReleaseRule,
    SafetyRule,
)
from gepnet.knowledge.vocabulary_models import FactEntry, FactFamily, OptionEntry, Toxicity
from gepnet.record import Cycle, Event, Progression, Record, Release, Treatment
from gepnet.record.model import UNWRITTEN
from scripts import command_pages, reference_pages

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = reference_pages.pages()


COMMANDS = [
    (name, command)
    for name, command in command_pages.commands()
    if not hasattr(command, "commands")
]


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_and_option_has_a_help_and_is_on_the_page(name: str, command: Any) -> None:
    assert command.help, "a docstring"
    section = command_pages.page().split(f"\n## {name}\n")[1].split("\n## ")[0]
    for option in command.params:
        assert option.name == "help" or option.help, option.name
        flags = [flag for flag in option.opts if flag.startswith("-") and option.name != "help"]
        assert [flag for flag in flags if flag not in section] == []


def test_every_group_of_commands_says_what_it_is_for() -> None:
    groups = [one for one in command_pages.commands() if hasattr(one[1], "commands")]
    assert [name for name, group in groups if not group.help] == []


@pytest.mark.parametrize(
    "model",
    [
        Source, DocumentHeader, Coverage, Recommendation, Position, Strength, Examples, Statement,
        LabelEntry, SafetyRule, Checklist, ChecklistItem, ReleaseRule, ReleaseItem, ReleaseAmount,
        FactEntry, FactFamily, OptionEntry, Toxicity,
        PlanProfile, Schedule, Step, AdvisoryLimit, KidneyReference, MarrowSignal, MarrowRisk,
    ],
    ids=lambda model: model.__name__,
)  # fmt: skip
def test_the_page_of_knowledge_files_names_every_key(model: type) -> None:
    text = (DOCS / "reference" / "knowledge-files.md").read_text(encoding="utf-8")
    keys = {field.alias or name for name, field in model.model_fields.items()}  # type: ignore[attr-defined]
    assert {key for key in keys - {"file", "line"} if f"`{key}`" not in text} == set()


@pytest.mark.parametrize("model", [Record, Event, Progression, Treatment, Cycle, Release])
def test_the_page_of_the_patient_file_names_every_key(model: type) -> None:
    text = (DOCS / "reference" / "patient-file.md").read_text(encoding="utf-8")
    keys = set(model.model_fields) - UNWRITTEN  # type: ignore[attr-defined]
    keys |= {"accepted_by", "reason"}
    assert {key for key in keys if f"`{key}`" not in text} == set()


def test_every_fact_option_document_rule_and_source_is_printed() -> None:
    base = api.base()
    facts = PAGES["reference/facts.md"]
    assert {f.id for f in base.vocabulary.base_facts() if f"{{ #{f.id} }}" not in facts} == set()
    assert all(f"`{family.pattern}`" in facts for family in base.vocabulary.families)
    options = PAGES["reference/options.md"]
    assert {name for name in base.options if f"`{name}`" not in options} == set()
    documents = PAGES["reference/documents.md"]
    entries = {r.entry.id for d in base.documents for r in d.recommendations}
    assert {name for name in entries if f"`{name}`" not in documents} == set()
    rules = PAGES["reference/safety-and-labels.md"]
    named = [
        *(r.entry.id for r in base.safety),
        *(x.entry.id for x in (*base.labels, *base.funding)),
    ]
    assert {name for name in named if f"`{name}`" not in rules} == set()
    release = PAGES["reference/release-rules.md"]
    parts = [*(r.entry.id for r in base.release), *(a.id for a in base.knowledge.release_amounts)]
    assert {name for name in parts if f"`{name}`" not in release} == set()
    assert {p.entry.id for p in base.profiles if f"{{ #{p.entry.id} }}" not in release} == set()
    sources = PAGES["reference/sources.md"]
    assert {name for name in base.sources if f"{{ #{name} }}" not in sources} == set()


@pytest.mark.parametrize("page", PAGES)
def test_no_cell_breaks_its_table(page: str) -> None:
    for table in PAGES[page].split("\n\n"):
        lines = [line for line in table.splitlines() if line.startswith("|")]
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in lines}
        assert len(widths) <= 1, lines[:2]
