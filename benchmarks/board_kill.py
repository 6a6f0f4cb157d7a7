"""Kill a real server again and again while people write: ``python -m benchmarks.board_kill``.

``gepnet serve`` over SQLite, then over PostgreSQL; people send forms over HTTP as fast as they are
answered. After each kill every write that was acknowledged has to be there, every record whole, and
the audit trail has to verify.
"""

from __future__ import annotations

import argparse

from benchmarks._stores import NAMES, addresses  # first: it says where `tests` is
from gepnet import api
from tests.board.crowd import case_for, hold, kill_and_look
from tests.board.served import people

KILLS, PEOPLE, CENTRE = 50, 6, "North"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, help="On each database.")
    parser.add_argument("--only", choices=NAMES)
    told, bad = parser.parse_args(), 0
    with addresses(only=told.only) as stores:
        for name, address in stores.items():
            api.upgrade_store(address)
            store = api.open_store(address)
            team = people(store, PEOPLE, CENTRE)
            case = case_for(store, team, CENTRE)
            work, faults, lost = kill_and_look(address, store, case, team, told.kills)
            held = hold(store, case, work)
            store.close()
            print(
                f"{name}: {told.kills} kills, {work.acknowledged} writes acknowledged, "
                f"{work.cut} requests cut off, {lost} lost, {len(faults)} faults, "
                f"{len(work.errors)} errors; {held.notes} edits and {held.cards} cards are there",
                flush=True,
            )
            for one in (*faults[:5], *work.errors[:5]):
                print("  ", one)
            bad += lost + len(faults) + len(work.errors)
    return bad


if __name__ == "__main__":
    raise SystemExit(main())
