"""People at work on a real server: nothing that it acknowledged is lost, whatever happens to it."""

from __future__ import annotations

import time
from pathlib import Path

from gepnet import store
from tests.board.crowd import Crowd, case_for, hold
from tests.board.served import Served, people
from tests.store.people import CENTRE


def test_load_a_backup_and_a_kill_lose_nothing(
    kept: store.Store, peopled: str, tmp_path: Path
) -> None:
    """For seconds here; ``benchmarks/board_load.py`` and ``board_kill.py`` go on for minutes."""
    team = people(kept, 9, CENTRE)
    case = case_for(kept, team, CENTRE)
    server = Served(peopled)
    try:
        for one in team:
            one.move(server.port)
        assert team[0].get(f"/item/{case.item}/cards").status == 200
        crowd = Crowd(team, case, 0.05)
        try:
            until = time.monotonic() + 60
            while not (crowd.work.notes and crowd.work.given > 5) and time.monotonic() < until:
                time.sleep(0.02)
            root, file = store.operator("root"), tmp_path / "under-load.backup"
            store.backup_store(kept, root, file)
        finally:
            server.kill()
            work = crowd.stop()
    finally:
        server.end()
    assert work.notes and work.given > 5 and not work.errors
    held = hold(kept, case, work)
    assert (held.lost, held.faults) == (0, ())

    again = str(tmp_path / "again.sqlite")
    store.restore_store(file, root, again)
    restored = store.open_store(again)
    back = hold(restored, case)
    restored.close()
    assert back.faults == () and 0 < back.cards <= held.cards and 0 < back.notes <= held.notes

    server = Served(peopled)
    try:
        team[0].move(server.port)
        page = team[0].get(f"/case/{case.id}/record")
        assert page.status == 200, "the session holds over the restart"
        assert all(text in page.text for text in work.notes)
    finally:
        server.end()
        team[0].move(0)
