"""Whether the vocabulary agrees with itself.

Derivations give values that their facts may have, conversions are of facts, and every number that
is recorded has a plausible range that is tight enough for the usual slips of its unit. No word is
said of two things.
"""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import InputError, Knowledge, Problem, check_files, nearest
from gepnet.knowledge.vocabulary_models import Derivation
from gepnet.vocabulary.fact import Fact, ValueProblem
from gepnet.vocabulary.plausible import Plausibility, Plausible, Quantity
from gepnet.vocabulary.reports import Reports
from gepnet.vocabulary.units import Units
from gepnet.vocabulary.vocabulary import Vocabulary
from gepnet.vocabulary.words import SynonymFile

FILES = (Units, Plausibility, Reports, SynonymFile)


def check(knowledge: Knowledge, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield every fault of the vocabulary."""
    yield from check_files(knowledge, vocabulary, FILES)
    for fact in vocabulary.base_facts():
        for name, rules in (("derived", fact.entry.derived), ("narrowed", fact.entry.narrowed)):
            for index, step in enumerate(rules):
                for told in _check_rule(fact, step):
                    yield Problem.at(fact.entry, f"{name}[{index}].value", *told)
    yield from _check_plausible(knowledge, vocabulary)
    yield from _check_words(knowledge, vocabulary)


def _check_words(knowledge: Knowledge, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield every word that two things are called, and every thing that there is not."""
    try:
        SynonymFile.read(knowledge.measures)
    except InputError:
        return  # told with the file
    file = "measures/synonyms.yaml"
    for subject, word, found in vocabulary.words.doubles():
        told = f"a word for one thing: {' and '.join(found)} are called so"
        yield Problem(file, None, subject, word, "", told)
    for subject, name in vocabulary.words.unknown():
        yield Problem(file, None, subject, name, "", "a name of the vocabulary")


def _check_rule(fact: Fact, step: Derivation) -> Iterator[tuple[str, str, str | None]]:
    """Yield what is wrong with the values of one rule."""
    if fact.type not in {"enum", "boolean"} or (fact.type == "boolean" and fact.entry.narrowed):
        yield repr(step.value), "rules for words, or for true and false without 'narrowed'", None
    elif fact.type == "boolean" and len(step.values) != 1:
        yield repr(step.value), "true or false", None
    else:
        for value in step.values:
            try:
                fact.parse(value)
            except ValueProblem as fault:
                yield repr(value), fault.expected, fault.suggestion


_FILE = "measures/plausibility.yaml"


def _check_plausible(knowledge: Knowledge, vocabulary: Vocabulary) -> Iterator[Problem]:
    try:
        quantities = Plausibility.read(knowledge.measures).quantities
    except InputError:
        return  # told with the file
    facts = {fact.family or fact.id: fact for fact in vocabulary.values()}
    seen: set[str] = set()
    for one in quantities:
        fact = facts.get(one.of)
        if one.of in seen or (fact is None and one.unit is None):
            told = "a number once: a fact, a family or, with its 'unit', what no fact stands for"
            yield Problem(_FILE, None, one.of, "of", one.of, told, nearest(one.of, facts))
        elif fact is not None and not _within(one, fact):
            told = f"a part of the range of the fact, {fact.entry.range}"
            yield Problem(_FILE, None, one.of, "range", str(one.range), told)
        else:
            own = one.unit if fact is None else fact.entry.unit
            yield from _check_slips(one, own, vocabulary.plausible)
        seen.add(one.of)
    asked = (f for f in facts.values() if f.type == "number" and f.entry.event is not None)
    for fact in asked if quantities else ():
        name = fact.family or fact.id
        if name not in seen:
            # Somebody's own fact works without: its values are believed whatever they are.
            told = f"a plausible range of '{name}', which is recorded, in {_FILE}"
            yield Problem.at(fact.entry, "range", "", told, severity="warning")


def _within(one: Quantity, fact: Fact) -> bool:
    least, greatest = fact.entry.range or one.range
    return least <= one.range[0] and one.range[1] <= greatest


def _check_slips(one: Quantity, unit: str | None, plausible: Plausible) -> Iterator[Problem]:
    """Yield the slips that leave a typical value within the range, where nobody would ask."""
    low, high = one.bounds()
    for slip in one.slips:
        try:
            size = plausible.factor(slip, unit or "", one.of)
        except ValueError as error:
            yield Problem(_FILE, None, one.of, "slips", slip, f"a unit of it: {error}")
            continue
        least, greatest = (end / size for end in one.typical)
        if least <= high and greatest >= low:
            told = f"a range that typical values in {slip} miss: {least:.3g} to {greatest:.3g}"
            yield Problem(_FILE, None, one.of, "range", f"{low} to {high}", told)
