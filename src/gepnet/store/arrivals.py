"""A new case with all that comes with it: question and record are saved with it, or nothing is."""

from __future__ import annotations

from collections.abc import Sequence

from gepnet.knowledge import refuse_all
from gepnet.record import parse_record
from gepnet.store.cases import Case, Identity, case_faults, case_in, case_of
from gepnet.store.meetings import item_faults, item_in
from gepnet.store.policy import Actor
from gepnet.store.records import next_version
from gepnet.store.work import Store
from gepnet.vocabulary import Vocabulary


def bring_case(
    store: Store,
    actor: Actor,
    vocabulary: Vocabulary,
    centre: str,
    question: str,
    identity: Identity | None = None,
    meeting_id: str | None = None,
    minutes: int = 5,
    needed: Sequence[str] = (),
    urgent: bool = False,
    file: str = "",
) -> Case:
    """Add a case with its question for the board and, where there is one, its record.

    Who may add a case may ask the first question about it. Of a fault in one part nothing is left
    of the others.

    Args:
        store: the store.
        actor: who brings it.
        vocabulary: the facts.
        centre: whose case it is; one of the actor's.
        question: what the board is asked.
        identity: who it is, if that is to be kept here.
        meeting_id: on whose list it comes; None where it waits for one.
        minutes: planned for it.
        needed: disciplines that have to be there.
        urgent: whether it cannot wait for its turn.
        file: the record as a patient file; empty where there is none yet.

    Raises:
        InputError: with every fault of what was entered.
        NotFound: if there is no such meeting, or none of the actor's centres.
    """
    refuse_all([*case_faults(actor, centre, identity), *item_faults(question, minutes, needed)])
    record = parse_record(file, "patient file", vocabulary) if file else None
    with store.write(actor, "case.add") as session:
        row, kept = case_in(session, centre, identity, urgent=urgent)
        session.flush()
        item_in(session, actor, row.id, question, meeting_id, minutes, needed)
        if record is not None:
            next_version(session, actor, row.id, record, vocabulary, 0, None)
    return case_of(row, kept)
