"""The knowledge, compiled, and its checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase, knowledge_base
from gepnet.guidelines.check import CheckReport, check
from gepnet.guidelines.coverage import coverage
from gepnet.knowledge import load_knowledge


def base(*extra: Path) -> KnowledgeBase:
    """Return the packaged knowledge with that of the files or folders in ``extra``.

    Raises:
        InputError: with every problem found.
    """
    return knowledge_base(load_knowledge(*extra))


def check_knowledge(*extra: Path, mutate: bool = True) -> CheckReport:
    """Check the knowledge: shape, references, criteria, example patients, mutation.

    Raises:
        InputError: if it cannot even be compiled, with every problem found.
    """
    return check(base(*extra), mutate)


def fact_coverage(*extra: Path) -> list[dict[str, Any]]:
    """Return each identifier of the fact collections with its entries or the reason for none."""
    return [
        {
            "document": line.document,
            "fact_id": line.fact_id,
            "entries": list(line.entries),
            "reason": line.reason,
            "covered": line.is_covered,
        }
        for line in coverage(base(*extra))
    ]
