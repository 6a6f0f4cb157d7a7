"""The page of corrections, from the log in the knowledge; a part of ``reference_pages``."""

from __future__ import annotations

from collections.abc import Callable

from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.corrections import corrections_of

HEAD = """\
# Corrections

What the knowledge said wrongly, from when to when, which entries and answers that touched, and what
stands in its place. In a terminal `gepnet knowledge diff` lists the corrections of the documents
that it compares.

"""


def page(
    base: KnowledgeBase,
    head: Callable[..., str],
    row: Callable[..., str],
    plain: Callable[..., str],
) -> str:
    """Return the page, the newest correction first."""
    text = HEAD + head("From", "To", "Documents", "What was wrong", "Entries", "Answers", "Now")
    for one in corrections_of(base):
        documents = ", ".join(f"[{name}](documents.md#{name})" for name in one.documents)
        text += row(
            str(one.wrong_from),
            str(one.mended),
            documents or "none",
            plain(one.wrong),
            ", ".join(f"`{name}`" for name in one.entries),
            plain(one.answers),
            ", ".join(f"`{name}`" for name in one.replaced_by) or "not read",
        )
    return text
