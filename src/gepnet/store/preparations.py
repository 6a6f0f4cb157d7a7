"""What a case lacks for the board, remembered until its record or the knowledge changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gepnet.store.tables import PreparationRow
from gepnet.store.work import Store


def remembered(store: Store, case_id: str, key: str) -> Any | None:
    """Return what was worked out under a key; None where it is not, or not any more."""
    with Session(store.engine) as session:
        row = session.get(PreparationRow, case_id)
        return row.content if row is not None and row.key == key else None


def remember(store: Store, case_id: str, key: str, content: Any) -> None:
    """Keep what was worked out; what stood before is forgotten."""
    with store.keep() as session:
        session.execute(delete(PreparationRow).where(PreparationRow.case_id == case_id))
        session.add(PreparationRow(case_id=case_id, key=key, content=content))
