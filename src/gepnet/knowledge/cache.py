"""What takes long to make is kept in the user's cache folder for the next command.

Everything works the same without such a folder, only slower. What is kept is keyed by what it was
made from: the knowledge files, the code, and the libraries whose objects it holds.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import pydantic
from platformdirs import user_cache_path

from gepnet import __version__
from gepnet.knowledge.files import write_atomically
from gepnet.knowledge.problems import InputError

T = TypeVar("T")
_ROOMS = ("knowledge", "vocabulary", "criteria")
_PACKAGE = Path(__file__).parents[1]
_MARK_BYTES = hashlib.blake2b().digest_size


def kept(kind: str, digest: str, rooms: Sequence[str], make: Callable[[], T]) -> T:
    """Return what ``make`` makes, or what it made in an earlier run.

    Args:
        kind: a word for the name of the file.
        digest: of the knowledge that it is made from; without one it is made anew.
        rooms: whose code decides what is made.
        make: makes it.
    """
    store = Kept[T](kind, digest, *rooms)
    made = store.read()
    if made is None:
        made = make()
        store.write(made)
        made = store.read() or made  # the same as every later run will find
    return made


class Kept(Generic[T]):
    """Something that is kept as a pickle: read several times as fast as what has to be checked.

    Such a file can run any code, as the bytecode can that Python keeps beside a module: it is read
    only where nobody but this user can have written it.
    """

    def __init__(self, kind: str, digest: str, *rooms: str) -> None:
        """Name it by what it is made from, as in ``kept``."""
        libraries = f"{sys.implementation.cache_tag}-{pydantic.VERSION}"
        name = f"{kind}-{digest[:20]}-{libraries}.pickle"
        self._file = cache_file(name, *rooms) if digest else None

    def read(self) -> T | None:
        """Return it whole; None where it is not there."""
        if self._file is None:
            return None
        try:
            with self._file.open("rb") as opened:
                content = opened.read() if _is_own(os.fstat(opened.fileno())) else b""
        except OSError:
            return None
        mark, content = content[:_MARK_BYTES], content[_MARK_BYTES:]
        if mark != _mark(content):
            return None
        try:
            found: T = pickle.loads(content)
        except (AttributeError, ImportError):  # what it was made of is no more
            return None
        return found

    def write(self, made: T) -> None:
        """Keep it; where that cannot be, it will be made anew."""
        if self._file is None:
            return
        content = pickle.dumps(made, pickle.HIGHEST_PROTOCOL)

        def draft(path: Path) -> None:
            path.touch(0o600)
            path.write_bytes(_mark(content) + content)

        with suppress(InputError):
            write_atomically(self._file, draft)


def _is_own(status: os.stat_result) -> bool:
    """Whether a file is this user's and nobody else may write it; Windows keeps no such account."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _mark(content: bytes) -> bytes:
    """Return what tells a whole file from a damaged one."""
    return hashlib.blake2b(content).digest()


def cache_file(name: str, *rooms: str) -> Path | None:
    """Return a path in gepnet's cache folder, or None where no cache may be written.

    The folder is one of this version and of the code of ``rooms``, by default of those that read
    knowledge and criteria: nothing that is kept outlives the code that it was made by.
    """
    folder = Path(os.environ.get("GEPNET_CACHE_DIR") or user_cache_path("gepnet"))
    folder = folder / f"{__version__}-{_code_digest(rooms or _ROOMS)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder / name if os.access(folder, os.W_OK) else None


@cache
def _code_digest(rooms: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for file in code_of(*rooms):
        digest.update(f"{file.relative_to(_PACKAGE)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def code_of(*rooms: str) -> list[Path]:
    """Return the files of some rooms, those of the rooms within them included."""
    return [file for room in rooms for file in sorted((_PACKAGE / room).rglob("*.py"))]
