"""The page that says where each collected statement of a document went; a hook of MkDocs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

PAGE = "reference/coverage.md"
HEAD = """\
# Where each statement went

Before anything was encoded, the statements of each document were collected and given an identifier.
Each has become one or more entries, or the reason why it has not stands here. In a terminal:
`gepnet knowledge check --coverage`, which fails where one has neither.

An identifier ending in `r` is remembered, not read: its entries are `unverified`. One beginning
with `E` or `S-` names an element that a clinical review asked for.

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, PAGE, content=page()))
    return files


def page() -> str:
    """Return the page: one table a document."""
    lines = api.fact_coverage()
    without = sum(not line["covered"] for line in lines)
    text = HEAD + f"{len(lines)} identifiers, {without} with neither an entry nor a reason.\n"
    documents = dict.fromkeys(line["document"] for line in lines)
    for document in documents:
        text += f"\n## {document}\n\n| Identifier | Entries, or why there is none |\n|---|---|\n"
        for line in lines:
            if line["document"] == document:
                text += f"| `{line['fact_id']}` | {_where(line)} |\n"
    return text


def _where(line: dict[str, Any]) -> str:
    entries = ", ".join(f"`{entry}`" for entry in line["entries"])
    reason = (line["reason"] or "").replace("|", "\\|").replace("\n", " ")
    return "; ".join(part for part in (entries, reason) if part) or "**neither**"
