"""How much of the minimum data set a record holds: item by item, and no score.

The list is the product's own (``knowledge/measures/minimum_data_set.yaml``). Standards that nobody
read are named as such; none of their items is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gepnet.io.dictionary import FormEntry, MinimumDataSet, redcap_questions
from gepnet.record import AnyEvent, Record
from gepnet.vocabulary import Vocabulary

Held = Literal["recorded", "in part", "missing", "no event"]


@dataclass(frozen=True)
class ItemHeld:
    """One item of the list: in how many of the ``events`` that could hold it it is recorded."""

    to: str
    label: str
    needed: bool
    recorded: int
    events: int
    held: Held


@dataclass(frozen=True)
class FormHeld:
    """One part of the list, with the events of the record that are of it."""

    id: str
    label: str
    events: int
    items: tuple[ItemHeld, ...]


@dataclass(frozen=True)
class Completeness:
    """What a record holds of the list.

    Attributes:
        forms: in the order of the list.
        missing: what the list calls needed and no event holds, as ``event.field``.
        not_read: standards of which nobody read the items, by their sources.
    """

    forms: tuple[FormHeld, ...]
    missing: tuple[str, ...]
    not_read: tuple[str, ...]


def completeness(
    record: Record, vocabulary: Vocabulary, measures: Mapping[str, Any]
) -> Completeness:
    """Return which items of the minimum data set a record holds; withdrawn events hold none."""
    least = MinimumDataSet.read(measures)
    labels = {one.to: one.label for one in redcap_questions(vocabulary, dict(measures))}
    standing = [event for event in record.events if not event.withdrawn]
    forms = tuple(_form(form, standing, labels) for form in least.forms)
    missing = [i for form in forms for i in form.items if i.needed and not i.recorded]
    return Completeness(forms, tuple(item.to for item in missing), least.not_read)


def _form(form: FormEntry, events: list[AnyEvent], labels: Mapping[str, str]) -> FormHeld:
    kinds = {item.to.partition(".")[0] for item in form.items}
    mine = [event for event in events if event.kind in kinds]
    items = []
    for item in form.items:
        kind, _, name = item.to.partition(".")
        could = [event for event in mine if event.kind == kind]
        recorded = sum(_holds(event, name) for event in could)
        held: Held = "no event" if not could else "missing" if not recorded else "recorded"
        # What does not change is told once; a report, a sample or a cycle tells its own.
        if form.repeats and 0 < recorded < len(could):
            held = "in part"
        items.append(ItemHeld(item.to, labels[item.to], item.needed, recorded, len(could), held))
    return FormHeld(form.id, form.label, len(mine), tuple(items))


def _holds(event: AnyEvent, name: str) -> bool:
    """Whether an event says something of a fact, or in a field of its own."""
    return event.values.get(name) is not None or getattr(event, name, None) not in (None, (), [])
