"""Files of a folder on disk, or of an object store by its URL."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.knowledge import draft_mark, is_abandoned, refuse
from gepnet.registry.database import Database, is_database


class Folder:
    """A folder by its path or URL; what is written there is there in full or not at all."""

    def __init__(self, place: str) -> None:
        """Take a path, or the URL of something that fsspec knows (``s3://…``, ``memory://…``)."""
        if is_database(place):
            told = "a folder or an object store; a database holds a registry, no assessment"
            raise refuse("output", place, told)
        self.place = place.rstrip("/") or "/"
        self._far: Any = None
        if "://" in place:
            import fsspec

            self._far, self._root = fsspec.core.url_to_fs(place)
        else:
            self._root = str(Path(place))

    def path(self, name: str) -> str:
        """Return where a file is."""
        return f"{self._root.rstrip('/')}/{name}" if self._far else str(Path(self._root) / name)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            FileNotFoundError: if it is not there.
        """
        if self._far is not None:
            return bytes(self._far.cat_file(self.path(name)))
        return Path(self.path(name)).read_bytes()

    def table(self, name: str, digest: str) -> pl.DataFrame:
        """Return a Parquet file as a table.

        Raises:
            FileNotFoundError: if it is not there.
            ValueError: if it is not the file of this digest (SHA-256).
        """
        data = self.read(name)
        if hashlib.sha256(data).hexdigest() != digest:
            raise ValueError(name)
        return pl.read_parquet(io.BytesIO(data))

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        if self._far is not None:
            return bool(self._far.exists(self.path(name)))
        return Path(self.path(name)).is_file()

    def write(self, name: str, data: bytes) -> None:
        """Write a file; an object store shows an object only when it is whole."""
        path = self.path(name)
        if self._far is not None:
            self._far.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._far.pipe_file(path, data)
            return
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{draft_mark()}")
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Take away the drafts of processes that were killed."""
        if self._far is None:
            for draft in self._drafts():
                if is_abandoned(draft.name):
                    draft.unlink(missing_ok=True)

    def _drafts(self) -> Iterator[Path]:
        for folder, _, names in os.walk(self._root):
            yield from (Path(folder, name) for name in names if name.startswith("."))

    def names(self, under: str) -> list[str]:
        """Return the names of the files right under a folder of this one."""
        if self._far is not None:
            root = self.path(under)
            found = self._far.ls(root, detail=False) if self._far.exists(root) else []
            return sorted(str(one).rstrip("/").rpartition("/")[2] for one in found)
        folder = Path(self.path(under))
        return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def place_of(place: str) -> Folder | Database:
    """Return where a registry lies: a folder, an object store, or a database by its URL."""
    return Database(place) if is_database(place) else Folder(place)
