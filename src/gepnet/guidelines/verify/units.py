"""Proofs in the smallest parts that are worth keeping: what each part asks.

A change of one recommendation leaves most parts as they were, even those about its own document:
what is said of two positions rests on these two alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.positions import document_positions
from gepnet.guidelines.verify.basis import basis
from gepnet.guidelines.verify.between import on_shared, preferred, rankings
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.decided import with_deciding
from gepnet.guidelines.verify.diff import changes
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.gaps import gaps, unplaced
from gepnet.guidelines.verify.labels import label_texts, off_label
from gepnet.guidelines.verify.one_fact_apart import one_fact_apart
from gepnet.guidelines.verify.rules import rules
from gepnet.guidelines.verify.thresholds import thresholds
from gepnet.guidelines.verify.within import of_entries, of_position

#: A kind of question and what it is about: documents, and for some an option and its intent.
Unit = tuple[str, ...]


def units_of(base: KnowledgeBase, job: Unit) -> list[Unit]:
    """Return the parts of a job; those about one position name the first of its options."""
    positions = document_positions(base)
    match job:
        case ("document", name):
            own = [(name, one.options[0], one.intent) for one in positions.of_document(name)]
            parts = [(kind, *about) for kind in ("position", "off_label") for about in own]
            return [("entries", name), ("whole", name), *parts]
        case ("pair", first, second):
            shared = positions.shared(first, second)
            units: list[Unit] = [
                ("shared", first, second, options[0], one.intent) for one, _, options in shared
            ]
            for one, other in ((first, second), (second, first)):
                theirs = positions.by_document[other]
                for position in positions.of_document(one):
                    row = position.options[0], position.intent
                    if any((over, position.intent) in theirs for _, over in preferred(position)):
                        units.append(("ranking", one, other, *row))
            return units or [("apart", first, second)]
    return [job]


def answer(context: Context, unit: Unit) -> Iterator[Finding]:
    """Yield the findings of a part, or of all parts of a job."""
    positions = context.positions.by_document
    match unit:
        case ("document" | "pair", *_):
            for part in units_of(context.base, unit):
                yield from answer(context, part)
        case ("apart", *_):
            pass  # they speak of nothing in common
        case ("entries", name):
            yield from of_entries(context, name)
        case ("position", name, *row):
            yield from of_position(context, positions[name][row[0], row[1]])
        case ("whole", name):
            yield from gaps(context, name)
            yield from thresholds(context, name)
        case ("off_label", name, *row):
            if name in context.in_force:
                yield from off_label(context, positions[name][row[0], row[1]])
        case ("shared", first, second, *row):
            one, other = (positions[name][row[0], row[1]] for name in (first, second))
            yield from with_deciding(context, on_shared(context, one, other))
        case ("ranking", first, second, *row):
            found = rankings(context, positions[first][row[0], row[1]], second)
            yield from with_deciding(context, found)
        case ("superseded", old, new):
            yield from changes(context, positions[old], positions[new], (old, new), only_both=True)
        case ("label", name):
            yield from label_texts(context, name)
        case ("across",):
            yield from unplaced(context)
        case ("basis",):
            yield from basis(context)
        case ("rules",):
            yield from rules(context)
        case ("one_fact_apart",):
            yield from one_fact_apart(context)
