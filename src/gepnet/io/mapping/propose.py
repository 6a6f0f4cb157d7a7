"""A suggested mapping as a file to be edited: of one table, of a folder, or the one that ships."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gepnet.io.mapping.model import FORMAT, NOTHING
from gepnet.io.mapping.redcap import dictionary_of, redcap_table
from gepnet.io.mapping.shipped import shipped_path
from gepnet.io.mapping.suggest import suggest_table
from gepnet.io.mapping.suggest_treatments import Suggested
from gepnet.io.redcap_columns import FIELD
from gepnet.knowledge import InputError, unusable
from gepnet.tables import SHEETS, Sheet, read_sheet
from gepnet.vocabulary import Vocabulary

_HEAD = """\
# A suggestion, to be read and edited. 'confidence' and 'saw' say what each line rests on.
# - to: where a column goes, as event.field ('gepnet facts list'); 'nothing' leaves it out.
# - values: what words mean, as {{f: female, "2": male}}; null says that the cell says nothing.
# - unit: of the numbers. missing: further texts that say nothing. dates: iso, dmy or mdy.
# - events: the date of each kind, and treatments; region: EU, US, UK, ... for all patients.
# - complete: [treatments] only if the table names every treatment that was given.
# Then: gepnet import table {source} --map {map} -o FOLDER
"""


@dataclass(frozen=True)
class Proposal:
    """A mapping file in the making.

    Attributes:
        text: of the file.
        tables: the suggestion for each table; none where a mapping ships.
        like: the format of which the mapping ships.
        left: files that are no tables that can be read.
        notes: of the reading of each file.
    """

    text: str
    tables: tuple[tuple[str, Suggested], ...] = ()
    like: str | None = None
    left: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)


def propose(
    source: Path, vocabulary: Vocabulary, target: str, sheet: str | None = None
) -> Proposal:
    """Return the mapping that is suggested for a source.

    Args:
        source: a table, or a folder of tables.
        vocabulary: the facts.
        target: the mapping file that it is for, as its text names it.
        sheet: of a workbook.

    Raises:
        InputError: if no table can be read.
    """
    files = _files(source)
    like = known_format(files)
    if like is not None:
        path = shipped_path(like)
        head = f"# The mapping of {like} that ships with gepnet; edit it and use it with --map.\n"
        return Proposal(head + path.read_text(encoding="utf-8"), like=like)
    sheets: dict[Path, Sheet] = {}
    left: list[str] = []
    for path in files:
        try:
            sheets[path] = read_sheet(path, sheet)
        except InputError as error:
            if len(files) == 1:
                raise
            left.append(str(error.problems[0]))
    if not sheets:
        told = f"a table whose name ends in {', '.join(SHEETS)}"
        raise unusable(source, told)
    dictionary = next((s for s in sheets.values() if FIELD in s.names), None)
    made: list[tuple[str, Suggested]] = []
    for path, read in sheets.items():
        if read is dictionary:
            continue
        if dictionary is not None:
            found = redcap_table(read, dictionary_of(dictionary), vocabulary, path.name)
        else:
            found = suggest_table(read, vocabulary, path.name)
        if sheet is not None:
            found.head["sheet"] = sheet
        if read.notes and any("Latin-1" in note for note in read.notes):
            found.head["encoding"] = "cp1252"
        made.append((path.name, found))
    text = _HEAD.format(source=source.name, map=target) + _yaml(made)
    notes = tuple(note for read in sheets.values() for note in read.notes)
    return Proposal(text, tuple(made), left=tuple(left), notes=notes)


def known_format(files: Iterable[Path]) -> str | None:
    """Return the format of a source of which the mapping ships, by its files; None if none."""
    names = {path.name.casefold() for path in files}
    stems = {path.stem.casefold() for path in files}
    if any(name.startswith("data_clinical") for name in names):
        return "cbioportal"
    if {"person", "condition_occurrence"} <= stems:
        return "omop"
    for path in files:
        try:
            header = set(read_sheet(path).names)
        except InputError:
            continue
        if {"primarySite", "histologicTypeIcdO3"} <= header:
            return "naaccr"
        if {"mrn", "dateOfDiagnosis", "conditionId"} <= header:
            return "mcode"
    return None


def _files(source: Path) -> list[Path]:
    if not source.exists():
        raise unusable(source, "a file or folder")
    if source.is_file():
        return [source]
    return sorted(p for p in source.rglob("*") if p.suffix.casefold() in SHEETS)


class _Dumper(yaml.SafeDumper):
    """Writes short mappings on one line, as a person would."""


def _mapping(dumper: _Dumper, data: dict[Any, Any]) -> Any:
    short = all(not isinstance(v, dict | list) or len(str(v)) < 60 for v in data.values())
    flow = "columns" not in data and "column" not in data and short and len(str(data)) < 90
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=flow)


_Dumper.add_representer(dict, _mapping)


def _yaml(made: list[tuple[str, Suggested]]) -> str:
    tables = []
    for _, one in made:
        entry = one.plain()
        entry["columns"] = [_entry(column) for column in entry["columns"]]
        tables.append(entry)
    data = {"gepnet_mapping": FORMAT, "tables": tables}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _entry(column: dict[str, Any]) -> dict[str, Any]:
    order = ("column", "to", "unit", "values", "codes", "split", "days_from", "confidence", "saw")
    return {name: column[name] for name in order if column.get(name) not in (None, "", {})}


def is_used(entry: dict[str, Any], made: Suggested) -> bool:
    """Whether a column of a suggestion is used: as a value, a date or a condition."""
    if entry["to"] != NOTHING:
        return True
    name = entry["column"]
    named = {event.get("date") for event in made.events.values()}
    named |= {when for event in made.events.values() for when in event.get("when", {})}
    if made.long:
        named |= {made.long.get(part) for part in ("key", "value", "unit", "date")}
    return name in named
