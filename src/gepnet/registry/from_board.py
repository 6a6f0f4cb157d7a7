"""A record of the board as one of a registry: a pseudonym, no free text, nobody's name.

Dates and facts stay. What a person wrote in words does not: notes, remarks, sources, titles, who
entered or released something and why. Coming again, only what changed since is added, and an event
that is there no longer is withdrawn.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gepnet.facts.events.rows import fact_cells, record_of_rows, rows_of_record
from gepnet.facts.events.schema import PATIENT
from gepnet.knowledge import InputError
from gepnet.record import AnyEvent, Record
from gepnet.registry.pseudonyms import Pseudonyms
from gepnet.registry.store import Registry
from gepnet.vocabulary import Vocabulary

#: Kinds that are told in words, or that say who answers for something.
_LEFT = frozenset({"note", "prrt_release"})
_BY = "board"


@dataclass(frozen=True)
class Taken:
    """A record for the registry, and how many events of the board's stayed behind."""

    record: Record
    left: int


def for_registry(record: Record, case: str, centre: str, names: Pseudonyms) -> Taken:
    """Return a record of the board under a pseudonym, without what is told in words.

    Args:
        record: as the board keeps it.
        case: the id of its case, of which the pseudonym is made.
        centre: that treats the patient.
        names: makes pseudonyms, of the case and of its events.
    """
    kept = [e for e in record.events if e.kind not in _LEFT and not e.withdrawn]
    events = tuple(_bare(event, names.name(f"{case} {event.id}")) for event in kept)
    update = {
        "patient": names.name(case), "title": None, "source": centre, "events": events,
        "losses": (), "readings": (),
    }  # fmt: skip
    return Taken(record.model_copy(update=update), len(record.events) - len(kept))


def _bare(event: AnyEvent, name: str) -> AnyEvent:
    accepted = {
        path: one.model_copy(update={"accepted_by": _BY, "reason": _BY})
        for path, one in event.accepted.items()
    }
    gone = {"id": name, "author": None, "source": None, "note": None, "accepted": accepted}
    return event.model_copy(update=gone)


def changed(
    registry: Registry | None, records: Iterable[Record], vocabulary: Vocabulary
) -> list[Record]:
    """Return of each record what the registry does not have yet, and what it has to withdraw."""
    mine = {record.patient: record for record in records}
    known = {} if registry is None else _known(registry, set(mine), vocabulary)
    found = []
    for name, record in mine.items():
        old = known.get(name)
        before = {} if old is None else _cells(old, vocabulary)
        now = _cells(record, vocabulary)
        events = [event for event in record.events if before.get(event.id) != now[event.id]]
        events += [
            event.model_copy(update={"withdrawn": True})
            for event in (() if old is None else old.events)
            if event.id not in now
        ]
        if events or name not in known:
            found.append(record.model_copy(update={"events": tuple(events)}))
    return found


def _cells(record: Record, vocabulary: Vocabulary) -> dict[str, dict[str, Any]]:
    """Return what the row of each event says."""
    rows = list(rows_of_record(record))[1:]
    return {
        event.id: {"kind": kind, **row, **fact_cells(event, vocabulary)}
        for (kind, row), event in zip(rows, record.events, strict=True)
    }


def _known(registry: Registry, names: set[str], vocabulary: Vocabulary) -> dict[str, Record]:
    """Return the patients of the registry who are among some names, as they stand."""
    found = {}
    for block in registry.manifest.blocks:
        there = names & set(registry.patients_of(block))
        if not there:
            continue
        tables = registry.tables(block)
        for name in sorted(there):
            rows = {
                kind: table.filter(table[PATIENT] == name).to_dicts()
                for kind, table in tables.items()
            }
            try:
                found[name] = record_of_rows(name, rows, vocabulary, datetime.date.max)
            except InputError:  # it comes anew, and what is wrong with it is told by the questions
                continue
    return found
