"""From the events of a record to single observations of facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from gepnet.facts.model import FactValue, Observed
from gepnet.record import AnyEvent, Cycle, Observation, Progression, Record, Treatment
from gepnet.record.model import MEASURED, UNMEASURED, ProgressionType
from gepnet.vocabulary import Interval, OtherTest, PartialDate, Reports, Value, Vocabulary

SUPERSEDED = "pathology_superseded"
REACTION = "prior_hypersensitivity_grade"
# Growth on imaging is worked out from its measures; only a record that does not name them tells it.
PROGRESSION_TYPES: tuple[str, ...] = tuple(t for t in get_args(ProgressionType) if t != UNMEASURED)
#: Growth on imaging of which a record does not say by which measure.
ON_IMAGING = "progression_radiological"


def observe(record: Record, vocabulary: Vocabulary) -> Iterator[Observed]:
    """Yield every value that an event of the record states; withdrawn events are silent.

    What treatments say as courses is read by ``families`` and ``treatments``.
    """
    progressions = [e for e in record.events if type(e) is Progression and not e.withdrawn]
    unmeasured = ON_IMAGING in vocabulary and any(
        UNMEASURED in (*e.types, *e.excluded) for e in progressions
    )
    for order, event in enumerate(record.events):
        if event.withdrawn or event.values.get(SUPERSEDED) is True:
            continue
        day = event.start if type(event) is Treatment else event.date
        told = (day, event.id, order, event.author, event.kind)
        for name, value in event.values.items():
            yield Observed(name, value, *told)
        for name, value in _told_besides(event, vocabulary):
            yield Observed(name, value, *told)
        if unmeasured and isinstance(event, Progression) and event.on_imaging is not None:
            yield Observed(ON_IMAGING, event.on_imaging, *told)
    if record.region is not None and "region" in vocabulary:
        yield Observed("region", record.region, None, "record", -1)


def _told_besides(event: AnyEvent, vocabulary: Vocabulary) -> Iterable[tuple[str, Value]]:
    """Return the facts that an event states besides its values."""
    if type(event) is Observation:
        limits = _upper_limits(event, vocabulary) if event.limits else ()
        return (*limits, *_implied(event, vocabulary))
    if type(event) is Progression:
        return _progression(event, vocabulary)
    if type(event) is Cycle and event.reaction_grade is not None and REACTION in vocabulary:
        grade = Decimal(event.reaction_grade)
        return ((REACTION, Interval(grade, grade)),)
    return ()


def _implied(event: Observation, vocabulary: Vocabulary) -> Iterator[tuple[str, Value]]:
    """Yield what an event says of a fact by another that it names, such as M1 of the stage."""
    for name in vocabulary.implied.keys() & event.values.keys():
        for one in vocabulary.implied[name]:
            beside = all(event.values.get(n) in values for n, values in one.beside.items())
            if beside and event.values[name] in one.values:
                yield from ((told, vocabulary[told].parse(word)) for told, word in one.says.items())


def _upper_limits(event: Observation, vocabulary: Vocabulary) -> Iterator[tuple[str, Interval]]:
    """Yield the facts that are the upper limit of normal of a value, such as that of bilirubin."""
    for measured, given in event.limits.items():
        limit = vocabulary.upper_limits.get(measured)
        if limit is not None and given.uln is not None and limit not in event.values:
            yield limit, Interval(given.uln, given.uln)


def _progression(event: Progression, vocabulary: Vocabulary) -> Iterator[tuple[str, bool]]:
    """Each named sign of progression is true, each excluded one false; the rest stays open."""
    settled: dict[str, bool] = dict.fromkeys(event.types, True)
    settled |= dict.fromkeys(event.excluded, False)
    if UNMEASURED in event.excluded:
        settled |= dict.fromkeys(MEASURED, False)
    settled.pop(UNMEASURED, None)
    if event.found_none:
        settled = dict.fromkeys(PROGRESSION_TYPES, False)
    for kind, value in settled.items():
        name = progression_fact(kind, vocabulary)
        if name is not None:
            yield name, value


def open_measures(entries: Mapping[str, FactValue], vocabulary: Vocabulary) -> list[str]:
    """Return the measures of a growth on imaging of which the record does not say by which it was.

    One of them it was: that no sign is left out of the record does not say that none was met.
    """
    told = entries.get(ON_IMAGING)
    names = [name for kind in MEASURED if (name := progression_fact(kind, vocabulary))]
    measured = any(entries[name].value is True for name in names if name in entries)
    return names if told is not None and told.value is True and not measured else []


def progression_fact(kind: str, vocabulary: Vocabulary) -> str | None:
    """Return the fact that a sign of progression sets."""
    return next((n for n in (f"progression_{kind}", kind) if n in vocabulary), None)


def latest_report(
    reports: Sequence[AnyEvent], measures: Mapping[str, Any], at: PartialDate
) -> AnyEvent | None:
    """Return the latest of some standing events by ``at``, an undated one below any dated.

    An event that says that it is another kind of test (receptors stained in tissue and not
    imaged, ``knowledge/measures/reports.yaml``) counts only where there is nothing else.
    """
    others = Reports.read(measures).other_tests
    found = [
        (not is_other_test(event, others), event.date.last if event.date else date.min, order)
        for order, event in enumerate(reports)
        if event.date is None or event.date.first <= at.last
    ]
    return reports[max(found)[-1]] if found else None


def is_other_test(event: AnyEvent, others: Iterable[OtherTest]) -> bool:
    """Whether an event of a kind of report tells of another test; ``others`` tell them."""
    return any(event.values.get(item.fact) in item.values for item in others)
