"""Where a registry lies: event tables in blocks of patients, with a history of what came when.

A registry is a folder, on disk or in an object store (``fsspec``), or a database with the same
parts as rows of tables (``database``). ``registry.json`` lists its
blocks and their files with the digest of each; the files are Parquet, one a kind of event and
block, named by what is in them. A file is never changed: what is added, corrected or withdrawn
comes as a further file of its block, in the order of the history. A row with the ``id`` of an
earlier row of the same patient takes its place.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import polars as pl

from gepnet import __version__
from gepnet.facts.events.schema import PATIENT, PATIENTS, columns_of_kind, kinds, own_columns
from gepnet.knowledge import InputError, Problem, refuse, refuse_all, unusable
from gepnet.registry.database import Database
from gepnet.registry.files import Folder, place_of
from gepnet.registry.fitting import SetAside, fitted
from gepnet.vocabulary import Vocabulary

FORMAT = 1
MANIFEST = "registry.json"
#: Where a row came from, if it is asked for: its file and its number there, from 1.
FILE, ROW = "__file", "__line"


@dataclass(frozen=True)
class Part:
    """One file of a block: the events of one kind that came with one commit."""

    kind: str
    path: str
    sha256: str
    rows: int
    commit: int


@dataclass(frozen=True)
class Block:
    """Some patients, with all of their events."""

    id: str
    patients: int
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """What the block holds, as one digest of its files."""
        told = "\n".join(f"{part.kind} {part.commit} {part.sha256}" for part in self.parts)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Commit:
    """What came at one time: number, what it was, and how many rows and patients."""

    commit: int
    what: str
    rows: int
    patients: int
    on: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What ``registry.json`` says."""

    title: str
    synthetic: bool = False
    blocks: tuple[Block, ...] = ()
    history: tuple[Commit, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT
    written_by: str = __version__

    @property
    def patients(self) -> int:
        """How many patients there are."""
        return sum(block.patients for block in self.blocks)

    @property
    def rows(self) -> int:
        """How many rows its files have."""
        return sum(part.rows for block in self.blocks for part in block.parts)

    @property
    def digest(self) -> str:
        """What the registry holds, as one digest of its blocks."""
        told = "\n".join(f"{block.id} {block.digest}" for block in self.blocks)
        return hashlib.sha256(told.encode()).hexdigest()


class Registry:
    """A registry that is there."""

    def __init__(self, folder: Folder | Database, manifest: Manifest) -> None:
        """Keep the folder and what its manifest says."""
        self.folder, self.manifest = folder, manifest

    @classmethod
    def open(cls, place: str) -> Registry:
        """Open the registry at a path or URL.

        Raises:
            InputError: if there is none, or one that this version cannot read.
        """
        folder = place_of(place)
        try:
            data = json.loads(folder.read(MANIFEST))
        except FileNotFoundError as error:
            told = "a registry: a folder with registry.json, as 'gepnet registry synth' writes"
            raise refuse("registry", folder.place, told) from error
        except (ValueError, OSError) as error:
            raise unusable(f"{folder.place}/{MANIFEST}", "a whole file in JSON") from error
        return cls(folder, _manifest(data, f"{folder.place}/{MANIFEST}"))

    def columns(self) -> dict[str, list[str]]:
        """Return the columns of every kind of table, over all blocks."""
        return {kind: list(names) for kind, names in self.manifest.about["columns"].items()}

    def tables(
        self, block: Block, origin: bool = False, aside: list[SetAside] | None = None
    ) -> dict[str, pl.DataFrame]:
        """Return the event tables of a block as they stand now.

        Args:
            block: one of the manifest.
            origin: say of each row where it came from, in the columns ``FILE`` and ``ROW``.
            aside: gets the rows that cannot be read in the types of their kind.

        Raises:
            InputError: naming each file that is missing, cut off or not what it was.
        """
        problems: list[Problem] = []
        found: dict[str, list[pl.DataFrame]] = {}
        lost: list[SetAside] = [] if aside is None else aside
        for part in block.parts:
            try:
                table = self._read(part)
                if origin:
                    table = table.with_row_index(ROW, 1).with_columns(pl.lit(part.path).alias(FILE))
                table = fitted(part.kind, table, own_columns(part.kind), lost)
                found.setdefault(part.kind, []).append(table)
            except InputError as error:
                problems += error.problems
        refuse_all(problems)
        return {kind: current(kind, tables) for kind, tables in found.items()}

    def _read(self, part: Part) -> pl.DataFrame:
        where = f"{self.folder.place}/{part.path}"
        try:
            return self.folder.table(part.path, part.sha256)
        except FileNotFoundError:
            told = "this file of the registry"
            raise unusable(where, told, value="not there") from None
        except ValueError:
            told = f"the file as it was written (sha256 {part.sha256[:12]}…)"
            raise unusable(where, told, value="cut off or changed") from None

    def patients_of(self, block: Block) -> pl.Series:
        """Return the names of the patients of a block."""
        parts = [part for part in block.parts if part.kind == PATIENTS]
        names = [self._read(part)[PATIENT] for part in parts]
        return pl.concat(names).unique(maintain_order=True)


def current(kind: str, tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Return what several files of one kind say now: later rows take the place of earlier ones."""
    whole = tables[0] if len(tables) == 1 else pl.concat(tables, how="diagonal_relaxed")
    if kind == PATIENTS and len(tables) > 1:
        whole = whole.unique(PATIENT, keep="last", maintain_order=True)
    elif "id" in whole.columns and len(tables) > 1:
        named, free = whole.filter(pl.col("id").is_not_null()), whole.filter(pl.col("id").is_null())
        named = named.unique([PATIENT, "id"], keep="last", maintain_order=True)
        whole = pl.concat([free, named])
    if "withdrawn" in whole.columns:
        whole = whole.filter(~pl.col("withdrawn").fill_null(False))
    return whole


class Writer:
    """Writes blocks of a registry, and its manifest last: it is there in full or not at all."""

    def __init__(self, place: str, vocabulary: Vocabulary, force: bool = False) -> None:
        """Take a folder that holds no registry yet.

        Raises:
            InputError: if one is there already and ``force`` is not given.
        """
        self.folder = place_of(place)
        self.vocabulary = vocabulary
        if self.folder.exists(MANIFEST) and not force:
            told = "a folder without a registry (or --force, to replace it)"
            raise refuse("output", self.folder.place, told)
        self.folder.sweep()

    def block(self, number: int, tables: Mapping[str, pl.DataFrame], commit: int = 0) -> Block:
        """Write the tables of a block and return what was written."""
        name = f"{number:06d}"
        parts = tuple(
            self.part(name, kind, tables[kind], commit)
            for kind in kinds(self.vocabulary)
            if kind in tables and len(tables[kind])
        )
        return Block(name, len(tables[PATIENTS]), parts)

    def part(self, block: str, kind: str, table: pl.DataFrame, commit: int) -> Part:
        """Write one table of a block; a file that is there already is the same."""
        data = parquet(typed(kind, table, self.vocabulary))
        digest = hashlib.sha256(data).hexdigest()
        path = f"blocks/{block}/{kind}-{digest[:16]}.parquet"
        if not self.folder.exists(path):
            self.folder.write(path, data)
        return Part(kind, path, digest, len(table), commit)

    def finish(self, manifest: Manifest, tables: Mapping[str, Iterable[str]]) -> Registry:
        """Write the manifest, with the columns that there are."""
        about = {**manifest.about, "columns": {k: sorted(v) for k, v in sorted(tables.items())}}
        whole = replace(manifest, about=about)
        self.folder.write(MANIFEST, dumped(_plain(whole)))
        return Registry(self.folder, whole)


def typed(kind: str, table: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Return a table in the types of its kind; columns that say nothing are left out.

    Raises:
        InputError: for a column that is none of this kind or of another type.
    """
    schema = columns_of_kind(kind, vocabulary)
    problems, chosen = [], []
    for name in table.columns:
        if name not in schema:
            told = f"a column of '{kind}'"
            problems.append(Problem(kind, None, "", name, "", told))
        elif name == PATIENT or table[name].null_count() < len(table):
            chosen.append(pl.col(name).cast(schema[name]))
    refuse_all(problems)
    return table.select(chosen)


def parquet(table: pl.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file, the same for the same table."""
    stream = io.BytesIO()
    table.write_parquet(stream, compression="zstd", compression_level=1, statistics=False)
    return stream.getvalue()


def dumped(data: Any) -> bytes:
    """Return data as JSON, the same bytes for the same data."""
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def columns_seen(
    seen: dict[str, set[str]], tables: Mapping[str, pl.DataFrame]
) -> dict[str, set[str]]:
    """Add the columns of some tables to those seen so far."""
    for kind, table in tables.items():
        told = [n for n in table.columns if n == PATIENT or table[n].null_count() < len(table)]
        seen.setdefault(kind, set()).update(told)
    return seen


def _plain(manifest: Manifest) -> dict[str, Any]:
    told = asdict(manifest)
    names = ("format", "written_by", "title", "synthetic", "about", "history", "blocks")
    return {name: told[name] for name in names}


def _manifest(data: Any, name: str) -> Manifest:
    try:
        if data["format"] != FORMAT:
            told = f"format {FORMAT}"
            raise unusable(name, told, field="format", value=data["format"])
        return Manifest(
            data["title"],
            data["synthetic"],
            tuple(
                Block(b["id"], b["patients"], tuple(Part(**part) for part in b["parts"]))
                for b in data["blocks"]
            ),
            tuple(Commit(**commit) for commit in data["history"]),
            data["about"],
            data["format"],
            data["written_by"],
        )
    except (KeyError, TypeError) as error:
        raise unusable(name, "the manifest of a registry", field=str(error)) from error
