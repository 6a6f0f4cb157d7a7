"""Whatever ages has a day by which to look again, and is told from the day after it."""

import datetime

import pytest

from gepnet import api
from gepnet.guidelines.due import check_ageing, due
from gepnet.knowledge.kinds import ageing

BASE = api.base()
AGEING = list(ageing(BASE.knowledge))


def test_labels_events_documents_and_courses_age() -> None:
    kinds = [kind for kind, _ in AGEING]
    ended = [label for label in BASE.knowledge.labels if label.to is not None]
    assert ended
    assert kinds.count("labels") == len(BASE.knowledge.labels) - len(ended)
    assert kinds.count("events") == len(BASE.knowledge.events)
    assert kinds.count("documents") == len(BASE.knowledge.documents)
    assert kinds.count("funding") == sum(one.ages for one in BASE.knowledge.funding)
    assert set(kinds) == {"labels", "funding", "events", "documents", "plan_profiles"}


@pytest.mark.parametrize(("kind", "entry"), AGEING, ids=lambda one: getattr(one, "id", one))
def test_an_entry_is_due_from_the_day_after_its_day(kind: str, entry: object) -> None:
    day = getattr(entry, "look_again", None)
    assert isinstance(day, datetime.date)
    after = day + datetime.timedelta(days=1)
    name = getattr(entry, "id", "")
    on_the_day = {(one.entry, one.source) for one in due(BASE.knowledge, day)}
    found = {one.entry: one for one in due(BASE.knowledge, after)}
    assert (name, getattr(entry, "source", "")) not in on_the_day
    assert found[name].days_past == 1
    assert found[name].source


def test_every_event_has_date_source_and_a_day_to_look_again() -> None:
    for event in BASE.knowledge.events:
        assert event.date and event.source and event.look_again, event.id


def test_the_check_says_what_has_no_day_to_look_again() -> None:
    assert list(check_ageing(BASE.knowledge)) == []
    first = BASE.knowledge.events[0]
    lacking = first.model_copy(update={"look_again": None})
    ended = BASE.knowledge.labels[0].model_copy(update={"look_again": None, "to": "2024-01-01"})
    changed = BASE.knowledge.model_copy(update={"events": (lacking,), "labels": (ended,)})
    told = list(check_ageing(changed))
    assert [(one.entry, one.field, one.severity) for one in told] == [
        (first.id, "look_again", "warning")
    ]
