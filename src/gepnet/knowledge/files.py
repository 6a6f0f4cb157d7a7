"""Writing files: a reader sees the old file or the whole new one, never a half."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from gepnet.knowledge.problems import InputError, Problem

#: A text, bytes, or a function that writes a file at the path that it is given.
Content = str | bytes | Callable[[Path], object]


def write_atomically(path: Path, content: Content) -> None:
    """Write one file; see ``write_files``."""
    write_files({path: content})


def write_files(contents: Mapping[Path, Content]) -> None:
    """Write files, all of them or none; folders that are not there are made.

    Every file is first written under its name in a folder beside its place, then moved.

    Raises:
        InputError: if a file cannot be written.
    """
    scratch = {path.parent: path.parent / f".gepnet-{os.getpid()}" for path in contents}
    try:
        for folder in scratch.values():
            folder.mkdir(parents=True, exist_ok=True)
        drafts = {path: scratch[path.parent] / path.name for path in contents}
        for path, content in contents.items():
            _write(drafts[path], content)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        many = len(contents) > 1 and len(scratch) == 1
        place = next(iter(scratch if many else contents))
        expected = f"a {'folder' if many else 'file'} that can be written"
        told = f"{expected} ({error.strerror or error})"
        raise InputError([Problem(str(place), None, "", "", "", told)]) from error
    finally:
        for folder in scratch.values():
            with suppress(OSError):
                for draft in folder.iterdir():
                    draft.unlink()
                folder.rmdir()


def _write(path: Path, content: Content) -> None:
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
