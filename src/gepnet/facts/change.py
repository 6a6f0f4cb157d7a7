"""The same patient with other facts: what a question "and if …?" is answered from."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from gepnet.criteria import Criteria
from gepnet.facts.derive import derive_all
from gepnet.facts.model import ASSUMED, Facts, FactValue
from gepnet.knowledge.models import Knowledge
from gepnet.vocabulary import Value, Vocabulary


def is_given(facts: Facts, name: str, vocabulary: Vocabulary) -> bool:
    """Whether a fact was recorded or declared absent, rather than worked out or unknown.

    A fact that is normally worked out counts as given where a record states it directly.
    """
    origin = facts[name].origin
    return origin == "recorded" or (origin == "declared_absent" and not vocabulary[name].is_derived)


def facts_with(
    facts: Facts,
    changes: Mapping[str, Value],
    knowledge: Knowledge,
    criteria: Criteria,
    only: Container[str] | None = None,
) -> Facts:
    """Return ``facts`` with some of them changed and everything worked out anew.

    Args:
        facts: of the patient.
        changes: the new values; None makes a fact unknown.
        knowledge: vocabulary and measures.
        criteria: parser of the same knowledge.
        only: work out only these derived facts (``needed_for`` says which a criterion needs).
    """
    vocabulary = criteria.vocabulary
    given = {n: facts[n] for n in facts if is_given(facts, n, vocabulary) and n not in changes}
    entries = dict(given)
    for name, entry in given.items():
        if vocabulary[name].is_derived:
            # Without its date a recorded age is not carried forward a second time.
            entries[name] = replace(entry, conflict=None, date=None)
    for name, value in changes.items():
        if value is not None:
            entries[name] = FactValue(name, value, "recorded", note=ASSUMED)
    lacking = derive_all(
        entries, vocabulary, criteria, knowledge.measures, facts.at, facts.absences, only
    )
    for name, entry in given.items():
        if vocabulary[name].is_derived:
            entries[name] = replace(entries[name], date=entry.date)
    return Facts.of(facts.patient, facts.at, entries, lacking, facts.absences, facts.notes)
