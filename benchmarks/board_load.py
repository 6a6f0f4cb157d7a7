"""Thirty people on one case of a real server: ``python -m benchmarks.board_load``.

Starts ``gepnet serve`` over SQLite, then over PostgreSQL. People ask every two seconds whether
something changed, hand in cards, look at the pages and enter laboratory values; half way a backup
is taken by ``gepnet db backup``. Prints how long answers took, beside the processor time of the
server for each; what was acknowledged and is not there; and whether the backup restores to a store
that verifies.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._stores import NAMES, addresses  # first: it says where `tests` is
from gepnet import api
from tests.board.crowd import Crowd, case_for, hold
from tests.board.served import Served, people

PEOPLE, SECONDS, MOST_MS, CENTRE = 30, 300, 250, "North"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="On each database.")
    parser.add_argument("--only", choices=NAMES)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with addresses(folder, told.only) as stores:
            return sum(
                loaded(name, address, folder, told.people, told.seconds)
                for name, address in stores.items()
            )


def loaded(name: str, address: str, folder: Path, count: int, seconds: float) -> int:
    """Load one server; return how many faults were found."""
    api.upgrade_store(address)
    store = api.open_store(address)
    team = people(store, count, CENTRE)
    case = case_for(store, team, CENTRE)
    server = Served(address)
    for one in team:
        one.move(server.port)
    team[0].get(f"/item/{case.item}/cards")  # the knowledge is read with the first page
    before, began = server.cpu_s(), time.monotonic()
    crowd = Crowd(team, case)
    time.sleep(seconds / 2)
    file = folder / f"{name}.backup"
    command = [sys.executable, "-m", "gepnet", "db", "backup", str(file), "--store", address]
    backed = subprocess.run(command, capture_output=True, text=True, check=False)
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    work = crowd.stop()
    cpu, taken = server.cpu_s() - before, time.monotonic() - began
    server.end()
    print(f"\n{name}: {count} people, {taken:.0f} s, {work.requests} requests")
    print(f"{'request':<10}{'number':>8}{'median ms':>11}{'p95 ms':>9}{'longest ms':>12}")
    for kind, times in sorted(work.times.items()):
        middle, longest = sorted(times)[len(times) // 2], max(times)
        print(
            f"{kind:<10}{len(times):>8}{1000 * middle:>11.0f}{work.p95_ms(kind):>9.0f}"
            f"{1000 * longest:>12.0f}"
        )
    share = f"{1000 * cpu / work.requests:.1f} ms a request, {100 * cpu / taken:.0f} % of a thread"
    print(f"all: p95 {work.p95_ms():.0f} ms; processor time of the server {share}")
    held = hold(store, case, work)
    store.close()
    print(
        f"{work.acknowledged} writes acknowledged, {work.again} sent anew because somebody else "
        f"had saved, {held.lost} lost, {len(work.errors)} errors, {work.cut} without an answer, "
        f"{len(held.faults)} faults"
    )
    for wrong in (*work.errors[:5], *held.faults[:5]):
        print("  ", wrong)
    again = folder / f"{name}-again.sqlite"
    found = 1
    if backed.returncode == 0:
        api.restore_store(file, api.operator("root"), str(again))
        restored = api.open_store(str(again))
        back = hold(restored, case)
        restored.close()
        found = len(back.faults)
        print(f"backup under load: {back.notes} edits and {back.cards} cards, {found} faults")
    else:
        print(backed.stdout, backed.stderr)
    slow = work.p95_ms() > MOST_MS
    return held.lost + len(work.errors) + work.cut + len(held.faults) + found + slow


if __name__ == "__main__":
    raise SystemExit(main())
