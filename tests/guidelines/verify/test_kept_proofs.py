"""A proof is kept as long as what it rests on stays the same, and no longer."""

import datetime
from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from gepnet import api
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.verify.cache import Proved
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.run import _BRINGS, jobs_of
from gepnet.guidelines.verify.units import Unit, answer, units_of
from gepnet.knowledge.models import DocumentFile
from tests.guidelines.small_world import ATOMS, random_base, small_base

DAY = datetime.date(2026, 1, 1)
DOCUMENTS = 3
#: Jobs that the small world has no facts or options for.
ELSEWHERE = frozenset({"one_fact_apart"})

Change = Callable[[DocumentFile, str], DocumentFile]


def first_entry(document: DocumentFile, **fields: object) -> DocumentFile:
    entry, *rest = document.recommendations
    return document.model_copy(update={"recommendations": (entry.model_copy(update=fields), *rest)})


def a_criterion(document: DocumentFile, atom: str) -> DocumentFile:
    when = f"({document.recommendations[0].when}) and {atom}"
    return first_entry(document, when=when)


def a_condition(document: DocumentFile, atom: str) -> DocumentFile:
    """Another one: two of the atoms are not the same."""
    before = document.recommendations[0].provided
    return first_entry(document, provided=atom if before is None else f"({before}) or {atom}")


def a_further_entry(document: DocumentFile, atom: str) -> DocumentFile:
    entries = document.recommendations
    entry = entries[0].model_copy(update={"id": "further", "when": atom})
    return document.model_copy(update={"recommendations": (*entries, entry)})


def the_scope(document: DocumentFile, atom: str) -> DocumentFile:
    head = document.document
    head = head.model_copy(update={"scope": f"({head.scope}) and {atom}"})
    return document.model_copy(update={"document": head})


CHANGES: tuple[Change, ...] = (a_criterion, a_condition, a_further_entry, the_scope)


def keys(base: KnowledgeBase) -> dict[Unit, str]:
    """What each part of all proofs is kept by."""
    proved = Proved(base, DAY, use=False)
    jobs = [job for job in jobs_of(base, DAY) if base.labels or job[0] not in ELSEWHERE]
    return {unit: proved.key(unit) for job in jobs for unit in units_of(base, job, DAY)}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_would_be_proved_again(seed: int, change: Change) -> None:
    before = random_base(seed, DOCUMENTS, widely=seed > 2)
    first, *others = before.knowledge.documents
    after = small_base([change(first, Random(seed).choice(ATOMS)), *others])
    old, new = keys(before), keys(after)
    kept = [unit for unit in new if old.get(unit) == new[unit]]
    about = {unit for unit in new if "d0" in unit} - {("apart", *unit[1:]) for unit in new}
    assert about, "the changed document is asked about"
    assert not about.intersection(kept) or len(before.documents[0].recommendations) > 1
    # A limit is shared by criteria of several documents.
    others_only = {unit for unit in new if len(unit) > 1 and unit[0] != "shared_limit"} - about
    assert others_only <= set(kept), "what is said of the other documents stays"
    assert ("across",) not in kept
    contexts = Context(before, DAY), Context(after, DAY)
    for unit in kept:
        one, other = ([f.plain() for f in answer(context, unit)] for context in contexts)
        assert one == other, unit


@cache
def packaged() -> dict[Unit, str]:
    return keys(api.base())


@pytest.mark.parametrize("name", ["esmo-2020", "nice-ipg786"])
def test_one_entry_of_a_packaged_document_leaves_most_proofs_as_they_are(name: str) -> None:
    base = api.base()
    files = {file.document.id: file for file in base.knowledge.documents}
    files[name] = a_criterion(files[name], "metastatic")
    changed = base.knowledge.model_copy(update={"documents": tuple(files.values()), "digest": "x"})
    new = keys(KnowledgeBase(changed))
    again = {unit for unit in new if packaged().get(unit) != new[unit]}
    held = {(one.option, one.intent) for one in files[name].recommendations[0].options}
    assert {("entries", name), ("gaps", name), ("across",), ("basis",)} <= again
    for unit in again:
        assert name in unit or unit[0] in {"across", "basis", "label", "shared_limit"}, unit
    for unit in new:
        if unit[:2] == ("position", name) and unit[2:] in held:
            assert unit in again, unit
    assert len(again) < len(new) / 10


def test_every_kind_of_job_is_known_by_what_it_rests_on() -> None:
    assert {job[0] for job in jobs_of(api.base(), DAY)} <= set(_BRINGS)
    assert len(set(packaged().values())) == len(packaged()), "no two parts have the same key"
