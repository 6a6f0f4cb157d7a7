"""What was proved before, by the content that it was proved from."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import gepnet
from gepnet.criteria import facts_of
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.compiled import CompiledDocument, KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition, Holding, document_positions
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.between import preferred
from gepnet.guidelines.verify.findings import Finding, from_plain
from gepnet.guidelines.verify.one_fact_apart import bodies, questions
from gepnet.guidelines.verify.rules import all_sayings, shared_limits
from gepnet.guidelines.verify.thresholds import met
from gepnet.guidelines.verify.units import Unit, three_of
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
        self._documents = documents_in_force(base.documents, day)[0]
        self._in_force = {document.id for document in self._documents}
        self._made: dict[DocumentPosition, str] = {}
        self._entries: dict[str, str] = {}
        self._found: dict[str, list[dict[str, Any]]] = {}
        if self._file is not None and self._file.is_file():
            try:
                self._found = json.loads(self._file.read_text(encoding="utf-8"))
            except ValueError:
                self._file.unlink(missing_ok=True)

    def key(self, unit: Unit) -> str:
        """Return the digest of what a part of the proofs depends on."""
        return _digest([*unit, *self._about(unit)])

    def _about(self, unit: Unit) -> list[Any]:
        match unit:
            case ("shared", first, second, option, intent):
                return [self._position(name, option, intent) for name in (first, second)]
            case ("ranking", first, second, option, intent):
                position = self._positions[first][option, intent]
                others = [*position.options, *(over for _, over in preferred(position))]
                return self._over((first, second), option, intent, others)
            case ("moved", old, new, option, intent):
                shared = self._positions[old][option, intent].options
                return self._over((old, new), option, intent, shared)
            case ("position", name, option, intent):
                return [self._position(name, option, intent), name in self._in_force]
            case ("off_label", name, option, intent):
                stand = self._position(name, option, intent)
                return [stand, name in self._in_force, self._labels]
            case ("entries" | "gaps", name):
                return [self.contents[name], name in self._in_force, self._own(name)]
            case ("limit", name, told):
                pairs = [p for limit, p in met(self.base, name).items() if limit.name == told]
                return [self._heads[name], [[*map(self._held, pair)] for pair in chain(*pairs)]]
            case ("apart", *_):
                return []
        return self._about_many(unit)

    def _about_many(self, unit: Unit) -> list[Any]:
        """Return what a part depends on that is not about one or two documents."""
        match unit:
            case ("label", name):
                return [*self._about_label(name)]
            case ("across",):
                return [*map(self._as_a_whole, self._documents)]
            case ("basis",):
                return [self.base.rows, *(self.contents[one.id] for one in self._documents)]
            case ("profiles" | "edges",):
                return [self._labels, self._rules]
            case ("shared_limit", told):
                limits = shared_limits(self.base, self.day)
                sharing = [s for limit, s in limits.items() if limit.name == told]
                # The facts of the other criteria are in the same world.
                return [self._facts_said, [repr(one) for one in chain(*sharing)]]
            case ("undivided", place, *names, option):
                asked = questions(self.base).undivided[int(place)]
                *who, _ = three_of(self.base, asked, names, option)
                return [_dump(asked), *map(self._digest_of, who)]
            case ("left_out", place, name):
                return [_dump(questions(self.base).left_out[int(place)]), self._heads[name]]
            case ("spread", place, body):
                item = questions(self.base).left_out[int(place)]
                heads = [self._heads[one.id] for one in bodies(self.base, self.day, item)[body]]
                return [_dump(item), *heads]
        raise ValueError(f"nothing is known of what {unit[0]} depends on")

    def _about_label(self, name: str) -> Iterator[Any]:
        for label in self.base.labels:
            if label.entry.id != name or not in_force(label, self.day):
                continue
            yield _dump(label.entry)
            for one in self._documents:
                if label.entry.region in one.file.document.region:
                    stand = self._position(one.id, label.entry.option, "tumour_control")
                    yield [one.id, one.file.document.short, stand]

    def _as_a_whole(self, document: CompiledDocument) -> list[Any]:
        """Return what decides for whom a document has any position."""
        counting = [rule for rule in document.recommendations if rule.counts]
        readings = [repr(node) for rule in counting for node in rule.nodes]
        return [self._heads[document.id], readings, self._own(document.id)[:1]]

    def _own(self, document: str) -> list[str]:
        stands = dict.fromkeys(self._positions[document].values())
        return [self._digest_of(stand) for stand in stands]

    def _over(
        self, names: Sequence[str], option: str, intent: str, others: Iterable[str]
    ) -> list[str]:
        """Return a position of a first document, and those of a second on other options."""
        first, second = names
        theirs = [self._position(second, other, intent) for other in others]
        return [self._position(first, option, intent), *theirs]

    def _position(self, document: str, option: str, intent: str) -> str:
        found = self._positions[document].get((option, intent))
        return "" if found is None else self._digest_of(found)

    def _digest_of(self, position: DocumentPosition) -> str:
        """Return a digest of a position, and of the head of its document."""
        if position not in self._made:
            held = [
                [self._held(one) for one in some] for some in (position.holdings, position.lesser)
            ]
            head, named = self._heads[position.document.id], position.named
            about = [head, position.options, position.intent, named, held]
            self._made[position] = _digest(about)
        return self._made[position]

    def _held(self, holding: Holding) -> list[Any]:
        entry = holding.recommendation.entry
        place = next(at for at, one in enumerate(entry.options) if one is holding.position)
        if holding.id not in self._entries:
            self._entries[holding.id] = _digest(_dump(entry))
        return [holding.kind, self._entries[holding.id], place]

    def get(self, key: str) -> list[Finding] | None:
        """Return what was found, None if it was never looked for."""
        found = self._found.get(key)
        return None if found is None else [from_plain(item) for item in found]

    @property
    def shares(self) -> dict[tuple[str, ...], float]:
        """The shares of regions that were measured before of the same sample."""
        findings = (finding for kept in self._found.values() for finding in kept)
        regions = (region for finding in findings for region in finding["regions"])
        return {
            tuple(region["criteria"]): region["share"]
            for region in regions
            if region["share"] is not None
        }

    def put(self, key: str, findings: list[Finding]) -> None:
        """Keep findings."""
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
    def _heads(self) -> dict[str, str]:
        """A digest of the head of each document, its scope and what was read of it included."""
        return {d.id: _digest(_dump(d.file.document)) for d in self.base.documents}

    @cached_property
    def _facts_said(self) -> list[str]:
        said = all_sayings(self.base, self.day)
        return sorted({name for one in said for name in facts_of(one.node)})

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
        return _digest([shapes, pages, obeyed, code])


def _dump(entry: BaseModel) -> Any:
    return _without_places(entry.model_dump(mode="json", by_alias=True))


def _without_places(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_places(value) for key, value in data.items() if key not in _PLACES}
    return [_without_places(item) for item in data] if isinstance(data, list) else data


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()
