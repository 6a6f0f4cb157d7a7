"""The one path from a record, or from plain values, to the facts of a patient as of a date."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gepnet.criteria import Criteria
from gepnet.facts.derive import derive_all
from gepnet.facts.families import declared, family_facts
from gepnet.facts.model import Facts, FactValue, Observed
from gepnet.facts.observe import observe
from gepnet.facts.select import select
from gepnet.facts.treatments import treatment_facts
from gepnet.knowledge.models import Knowledge
from gepnet.record import Record
from gepnet.vocabulary import NOT_APPLICABLE, Fact, PartialDate, Value, Vocabulary, exact


def facts_of_record(
    record: Record,
    knowledge: Knowledge,
    criteria: Criteria,
    at: PartialDate | None = None,
    wanted: Iterable[str] = (),
    region: str | None = None,
) -> Facts:
    """Return the facts of ``record`` as of ``at``.

    Args:
        record: the patient.
        knowledge: vocabulary and measures.
        criteria: parser of the same knowledge.
        at: the date; by default the record's own ``as_of``, else today.
        wanted: therapy and site facts to work out besides those that the record speaks about.
        region: overrides the region of the record.
    """
    vocabulary = criteria.vocabulary
    when = at or record.as_of or exact(datetime.date.today())
    observed: dict[str, list[Observed]] = defaultdict(list)
    for item in one_report(observe(record, vocabulary), record, knowledge.measures, when):
        observed[item.fact].append(item)
    if region is not None and "region" in vocabulary:
        observed["region"] = [Observed("region", region, None, "command", 0)]
    entries: dict[str, FactValue] = {}
    for name, items in observed.items():
        selected = select(vocabulary[name], items, when)
        if selected is not None:
            entries[name] = selected
    facts = _considered(vocabulary, record, wanted)
    for name, answer in family_facts(
        record, vocabulary.options, facts, when, knowledge.measures
    ).items():
        entries.setdefault(
            name, FactValue(name, answer.value, "recorded", answer.date, answer.event)
        )
    for name, answer in treatment_facts(record, vocabulary, knowledge.measures, when).items():
        entries.setdefault(
            name, FactValue(name, answer.value, "recorded", answer.date, answer.event)
        )
    absences = _declared_absences(facts, record, when)
    for name, absence in absences.items():
        if not vocabulary[name].is_derived:
            entries.setdefault(name, absence)
    lacking = derive_all(entries, vocabulary, criteria, knowledge.measures, when, absences)
    return _facts(record.patient, when, region or record.region, entries, lacking)


def facts_of_values(
    given: Mapping[str, Any],
    knowledge: Knowledge,
    criteria: Criteria,
    patient: str = "values",
    at: PartialDate | None = None,
) -> Facts:
    """Return the facts of a patient described by plain values; derivations run for the rest.

    Raises:
        KeyError: for a name that is no fact.
        ValueProblem: for a value that the fact cannot have.
    """
    vocabulary = criteria.vocabulary
    entries: dict[str, FactValue] = {}
    for name, raw in given.items():
        value = NOT_APPLICABLE if raw == "not applicable" else vocabulary[name].parse(raw)
        if value is not None:
            entries[name] = FactValue(name, value, "recorded")
    when = at or exact(datetime.date.today())
    lacking = derive_all(entries, vocabulary, criteria, knowledge.measures, when)
    region = entries["region"].value if "region" in entries else None
    return _facts(patient, when, region if isinstance(region, str) else None, entries, lacking)


def _facts(
    patient: str,
    at: PartialDate,
    region: str | None,
    entries: Mapping[str, FactValue],
    lacking: Mapping[str, tuple[str, ...]],
) -> Facts:
    values: dict[str, Value] = {name: entry.value for name, entry in entries.items()}
    return Facts(patient, at, region, entries, values, lacking)


def _considered(vocabulary: Vocabulary, record: Record, wanted: Iterable[str]) -> list[Fact]:
    """Base facts, and of the families the members that a criterion or the record names."""
    names = {name for name in wanted if name in vocabulary}
    lineages = [vocabulary.options.lineage(course.option) for course in record.treatments]
    subjects = {option for lineage in lineages for option in lineage}
    return [
        fact
        for fact in vocabulary.values()
        if fact.family is None or fact.id in names or fact.subject in subjects
    ]


def _declared_absences(
    facts: Iterable[Fact], record: Record, at: PartialDate
) -> dict[str, FactValue]:
    """Return what silence means where the record declares the domain complete."""
    found: dict[str, FactValue] = {}
    for fact in facts:
        domain = fact.entry.complete
        if fact.entry.absence == "unknown" or domain is None or not declared(record, domain, at):
            continue
        if fact.family is not None and "{therapy}" in fact.family:
            continue  # their own functions know what silence means
        value: Value = False if fact.entry.absence == "false" else NOT_APPLICABLE
        found[fact.id] = FactValue(
            fact.id,
            value,
            "declared_absent",
            record.complete[domain],
            note=f"{domain} declared complete",
        )
    return found


def one_report(
    observed: Iterable[Observed], record: Record, measures: Mapping[str, Any], at: PartialDate
) -> Iterator[Observed]:
    """Keep values of one examination together.

    Of the kinds of report listed in ``knowledge/measures/reports.yaml`` only the latest counts:
    the uptake of one scan must never be read on the scale of another.
    """
    kinds = set(measures["reports"]["read_as_one"])
    latest: dict[str, tuple[datetime.date, int]] = {}
    events: dict[str, tuple[str, datetime.date]] = {}
    for order, event in enumerate(record.events):
        if event.kind not in kinds or event.withdrawn:
            continue
        if event.date is not None and event.date.first > at.last:
            continue
        day = event.date.last if event.date else datetime.date.min
        events[event.id] = (event.kind, day)
        latest[event.kind] = max(latest.get(event.kind, (day, order)), (day, order))
    for item in observed:
        report = events.get(item.event)
        if report is None or report[1] == latest[report[0]][0]:
            yield item
