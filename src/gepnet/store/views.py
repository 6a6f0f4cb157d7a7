"""From rows to what leaves the store: frozen values that hold no connection."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from gepnet.store.errors import Stale
from gepnet.store.tables import Base

View = TypeVar("View")


def view(kind: type[View], row: Base, **other: Any) -> View:
    """Return a row as a data class: fields that are not given are the columns of their name."""
    fields = (field.name for field in dataclasses.fields(kind))  # type: ignore[arg-type]
    return kind(**{name: other[name] if name in other else getattr(row, name) for name in fields})


def changed(row: Any, seen: int | None, **changes: Any) -> None:
    """Change a row that stands as it was seen.

    Args:
        row: of a table with versions.
        seen: the version that the change was made from; None where nobody looked before.
        changes: by column.

    Raises:
        Stale: if another version stands.
    """
    if seen is not None and row.version != seen:
        theirs = {name: getattr(row, name) for name in changes}
        raise Stale(row.object_name, seen, row.version, changes, theirs)
    for name, value in changes.items():
        setattr(row, name, value)
