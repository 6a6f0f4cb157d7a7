"""What was worked out before, on disk, by a digest of all that it depends on.

It cannot be stale: the key holds the knowledge, the code of this floor and what was asked. Deleting
the folder is harmless.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import cache_file, write_atomically


def kept(base: KnowledgeBase, kind: str, about: object, make: Callable[[], Any]) -> Any:
    """Return what ``make`` returns, read from disk if it was made before.

    Args:
        base: the knowledge; without a digest nothing is kept.
        kind: a word for the name of the file.
        about: what else it depends on, as something whose ``repr`` says all of it.
        make: makes it; what JSON can hold.
    """
    file = _file(base, kind, about)
    if file is not None and file.is_file():
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            file.unlink(missing_ok=True)
    found = make()
    if file is not None:
        write_atomically(file, json.dumps(found))
    return found


def _file(base: KnowledgeBase, kind: str, about: object) -> Path | None:
    if not base.knowledge.digest:
        return None
    content = f"{base.knowledge.digest} {base.language} {_code()} {about!r}"
    return cache_file(f"{kind}-{hashlib.sha256(content.encode()).hexdigest()[:24]}.json")


@lru_cache(maxsize=1)
def _code() -> str:
    """Return a digest of the code below and on this floor that results here depend on."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[2]
    for room in ("guidelines", "facts", "rules", "measures"):
        for file in sorted((package / room).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
