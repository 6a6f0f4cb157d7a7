"""A registry from events to statuses: time and processor time for each patient, and memory.

Beside the same statuses by the engine for one patient (``plain`` off), on a few. Sizes double, so
that a cost which grows faster than the patients shows. ``--patients 1000000`` is the full size.
"""

from __future__ import annotations

import argparse
import datetime
import resource
import tempfile
import time
from pathlib import Path

from gepnet import api
from gepnet.registry.assess import Asked, Assessor, assess_blocks, finish
from gepnet.registry.files import Folder
from gepnet.registry.store import Registry

DAY = datetime.date(2026, 6, 30)
PEER = 200
GOAL_SECONDS, GOAL_GB = 300, 6


def timed(registry: str, output: Path, plain: bool = True) -> tuple[float, float, int]:
    base = api.base()
    assessor = Assessor(base, Registry.open(registry), Asked(DAY, DAY, plain=plain))
    assessor.plan.stages  # noqa: B018 - laid out once, whatever the size
    wall, work = time.perf_counter(), time.process_time()
    whole = finish(assessor, Folder(str(output)), assess_blocks(assessor, Folder(str(output))))
    return time.perf_counter() - wall, time.process_time() - work, int(whole["rows"])


def main(patients: int) -> None:
    base = api.base()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for size in sorted({max(20_000, patients // 4), max(20_000, patients // 2), patients}):
            place = str(root / f"r{size}")
            began = time.process_time()
            api.synth_registry(base, place, size)
            made = time.process_time() - began
            wall, work, rows = timed(place, root / f"a{size}")
            each = 1e6 * work / rows
            print(
                f"{size} patients: made in {made:.1f} s of processor time; events to statuses "
                f"{wall:.1f} s, {work:.1f} s of processor time, {each:.0f} us a patient"
            )
        place = str(root / "few")
        api.synth_registry(base, place, PEER)
        _, slow, rows = timed(place, root / "one-by-one", plain=False)
        print(f"one by one: {1e6 * slow / rows:.0f} us a patient")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"peak memory {memory:.1f} GB (goal for a million: {GOAL_SECONDS} s, {GOAL_GB} GB)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=80_000)
    main(parser.parse_args().patients)
