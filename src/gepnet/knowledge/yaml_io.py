"""YAML to plain Python with the line of every value.

Scalars keep what the author typed: numbers become ``Decimal`` or ``int`` (7.4 stays 7.4) and dates
stay text, because a partial date such as ``2019-05`` is a value of its own in gepnet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from gepnet.knowledge.problems import InputError, Problem
from gepnet.knowledge.scalars import plain_scalar, scalar

Path = tuple[str | int, ...]
Following = Callable[[], Any]  # the next event of a text
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Far beyond what anyone writes by hand; a file beyond them was made to exhaust the reader.
_DEEPEST = 100
#: Characters from which a file is read line by line: of less the parser is fast enough, and what
#: people write by hand is read by it alone.
LONG = 500_000
_MOST_REPEATED = 10_000
# JSON escapes a character beyond U+FFFF as two halves, which YAML does not know.
_HALVES = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)


@dataclass(frozen=True)
class Document:
    """Data and where they come from: a parsed YAML file, or what a program put together.

    Attributes:
        file: name of the file, or of whatever else the data are.
        data: mappings, lists and scalars.
        lines: the line on which each path starts.
        files: paths that come from another file, such as the table of an event.
    """

    file: str
    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)
    files: Mapping[Path, str] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """Return the line of ``path``, or of its nearest parent that has one."""
        return self.place(path)[1]

    def place(self, path: Path) -> tuple[str, int | None]:
        """Return file and line of ``path``, or of its nearest parent that has a line."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.files.get(path, self.file), self.lines.get(path)


def read_yaml(text: str, file: str) -> Document:
    """Parse one YAML document.

    Raises:
        InputError: on a syntax error, a key that is written twice, or structure without end, with
            its line.
    """
    if len(text) >= LONG:
        from gepnet.knowledge.yaml_lines import NotPlain, read_lines

        try:
            return Document(file, read_lines(text, _data), _LinesWhenAsked(text))
        except NotPlain:
            pass
    if text.lstrip().startswith("{"):
        text = _HALVES.sub(_joined, text)
    plainly = _plainly(text)
    if plainly is not None:
        return Document(file, *plainly)
    try:
        _refuse_without_end(text, file)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        detail = " ".join((getattr(error, "problem", None) or str(error)).split())
        raise InputError([Problem(file, line, "", "", "", f"valid YAML ({detail})")]) from error
    lines: dict[Path, int] = {}
    problems: list[Problem] = []
    data = None if root is None else _construct(root, (), file, lines, problems)
    if problems:
        raise InputError(problems)
    return Document(file, data, lines)


class _LinesWhenAsked(Mapping[Path, int]):
    """The lines of a plain text, found when first asked for: only who tells a fault needs them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> dict[Path, int]:
        plainly = _plainly(self._text)
        return {} if plainly is None else plainly[1]

    def __getitem__(self, path: Path) -> int:
        return self._lines[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class _Odd(Exception):
    """Something that only the whole reader can judge: an anchor, a tag, a key written twice."""


def _data(text: str) -> Any:
    plainly = _plainly(text)
    return None if plainly is None else plainly[0]


def _plainly(text: str) -> tuple[Any, dict[Path, int]] | None:
    """Return data and lines of a plain document in one pass; None where anything is odd.

    The same as composing and constructing, for what nearly every file is, in a fraction of the
    time: a record of ten megabytes is read while a person waits.
    """
    lines: dict[Path, int] = {}
    try:
        following: Following = _Loader(text).get_event
        following()  # of the stream
        if not isinstance(following(), yaml.DocumentStartEvent):
            return None
        data = _built(following(), (), following, lines, 1)
        following()
        if not isinstance(following(), yaml.StreamEndEvent):
            return None
    except (_Odd, yaml.YAMLError):
        return None
    return data, lines


def _built(
    event: Any,
    path: Path,
    following: Following,
    lines: dict[Path, int],
    depth: int,
    at: int | None = None,
) -> Any:
    """Return what an event begins; ``at`` is the line of its key, where it has one."""
    kind = type(event)
    # Whatever has an anchor or a tag, or refers to an anchor, is odd.
    if getattr(event, "anchor", None) or getattr(event, "tag", None) or depth > _DEEPEST:
        raise _Odd
    start = event.start_mark.line + 1 if at is None else at
    lines[path] = start
    if kind is yaml.ScalarEvent:
        return plain_scalar(event.value) if event.implicit[0] else event.value
    if kind is yaml.MappingStartEvent:
        mapping: dict[str, Any] = {}
        while (one := following()).__class__ is not yaml.MappingEndEvent:
            if one.__class__ is not yaml.ScalarEvent or one.anchor or one.tag:
                raise _Odd
            key = str(one.value)
            if key in mapping:
                raise _Odd
            mark: Any = one.start_mark
            line = mark.line + 1
            value = following()
            if value.__class__ is yaml.ScalarEvent and not (value.anchor or value.tag):
                # As below, without the call: nearly everything of a record is such a value. One on
                # the line of its parent is found by that.
                mapping[key] = plain_scalar(value.value) if value.implicit[0] else value.value
                if line != start:
                    lines[(*path, key)] = line
            else:
                mapping[key] = _built(value, (*path, key), following, lines, depth + 1, line)
        return mapping
    if kind is yaml.SequenceStartEvent:
        found: list[Any] = []
        while (one := following()).__class__ is not yaml.SequenceEndEvent:
            found.append(_built(one, (*path, len(found)), following, lines, depth + 1))
        return found
    raise _Odd


def _joined(halves: re.Match[str]) -> str:
    pair = bytes.fromhex(halves[2] + halves[3]).decode("utf-16-be")
    return halves[1] + pair


def _refuse_without_end(text: str, file: str) -> None:
    """Refuse nesting and aliases that would take the reader down, before anything is built."""

    def refuse(event: yaml.Event, expected: str) -> None:
        line = None if event.start_mark is None else event.start_mark.line + 1
        raise InputError([Problem(file, line, "", "", "", expected)])

    sizes: dict[str, int] = {}  # of anchored values, what they repeat included
    within: list[tuple[str, int]] = []
    count = repeated = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.ScalarEvent):
            count += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            within.append((event.anchor or "", count))
            count += 1
            if len(within) > _DEEPEST:
                refuse(event, f"at most {_DEEPEST} levels of nesting")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = within.pop()
            sizes[anchor] = count - before
        elif isinstance(event, yaml.AliasEvent):
            anchor = event.anchor or ""
            if any(anchor == name for name, _ in within):
                refuse(event, "a value that does not contain itself")
            count += sizes.get(anchor, 0)
            repeated += sizes.get(anchor, 0)
            if repeated > _MOST_REPEATED:
                refuse(event, f"at most {_MOST_REPEATED} values repeated by aliases")


def _construct(
    node: yaml.Node, path: Path, file: str, lines: dict[Path, int], problems: list[Problem]
) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            # A key is its spelling: `no` and `on` are names here, never booleans.
            key = str(key_node.value)
            if not isinstance(key_node, yaml.ScalarNode):
                line = key_node.start_mark.line + 1
                problems.append(Problem(file, line, "", "", "", "a word as the key of a value"))
                continue
            if key in mapping:
                line = key_node.start_mark.line + 1
                problems.append(Problem(file, line, "", key, "", "each key once in a mapping"))
            mapping[key] = _construct(value_node, (*path, key), file, lines, problems)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(item, (*path, index), file, lines, problems)
            for index, item in enumerate(node.value)
        ]
    return scalar(node.tag, node.value)
