"""What was proved before, by the content that it was proved from."""

from __future__ import annotations

import datetime
import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from gepnet.guidelines.assess import label_in_force
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.verify.findings import Finding, from_plain
from gepnet.knowledge import cache_file, write_atomically

_PLACES = frozenset({"file", "line"})
_OF_THE_DAY = frozenset({"across", "basis", "label", "rules", "one_fact_apart"})


class Proved:
    """Findings of earlier runs; each kept by a digest of all that it depends on."""

    def __init__(self, base: KnowledgeBase, day: datetime.date, use: bool = True) -> None:
        """Read the file of proofs for this state of vocabulary and code."""
        self.base = base
        self.day = day
        name = f"proofs-{self._ground[:20]}.json"
        self._file = cache_file(name) if use and base.knowledge.digest else None
        self._found: dict[str, list[dict[str, Any]]] = {}
        if self._file is not None and self._file.is_file():
            try:
                self._found = json.loads(self._file.read_text(encoding="utf-8"))
            except ValueError:
                self._file.unlink(missing_ok=True)

    def key(self, job: tuple[str, ...]) -> str:
        """Return the digest of what a job depends on."""
        kind, *names = job
        if kind in {"across", "basis", "rules", "one_fact_apart"}:
            names = sorted(self.contents)
        if kind == "label":
            names = [*names, *sorted(self.contents)]
        about: list[Any] = [self.contents.get(name, name) for name in names]
        about += [self._labels] if kind in {"document", "label"} else []
        # Which documents are in force decides what is asked of all of them together.
        about += [self.day.isoformat()] if kind in _OF_THE_DAY else []
        if kind == "rules":
            about += [self._labels, self._rules]
        if kind == "one_fact_apart":
            about += [self.base.knowledge.measures.get("told_apart")]
        return _digest([kind, *names, *about])

    def get(self, key: str) -> list[Finding] | None:
        """Return what was found, None if it was never looked for."""
        found = self._found.get(key)
        return None if found is None else [from_plain(item) for item in found]

    def put(self, key: str, findings: list[Finding]) -> None:
        """Keep findings; one whose search ran out of time is looked for again."""
        if all(finding.verdict == "found" for finding in findings):
            self._found[key] = [finding.plain() for finding in findings]

    def store(self) -> None:
        """Write everything for the next run."""
        if self._file is not None:
            write_atomically(self._file, json.dumps(self._found))

    @cached_property
    def contents(self) -> dict[str, str]:
        """A digest of each document, whatever its place in a file."""
        return {
            file.document.id: _digest(_without_places(file.model_dump(mode="json", by_alias=True)))
            for file in self.base.knowledge.documents
        }

    @cached_property
    def _labels(self) -> str:
        entries = [
            label.entry.model_dump(mode="json")
            for label in self.base.labels
            if label_in_force(label, self.day)
        ]
        return _digest(_without_places(entries))

    @cached_property
    def _rules(self) -> str:
        knowledge = self.base.knowledge
        listed = (*knowledge.checklists, *knowledge.safety)
        listed += (*knowledge.release_rules, *knowledge.release_items)
        return _digest(_without_places([entry.model_dump(mode="json") for entry in listed]))

    @cached_property
    def _ground(self) -> str:
        """A digest of vocabulary, options, dependencies and of the code that proves."""
        knowledge = self.base.knowledge
        shapes = [
            entry.model_dump(mode="json")
            for entry in (*knowledge.facts, *knowledge.families, *knowledge.options)
        ]
        code = [
            file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("*.py"))
        ]
        return _digest(
            [_without_places(shapes), self.base.rows, knowledge.measures.get("dependencies"), code]
        )


def _without_places(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_places(value) for key, value in data.items() if key not in _PLACES}
    return [_without_places(item) for item in data] if isinstance(data, list) else data


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()
