"""Bring patients in from other formats."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.io import published_records, read_event_tables, write_records
from gepnet.record import Record
from gepnet.vocabulary import Accepting


def import_cases(
    base: KnowledgeBase, file: Path, folder: Path, force: bool = False
) -> list[dict[str, Any]]:
    """Write one patient file for each decision point of a published-case file.

    Raises:
        InputError: with every problem of the file, or if files would be overwritten.
    """
    cases = published_records(base.vocabulary, file)
    return _write([case.record for case in cases], folder, force)


def import_tables(
    base: KnowledgeBase,
    source: Path,
    folder: Path,
    force: bool = False,
    accept: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """Write one patient file for each patient of a folder of event tables.

    ``accept`` are values outside their plausible range that somebody stands by, each as
    ``QUANTITY=VALUE by WHO: WHY``; the files hold who and why.

    Raises:
        InputError: with every problem of the tables, or if files would be overwritten.
    """
    accepting = Accepting.read(accept)
    records = read_event_tables(source, base.vocabulary, accepting=accepting)
    accepting.refuse_unused()
    return _write(records, folder, force)


def _write(records: list[Record], folder: Path, force: bool) -> list[dict[str, Any]]:
    paths = write_records(records, folder, force)
    return [
        {
            "patient": record.patient,
            "file": str(path),
            "events": len(record.events),
            "losses": len(record.losses),
        }
        for record, path in zip(records, paths, strict=True)
    ]
