"""From a patient file to an assessment."""

from __future__ import annotations

import datetime
from importlib.resources import files
from pathlib import Path

from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import Assessment, KnowledgeBase, assess
from gepnet.knowledge import InputError, Problem
from gepnet.record import Record, read_record
from gepnet.vocabulary import ValueProblem, parse_date


def read_patient(path: Path, base: KnowledgeBase) -> Record:
    """Read a patient file.

    Raises:
        InputError: with every problem of the file.
    """
    return read_record(path, base.vocabulary)


def facts_of(
    record: Record, base: KnowledgeBase, at: str | None = None, region: str | None = None
) -> Facts:
    """Return the facts of a patient as of ``at`` (default: the record's date, else today).

    Raises:
        InputError: if ``at`` is no date or ``region`` no region.
    """
    faults = []
    when = None
    try:
        when = None if at is None else parse_date(at)
    except ValueError:
        expected = "a date such as 2024-05-17, 2024-05 or 2024"
        faults.append(Problem("command line", None, "", "at", repr(at), expected))
    try:
        base.vocabulary["region"].parse(region)
    except ValueProblem as fault:
        told = (repr(region), fault.expected, fault.suggestion)
        faults.append(Problem("command line", None, "", "region", *told))
    if faults:
        raise InputError(faults)
    return facts_of_record(
        record, base.knowledge, base.criteria, when, wanted=base.facts_named, region=region
    )


def assess_record(
    record: Record,
    base: KnowledgeBase,
    at: str | None = None,
    knowledge_date: datetime.date | None = None,
    region: str | None = None,
) -> Assessment:
    """Assess a patient with the documents in force on ``knowledge_date`` (default: today)."""
    return assess_facts(facts_of(record, base, at, region), base, knowledge_date)


def assess_facts(
    facts: Facts, base: KnowledgeBase, knowledge_date: datetime.date | None = None
) -> Assessment:
    """Assess facts with the documents in force on ``knowledge_date`` (default: today)."""
    return assess(base, facts, knowledge_date or datetime.date.today())


def example_patient() -> str:
    """Return the packaged example patient file (a made-up patient)."""
    packaged = files("gepnet.knowledge").joinpath("cases/example_patient.yaml")
    return packaged.read_text(encoding="utf-8")
