"""Read, check and cache the knowledge files.

The YAML files are the only truth. What was read from them is kept as JSON under the user's cache
folder, keyed by the digest of their bytes and by gepnet's version, because parsing YAML costs most
of a command's start. Without a writable cache everything works the same, only slower.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_cache_path
from pydantic import BaseModel, ValidationError

from gepnet import __version__
from gepnet.knowledge.models import (
    Checklist,
    DocumentFile,
    EnumValue,
    FactEntry,
    FactFamily,
    Knowledge,
    LabelEntry,
    OptionEntry,
    SafetyRule,
    Source,
)
from gepnet.knowledge.problems import InputError, Problem, nearest
from gepnet.knowledge.yaml_io import Document, read_yaml
from gepnet.knowledge.yaml_io import Path as YamlPath

FOLDERS = ("facts", "therapies", "guidelines", "labels", "safety", "protocols", "measures")
PACKAGED = Path(__file__).parent
Model = TypeVar("Model", bound=BaseModel)

_LISTS: dict[str, tuple[str, type[BaseModel]]] = {
    "sources": ("sources", Source),
    "facts": ("facts", FactEntry),
    "families": ("families", FactFamily),
    "sites": ("sites", EnumValue),
    "options": ("options", OptionEntry),
    "labels": ("labels", LabelEntry),
    "rules": ("safety", SafetyRule),
    "checklists": ("checklists", Checklist),
}
_DOCUMENT_KEYS = ("document", "recommendations", "statements", "not_encoded")


def load_knowledge(*extra: Path) -> Knowledge:
    """Return the packaged knowledge together with that of the folders in ``extra``.

    Raises:
        InputError: with every problem found in any file.
    """
    return _load(tuple(path.resolve() for path in (PACKAGED, *extra)))


@lru_cache(maxsize=4)
def _load(roots: tuple[Path, ...]) -> Knowledge:
    files = [(path, path.read_bytes()) for path in _knowledge_files(roots)]
    digest = _digest(roots, files)
    cache = cache_file(f"knowledge-{digest[:20]}.json")
    if cache is not None and cache.is_file():
        try:
            return Knowledge.model_validate_json(cache.read_bytes())
        except ValidationError:
            cache.unlink(missing_ok=True)
    knowledge = read_files(
        [(_display(path, roots), content.decode("utf-8")) for path, content in files], digest
    )
    # The same object with and without the cache: what JSON cannot tell apart is never told apart.
    text = knowledge.model_dump_json(by_alias=True)
    if cache is not None:
        write_atomically(cache, text)
    return Knowledge.model_validate_json(text)


def _knowledge_files(roots: Sequence[Path]) -> Iterator[Path]:
    for root in roots:
        if root.is_file():
            yield root
            continue
        folders = [root / name for name in FOLDERS] if root == PACKAGED.resolve() else [root]
        if root == PACKAGED.resolve():
            yield root / "sources.yaml"
            yield root / "coverage.yaml"
        for folder in folders:
            yield from sorted(folder.rglob("*.yaml"))


def _display(path: Path, roots: Sequence[Path]) -> str:
    for root in roots:
        if path != root and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.name


def _digest(roots: Sequence[Path], files: Sequence[tuple[Path, bytes]]) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path, content in files:
        digest.update(_display(path, roots).encode() + b"\0")
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def cache_file(name: str) -> Path | None:
    """Return a path in gepnet's cache folder, or None where no cache may be written."""
    folder = Path(os.environ.get("GEPNET_CACHE_DIR") or user_cache_path("gepnet"))
    folder = folder / __version__
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder / name if os.access(folder, os.W_OK) else None


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` so that a reader sees the old file or the whole new one."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def read_files(files: Iterable[tuple[str, str]], digest: str = "") -> Knowledge:
    """Parse knowledge from ``(name, text)`` pairs.

    Raises:
        InputError: syntax, shape and reference problems of all files together.
    """
    problems: list[Problem] = []
    found: dict[str, list[Any]] = {name: [] for name, _ in _LISTS.values()}
    found["documents"] = []
    measures: dict[str, Any] = {}
    for name, text in files:
        try:
            document = read_yaml(text, name)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if not isinstance(document.data, dict):
            problems.append(Problem(name, 1, "", "", "", "a mapping at the top of the file"))
        elif name.startswith("measures/") or name == "coverage.yaml":
            measures[Path(name).stem] = document.data
        else:
            _read_document(document, found, problems)
    _check_unique(found, problems)
    if not problems:
        _check_references(found, problems)
    if problems:
        raise InputError(problems)
    return Knowledge(digest=digest, measures=measures, **{k: tuple(v) for k, v in found.items()})


def _read_document(
    document: Document, found: dict[str, list[Any]], problems: list[Problem]
) -> None:
    data: dict[str, Any] = document.data
    known = [*_LISTS, *_DOCUMENT_KEYS]
    for key in data:
        if key not in known:
            problems.append(
                Problem(
                    document.file,
                    document.line((key,)),
                    "",
                    key,
                    "",
                    f"one of {', '.join(known)}",
                    nearest(key, known),
                )
            )
    if "document" in data:
        chosen = {key: data[key] for key in _DOCUMENT_KEYS if data.get(key) is not None}
        for key in ("recommendations", "statements"):
            if isinstance(chosen.get(key), list):
                chosen[key] = [
                    _located(item, document, (key, i)) for i, item in enumerate(chosen[key])
                ]
        chosen["document"] = _located(chosen["document"], document, ("document",))
        model = validate(DocumentFile, chosen, document, (), problems)
        if model is not None:
            found["documents"].append(model)
    for key, (name, kind) in _LISTS.items():
        for index, item in enumerate(data.get(key) or []):
            path: YamlPath = (key, index)
            located = item
            if kind is not EnumValue:
                located = _located(item, document, path)
            elif not isinstance(item, dict):
                located = {"id": item}
            if kind is Checklist and isinstance(located, dict):
                located["items"] = [
                    _located(entry, document, (*path, "items", i))
                    for i, entry in enumerate(located.get("items") or [])
                ]
            model_item = validate(kind, located, document, path, problems)
            if model_item is not None:
                found[name].append(model_item)


def _located(item: Any, document: Document, path: YamlPath) -> Any:
    if not isinstance(item, dict):
        return item
    return {**item, "file": document.file, "line": document.line(path) or 0}


def validate(
    model: type[Model], data: Any, document: Document, path: YamlPath, problems: list[Problem]
) -> Model | None:
    """Validate ``data`` found at ``path``; append one problem for each fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            problems.append(_fault(fault, model, data, document, path))
        return None


def _fault(
    fault: Any, model: type[BaseModel], data: Any, document: Document, path: YamlPath
) -> Problem:
    location: YamlPath = tuple(fault["loc"])
    owner: Any = data
    entry = ""
    for step in location:
        if isinstance(owner, dict):
            entry = str(owner.get("id") or owner.get("pattern") or entry)
            owner = owner.get(str(step))
        elif isinstance(owner, list) and isinstance(step, int) and step < len(owner):
            owner = owner[step]
    if isinstance(data, dict):
        entry = entry or str(data.get("id") or data.get("pattern") or "")
    suggestion = None
    expected = fault["msg"]
    if fault["type"] == "extra_forbidden":
        names = [f.alias or n for n, f in model.model_fields.items() if n not in {"file", "line"}]
        expected = "a known key"
        suggestion = nearest(str(location[-1]), names)
    elif fault["type"] == "literal_error":
        expected = f"one of {fault['ctx']['expected']}"
        suggestion = nearest(str(fault["input"]), str(fault["ctx"]["expected"]).split("'")[1::2])
    value = "" if isinstance(fault["input"], dict | list) else repr(fault["input"])
    return Problem(
        document.file,
        document.line((*path, *location)),
        entry,
        ".".join(str(part) for part in location),
        value,
        expected,
        suggestion,
    )


def _check_unique(found: dict[str, list[Any]], problems: list[Problem]) -> None:
    for name, items in found.items():
        entries = [doc.document for doc in items] if name == "documents" else items
        _report_duplicates(entries, lambda e: str(getattr(e, "id", "")), problems)
    for document in found["documents"]:
        for group in (document.recommendations, document.statements):
            _report_duplicates(group, lambda e: str(e.id), problems)


def _report_duplicates(
    entries: Iterable[Any], key: Callable[[Any], str], problems: list[Problem]
) -> None:
    first: dict[str, Any] = {}
    for entry in entries:
        name = key(entry)
        if name and name in first:
            other = first[name]
            where = f"{getattr(other, 'file', '')}:{getattr(other, 'line', '')}"
            problems.append(
                Problem(
                    getattr(entry, "file", ""),
                    getattr(entry, "line", None),
                    name,
                    "id",
                    name,
                    f"an id that is used once (first used at {where})",
                )
            )
        first.setdefault(name, entry)


def _check_references(found: dict[str, list[Any]], problems: list[Problem]) -> None:
    sources = {source.id for source in found["sources"]}
    options = {option.id for option in found["options"]}
    documents = {doc.document.id for doc in found["documents"]}

    def check(entry: Any, field: str, value: str | None, known: set[str], what: str) -> None:
        if value is not None and value not in known:
            name = str(getattr(entry, "id", "") or getattr(entry, "pattern", ""))
            problems.append(
                Problem(
                    entry.file,
                    entry.line,
                    name,
                    field,
                    repr(value),
                    f"the id of {what}",
                    nearest(value, known),
                )
            )

    for name in ("facts", "families", "options", "labels", "safety", "checklists"):
        for entry in found[name]:
            check(entry, "source", entry.source, sources, "a source in sources.yaml")
    for entry in found["options"]:
        check(entry, "parent", entry.parent, options, "an option")
        for toxicity in entry.toxicities:
            check(entry, "toxicities.source", toxicity.source, sources, "a source")
    for entry in found["labels"]:
        check(entry, "option", entry.option, options, "an option")
    for entry in found["safety"]:
        for option in entry.options:
            check(entry, "options", option, options, "an option")
    for checklist in found["checklists"]:
        check(checklist, "option", checklist.option, options, "an option")
        for item in checklist.items:
            check(item, "source", item.source, sources, "a source")
    for doc in found["documents"]:
        head = doc.document
        check(head, "source", head.source, sources, "a source in sources.yaml")
        for other in head.supersedes:
            check(head, "supersedes", other, documents | sources, "a document")
        for option in head.covers or ():
            check(head, "covers", option, options, "an option")
        for entry in (*doc.recommendations, *doc.statements):
            check(entry, "source", entry.source, sources, "a source in sources.yaml")
            check(entry, "read_in", entry.read_in, sources, "a source in sources.yaml")
        for entry in doc.recommendations:
            for position in entry.options:
                named = (
                    position.option,
                    *position.with_,
                    *position.preferred_over,
                    *position.equivalent_to,
                )
                for option in named:
                    check(entry, "options", option, options, "an option")
