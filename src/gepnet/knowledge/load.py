"""Read, check and cache the knowledge files.

The YAML files are the only truth. What was read from them is kept in the user's cache folder by the
digest of their bytes; see ``gepnet.knowledge.cache``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gepnet import __version__
from gepnet.knowledge.cache import kept
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.problems import InputError, Problem
from gepnet.knowledge.read import read_files

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


#: The rooms whose code gives the files their meaning.
ROOMS = ("knowledge", "vocabulary", "criteria")


@dataclass(frozen=True)
class KnowledgeFiles:
    """The knowledge files as they are now, not yet understood.

    Attributes:
        roots: the files and folders they were found in.
        contents: the bytes of each file.
        digest: of names and bytes: two states of the files with one digest say the same.
    """

    roots: tuple[Path, ...]
    contents: tuple[tuple[Path, bytes], ...]
    digest: str

    @classmethod
    def find(cls, *extra: Path) -> KnowledgeFiles:
        """Return the packaged files together with the files and folders in ``extra``.

        Raises:
            InputError: with every one of ``extra`` that is not there.
        """
        absent = [path for path in extra if not path.exists()]
        if absent:
            raise InputError(Problem(str(p), None, "", "", "", "a file or folder") for p in absent)
        roots = tuple(path.resolve() for path in (PACKAGED, *extra))
        files = tuple((path, path.read_bytes()) for path in _knowledge_files(roots))
        return cls(roots, files, _digest(roots, files))

    def knowledge(self) -> Knowledge:
        """Return what the files say.

        Raises:
            InputError: with every problem found in any file.
        """
        if self.digest not in _loaded:
            _loaded[self.digest] = kept("knowledge", self.digest, ROOMS, self._read)
        return _loaded[self.digest]

    def _read(self) -> Knowledge:
        read = read_files(_texts(self.contents, self.roots), self.digest)
        # What JSON cannot tell apart is never told apart.
        return Knowledge.model_validate_json(read.model_dump_json(by_alias=True))


# By digest of the content: a file that was edited in the meantime is another knowledge.
_loaded: dict[str, Knowledge] = {}


def load_knowledge(*extra: Path) -> Knowledge:
    """Return the packaged knowledge together with that of the files and folders in ``extra``.

    Raises:
        InputError: with every problem found in any file.
    """
    return KnowledgeFiles.find(*extra).knowledge()


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
