"""Read, check and cache the knowledge files.

The YAML files are the only truth. What was read from them is kept as JSON under the user's cache
folder, keyed by the digest of their bytes and by the code that gives them meaning, because parsing
YAML costs most of a command's start. Without a writable cache everything works the same, only
slower.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import ValidationError

from gepnet import __version__
from gepnet.knowledge.files import write_atomically
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.problems import InputError, Problem
from gepnet.knowledge.read import read_files
from gepnet.knowledge.shapes import CHECKED_BEFORE

FOLDERS = (
    "sources",
    "facts",
    "therapies",
    "guidelines",
    "labels",
    "safety",
    "protocols",
    "payers",
    "trials",
    "measures",
)
PACKAGED = Path(__file__).parent


def load_knowledge(*extra: Path) -> Knowledge:
    """Return the packaged knowledge together with that of the files and folders in ``extra``.

    Raises:
        InputError: with every problem found in any file.
    """
    absent = [path for path in extra if not path.exists()]
    if absent:
        raise InputError(Problem(str(p), None, "", "", "", "a file or folder") for p in absent)
    return _load(tuple(path.resolve() for path in (PACKAGED, *extra)))


# By digest of the content: a file that was edited in the meantime is another knowledge.
_loaded: dict[str, Knowledge] = {}


def _load(roots: tuple[Path, ...]) -> Knowledge:
    files = [(path, path.read_bytes()) for path in _knowledge_files(roots)]
    digest = _digest(roots, files)
    if digest not in _loaded:
        _loaded[digest] = _read_or_stored(roots, files, digest)
    return _loaded[digest]


def _read_or_stored(
    roots: tuple[Path, ...], files: Sequence[tuple[Path, bytes]], digest: str
) -> Knowledge:
    cache = cache_file(f"knowledge-{digest[:20]}.json")
    if cache is not None and cache.is_file():
        stored = _stored(cache, digest)
        if stored is not None:
            return stored
        cache.unlink(missing_ok=True)
    knowledge = read_files(_texts(files, roots), digest)
    # The same object with and without the cache: what JSON cannot tell apart is never told apart.
    text = knowledge.model_dump_json(by_alias=True)
    if cache is not None:
        write_atomically(cache, text)
    return Knowledge.model_validate_json(text, context=CHECKED_BEFORE)


def _stored(cache: Path, digest: str) -> Knowledge | None:
    try:
        knowledge = Knowledge.model_validate_json(cache.read_bytes(), context=CHECKED_BEFORE)
    except ValidationError:
        return None
    return knowledge if knowledge.digest == digest else None


def _texts(files: Sequence[tuple[Path, bytes]], roots: Sequence[Path]) -> list[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for path, content in files:
        name = _display(path, roots)
        try:
            texts.append((name, content.decode("utf-8")))
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            problems.append(Problem(name, line, "", "", "", "text in UTF-8"))
    if problems:
        raise InputError(problems)
    return texts


def _knowledge_files(roots: Sequence[Path]) -> Iterator[Path]:
    for root in roots:
        if root.is_file():
            yield root
            continue
        folders = [root / name for name in FOLDERS] if root == PACKAGED.resolve() else [root]
        if root == PACKAGED.resolve():
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
    folder = folder / f"{__version__}-{_code_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder / name if os.access(folder, os.W_OK) else None


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """Return a digest of the code that reads knowledge and criteria: no old cache outlives it."""
    digest = hashlib.sha256()
    for room in ("knowledge", "vocabulary", "criteria"):
        for file in sorted((PACKAGED.parent / room).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
