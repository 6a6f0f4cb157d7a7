"""A registry from events to statuses, and questions of it: time for each patient, and memory.

Sizes double up to ``--patients`` (``--sizes`` names them instead), each in a process of its own, so
that a cost which grows faster than the patients shows, in time or in memory. Beside the same
statuses by the engine for one patient (``plain`` off), on a few. What the goal is said of is
``--patients 1000000``.

``--spark N`` assesses N patients by Polars and by Spark and holds both row for row.
"""

from __future__ import annotations

import argparse
import datetime
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gepnet import api
from gepnet.api import Question
from gepnet.registry.assess import Asked, Assessed, Assessor, assess_blocks, finish
from gepnet.registry.files import Folder
from gepnet.registry.store import Registry

DAY = datetime.date(2026, 6, 30)
BEFORE = datetime.date(2023, 6, 30)
PEER = 100
GOAL = "goal for a million on 2 cores: 300 s and 6 GB to the statuses, 10 s for an impact"
ROOT = Path(__file__).resolve().parent.parent
LOCAL = (
    "--master local[{cores}] --driver-memory 1g --conf spark.ui.enabled=false "
    "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 pyspark-shell"
)


@contextmanager
def timed(what: str, rows: int) -> Iterator[None]:
    """Print wall and processor time of a step, and microseconds a patient."""
    wall, work = time.perf_counter(), time.process_time()
    yield
    wall, work = time.perf_counter() - wall, time.process_time() - work
    each = f"{1e6 * work / rows:8.1f} us a patient"
    print(f"  {what:<34}{wall:8.1f} s{work:8.1f} s of processor time{each}", flush=True)


def telling(total: int) -> Callable[[int], None]:
    """Return what says on the error stream how far a step is, every tenth of it."""
    begun, told = time.perf_counter(), [0]

    def tell(done: int) -> None:
        if 10 * done // total > told[0]:
            told[0] = 10 * done // total
            print(f"    {done} of {total}, {time.perf_counter() - begun:.0f} s", file=sys.stderr)

    return tell


def assessed(registry: str, output: str, plain: bool = True) -> int:
    """Assess a registry and return its rows."""
    assessor = Assessor(api.base(), Registry.open(registry), Asked(DAY, DAY, plain=plain))
    folder = Folder(output)
    tell = telling(assessor.registry.manifest.patients)
    return int(finish(assessor, folder, assess_blocks(assessor, folder, tell))["rows"])


def one_size(size: int) -> None:
    """Make a registry, assess it and ask it, and print what each step takes."""
    base = api.base()
    with tempfile.TemporaryDirectory() as folder:
        place, found = f"{folder}/registry", f"{folder}/assessed"
        print(f"{size} patients", flush=True)
        with timed("made up", size):
            view = api.synth_registry(base, place, size, progress=telling(size))
        with timed("events to facts to statuses", size):
            assessed(place, found)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        now, then = (Question.read(knowledge_date=day) for day in (DAY, BEFORE))
        with timed("impact of a criterion", size):
            both = ("ki67_percent between 10 and 55", "ki67_percent between 10 and 60")
            api.registry_impact(base, found, now, criteria=both)
        with timed("impact of three years, one option", size):
            api.registry_impact(base, found, then, then=DAY, option="lu177_dotatate")
        with timed("impact of three years, whole", size):
            api.registry_impact(base, found, then, then=DAY)
        with timed("characterise by centre", size):
            api.characterise_registry(base, found, "centre")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        disk = sum(path.stat().st_size for path in files) / 1e9
        print(
            f"  {view['events'] / size:.0f} events a patient; peak memory {memory:.1f} GB to the "
            f"statuses, {peak:.1f} GB with the questions; {disk:.2f} GB in {len(files)} files"
        )


def one_by_one() -> None:
    """Assess a few by the engine for one patient and by columns: their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        place = f"{folder}/registry"
        api.synth_registry(api.base(), place, 20_000)
        few = f"{folder}/few"
        api.synth_registry(api.base(), few, PEER)
        took = {}
        for name, source, plain in (("columns", place, True), ("one by one", few, False)):
            begun = time.process_time()
            rows = assessed(source, f"{folder}/{name}", plain)
            took[name] = (time.process_time() - begun) / rows
            print(f"  {name:<34}{1e6 * took[name]:8.0f} us a patient of processor time")
        print(f"  ratio {took['one by one'] / took['columns']:.0f}")


def spark(size: int, cores: int) -> None:
    """Assess by Polars and by Spark, and hold them row for row."""
    java = subprocess.run(
        ["sh", str(ROOT / "scripts" / "java.sh"), "--find"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "JAVA_HOME": str(Path(java.stdout.strip()).resolve().parent.parent),
            "PYSPARK_SUBMIT_ARGS": LOCAL.format(cores=cores),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_DIRS": f"{folder}/scratch",
        }
        os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        place = f"{folder}/registry"
        api.synth_registry(api.base(), place, size)
        question = Question.read(at=str(DAY), knowledge_date=DAY)
        for engine in ("polars", "spark"):
            begun = time.perf_counter()
            api.assess_registry(api.base(), place, f"{folder}/{engine}", question, engine=engine)
            print(f"  {engine:<10}{time.perf_counter() - begun:8.1f} s", flush=True)
        one, other = (Assessed(f"{folder}/{engine}") for engine in ("polars", "spark"))
        rows = cells = 0
        for name in ("points", "facts", "statuses"):
            for (mine,), (theirs,) in zip(
                one.blocks(**{name: None}), other.blocks(**{name: None}), strict=True
            ):
                if not mine.equals(theirs):
                    raise SystemExit(f"{name} differ")
                cells += mine.width * len(mine)
                rows += len(mine) * (name == "statuses")
        print(f"  the same {rows} rows, {cells} cells, row for row")


def main(sizes: list[int]) -> None:
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.registry", "--one", str(size)]
        subprocess.run(command, check=True, cwd=ROOT)
    print("one by one beside columns")
    one_by_one()
    print(GOAL)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=40_000)
    parser.add_argument("--sizes", type=int, nargs="*", help="These sizes, and no others.")
    parser.add_argument("--one", type=int, help="One size, in this process.")
    parser.add_argument("--spark", type=int, help="So many by Polars and by Spark.")
    parser.add_argument("--cores", type=int, default=2, help="Of Spark.")
    given = parser.parse_args()
    if given.spark:
        spark(given.spark, given.cores)
    elif given.one:
        one_size(given.one)
    else:
        main(given.sizes or [given.patients // 4, given.patients // 2, given.patients])
