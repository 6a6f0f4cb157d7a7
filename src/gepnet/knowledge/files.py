"""Files as texts: read with the reason why not, written in full or not at all."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gepnet.knowledge.problems import InputError, Problem


def read_text(path: Path, what: str = "file") -> str:
    """Return the text of a file in UTF-8.

    Raises:
        InputError: if it is not there, cannot be read, or has other bytes, with their line.
    """
    line = None
    try:
        content = path.read_bytes()
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reason = f"no UTF-8 text: {error.reason}"
    except OSError as error:
        reason = error.strerror or str(error)
    raise InputError([Problem(str(path), line, "", "", "", f"a readable {what} ({reason})")])


def read_json(path: Path, expected: str) -> Any:
    """Return what a JSON file holds.

    Raises:
        InputError: if it cannot be read or, as ``expected`` says, is no JSON.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        problem = Problem(str(path), error.lineno, "", "", "", f"{expected} ({error.msg})")
        raise InputError([problem]) from error


#: A text, bytes, or a function that writes a file at the path that it is given.
Content = str | bytes | Callable[[Path], object]


def draft_mark() -> str:
    """Return what marks the drafts of this process: they lie beside what they will be."""
    return f"{platform.node()}-{os.getpid()}"


def is_abandoned(draft: str) -> bool:
    """Whether a draft is of a process of this computer that is no more, as it was killed."""
    computer, _, process = draft.rpartition("-")
    if os.name != "posix" or not computer.endswith(f".{platform.node()}") or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def write_atomically(path: Path, content: Content) -> None:
    """Write one file; see ``write_files``."""
    write_files({path: content})


def write_files(contents: Mapping[Path, Content]) -> None:
    """Write files, all of them or none; the folder of a file is made, no folder above it.

    Every file is first written under its name in a folder beside its place, then moved. A path that
    was misspelt makes no tree of folders, and a folder that was made for nothing is taken away.

    Raises:
        InputError: if a file cannot be written, or the folder above its folder is not there.
    """
    scratch = {path.parent: path.parent / f".gepnet.{draft_mark()}" for path in contents}
    made = [folder for folder in scratch if not folder.exists()]
    try:
        for folder, draft in scratch.items():
            folder.mkdir(exist_ok=True)
            for other in folder.glob(".gepnet.*"):
                if is_abandoned(other.name):
                    shutil.rmtree(other)
            draft.mkdir(exist_ok=True)
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
        for folder in made:
            with suppress(OSError):
                folder.rmdir()  # one with files in it stays


def _write(path: Path, content: Content) -> None:
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
