"""The same knowledge gives the same findings, whatever was asked in between and in which order."""

import datetime
import json

from gepnet import api
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.run import _done
from gepnet.guidelines.verify.units import Unit
from tests.guidelines.small_world import random_base

DAY = datetime.date(2026, 1, 15)


def written(base: KnowledgeBase, jobs: list[Unit], batch: int) -> dict[Unit, str]:
    """Each job's findings as text; every batch has a solver of its own."""
    found = {}
    for start in range(0, len(jobs), batch):
        done, counted = _done(Context(base, DAY), jobs[start : start + batch])
        assert not counted.timed_out
        found.update({job: json.dumps([f.plain() for f in done[job]]) for job in done})
    return found


def test_on_random_documents_the_order_of_jobs_changes_nothing() -> None:
    for seed in (3, 11):
        base = random_base(seed, 2)
        jobs: list[Unit] = [("document", "d0"), ("document", "d1"), ("pair", "d0", "d1")]
        assert written(base, jobs, 3) == written(base, jobs[::-1], 3) == written(base, jobs, 1)


def test_on_packaged_documents_the_order_of_jobs_changes_nothing() -> None:
    names = ("italy-ngt-2022", "nice-ipg786", "spain-2016")
    jobs: list[Unit] = [("document", name) for name in names]
    jobs += [("pair", "italy-ngt-2022", "spain-2016"), ("pair", "nice-ipg786", "spain-2016")]
    one = written(api.base(), jobs, 5)
    assert one == written(api.base(), jobs[::-1], 2)
    assert any('"witness": {"' in text for text in one.values())
