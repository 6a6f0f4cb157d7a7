"""A server that is killed in the middle of writing has lost nothing that it acknowledged."""

from __future__ import annotations

from gepnet import store
from gepnet.guidelines import KnowledgeBase
from tests.store.killing import kill_and_look, ready_to_kill
from tests.store.people import Team


def test_what_was_acknowledged_is_there_after_a_kill(
    kept: store.Store, peopled: str, team: Team, base: KnowledgeBase
) -> None:
    """Twice here, fifty times in ``benchmarks/store.py``."""
    case_id = ready_to_kill(kept, team, base)
    found = kill_and_look(peopled, case_id, team, base, times=2)
    assert found.kills == 2 and found.acknowledged > 2
    assert (found.lost, found.faults) == (0, 0)
