"""What a user waits for: the start of a command, one patient, the facts that decide."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = 7


def median_process(arguments: list[str]) -> float:
    """Return the median wall time of a whole process in seconds."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(arguments, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def median_call(function: Callable[[], Any], runs: int = 50) -> float:
    """Return the median time of a call in seconds, after three warm-up calls."""
    for _ in range(3):
        function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def example_patient(folder: Path) -> Path:
    """Write the packaged example patient to a file."""
    from gepnet import api

    path = folder / "patient.yaml"
    path.write_text(api.example_patient(), encoding="utf-8")
    return path


def start_up(folder: Path) -> list[dict[str, Any]]:
    """Time whole commands against the bare interpreter."""
    patient = example_patient(folder)
    bare = median_process([sys.executable, "-c", "pass"])
    gepnet = [sys.executable, "-m", "gepnet"]
    return [
        {
            "what": what,
            "seconds": median_process([*gepnet, *arguments]),
            "beside": "bare interpreter",
            "peer_seconds": bare,
            "goal_seconds": goal,
        }
        for what, arguments, goal in (
            ("gepnet --help", ["--help"], 0.3),
            ("gepnet assess, cold", ["assess", str(patient), "--format", "json"], 1.2),
        )
    ]


def one_patient(folder: Path) -> list[dict[str, Any]]:
    """Time one patient against all documents, warm, with and without explanations."""
    from gepnet import api
    from gepnet.criteria import interpret

    base = api.base()
    record = api.read_patient(example_patient(folder), base)
    facts = api.facts_of(record, base)
    nodes = [r.when for d in base.documents for r in d.recommendations]

    def truths() -> list[bool | None]:
        return [interpret(node, facts.values) for node in nodes]

    plain = median_call(truths)
    beside = f"truth of {len(nodes)} criteria, no explanation"
    return [
        {
            "what": "one patient, all documents, warm, with explanations",
            "seconds": median_call(lambda: api.assess_facts(facts, base)),
            "beside": beside,
            "peer_seconds": plain,
            "goal_seconds": 0.010,
        },
        {
            "what": "the same from the record",
            "seconds": median_call(lambda: api.assess_record(record, base)),
            "beside": beside,
            "peer_seconds": plain,
            "goal_seconds": None,
        },
    ]


def compared() -> list[dict[str, Any]]:
    """Time every pair of documents on every option of one patient, nothing remembered.

    The patient is the published one on whom most is open, so that most has to be searched.
    """
    from gepnet import api
    from gepnet.guidelines import compare
    from gepnet.guidelines.deciding import Deciding
    from gepnet.io import published_records

    base = api.base()
    assessments = [api.assess_record(c.record, base) for c in published_records(base.vocabulary)]

    def open_positions(assessment: Any) -> int:
        cells = [c for d in assessment.documents.values() for c in d.cells.spoken.values()]
        return sum(cell.is_open for cell in cells)

    most = max(assessments, key=open_positions)
    pairs = compare(most)
    return [
        {
            "what": f"deciding facts of {len(pairs)} pairs of documents, up to three changes",
            "seconds": median_call(lambda: Deciding(base, most.facts).between(pairs), runs=RUNS),
            "beside": "the assessment alone",
            "peer_seconds": median_call(lambda: api.assess_facts(most.facts, base)),
            "goal_seconds": 1.0,
        }
    ]


def main() -> None:
    """Print the table, or JSON with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as name:
        results = [*start_up(Path(name)), *one_patient(Path(name)), *compared()]
    for result in results:
        result["ratio"] = result["seconds"] / result["peer_seconds"]
    if as_json:
        print(json.dumps(results, indent=2))
        return
    for result in results:
        goal = result["goal_seconds"]
        verdict = "" if goal is None else f", goal {goal * 1000:.0f} ms"
        print(
            f"{result['what']}: {result['seconds'] * 1000:.1f} ms{verdict}; "
            f"{result['ratio']:.1f} x {result['beside']} ({result['peer_seconds'] * 1000:.1f} ms)"
        )


if __name__ == "__main__":
    main()
