"""Proofs in the smallest parts that are worth keeping: what each part asks.

A change of one recommendation leaves most parts as they were, even those about its own document:
what is said of two positions rests on these two alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition, document_positions
from gepnet.guidelines.verify.basis import basis
from gepnet.guidelines.verify.between import on_shared, preferred, rankings
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.decided import with_deciding
from gepnet.guidelines.verify.diff import changes
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.gaps import gaps, unplaced
from gepnet.guidelines.verify.labels import label_texts, off_label
from gepnet.guidelines.verify.one_fact_apart import (
    Three,
    Undivided,
    bodies,
    left_out,
    questions,
    spread,
    threes,
    undivided,
)
from gepnet.guidelines.verify.rules import edges, profiles, shared_limit, shared_limits
from gepnet.guidelines.verify.thresholds import met, thresholds
from gepnet.guidelines.verify.within import of_entries, of_position

#: A kind of question and what it is about: documents, and for some an option and its intent.
Unit = tuple[str, ...]


def units_of(base: KnowledgeBase, job: Unit, day: datetime.date) -> list[Unit]:
    """Return the parts of a job; those about one position name the first of its options."""
    match job:
        case ("document", name):
            own = [(name, *_row(one)) for one in document_positions(base).of_document(name)]
            parts = [(kind, *about) for kind in ("position", "off_label") for about in own]
            edges: list[Unit] = [("limit", name, limit.name) for limit in met(base, name)]
            return [("entries", name), ("gaps", name), *edges, *parts]
        case ("pair", first, second):
            return _of_pair(base, first, second) or [("apart", first, second)]
        case ("superseded", old, new):
            shared = document_positions(base).shared(old, new)
            moved: list[Unit] = [("moved", old, new, *_row(one)) for one, _, _ in shared]
            return list(dict.fromkeys(moved)) or [("apart", old, new)]
        case ("rules",):
            limits = (limit.name for limit in shared_limits(base, day))
            return [("profiles",), ("edges",), *(("shared_limit", name) for name in limits)]
        case ("one_fact_apart",):
            return [*_of_one_fact_apart(base, day)]
    return [job]


def _row(position: DocumentPosition) -> tuple[str, str]:
    return position.options[0], position.intent


def _of_pair(base: KnowledgeBase, first: str, second: str) -> list[Unit]:
    positions = document_positions(base)
    units: list[Unit] = [
        ("shared", first, second, options[0], one.intent)
        for one, _, options in positions.shared(first, second)
    ]
    for one, other in ((first, second), (second, first)):
        theirs = positions.by_document[other]
        for position in positions.of_document(one):
            if any((over, position.intent) in theirs for _, over in preferred(position)):
                units.append(("ranking", one, other, *_row(position)))
    return units


def _of_one_fact_apart(base: KnowledgeBase, day: datetime.date) -> Iterator[Unit]:
    asked = questions(base)
    for place, one in enumerate(asked.undivided):
        for *who, option in threes(base, day, one):
            yield ("undivided", str(place), *(each.document.id for each in who), option)
    for place, item in enumerate(asked.left_out):
        for document in documents_in_force(base.documents, day)[0]:
            yield "left_out", str(place), document.id
        for body in bodies(base, day, item):
            yield "spread", str(place), body


def three_of(base: KnowledgeBase, asked: Undivided, names: Sequence[str], option: str) -> Three:
    """Return the positions of three documents that are named."""
    stands = document_positions(base).by_document
    options = asked.broad, asked.finer, option
    one, other, third = (
        stands[name][row, asked.intent] for name, row in zip(names, options, strict=True)
    )
    return one, other, third, option


def answer(context: Context, unit: Unit) -> Iterator[Finding]:
    """Yield the findings of a part, or of all parts of a job."""
    parts = units_of(context.base, unit, context.day)
    if parts == [unit]:
        yield from _answer(context, unit)
        return
    for part in parts:
        yield from _answer(context, part)


def _answer(context: Context, unit: Unit) -> Iterator[Finding]:
    base, positions = context.base, context.positions.by_document
    match unit:
        case ("apart", *_):
            pass  # they speak of nothing in common
        case ("entries", name):
            yield from of_entries(context, name)
        case ("position", name, *row):
            yield from of_position(context, positions[name][row[0], row[1]])
        case ("gaps", name):
            yield from gaps(context, name)
        case ("limit", name, told):
            for limit, pairs in met(base, name).items():
                if limit.name == told:
                    yield from thresholds(context, limit, pairs)
        case ("off_label", name, *row):
            if name in context.in_force:
                yield from off_label(context, positions[name][row[0], row[1]])
        case ("shared", first, second, *row):
            one, other = (positions[name][row[0], row[1]] for name in (first, second))
            yield from with_deciding(context, on_shared(context, one, other))
        case ("ranking", first, second, *row):
            found = rankings(context, positions[first][row[0], row[1]], second)
            yield from with_deciding(context, found)
        case ("moved", old, new, *row):
            one = positions[old][row[0], row[1]]
            before, after = (
                {at: stand for at, stand in positions[name].items() if at[1] == one.intent}
                for name in (old, new)
            )
            before = {at: stand for at, stand in before.items() if stand is one}
            yield from changes(context, before, after, (old, new), only_both=True)
        case ("label", name):
            yield from label_texts(context, name)
        case ("across",):
            yield from unplaced(context)
        case ("basis",):
            yield from basis(context)
        case ("profiles",):
            yield from profiles(context)
        case ("edges",):
            yield from edges(context)
        case ("shared_limit", told):
            for limit, sharing in shared_limits(base, context.day).items():
                if limit.name == told:
                    yield from shared_limit(context, limit, sharing)
        case ("undivided", place, *names, option):
            asked = questions(base).undivided[int(place)]
            yield from undivided(context, asked, three_of(base, asked, names, option))
        case ("left_out", place, name):
            yield from left_out(context, questions(base).left_out[int(place)], name)
        case ("spread", place, body):
            item = questions(base).left_out[int(place)]
            yield from spread(context, item, body, bodies(base, context.day, item)[body])
