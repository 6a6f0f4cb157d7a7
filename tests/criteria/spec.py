"""The specification files of ``tests/spec`` as Python objects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gepnet.criteria import Fault
from gepnet.criteria.interpret import Values
from gepnet.knowledge import read_yaml
from gepnet.knowledge.read import read_files
from gepnet.vocabulary import NOT_APPLICABLE, Truth, Value, Vocabulary

FOLDER = Path(__file__).resolve().parent.parent / "spec"
TRUTHS: dict[object, Truth] = {True: True, False: False, "unknown": None}


@dataclass(frozen=True)
class Case:
    """One criterion, one patient, and the truth that every engine must give."""

    place: str
    criterion: str
    values: Values
    expected: Truth
    why: str


@dataclass(frozen=True)
class Refusal:
    """A text that is no criterion, and what must be said about it."""

    place: str
    criterion: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Reading:
    """A criterion in its plain form and in words."""

    place: str
    criterion: str
    text: str
    prose: str


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that all specification files share."""
    path = FOLDER / "vocabulary.yaml"
    return Vocabulary(read_files([(path.name, path.read_text(encoding="utf-8"))]))


def files() -> list[Path]:
    """The specification files, the vocabulary aside."""
    return sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "vocabulary")


@cache
def cases(path: Path) -> tuple[Case, ...]:
    """The cases of one file."""
    return tuple(
        Case(place, entry["criterion"], values(entry["values"]), TRUTHS[entry["expected"]],
             entry["why"])
        for place, entry in _entries(path, "cases")
    )  # fmt: skip


def refusals() -> list[Refusal]:
    """The texts that must be refused."""
    return [
        Refusal(
            place,
            entry["criterion"],
            tuple(Fault(f["value"], f["expected"], f.get("nearest")) for f in entry["faults"]),
        )
        for path in files()
        for place, entry in _entries(path, "refused")
    ]


def readings() -> list[Reading]:
    """The criteria that must read as the file says."""
    return [
        Reading(place, entry["criterion"], entry["text"], entry["prose"])
        for path in files()
        for place, entry in _entries(path, "reads_as")
    ]


def values(written: dict[str, Any]) -> dict[str, Value]:
    """One patient as a specification file writes them."""
    return {name: value(name, raw) for name, raw in written.items()}


def value(name: str, raw: Any) -> Value:
    """One value as a specification file writes it."""
    return NOT_APPLICABLE if raw == "not applicable" else vocabulary()[name].parse(raw)


def _entries(path: Path, key: str) -> list[tuple[str, dict[str, Any]]]:
    document = read_yaml(path.read_text(encoding="utf-8"), path.name)
    entries = document.data.get(key, [])
    return [(f"{path.stem}:{document.line((key, i))}", entry) for i, entry in enumerate(entries)]
