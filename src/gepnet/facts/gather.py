"""The one path from a record, or from plain values, to the facts of a patient as of a date."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from gepnet.criteria import Criteria
from gepnet.facts.beside import known_by
from gepnet.facts.derive import derive_all, needed_for
from gepnet.facts.families import declared
from gepnet.facts.files import ProgressionSigns
from gepnet.facts.model import Facts, FactValue, Observed, show
from gepnet.facts.newer import set_aside
from gepnet.facts.observe import is_other_test, latest_report, observe, open_measures
from gepnet.facts.select import select
from gepnet.facts.silence import silent_domain
from gepnet.facts.treatments import Story, treatment_facts
from gepnet.knowledge import InputError
from gepnet.knowledge.models import Knowledge
from gepnet.record import Record, told
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    Fact,
    PartialDate,
    Question,
    Reports,
    Until,
    Value,
    Vocabulary,
    exact,
)


def facts_of_record(
    record: Record,
    knowledge: Knowledge,
    criteria: Criteria,
    question: Question | None = None,
    wanted: Iterable[str] = (),
    only: Container[str] | None = None,
) -> Facts:
    """Return the facts of ``record`` as of the date of a question.

    Args:
        record: the patient.
        knowledge: vocabulary and measures.
        criteria: parser of the same knowledge.
        question: its date, by default the record's own ``as_of``, else today; its region overrides
            that of the record.
        wanted: therapy and site facts to work out besides those that the record speaks about.
        only: work out only these derived facts (``needed_for`` says which a criterion needs).

    Raises:
        InputError: if the region of the question is none.
    """
    vocabulary = criteria.vocabulary
    question = question or Question()
    if problems := question.problems(vocabulary):
        raise InputError(problems)
    when = question.at or record.as_of or exact(datetime.date.today())
    story = Story(record, vocabulary, knowledge.measures, when)
    observed: dict[str, list[Observed]] = defaultdict(list)
    earlier: dict[str, list[Observed]] = defaultdict(list)
    told_of = list(observe(record, vocabulary))
    replaced = _replaced(story, told_of)
    for item in told_of:
        (earlier if replaced(item) else observed)[item.fact].append(item)
    if question.region is not None and "region" in vocabulary:
        observed["region"] = [Observed("region", question.region, None, "command", 0)]
    entries: dict[str, FactValue] = {}
    for name, items in observed.items():
        selected = select(vocabulary[name], items, when, earlier[name])
        if selected is not None:
            entries[name] = selected
    entries |= set_aside(observed, vocabulary, knowledge.measures, when)
    facts = _considered(vocabulary, record, _with_inputs(frozenset(wanted), criteria))
    for name, answer in treatment_facts(story, facts).items():
        entries.setdefault(
            name, FactValue(name, answer.value, "recorded", answer.date, answer.event)
        )
    absences = _declared_absences(facts, record, when, vocabulary)
    for name in open_measures(entries, vocabulary):
        absences.pop(name, None)
    for name, absence in absences.items():
        if not vocabulary[name].is_derived:
            entries.setdefault(name, absence)
    lacking = derive_all(entries, vocabulary, criteria, knowledge.measures, when, absences, only)
    notes = (*told(record, vocabulary, when), *_contradictions(entries, vocabulary))
    beside = known_by(record, when, vocabulary.options)
    return Facts.of(record.patient, when, entries, lacking, absences, notes, beside)


def facts_of_values(
    given: Mapping[str, Any],
    knowledge: Knowledge,
    criteria: Criteria,
    patient: str = "values",
    at: PartialDate | None = None,
    only: Container[str] | None = None,
) -> Facts:
    """Return the facts of a patient described by plain values; derivations run for the rest.

    Args:
        given: name to value, as a patient file would have it.
        knowledge: vocabulary and measures.
        criteria: parser of the same knowledge.
        patient: name of the patient.
        at: the date; by default today.
        only: work out only these facts (``needed_for`` says which a criterion needs).

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
    lacking = derive_all(entries, vocabulary, criteria, knowledge.measures, when, only=only)
    return Facts.of(patient, when, entries, lacking, {})


@lru_cache(maxsize=8)
def _with_inputs(wanted: frozenset[str], criteria: Criteria) -> frozenset[str]:
    """Return facts with everything that they are worked out from, members of families included."""
    return needed_for(wanted, criteria)


def _contradictions(entries: Mapping[str, FactValue], vocabulary: Vocabulary) -> Iterator[str]:
    """Say what contradicts itself, and what it is taken for."""
    for name in sorted(entries, key=vocabulary.order):
        entry = entries[name]
        if entry.conflict is not None:
            left = "nothing is taken for known"
            if entry.value is not None:
                left = f"taken as {show(entry.value)}"
            said = entry.note if entry.origin == "recorded" and entry.note else None
            other = said or f"{show(entry.conflict)} is said as well"
            yield f"Conflict, {vocabulary[name].entry.label}: {other}; {left}"


def _considered(vocabulary: Vocabulary, record: Record, wanted: Iterable[str]) -> list[Fact]:
    """Base facts, and of the families the members that a criterion or the record names."""
    names = {name for name in wanted if name in vocabulary}
    given = (*(c.option for c in record.treatments), *(c.option for c in record.cycles))
    lineages = [vocabulary.options.lineage(option) for option in dict.fromkeys(given)]
    subjects = {option for lineage in lineages for option in lineage}
    return [
        fact
        for fact in vocabulary.values()
        if fact.family is None or fact.id in names or fact.subject in subjects
    ]


def _declared_absences(
    facts: Iterable[Fact], record: Record, at: PartialDate, vocabulary: Vocabulary
) -> dict[str, FactValue]:
    """Return what silence means where the record declares the domain complete."""
    found: dict[str, FactValue] = {}
    for fact in facts:
        domain = silent_domain(fact, vocabulary)
        if domain is None or not declared(record, domain, at):
            continue
        value: Value = False if fact.entry.absence == "false" else NOT_APPLICABLE
        found[fact.id] = FactValue(
            fact.id,
            value,
            "declared_absent",
            record.complete[domain],
            note=f"{domain} declared complete",
        )
    return found


def _ended(story: Story, until: Iterable[Until]) -> dict[str, PartialDate]:
    """Return when what was said of a fact was last over, where a treatment ended it."""
    options, found = story.vocabulary.options, dict[str, PartialDate]()
    for one in until:
        starts = [
            course.start
            for course in story.record.treatments
            if options.covers(one.option, course.option)
            and course.start is not None
            and course.start.last <= story.at.last
        ]
        if starts:
            found[one.fact] = max(starts, key=lambda start: start.last)
    return found


def _replaced(story: Story, told_of: Iterable[Observed]) -> Callable[[Observed], bool]:
    """Return whether an observation no longer counts, because something later replaces it.

    Of some kinds of report (``knowledge/measures/reports.yaml``) only the latest counts: the uptake
    of one scan must never be read on the scale of another. Another report that may be as late is
    heard only on what the latest says as well, where it may contradict it. A sign of progression
    tells nothing of the state of the disease under an antitumour treatment that was begun after it,
    and what ends with a treatment (``until``) is heard only where it was said after it.
    """
    measures, at = story.measures, story.at
    file = Reports.read(measures)
    reports = {kind: latest_report(story.reports(kind), measures, at) for kind in file.read_as_one}
    others = {
        event.id
        for kind in file.read_as_one
        for event in story.reports(kind)
        if is_other_test(event, file.other_tests)
    }
    heard = {latest.id for latest in reports.values() if latest is not None}
    said = {(item.event, item.fact) for item in told_of if item.event in heard}
    signs = {sign.fact for sign in ProgressionSigns.read(measures).signs}
    treated = story.latest_antitumour_start()
    ended = _ended(story, file.until)

    def replaced(item: Observed) -> bool:
        latest = reports.get(item.kind or "")
        if latest is not None:
            if item.event == latest.id:
                return False
            if (latest.id, item.fact) not in said or item.event in others:
                return True
            if item.date is None or latest.date is None:
                return item.date is not latest.date
            return item.date.last < latest.date.first
        over = ended.get(item.fact)
        if over is not None and (item.date is None or item.date.first <= over.last):
            return True
        if item.fact not in signs or item.date is None or treated is None:
            return False
        return item.date.last < treated

    return replaced
