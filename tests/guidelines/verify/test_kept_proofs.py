"""A proof is kept as long as what it rests on stays the same, and no longer."""

import datetime
from random import Random

import pytest

from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.verify.cache import Proved
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.run import jobs_of
from gepnet.guidelines.verify.units import Unit, answer, units_of
from tests.guidelines.small_world import ATOMS, random_base, small_base

DAY = datetime.date(2026, 1, 1)
DOCUMENTS = 3


def changed(base: KnowledgeBase, choose: Random) -> KnowledgeBase:
    """The same documents, but for one criterion of the first."""
    first, *others = base.knowledge.documents
    entry, *rest = first.recommendations
    entry = entry.model_copy(update={"when": f"({entry.when}) and {choose.choice(ATOMS)}"})
    return small_base([first.model_copy(update={"recommendations": (entry, *rest)}), *others])


def keys(base: KnowledgeBase) -> dict[Unit, str]:
    """What each part of all proofs is kept by; whole runs over everything left out."""
    proved = Proved(base, DAY, use=False)
    jobs = [job for job in jobs_of(base, DAY) if job[0] in {"document", "pair"}]
    return {unit: proved.key(unit) for job in jobs for unit in units_of(base, job)}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_would_be_proved_again(seed: int) -> None:
    before = random_base(seed, DOCUMENTS)
    after = changed(before, Random(seed))
    old, new = keys(before), keys(after)
    kept = [unit for unit in new if old.get(unit) == new[unit]]
    about = {unit for unit in new if "d0" in unit}
    assert about, "the changed document is asked about"
    assert not about.intersection(kept) or len(before.documents[0].recommendations) > 1
    assert set(new) - about <= set(kept), "what is said of the other documents stays"
    contexts = Context(before, DAY), Context(after, DAY)
    for unit in kept:
        one, other = ([f.plain() for f in answer(context, unit)] for context in contexts)
        assert one == other, unit
