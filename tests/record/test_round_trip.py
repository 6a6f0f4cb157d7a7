"""What is written as a patient file is read back unchanged, whatever the record holds."""

import datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from gepnet.record import (
    Acceptance,
    AnyEvent,
    Observation,
    Progression,
    Record,
    Treatment,
    parse_record,
    record_to_yaml,
)
from gepnet.record.doubts import doubts_of
from gepnet.record.model import BestResponse, ProgressionType, StopReason
from gepnet.record.write import event_to_plain
from gepnet.vocabulary import Fact, PartialDate, Value, exact, load_vocabulary, parse_date

TODAY = datetime.date(2026, 6, 1)
VOCABULARY = load_vocabulary()
KINDS = [k for k in VOCABULARY.event_kinds() if k not in {"treatment", "progression"}]
OPTIONS = list(VOCABULARY.options)
DOMAINS = sorted({f.entry.complete for f in VOCABULARY.values() if f.entry.complete})

# Names and notes may hold anything that a person can type, words of YAML among them.
words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20
) | st.sampled_from(["NO", "null", "~", "007", "2024-05-01", "true", "- a", "a: b", "#", "'", '"'])
days = st.dates(datetime.date(1990, 1, 1), TODAY)


@st.composite
def dates(draw: st.DrawFn) -> PartialDate:
    day = draw(days).isoformat()
    return parse_date(draw(st.sampled_from([day, day[:7], day[:4]])))


@st.composite
def values(draw: st.DrawFn, fact: Fact) -> Value:
    if fact.type == "boolean":
        return draw(st.booleans())
    if fact.type == "enum":
        return fact.among(draw(st.lists(st.sampled_from(fact.values), min_size=1, max_size=2)))
    if fact.type == "date":
        # Nothing happens to a patient before the birth.
        return "1989-05-01" if fact.id == "birth_date" else str(draw(dates()))
    least, greatest = fact.entry.range or (Decimal(0), Decimal(1))
    steps = st.integers(0, int((greatest - least) / fact.precision))
    low, high = sorted(least + draw(steps) * fact.precision for _ in range(2))
    return fact.parse(f"{low}-{high}" if fact.entry.interval else str(low))


@st.composite
def facts(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    carried = VOCABULARY.of_event(kind)
    names = draw(st.lists(st.sampled_from(sorted(carried)), unique=True, max_size=6))
    return {name: draw(values(carried[name])) for name in names}


optional = st.none() | words
months = st.none() | st.decimals(0, 900, places=1).map(float)


def common(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    return {
        "date": draw(st.none() | dates()),
        "author": draw(optional),
        "source": draw(optional),
        "note": draw(optional),
        "withdrawn": draw(st.booleans()),
        "values": draw(facts(kind)),
    }


@st.composite
def observations(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    return {"model": Observation, "kind": kind, **common(draw, kind)}


@st.composite
def progressions(draw: st.DrawFn) -> dict[str, Any]:
    signs = list(get_args(ProgressionType))
    types = draw(st.lists(st.sampled_from(signs), unique=True))
    rest = [sign for sign in signs if sign not in types]
    return {
        "model": Progression,
        **common(draw, "progression"),
        "types": tuple(types),
        "excluded": tuple(draw(st.lists(st.sampled_from(rest), unique=True))) if rest else (),
        "on": tuple(draw(st.lists(st.sampled_from(OPTIONS), unique=True, max_size=3))),
        # In which order things happened is the business of other tests.
        "date": None,
    }


@st.composite
def treatments(draw: st.DrawFn) -> dict[str, Any]:
    start, stop = draw(st.tuples(days, days).map(sorted))
    ongoing = draw(st.none() | st.booleans())
    positive = st.none() | st.decimals("0.1", 500, places=1).map(float)
    return {
        "model": Treatment,
        **common(draw, "treatment"),
        "date": None,
        "option": draw(st.sampled_from(OPTIONS)),
        "start": draw(st.sampled_from([None, parse_date(start.isoformat())])),
        "stop": None if ongoing else draw(st.sampled_from([None, parse_date(stop.isoformat())])),
        "ongoing": ongoing,
        "stop_reason": (
            None if ongoing else draw(st.none() | st.sampled_from(get_args(StopReason)))
        ),
        "best_response": draw(st.none() | st.sampled_from(get_args(BestResponse))),
        "cycles": draw(st.none() | st.integers(0, 12)),
        "dose_mg": draw(positive),
        "interval_days": draw(positive),
        "activity_gbq": draw(positive),
        "cumulative_activity_gbq": draw(positive),
        "benefit_months": draw(months),
        "benefit_from_last_dose_months": draw(months),
        "duration_months": draw(months),
        "intent": draw(optional),
    }


@st.composite
def records(draw: st.DrawFn) -> Record:
    shapes = draw(st.lists(observations() | progressions() | treatments(), max_size=6))
    names = draw(st.lists(words, min_size=len(shapes), max_size=len(shapes), unique=True))
    events: list[AnyEvent] = []
    for name, shape in zip(names, shapes, strict=True):
        model = shape.pop("model")
        events.append(model(id=name, **shape))
    as_of = draw(st.none() | dates())
    events = [accepted(event, as_of or exact(TODAY), draw(words)) for event in events]
    domains = draw(st.lists(st.sampled_from(DOMAINS), unique=True))
    return Record(
        patient=draw(words),
        region=draw(st.none() | st.sampled_from(VOCABULARY["region"].values)),
        as_of=as_of,
        title=draw(optional),
        source=draw(optional),
        complete={domain: draw(st.none() | dates()) for domain in domains},
        events=tuple(events),
        losses=tuple(draw(st.lists(words, max_size=3))),
    )


def accepted(event: AnyEvent, day: PartialDate, who: str) -> AnyEvent:
    """Return an event of which somebody stands by every value that would be asked about."""
    by = Acceptance(by=f"Dr {who}", reason=f"measured again {who}")
    doubts = doubts_of(event, event_to_plain(event), VOCABULARY, day)
    return event.model_copy(update={"accepted": {doubt.key: by for doubt in doubts}})


@given(records())
def test_a_record_is_read_back_as_it_was_written(record: Record) -> None:
    text = record_to_yaml(record)
    assert parse_record(text, "p.yaml", VOCABULARY, TODAY) == record


@given(records())
def test_writing_again_gives_the_same_bytes(record: Record) -> None:
    text = record_to_yaml(record)
    assert record_to_yaml(parse_record(text, "p.yaml", VOCABULARY, TODAY)) == text
