"""The mappings that ship, and the sources that they are for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gepnet.io.mapping.model import Mapping, TableMap, read_mapping
from gepnet.io.mapping.omop import omop_tables
from gepnet.io.mapping.words import FOLDER, VOCABULARY, code_list
from gepnet.knowledge import Document
from gepnet.tables import Sheet
from gepnet.vocabulary import OptionTree

#: The formats of which a mapping ships.
SHIPPED = ("cbioportal", "naaccr", "mcode", "omop")


@cache
def shipped(name: str) -> tuple[Mapping, Document]:
    """Return a mapping that ships."""
    return read_mapping(shipped_path(name))


def shipped_path(name: str) -> Path:
    """Return the file of a mapping that ships."""
    return FOLDER / f"{name}.yaml"


def remembered(mapping: Mapping) -> list[str]:
    """Return what of a mapping, and of the codes that it names, is remembered and was not read."""
    told = []
    if mapping.verification == "unverified":
        told.append(f"{mapping.title}: remembered in part, not read; check it. {mapping.note}")
    columns = [column.codes for table in mapping.tables for column in table.columns]
    keys = [table.long.codes for table in mapping.tables if table.long is not None]
    for name in dict.fromkeys(filter(None, (*columns, *keys))):
        if name != VOCABULARY and code_list(str(name)).verification == "unverified":
            told.append(f"Codes of {name}: remembered, not read; check them.")
    return told


def opened_omop(mapping: Mapping, source: str, options: OptionTree) -> list[tuple[TableMap, Sheet]]:
    """Return the tables of an OMOP source, each with its entry of a mapping.

    Raises:
        InputError: if there is no such source.
    """
    entries = {table.file: table for table in mapping.tables}
    sheets = omop_tables(source, options)
    found = []
    for sheet in sheets:
        stem = Path(sheet.file).stem.casefold()
        if stem in entries:
            found.append((entries[stem], sheet))
    return found
