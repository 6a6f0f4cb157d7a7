"""Kill a writer again and again, and look each time at what it had said was saved."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from gepnet import store
from gepnet.guidelines import KnowledgeBase
from tests.store.people import CENTRE, Team

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("writer.py")


@dataclass
class Killed:
    """What came of it: kills, writes that were acknowledged, and what was lost or half there."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    faults: int = 0


def ready_to_kill(kept: store.Store, team: Team, base: KnowledgeBase) -> str:
    """Return a case with a round of cards that stays closed."""
    case = store.add_case(kept, team.ben, CENTRE)
    lab = {"kind": "laboratory", "date": "2026-01-10", "haemoglobin_g_l": 120}
    store.add_events(kept, team.ben, case.id, [lab], base.vocabulary, 0)
    item = store.add_item(kept, team.dora, case.id, "What next?")
    store.begin_round(kept, team.ada, item.id, [team.ada.id, team.ben.id])
    return case.id


def kill_and_look(
    address: str, case_id: str, team: Team, base: KnowledgeBase, times: int, seed: int = 7
) -> Killed:
    """Kill a writer some times at moments of chance; after each kill open the store anew."""
    chance, found = random.Random(seed), Killed()
    for _ in range(times):
        said = _killed_once(address, case_id, team.ada.id, chance.uniform(0.0, 0.4))
        found.kills += 1
        found.acknowledged += sum(said.values())
        opened = store.open_store(address)
        try:
            versions = store.record_versions(opened, team.root, case_id)
            item = store.list_items(opened, team.root, case_id=case_id)[0]
            with opened.read(team.root, "card.read", case_id) as session:
                from sqlalchemy import func, select

                from gepnet.store.tables import CardRow

                cards = session.scalar(select(func.max(CardRow.number)))
            assert item.stage == "open"
            found.lost += said["record"] > versions[0].number
            found.lost += said["card"] > (cards or 0)
            kept = store.read_kept(opened, team.root, case_id, base.vocabulary)
            found.faults += len(kept.record.events) != versions[0].number
            found.faults += len(store.verify_store(opened, team.root).faults)
        finally:
            opened.close()
    return found


def _killed_once(address: str, case_id: str, user_id: str, after_s: float) -> dict[str, int]:
    """Return the last number that was acknowledged of each kind."""
    command = [sys.executable, str(WRITER), address, case_id, user_id]
    writer = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    said = {"record": 0, "card": 0}
    started = threading.Event()

    def listen() -> None:
        assert writer.stdout is not None
        for line in writer.stdout:
            kind, _, number = line.strip().partition(" ")
            if number and kind in said:
                said[kind] = int(number)
                started.set()

    listener = threading.Thread(target=listen)
    listener.start()
    began = started.wait(120)
    time.sleep(after_s)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    listener.join()
    if writer.stdout is not None:
        writer.stdout.close()
    assert began, "the writer did not begin"
    return said
