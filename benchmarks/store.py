"""The store of the board: kills while it writes, people at once, and what a write costs.

    python -m benchmarks.store [KILLS]

The peer of a write is the bare insert of one row with the same flush to the disk: what is printed
beside it is what the version of the record, its check and the audit trail cost.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import quantiles

from benchmarks._stores import addresses  # first: it says where `tests` is
from gepnet import api, store
from tests.store.killing import kill_and_look, ready_to_kill
from tests.store.people import CENTRE, add_team, team_of

PEOPLE, SECONDS = 30, 20


def main() -> int:
    """Measure SQLite, then PostgreSQL; return how many faults were found."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    base, faults = api.base(), 0
    with tempfile.TemporaryDirectory() as folder, addresses(Path(folder)) as stores:
        print(f"bare insert on SQLite: {_bare(Path(folder)):.1f} ms")
        for name, address in stores.items():
            store.upgrade_store(address)
            kept = store.open_store(address)
            add_team(kept)
            team = team_of(kept)
            case_id = ready_to_kill(kept, team, base)
            found = kill_and_look(address, case_id, team, base, kills)
            print(
                f"{name}: {found.kills} kills, {found.acknowledged} writes acknowledged, "
                f"{found.lost} lost, {found.faults} faults"
            )
            faults += found.lost + found.faults
            faults += _crowd(name, kept, base)
            whole = store.verify_store(kept, team.root)
            faults += len(whole.faults)
            print(f"{name}: {whole.entries} entries, {whole.rows} rows, {len(whole.faults)} faults")
            kept.close()
    return faults


def _bare(folder: Path) -> float:
    """Return the time of one insert that is flushed to the disk, in ms."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE t (a TEXT)")
    begun = time.perf_counter()
    for _ in range(100):
        connection.execute("INSERT INTO t VALUES ('x')")
    connection.close()
    return (time.perf_counter() - begun) * 10


def _crowd(name: str, kept: store.Store, base: object) -> int:
    """Let people give cards and look at one case for some seconds; return the errors."""
    team, options = team_of(kept), base.options  # type: ignore[attr-defined]
    case = store.add_case(kept, team.ben, CENTRE)
    lab = {"kind": "laboratory", "date": "2026-01-10", "haemoglobin_g_l": 120}
    store.add_events(kept, team.ben, case.id, [lab], base.vocabulary, 0)  # type: ignore[attr-defined]
    item = store.add_item(kept, team.dora, case.id, "What next?")
    store.begin_round(kept, team.ada, item.id, [team.ada.id, team.cleo.id])
    writes, reads, errors = list[float](), list[float](), list[Exception]()
    until = time.monotonic() + SECONDS

    def work(number: int) -> None:
        while time.monotonic() < until:
            try:
                begun = time.perf_counter()
                if number % 3 == 0:
                    store.give_card(kept, team.ada, item.id, "everolimus", "x", options)
                    writes.append(time.perf_counter() - begun)
                else:
                    store.item_tag(kept, team.ben, item.id)
                    store.read_rounds(kept, team.ben, item.id)
                    reads.append(time.perf_counter() - begun)
            except Exception as error:  # counted and told
                errors.append(error)
            time.sleep(0.5)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for kind, times in (("write", writes), ("look", reads)):
        p95 = quantiles(times, n=20)[-1] * 1000
        print(f"{name}: {len(times)} {kind}s by {PEOPLE} people, p95 {p95:.0f} ms")
    cards = sum(
        len(one.earlier) + len(one.cards) for one in [store.open_round(kept, team.ada, item.id)]
    )
    print(f"{name}: {len(errors)} errors, {len(writes) - cards} writes lost")
    return len(errors) + abs(len(writes) - cards)


if __name__ == "__main__":
    raise SystemExit(main())
