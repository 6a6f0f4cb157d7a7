"""Many patients: gepnet's table engine beside DuckDB, its lower bound, and itself at other sizes.

Everything goes from a Parquet file to a Parquet file with the same columns and compression. Each
run is a process of its own, so that its peak memory is its own.

    python -m benchmarks.cohort [FOLDER] [--ten-million]
    python -m benchmarks.cohort [FOLDER] --beside CHECKOUT   # gepnet of another commit, in turn
"""

from __future__ import annotations

import argparse
import datetime
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gepnet.cli import COLLECT_RARELY

DAY = datetime.date(2026, 1, 1)
COMPRESSION, LEVEL = "zstd", 1
ROUNDS = 3
MILLION = 1_000_000


def make(rows: int, folder: Path) -> Path:
    """Return a file of made-up patients, made if it is not there."""
    from gepnet import api

    path = folder / f"facts-{rows}.parquet"
    if not path.exists():
        api.sample_facts(api.base(), rows, path, at=DAY)
    return path


# What is timed: each takes the facts and the place for the result -------------------------------


def gepnet(facts: Path, output: Path) -> Callable[[], object]:
    """The command's own path: reading with all checks, statuses, counts, writing."""
    from gepnet import api
    from gepnet.guidelines.cohort_run import assess_table

    base = api.base()
    gc.freeze()  # as the command
    return lambda: assess_table(base, facts, output, DAY, DAY, compression=COMPRESSION)


def _duckdb(facts: Path, output: Path, stage_atoms: bool) -> Callable[[], object]:
    import duckdb

    from gepnet import api
    from gepnet.guidelines.cohort_run import open_table
    from gepnet.guidelines.cohort_sql import cohort_sql

    query = cohort_sql(
        api.base(),
        DAY,
        DAY,
        columns=list(open_table(facts)[1]),
        table="read_facts",
        stage_atoms=stage_atoms,
    )
    query = query.replace("read_facts", f"read_parquet('{facts}')")
    options = f"FORMAT parquet, COMPRESSION {COMPRESSION}, COMPRESSION_LEVEL {LEVEL}"
    connection = duckdb.connect()
    return lambda: connection.execute(f"COPY ({query}) TO '{output}' ({options})")


def duckdb_one_select(facts: Path, output: Path) -> Callable[[], object]:
    """DuckDB, atoms where they stand."""
    return _duckdb(facts, output, stage_atoms=False)


def duckdb_staged_atoms(facts: Path, output: Path) -> Callable[[], object]:
    """DuckDB, each distinct atom in a sub-select."""
    return _duckdb(facts, output, stage_atoms=True)


def lower_bound(facts: Path, output: Path) -> Callable[[], object]:
    """Read the columns, evaluate each distinct atom once, write the result, all by Polars.

    The facts that the criteria name, derived ones included, were put into a file before, and the
    result into memory. Less is only done by writing the result in another way.
    """
    import polars as pl

    from gepnet import api
    from gepnet.criteria import atoms
    from gepnet.criteria.columns import columns_of
    from gepnet.criteria.polars import to_polars
    from gepnet.guidelines.cohort import CohortPlan
    from gepnet.guidelines.cohort_run import ROWS_AT_A_TIME, open_table

    base = api.base()
    table, schema = open_table(facts)
    plan = CohortPlan(base, schema, DAY, DAY)
    named = [base.vocabulary[name] for name in plan.cohort.facts_named]
    columns = [column for fact in named for column in columns_of(fact)]
    ready = facts.with_name(f"named-{facts.name}")
    if not ready.exists():
        derived = plan.read(table)
        for stage in plan.facts.stages:
            derived = derived.with_columns(**stage)
        derived.select(columns).sink_parquet(ready, engine="streaming")
    distinct = dict.fromkeys(atom for node in plan.cohort.nodes for atom in atoms(node))
    truths = {f"a{i}": to_polars(atom, base.vocabulary) for i, atom in enumerate(distinct)}
    read = pl.scan_parquet(ready).select(columns)
    result = plan.statuses(table).collect(engine="streaming").lazy()

    def run() -> None:
        evaluated = read.with_columns(**truths).select(*truths)
        evaluated.select(pl.all().sum()).collect(engine="streaming")
        with pl.Config(streaming_chunk_size=ROWS_AT_A_TIME):
            result.sink_parquet(
                output, compression=COMPRESSION, compression_level=LEVEL, statistics=False,
                engine="streaming",
            )  # fmt: skip

    return run


WAYS = {
    "gepnet": gepnet,
    "duckdb_one_select": duckdb_one_select,
    "duckdb_staged_atoms": duckdb_staged_atoms,
    "lower_bound": lower_bound,
}


def measured(way: str, facts: Path, output: Path, checkout: Path | None = None) -> dict[str, float]:
    """Run one way in a process of its own; return wall and processor seconds and peak memory."""
    command = [sys.executable, "-m", "benchmarks.cohort", "--one", way, str(facts), str(output)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, **_at(checkout))
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _at(checkout: Path | None) -> dict[str, Any]:
    """Return where a process has to start to run the code of a checkout."""
    if checkout is None:
        return {}
    path = os.pathsep.join([str(checkout / "src"), str(checkout)])
    return {"cwd": checkout, "env": os.environ | {"PYTHONPATH": path}}


def one(way: str, facts: Path, output: Path) -> None:
    """Prepare, run once, print what it took."""
    gc.set_threshold(*COLLECT_RARELY)
    run = WAYS[way](facts, output)
    start, processor = time.perf_counter(), time.process_time()
    run()
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "processor_seconds": time.process_time() - processor,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def best(way: str, facts: Path, folder: Path, rounds: int) -> dict[str, float]:
    """Return the fastest of some runs: noise of a machine only ever adds."""
    runs = [measured(way, facts, folder / f"{way}.parquet") for _ in range(rounds)]
    return {key: min(run[key] for run in runs) for key in runs[0]}


def speed(folder: Path, rows: int = MILLION, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Compare all ways on one file, the result of each checked against gepnet's."""
    facts = make(rows, folder)
    found = {way: best(way, facts, folder, rounds) for way in WAYS}
    _same_results(folder)
    ours = found["gepnet"]["seconds"]
    peer = min(found[way]["seconds"] for way in WAYS if way.startswith("duckdb"))
    bound = found["lower_bound"]["seconds"]
    lines = [
        {"what": f"{rows} patients, {way}", **found[way], "ratio": found[way]["seconds"] / ours}
        for way in WAYS
    ]
    lines.append({"what": "faster DuckDB form over gepnet", "ratio": peer / ours, "goal": ">= 2.5"})
    lines.append({"what": "gepnet over lower bound", "ratio": ours / bound, "goal": "<= 1.5"})
    return lines


def _same_results(folder: Path) -> None:
    import polars as pl

    def some(way: str) -> pl.DataFrame:
        # DuckDB need not keep the order of rows; a number in the name of a patient picks some.
        rows = pl.scan_parquet(folder / f"{way}.parquet")
        return rows.filter(pl.col("patient").str.ends_with("7")).collect().sort("patient")

    ours = some("gepnet")
    for way in WAYS:
        theirs = some(way)
        if not ours.equals(theirs):
            raise SystemExit(f"{way} gives another result than gepnet")


def growth(folder: Path, sizes: list[int], rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Time gepnet at several sizes; the cost of one more row should be the same at all."""
    lines: list[dict[str, Any]] = []
    before: tuple[int, float] | None = None
    for rows in sizes:
        facts = make(rows, folder)
        found = best("gepnet", facts, folder, 1 if rows > MILLION else rounds)
        line: dict[str, Any] = {"what": f"gepnet, {rows} patients", **found}
        line["microseconds_a_row"] = found["seconds"] / rows * 1e6
        if before is not None:
            more = (found["seconds"] - before[1]) / (rows - before[0])
            line["microseconds_a_further_row"] = more * 1e6
        before = (rows, found["seconds"])
        lines.append(line)
        (folder / "gepnet.parquet").unlink()
    return lines


def beside(checkout: Path, folder: Path, rows: int, rounds: int) -> list[dict[str, Any]]:
    """Compare with the code of another commit, each on patients made by its own vocabulary.

    The number of status columns grows with the knowledge, and each has to be worked out and
    written: the ratio is given for the whole and for one column.
    """
    import polars as pl

    theirs = folder / "beside"
    theirs.mkdir(exist_ok=True)
    script = (
        "from pathlib import Path; from benchmarks import cohort; "
        f"cohort.make({rows}, Path({str(theirs)!r}))"
    )
    subprocess.run([sys.executable, "-c", script], check=True, **_at(checkout))
    facts = {None: make(rows, folder), checkout: theirs / f"facts-{rows}.parquet"}
    runs: dict[Path | None, list[dict[str, float]]] = {place: [] for place in facts}
    columns = {}
    for _ in range(rounds):
        for place, table in facts.items():
            output = table.with_name("statuses.parquet")
            runs[place].append(measured("gepnet", table, output, place))
            columns[place] = len(pl.scan_parquet(output).collect_schema()) - 1
    best = {p: {key: min(run[key] for run in of) for key in of[0]} for p, of in runs.items()}
    names = {None: "this checkout", checkout: checkout.name}
    lines: list[dict[str, Any]] = [
        {"what": f"{rows} patients, {columns[place]} status columns, {names[place]}", **best[place]}
        for place in facts
    ]
    ours, other = best[None], best[checkout]
    for key, label in (("seconds", "time"), ("processor_seconds", "processor time")):
        ratio = ours[key] / other[key]
        lines.append({"what": f"{label} beside {checkout.name}", "ratio": ratio})
        each = ratio * columns[checkout] / columns[None]
        lines.append({"what": f"{label} of one status column beside it", "ratio": each})
    return lines


def show(line: dict[str, Any]) -> str:
    """Return a line for people."""
    parts = []
    if "seconds" in line:
        parts.append(f"{line['seconds']:.2f} s ({line['processor_seconds']:.1f} s of processor)")
        parts.append(f"{line['peak_mb']:.0f} MB")
    if "ratio" in line:
        parts.append(f"ratio {line['ratio']:.2f}")
    if "goal" in line:
        parts.append(f"goal {line['goal']}")
    if "microseconds_a_row" in line:
        parts.append(f"{line['microseconds_a_row']:.2f} us a row")
    if "microseconds_a_further_row" in line:
        parts.append(f"{line['microseconds_a_further_row']:.2f} us a further row")
    return f"{line['what']}: " + ", ".join(parts)


def main() -> None:
    """Run alone; see above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FACTS", "OUTPUT"))
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--ten-million", action="store_true")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT")
    chosen = parser.parse_args()
    if chosen.one:
        one(chosen.one[0], Path(chosen.one[1]), Path(chosen.one[2]))
        return
    with tempfile.TemporaryDirectory() as temporary:
        compare(chosen, chosen.folder or Path(temporary))


def compare(chosen: argparse.Namespace, folder: Path) -> None:
    """Print both tables; the files of a folder that was named are kept for the next run."""
    folder.mkdir(parents=True, exist_ok=True)
    if chosen.beside:
        found = beside(chosen.beside.resolve(), folder.resolve(), chosen.rows, chosen.rounds)
        print(*map(show, found), sep="\n")
        return
    sizes = [10_000, 100_000, MILLION] + [10 * MILLION] * chosen.ten_million
    for line in speed(folder, chosen.rows, chosen.rounds):
        print(show(line), flush=True)
    for line in growth(folder, sizes, chosen.rounds):
        print(show(line), flush=True)


if __name__ == "__main__":
    main()
