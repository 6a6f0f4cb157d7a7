"""What was proved before, by the content that it was proved from."""

from __future__ import annotations

import datetime
import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import gepnet
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition, document_positions
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.between import preferred
from gepnet.guidelines.verify.findings import Finding, from_plain
from gepnet.guidelines.verify.units import Unit
from gepnet.knowledge import cache_file, write_atomically

_PLACES = frozenset({"file", "line"})


class Proved:
    """Findings of earlier runs; each kept by a digest of all that it depends on."""

    def __init__(self, base: KnowledgeBase, day: datetime.date, use: bool = True) -> None:
        """Read the file of proofs for this state of vocabulary and code."""
        self.base = base
        self.day = day
        name = f"proofs-{self._ground[:20]}.json"
        self._file = cache_file(name) if use and base.knowledge.digest else None
        self._positions = document_positions(base).by_document
        self._in_force = {d.id for d in documents_in_force(base.documents, day)[0]}
        self._made: dict[DocumentPosition, str] = {}
        self._found: dict[str, list[dict[str, Any]]] = {}
        if self._file is not None and self._file.is_file():
            try:
                self._found = json.loads(self._file.read_text(encoding="utf-8"))
            except ValueError:
                self._file.unlink(missing_ok=True)

    def key(self, unit: Unit) -> str:
        """Return the digest of what a part of the proofs depends on."""
        kind, *names = unit
        about: list[Any]
        match unit:
            case ("shared", first, second, option, intent):
                about = [self._position(name, option, intent) for name in (first, second)]
            case ("ranking", first, second, option, intent):
                position = self._positions[first][option, intent]
                others = [*position.options, *(over for _, over in preferred(position))]
                about = [self._position(first, option, intent)]
                about += [self._position(second, other, intent) for other in others]
            case ("position" | "off_label", name, option, intent):
                about = [self._position(name, option, intent), name in self._in_force]
                about += [self._labels] if kind == "off_label" else []
            case ("entries" | "whole", name):
                about = [self.contents[name], name in self._in_force]
            case ("superseded" | "apart", *_):
                about = [self.contents[name] for name in names]
            case _:
                # Which documents are in force decides what is asked of all of them together.
                about = [self.contents, self.day.isoformat(), self._labels, self._rules]
                about.append(self.base.knowledge.measures.get("told_apart"))
        return _digest([*unit, *about])

    def _position(self, document: str, option: str, intent: str) -> str:
        """Return a digest of a position, and of the head of its document."""
        found = self._positions[document].get((option, intent))
        if found is None:
            return ""
        if found not in self._made:
            held = [
                [h.kind, _dump(h.recommendation.entry), _dump(h.position)] for h in found.holdings
            ]
            head = _dump(found.document.file.document)
            self._made[found] = _digest([head, found.options, intent, held])
        return self._made[found]

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
        return {file.document.id: _digest(_dump(file)) for file in self.base.knowledge.documents}

    @cached_property
    def _labels(self) -> str:
        labels = [x.entry for x in self.base.labels if in_force(x, self.day)]
        return _digest([_dump(entry) for entry in labels])

    @cached_property
    def _rules(self) -> str:
        knowledge = self.base.knowledge
        listed = (*knowledge.checklists, *knowledge.safety)
        listed += (*knowledge.release_rules, *knowledge.release_items)
        return _digest([_dump(entry) for entry in listed])

    @cached_property
    def _ground(self) -> str:
        """A digest of vocabulary, options, dependencies and of the code that proves.

        A dependency counts once all its facts are named somewhere, so which do is part of it.
        """
        knowledge = self.base.knowledge
        shapes = [_dump(e) for e in (*knowledge.facts, *knowledge.families, *knowledge.options)]
        pages = [knowledge.measures.get(name) for name in ("dependencies", "grading", "sample")]
        axioms = Axioms(self.base)
        obeyed = [*axioms.rules, *(count.fact for count in axioms.counts)]
        package = Path(gepnet.__file__).parent
        code = [
            file.read_text(encoding="utf-8")
            for room in ("criteria", "facts", "rules", "guidelines")
            for file in sorted((package / room).rglob("*.py"))
        ]
        return _digest([shapes, self.base.rows, pages, obeyed, code])


def _dump(entry: BaseModel) -> Any:
    return _without_places(entry.model_dump(mode="json", by_alias=True))


def _without_places(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_places(value) for key, value in data.items() if key not in _PLACES}
    return [_without_places(item) for item in data] if isinstance(data, list) else data


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()
