"""The records of all cases for a registry, one after the other: the trail says who took each."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from gepnet.knowledge import InputError
from gepnet.record import Record
from gepnet.store.cases import Case, list_cases
from gepnet.store.policy import Actor
from gepnet.store.records import record_in
from gepnet.store.work import Store
from gepnet.vocabulary import Vocabulary


def collected_records(
    store: Store, actor: Actor, vocabulary: Vocabulary
) -> Iterator[tuple[Case, Record | InputError]]:
    """Yield every case with its latest record, or with why that cannot be read.

    A case without a record is passed over. Each that is read is noted in the audit trail.
    """
    for case in list_cases(store, actor, closed=True):
        if not case.record_number:
            continue
        with store.read(actor, "case.export", case.id) as session:
            found = _read(session, case, vocabulary)
        yield case, found


def _read(session: Session, case: Case, vocabulary: Vocabulary) -> Record | InputError:
    try:
        return record_in(session, case.id, vocabulary).record
    except InputError as error:
        return error
