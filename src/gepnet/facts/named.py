"""Columns of a table of facts under other names than those of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable

from gepnet.criteria.columns import columns_of
from gepnet.vocabulary import Vocabulary
from gepnet.vocabulary.words import fold

# Units that the name of a fact says anyway, or that are none.
_SAID = ("%", "a", "wk", "/d", "1")


def columns_named(schema: Iterable[str], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the columns that are a fact by another word for it, each with the fact.

    A number whose unit the word does not say is left alone: nobody's mg/dL become umol/L in
    silence. So is a word for a fact that the table has under its own name, or under two words.
    """
    given = list(schema)
    known = {name for fact in vocabulary.values() for name in (*columns_of(fact), fact.id)}
    found: dict[str, list[str]] = {}
    for name in given:
        if name in known:
            continue
        meant = vocabulary.words.fact(name, vocabulary)
        if meant is None:
            continue
        fact = vocabulary[meant]
        unit = fact.entry.unit
        free = unit is None or unit in _SAID or unit.startswith("{")
        if fact.type == "number" and not free and fold(name) != fold(meant):
            continue
        if not {meant, *columns_of(fact)} & set(given):
            found.setdefault(meant, []).append(name)
    return {names[0]: fact for fact, names in found.items() if len(names) == 1}
