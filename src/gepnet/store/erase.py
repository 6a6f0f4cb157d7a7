"""One patient out of the store: all of it as files to hand over, or erased for good."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from gepnet.knowledge import write_files
from gepnet.record import record_of, record_to_yaml
from gepnet.store.cases import Case, case_history, case_of
from gepnet.store.errors import NotFound, wrong
from gepnet.store.meetings import list_items
from gepnet.store.outcomes import read_follow_ups, read_outcomes
from gepnet.store.policy import Actor
from gepnet.store.records import record_versions
from gepnet.store.releases import read_releases
from gepnet.store.rounds import read_rounds
from gepnet.store.tables import (
    Base,
    CardRow,
    CaseRow,
    FollowUpRow,
    GrantRow,
    IdentityRow,
    ItemRow,
    OutcomeRow,
    PreparationRow,
    ReasonRow,
    RecordRow,
    ReleaseRow,
    RoundRow,
    SignatureRow,
    WaiverRow,
    WeightsRow,
)
from gepnet.store.waivers import list_waivers
from gepnet.store.weights import read_weights
from gepnet.store.work import Store
from gepnet.tables import plain
from gepnet.vocabulary import Vocabulary

#: What holds a patient, in the order in which it can be taken away.
_OF_A_CASE: tuple[type[Base], ...] = (
    SignatureRow, FollowUpRow, OutcomeRow, CardRow, RoundRow, ItemRow, ReleaseRow, WeightsRow,
    WaiverRow, RecordRow, IdentityRow, GrantRow, CaseRow,
)  # fmt: skip


@dataclass(frozen=True)
class Erased:
    """What was erased of a case: rows in each table."""

    case_id: str
    pseudonym: str
    rows: dict[str, int]


@dataclass(frozen=True)
class Exported:
    """The files that hold all that the store has of a case."""

    case_id: str
    pseudonym: str
    files: tuple[Path, ...]


def find_case(store: Store, actor: Actor, name: str) -> Case:
    """Return the case of an id or a pseudonym.

    Raises:
        NotFound: if there is none.
    """
    with Session(store.engine) as session:
        query = select(CaseRow).where((CaseRow.id == name) | (CaseRow.pseudonym == name))
        row = session.scalar(query)
    if row is None:
        raise NotFound("case", name[:60], "the id or the pseudonym of a case")
    with store.read(actor, "case.read", row.id) as session:
        return case_of(row, session.get(IdentityRow, row.id) if actor.sees_identities else None)


def export_case(
    store: Store, actor: Actor, case_id: str, folder: Path, vocabulary: Vocabulary
) -> Exported:
    """Write all that the store has of a case: a patient file for each version, the rest as JSON.

    Raises:
        InputError: if files cannot be written, or are there already.
    """
    with store.read(actor, "case.export", case_id) as session:
        row = session.get_one(CaseRow, case_id)
        case = case_of(row, session.get(IdentityRow, case_id))
        query = select(RecordRow).where(RecordRow.case_id == case_id).order_by(RecordRow.number)
        files = {
            folder / f"record-{one.number}.yaml": record_to_yaml(record_of(one.content, vocabulary))
            for one in session.scalars(query)
        }
    items = list_items(store, actor, case_id=case_id, withdrawn=True)
    data = {
        "case": case,
        "records": record_versions(store, actor, case_id),
        "releases": read_releases(store, actor, case_id),
        "weights": read_weights(store, actor, case_id),
        "waivers": list_waivers(store, actor, case_id),
        "items": [
            {
                "item": item,
                "rounds": read_rounds(store, actor, item.id),
                "outcomes": read_outcomes(store, actor, item.id),
                "follow_ups": read_follow_ups(store, actor, item.id),
            }
            for item in items
        ],
        "history": case_history(store, actor, case_id),
    }
    shown = json.dumps(plain(data), indent=2, ensure_ascii=False)
    files = {folder / "case.json": shown + "\n", **files}
    for file in files:
        if file.exists():
            raise wrong("output", file, "a folder without the files of an earlier export")
    write_files(dict(files))
    return Exported(case.id, case.pseudonym, tuple(files))


def erase_case(store: Store, actor: Actor, case_id: str, reason: str) -> Erased:
    """Erase all that the store has of a patient; the audit trail keeps that it was there.

    The trail names the case by its id and by digests with a salt that is erased too: it still
    verifies, and says nothing of the patient. What lies in backups is not reached.

    Raises:
        InputError: if there is no reason.
    """
    if len(reason.strip()) < 3:
        raise wrong("reason", reason, "why the patient is erased, without naming them")
    counts: dict[str, int] = {}
    with store.write(actor, "case.erase", case_id, reason.strip()) as session:
        pseudonym = session.get_one(CaseRow, case_id).pseudonym
        session.execute(delete(PreparationRow).where(PreparationRow.case_id == case_id))
        session.execute(delete(ReasonRow).where(ReasonRow.case_id == case_id))
        for kind in _OF_A_CASE:
            table: Any = kind
            of_case = table.id if kind is CaseRow else table.case_id
            rows = session.scalars(select(kind).where(of_case == case_id)).all()
            for row in rows:
                session.delete(row)
            session.flush()
            if rows:
                counts[kind.__tablename__] = len(rows)
    _overwrite(store)
    return Erased(case_id, pseudonym, counts)


def _overwrite(store: Store) -> None:
    """Take what was erased out of the files of the database as well."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.is_sqlite:
            # Freed pages were overwritten (secure_delete); the log still holds what was written.
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execute(text("VACUUM"))
