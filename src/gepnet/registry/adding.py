"""Records added to a registry: known patients to their block, new ones in blocks of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from gepnet.facts.events.rows import fact_cells, rows_of_record
from gepnet.facts.events.schema import PATIENT, PATIENTS, columns_of_kind
from gepnet.knowledge import InputError
from gepnet.record import Record
from gepnet.registry.store import (
    Block,
    Commit,
    Manifest,
    Registry,
    Writer,
    columns_seen,
)
from gepnet.vocabulary import Vocabulary

_BLOCK = 20_000
Tables = dict[str, pl.DataFrame]


def tables_of(records: Iterable[Record], vocabulary: Vocabulary) -> Tables:
    """Return records as tables of events."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        found = list(rows_of_record(record))
        rows.setdefault(PATIENTS, []).append(found[0][1])
        for (kind, row), event in zip(found[1:], record.events, strict=True):
            rows.setdefault(kind, []).append(row | fact_cells(event, vocabulary))
    return {kind: _table(kind, told, vocabulary) for kind, told in rows.items()}


def _table(kind: str, rows: list[dict[str, Any]], vocabulary: Vocabulary) -> pl.DataFrame:
    schema = columns_of_kind(kind, vocabulary)
    names = [name for name in schema if any(row.get(name) is not None for row in rows)]
    data = {name: [row.get(name) for row in rows] for name in names}
    return pl.DataFrame(data, schema={name: schema[name] for name in names}, strict=False)


def add_records(
    place: str,
    records: list[Record],
    vocabulary: Vocabulary,
    what: str,
    title: str,
    on: str | None,
) -> Registry:
    """Add records to the registry at a place, or begin one there.

    Files are written first and the manifest last: a reader sees the registry before or after. What
    the last commit brought already is not brought again: who was cut off runs the same once more.
    """
    try:
        registry = Registry.open(place)
    except InputError:
        writer = Writer(place, vocabulary)
        manifest = Manifest(title, about={"columns": {}})
    else:
        writer = Writer(place, vocabulary, force=True)
        manifest = registry.manifest
    tables = tables_of(records, vocabulary)
    commit = len(manifest.history)
    home = _homes(manifest, writer)
    blocks = list(manifest.blocks)
    known = {name for names in home.values() for name in names}
    for place_of, block in enumerate(blocks):
        mine = _of(tables, home[block.id])
        if mine:
            parts = [writer.part(block.id, kind, table, commit) for kind, table in mine.items()]
            blocks[place_of] = replace(block, parts=(*block.parts, *parts))
    if _is_last(manifest, blocks, commit, what):
        return Registry(writer.folder, manifest)
    new = [record.patient for record in records if record.patient not in known]
    for first in range(0, len(new), _BLOCK):
        names = set(new[first : first + _BLOCK])
        blocks.append(writer.block(len(blocks), _of(tables, names), commit))
    seen = {kind: set(names) for kind, names in manifest.about["columns"].items()}
    columns_seen(seen, tables)
    rows = sum(len(table) for table in tables.values())
    history = (*manifest.history, Commit(commit, what, rows, len(records), on))
    return writer.finish(replace(manifest, blocks=tuple(blocks), history=history), seen)


def _is_last(manifest: Manifest, blocks: list[Block], commit: int, what: str) -> bool:
    """Whether nothing comes but what came last."""
    if not commit or manifest.history[-1].what != what:
        return False

    def brought(of: Iterable[Block], by: int) -> set[tuple[str, str, str]]:
        return {(b.id, p.kind, p.sha256) for b in of for p in b.parts if p.commit == by}

    return brought(manifest.blocks, commit - 1) == brought(blocks, commit)


def _homes(manifest: Manifest, writer: Writer) -> Mapping[str, set[str]]:
    """Return the patients of each block."""
    registry = Registry(writer.folder, manifest)
    return {block.id: set(registry.patients_of(block)) for block in manifest.blocks}


def _of(tables: Mapping[str, pl.DataFrame], names: set[str]) -> Tables:
    wanted = pl.Series(list(names), dtype=pl.String).implode()
    found = {kind: table.filter(pl.col(PATIENT).is_in(wanted)) for kind, table in tables.items()}
    return {kind: table for kind, table in found.items() if len(table)}
