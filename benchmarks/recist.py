"""Best overall response of many patients: gepnet's columns beside pyrecist in the same run.

The same made-up lesions (targets only, the one kind of file that pyrecist reads) for both. pyrecist
loops over patients, so it is timed on fewer, and the ratio is of times per patient. Reading the
file is part of both times. Processor time is printed beside wall time: it says what a machine that
is busy with other work hides.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

PATIENTS, PEER, ASSESSMENTS, TARGETS = 100_000, 2_000, 6, 3
GOAL_SECONDS = 20
DAY = 56


def lesions(patients: int, seed: int = 1) -> pl.DataFrame:
    """Return made-up lesions, one row a lesion and date: baseline and ``ASSESSMENTS`` more."""
    draw = np.random.default_rng(seed)
    days = ASSESSMENTS + 1
    shape = (patients, TARGETS, days)
    steps = draw.normal(0.96, 0.12, shape).clip(0.4, 1.6)
    steps[:, :, 0] = draw.uniform(15, 80, shape[:2])
    size = steps.cumprod(axis=2).round(1).clip(0.1)
    patient, lesion, day = np.indices(shape)
    date = np.datetime64("2020-01-01") + (day * DAY).astype("timedelta64[D]")
    organs = np.array(["liver", "lung", "pancreas"])
    return pl.DataFrame(
        {
            "patient_id": patient.ravel(),
            "date": date.ravel(),
            "lesion_id": np.char.add("L", lesion.ravel().astype(str)),
            "role": "target",
            "organ": organs[lesion.ravel()],
            "nodal": "false",
            "diameter_mm": size.ravel(),
            "status": "measured",
        }
    ).with_columns(pl.col("patient_id").cast(pl.String))


Times = tuple[float, float]  # wall, processor; seconds


def timed(work: Callable[[], Any]) -> tuple[Times, Any]:
    """Return how long ``work`` took, and what it returned."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - wall, time.process_time() - processor), result


def time_gepnet(file: Path, output: Path) -> tuple[Times, dict[str, int]]:
    """Return times from file to files, and the confirmed best responses."""
    from gepnet import api

    base = api.base()
    times, summary = timed(lambda: api.write_responses(base, output, file))
    return times, summary["best_overall_confirmed"]


def time_pyrecist(frame: pl.DataFrame, folder: Path) -> Times:
    """Return times of pyrecist on the same lesions in the columns it reads."""
    from pyrecist.assessment import Evaluator
    from pyrecist.data import Reader

    file = folder / "pyrecist.csv"
    frame.select(
        "patient_id",
        pl.col("date").dt.strftime("%Y%m%d").alias("study_date"),
        pl.col("diameter_mm").alias("measurement"),
        pl.col("lesion_id").alias("lesion_label_alias"),
        pl.col("role").alias("lesion_category"),
    ).write_csv(file)

    def assess() -> None:
        reader = Reader()
        reader.read_measurements(str(file))
        Evaluator(reader).evaluate_recist()

    return timed(assess)[0]


def main() -> None:
    """Print times and the ratio, or JSON with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--peer", type=int, default=PEER, help="patients for pyrecist")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = lesions(given.patients)
        file = folder / "lesions.csv"
        frame.write_csv(file)
        own, best = time_gepnet(file, folder / "points.parquet")
        peer = time_pyrecist(lesions(given.peer), folder)
    ratios = [(p / given.peer) / (o / given.patients) for p, o in zip(peer, own, strict=True)]
    result = {
        "patients": given.patients,
        "assessments": ASSESSMENTS,
        "rows": len(frame),
        "seconds": own[0],
        "processor_seconds": own[1],
        "goal_seconds": GOAL_SECONDS,
        "peer_patients": given.peer,
        "peer_seconds": peer[0],
        "peer_processor_seconds": peer[1],
        "ratio_per_patient": ratios[0],
        "processor_ratio_per_patient": ratios[1],
        "best_overall_confirmed": best,
    }
    if given.json:
        print(json.dumps(result, indent=2))
        return
    print(
        f"RECIST 1.1, {given.patients:,} patients x {ASSESSMENTS} assessments, "
        f"{len(frame):,} rows, file to file: {own[0]:.1f} s, processor {own[1]:.1f} s "
        f"(goal {GOAL_SECONDS} s)"
    )
    print(
        f"pyrecist, {given.peer:,} patients: {peer[0]:.1f} s, processor {peer[1]:.1f} s; for each "
        f"patient {ratios[0]:.0f} times the wall and {ratios[1]:.0f} times the processor time of "
        "gepnet, without the best response"
    )


if __name__ == "__main__":
    main()
