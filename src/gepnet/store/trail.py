"""The audit trail: each row holds the hash of the one before, so that none can be changed alone.

The hash of a row is the SHA-256 of its fields in canonical JSON, with the hash before it. A row
that was changed has another hash than it says; one that was taken out or moved leaves a row whose
``prev_hash`` fits nothing; rows missing from the end disagree with the head. Whoever could write to
the database might compute all hashes anew: an operator who keeps the head that ``verify`` prints in
another place can prove that, too.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from gepnet.store.policy import Actor
from gepnet.store.tables import AuditRow, HeadRow, ReasonRow, digest, now, time_text

#: The hash before the first row.
START = "0" * 64
#: The fields that the hash of a row is of, in their order.
HASHED = (
    "seq", "ts", "actor", "role", "action", "object", "case_id", "before_hash", "after_hash",
    "reason_hash", "prev_hash",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """What is to be added to the trail.

    Attributes:
        action: of the policy.
        object: the row that it is about, as ``table:id``.
        case_id: of the patient whom it is about.
        before: digest of that row before; None if it was not there or was only looked at.
        after: digest of that row after; None if it is gone or was only looked at.
    """

    action: str
    object: str
    case_id: str | None = None
    before: str | None = None
    after: str | None = None


def append(
    connection: Connection, actor: Actor, entries: Sequence[Entry], reason: str | None = None
) -> None:
    """Add entries to the end of the trail, in the transaction of what they tell of.

    Whoever adds holds the head until the transaction ends: there is one order for all.
    """
    if not entries:
        return
    head = connection.execute(select(HeadRow.seq, HeadRow.hash).with_for_update()).one()
    seq, before = int(head.seq), str(head.hash)
    ts = time_text(now())
    rows, reasons = [], []
    for entry in entries:
        seq += 1
        said = None
        if reason:
            salt = secrets.token_hex(16)
            said = digest([salt, reason])
            reasons.append({"seq": seq, "case_id": entry.case_id, "salt": salt, "text": reason})
        row = {
            "seq": seq,
            "ts": ts,
            "actor": actor.id,
            "role": " ".join(sorted(actor.roles)),
            "action": entry.action,
            "object": entry.object,
            "case_id": entry.case_id,
            "before_hash": entry.before,
            "after_hash": entry.after,
            "reason_hash": said,
            "prev_hash": before,
        }
        before = digest([row[name] for name in HASHED])
        rows.append({**row, "hash": before})
    connection.execute(insert(AuditRow), rows)
    if reasons:
        connection.execute(insert(ReasonRow), reasons)
    connection.execute(update(HeadRow).values(seq=seq, hash=before))


def chain_faults(rows: Iterable[AuditRow], head: HeadRow | None) -> list[str]:
    """Return what is wrong with the trail, row by row; nothing if it is whole.

    Args:
        rows: all rows, in the order of their numbers.
        head: what the store says its last row is.
    """
    faults: list[str] = []
    seq, before, ts = 0, START, ""
    for row in rows:
        if row.seq != seq + 1:
            missing = f"{seq + 1}" if row.seq == seq + 2 else f"{seq + 1} to {row.seq - 1}"
            faults.append(f"audit row {missing} is missing")
        elif row.prev_hash != before:
            faults.append(f"audit row {row.seq} does not follow row {seq}")
        if row.hash != digest([getattr(row, name) for name in HASHED]):
            faults.append(f"audit row {row.seq} is not as it was written")
        if row.ts < ts:
            faults.append(f"audit row {row.seq} is dated before row {seq}")
        seq, before, ts = row.seq, row.hash, row.ts
    if head is None:
        faults.append("the head of the audit trail is missing")
    elif head.seq > seq:
        faults.append(f"audit rows {seq + 1} to {head.seq} are missing from the end")
    elif (head.seq, head.hash) != (seq, before):
        faults.append(f"the head of the audit trail names row {head.seq}, the last is {seq}")
    return faults
