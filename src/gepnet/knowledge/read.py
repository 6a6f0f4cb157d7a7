"""From YAML text to models, collecting every problem of every file before refusing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from gepnet.knowledge.kinds import KINDS, entries_in
from gepnet.knowledge.limits import filled, texts_of
from gepnet.knowledge.models import DocumentFile, Knowledge, Recommendation
from gepnet.knowledge.problems import InputError, Problem, nearest
from gepnet.knowledge.references import Found, check_references, check_unique
from gepnet.knowledge.referred import check_referred, in_full, written_out, written_twice
from gepnet.knowledge.rule_models import Limit, RuleEntry
from gepnet.knowledge.shapes import Entry
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.knowledge.yaml_io import Document, read_yaml
from gepnet.knowledge.yaml_io import Path as YamlPath

Model = TypeVar("Model", bound=BaseModel)

_LISTS = {kind.key or name: name for name, (kind, _) in KINDS.items() if not kind.whole_file}
_DOCUMENT_KEYS = tuple(DocumentFile.model_fields)
_KNOWN_KEYS = (*_LISTS, *_DOCUMENT_KEYS)


def read_files(files: Iterable[tuple[str, str]], digest: str = "") -> Knowledge:
    """Parse knowledge from ``(name, text)`` pairs.

    Raises:
        InputError: syntax, shape and reference problems of all files together.
    """
    problems: list[Problem] = []
    found = Found()
    measures: dict[str, Any] = {}
    unread = False
    documents: list[Document] = []
    for name, text in files:
        try:
            documents.append(read_yaml(text, name))
        except InputError as error:
            problems.extend(error.problems)
            unread = True
    found.texts = texts_of(limit for document in documents for limit in _limits_in(document))
    for document in documents:
        found.recommendations.update(written_out(document.data))
    for document in documents:
        name = document.file
        if not isinstance(document.data, dict):
            unread = True
            problems.append(Problem(name, 1, "", "", "", "a mapping at the top of the file"))
        elif name.startswith("measures/") or name == "coverage.yaml":
            measures[Path(name).stem] = document.data
        else:
            unread |= any(key not in _KNOWN_KEYS for key in document.data)
            _read_document(document, found, problems)
    problems.extend(check_unique(found))
    if not unread:
        # With a file missing, whatever names its entries would be a second problem, not a new one.
        problems.extend(check_references(found))
        problems.extend(check_referred(found.models["documents"]))
    if problems:
        raise InputError(problems)
    models: dict[str, Any] = {name: tuple(items) for name, items in found.models.items()}
    return Knowledge(digest=digest, measures=measures, **models)


def _limits_in(document: Document) -> list[Any]:
    limits = document.data.get("limits") if isinstance(document.data, dict) else None
    is_measure = document.file.startswith("measures/")
    return limits if isinstance(limits, list) and not is_measure else []


def _read_document(document: Document, found: Found, problems: list[Problem]) -> None:
    data: dict[str, Any] = document.data
    for key in data:
        if key not in _KNOWN_KEYS:
            expected = f"one of {', '.join(_KNOWN_KEYS)}"
            problems.append(_fault(document, (key,), "", expected, nearest(key, _KNOWN_KEYS)))
    _read_guideline(document, found, problems)
    for key, name in _LISTS.items():
        for index, item in enumerate(_items(document, (key,), problems)):
            found.declare(name, item)
            _read_entry(name, item, document, (key, index), found, problems)


def _items(document: Document, path: YamlPath, problems: list[Problem]) -> list[Any]:
    """Return the list at ``path``; nothing there is an empty list, anything else a problem."""
    value: Any = document.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else value[step]
    if value is None:
        return []
    if not isinstance(value, list):
        problems.append(_fault(document, path, repr(value), "a list"))
        return []
    return value


def _fault(
    document: Document, path: YamlPath, value: str, expected: str, meant: str | None = None
) -> Problem:
    field = ".".join(map(str, path))
    return Problem(document.file, document.line(path), "", field, value, expected, meant)


def _read_entry(
    name: str,
    item: Any,
    document: Document,
    path: YamlPath,
    found: Found,
    problems: list[Problem],
) -> None:
    _, kind = KINDS[name]
    located = _located(kind, item, document, path, problems, found)
    model = validate(kind, located, document, path, problems)
    if model is not None:
        found.models[name].append(model)


def _read_guideline(document: Document, found: Found, problems: list[Problem]) -> None:
    data: dict[str, Any] = document.data
    if "document" not in data:
        expected = "'document' in the same file, to say whose these are"
        orphans = (key for key in _DOCUMENT_KEYS if key in data)
        problems.extend(_fault(document, (key,), "", expected) for key in orphans)
        return
    chosen = {key: data[key] for key in _DOCUMENT_KEYS if data.get(key) is not None}
    found.declare("documents", data["document"])
    _read_entry("documents", chosen, document, (), found, problems)


def _located(
    model: type[BaseModel],
    item: Any,
    document: Document,
    path: YamlPath,
    problems: list[Problem],
    found: Found,
) -> Any:
    """Return an entry with file and line, also of the entries in it, and with what it names.

    Limits are filled in, and a recommendation that refers to another is put in full.
    """
    if not isinstance(item, dict):
        return item
    place = {"file": document.file, "line": document.line(path) or 0}
    located = {**item, **place} if issubclass(model, Entry) else dict(item)
    if issubclass(model, Recommendation):
        expected = f"nothing, as it is that of {item.get('as')}"
        twice = written_twice(located)
        problems.extend(_fault(document, (*path, key), "", expected) for key in twice)
        located = in_full(located, found.recommendations)
    if issubclass(model, FactEntry):
        steps = _items(document, (*path, "derived"), []) if "derived" in item else []
        told = [filled(step, found.texts) if isinstance(step, dict) else step for step in steps]
        located |= {"derived": told} if told else {}
    if issubclass(model, RuleEntry | Limit):
        located = filled(located, found.texts)
    for name, kind, many in entries_in(model):
        here = (*path, name)
        if name in item and many:
            located[name] = [
                _located(kind, inner, document, (*here, index), problems, found)
                for index, inner in enumerate(_items(document, here, problems))
            ]
        elif name in item:
            located[name] = _located(kind, item[name], document, here, problems, found)
    return located


def validate(
    model: type[Model], data: Any, document: Document, path: YamlPath, problems: list[Problem]
) -> Model | None:
    """Validate ``data`` found at ``path``; append one problem for each fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        line = document.line
        problems += faults(error, model, data, document.file, lambda at: line((*path, *at)))
        return None


def faults(
    error: ValidationError,
    model: type[BaseModel],
    data: Any,
    file: str,
    line: Callable[[YamlPath], int | None],
) -> Iterator[Problem]:
    """Yield each fault of some data, with entry, key, value and the nearest that was meant.

    Args:
        error: what the model says.
        model: the shape that was expected.
        data: what was read.
        file: where it was read.
        line: gives the line of a path within the data, if there are lines.
    """
    for fault in error.errors(include_url=False):
        location: YamlPath = tuple(fault["loc"])
        entry, suggestion, expected = _entry_at(data, location), None, fault["msg"]
        expected = expected.removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            expected = "a known key"
            suggestion = nearest(str(location[-1]), _keys(_model_at(model, location[:-1])))
        elif fault["type"] == "literal_error":
            expected = f"one of {fault['ctx']['expected']}"
            words = str(fault["ctx"]["expected"]).split("'")[1::2]
            suggestion = nearest(str(fault["input"]), words)
        value = "" if isinstance(fault["input"], dict | list) else repr(fault["input"])
        field = ".".join(map(str, location))
        yield Problem(file, line(location), entry, field, value, expected, suggestion)


def _entry_at(data: Any, location: YamlPath) -> str:
    """Return the id of the innermost entry on the way to a place."""
    owner, entry = data, ""
    for step in location:
        if isinstance(owner, dict):
            entry = str(owner.get("id") or owner.get("pattern") or entry)
            owner = owner.get(str(step))
        elif isinstance(owner, list) and isinstance(step, int) and step < len(owner):
            owner = owner[step]
    own = (data.get("id") or data.get("pattern") or "") if isinstance(data, dict) else ""
    return entry or str(own)


def _model_at(model: type[BaseModel], location: YamlPath) -> type[BaseModel]:
    """Return the model of a place, or the innermost one on the way that is known."""
    for step in location:
        info = model.model_fields.get(str(step))
        inner = _models_in(None if info is None else info.annotation)
        model = inner[0] if inner else model
    return model


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _keys(model: type[BaseModel]) -> list[str]:
    """Return the keys that a file may use for a model."""
    named = {name: info.alias or name for name, info in model.model_fields.items()}
    return [key for name, key in named.items() if name not in {"file", "line"}]
