"""Releases of cycles of PRRT: the decision is an event of the record, and a person stands by it.

Nothing is released by itself, and nothing by who did not give the password just now.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from gepnet.store.errors import wrong
from gepnet.store.policy import Actor
from gepnet.store.records import KeptRecord, data_in, next_version, record_in
from gepnet.store.sessions import SignedIn, check_proof
from gepnet.store.tables import ReleaseRow, new_id
from gepnet.store.views import view
from gepnet.store.work import Store
from gepnet.vocabulary import Vocabulary


@dataclass(frozen=True)
class CycleRelease:
    """Who decided what about a cycle, and on which version of the record.

    ``event`` is the event of the record that holds the decision: activity, day, and why it departs
    from what the review proposed.
    """

    event: str
    cycle: int
    course: str | None
    decision: str
    record_before: int
    record_after: int
    printed_name: str
    at: datetime.datetime


def release_cycle(
    store: Store,
    who: SignedIn,
    case_id: str,
    event: Mapping[str, Any],
    vocabulary: Vocabulary,
    seen: int,
) -> tuple[CycleRelease, KeptRecord]:
    """Save the decision of a named person about a cycle as an event of the record.

    Args:
        store: the store.
        who: the session after ``prove``.
        case_id: the case.
        event: fields of an event ``prrt_release``: date, cycle, decision, activity_gbq, planned,
            override, review; its author is who is signed in.
        vocabulary: the facts.
        seen: number of the version of the record that was looked at.

    Raises:
        NotProved: if the password was not given just now.
        Stale: if another version was saved meanwhile.
        InputError: with every fault of the decision.
    """
    check_proof(who)
    actor = who.actor
    for field in ("cycle", "decision", "date"):
        if event.get(field) in (None, ""):
            raise wrong(field, "", f"the {field} of the release")
    whole = {
        "id": f"release-{new_id()}",
        **{name: value for name, value in event.items() if name not in ("id", "kind", "author")},
        "kind": "prrt_release",
        "author": actor.printed_name,
    }
    with store.write(actor, "release.sign", case_id) as session:
        data = data_in(session, case_id)
        changed = {**data, "events": [*data["events"], whole]}
        version = next_version(session, actor, case_id, changed, vocabulary, seen, None)
        kept = record_in(session, case_id, vocabulary)
        read = next(one for one in kept.record.releases if one.id == whole["id"])
        row = ReleaseRow(
            case_id=case_id,
            event=read.id,
            cycle=read.cycle,
            course=read.course,
            decision=read.decision,
            record_before=seen,
            record_after=version.number,
            user_id=actor.id,
            printed_name=actor.printed_name,
        )
        session.add(row)
    return view(CycleRelease, row), kept


def read_releases(store: Store, actor: Actor, case_id: str) -> list[CycleRelease]:
    """Return who decided what about the cycles of a case, the first first."""
    query = select(ReleaseRow).where(ReleaseRow.case_id == case_id).order_by(ReleaseRow.at)
    with store.read(actor, "case.read", case_id) as session:
        return [view(CycleRelease, row) for row in session.scalars(query)]
