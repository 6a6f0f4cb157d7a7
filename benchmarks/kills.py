"""Import, addition to a registry and assessment killed at random, and run again: the same bytes?

``python -m benchmarks.kills --kills 30`` kills each of them 30 times with SIGKILL, in turn at a
moment drawn evenly over its run and when a drawn number of its files is there, runs the same
command again to its end, and holds every file of the result, hidden ones too, beside those of a run
that nobody disturbed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.importing import MAP, _write
from gepnet import api

#: Nothing is written while Python and the knowledge are read.
EARLIEST = 0.4
PATIENTS, BLOCK, ROWS = 2_000, 200, 200


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file under a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def files(folder: Path) -> int:
    """Return how many files, drafts among them, there are under a folder."""
    return sum(len(names) for _, _, names in os.walk(folder))


def run(
    words: Iterable[str],
    kill_after: float | None = None,
    kill_at: tuple[Path, int] | None = None,
) -> bool:
    """Run a command, perhaps killed after some seconds or files; return whether it was."""
    command = [sys.executable, "-m", "gepnet", *words]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        if kill_at is not None:
            while process.poll() is None and files(kill_at[0]) < kill_at[1]:
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        code = process.wait()
    if code not in (0, 1, -signal.SIGKILL):
        raise SystemExit(f"{' '.join(command)}: exit code {code}")
    return code == -signal.SIGKILL


class Job:
    """A command whose result is a folder of its own."""

    def __init__(self, name: str, words: list[str], again: tuple[str, ...] = ()) -> None:
        """Take the words, with ``{out}`` for the folder, and those that a second run needs."""
        self.name, self.words, self.again = name, words, again

    def told(self, out: Path, again: bool = False) -> list[str]:
        """Return the words for a folder."""
        return [w.format(out=out) for w in self.words] + list(self.again) * again

    def tried(self, root: Path, kills: int, draw: random.Random) -> None:
        """Kill it so often, and print how often it was hit and how often the end differed."""
        whole = root / f"{self.name} whole"
        begun = time.perf_counter()
        run(self.told(whole))
        took = time.perf_counter() - begun
        undisturbed = contents(whole)
        killed = amid = differ = 0
        for trial in range(kills):
            cut = root / f"{self.name} {trial}"
            if trial % 2:
                hit = run(self.told(cut), draw.uniform(EARLIEST * took, took))
            else:
                hit = run(self.told(cut), None, (cut, draw.randint(1, len(undisturbed))))
            killed += hit
            amid += hit and bool(contents(cut)) and contents(cut) != undisturbed
            run(self.told(cut, again=True))
            differ += contents(cut) != undisturbed
        print(
            f"{self.name:<16}{kills} runs of {took:.1f} s: {killed} killed, {amid} of them with "
            f"files half there; after a second run {differ} differ",
            flush=True,
        )
        if differ:
            raise SystemExit(1)


def main(kills: int, seed: int, only: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        api.synth_registry(api.base(), str(root / "registry"), PATIENTS, block=BLOCK)
        _write(root / "clinic.csv", ROWS)
        (root / "map.yaml").write_text(MAP, encoding="utf-8")
        table = ["import", "table", str(root / "clinic.csv"), "--map", str(root / "map.yaml")]
        run([*table, "-o", str(root / "imported")])
        days = ["--at", "2025-06-30", "--knowledge-date", "2026-01-15"]
        jobs = [
            Job("import table", [*table, "-o", "{out}", "--patient-files"], ("--force",)),
            Job("registry add", ["registry", "add", str(root / "imported/tables"), "{out}",
                                 "--on", "2026-01-15"]),
            Job("registry assess", ["registry", "assess", str(root / "registry"), "-o", "{out}",
                                    *days]),
        ]  # fmt: skip
        draw = random.Random(seed)
        for job in jobs:
            if only in (None, job.name):
                job.tried(root, kills, draw)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="One of them: 'registry assess'.")
    given = parser.parse_args()
    main(given.kills, given.seed, given.only)
