"""Spark and Polars write the same bytes, from the same events."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from gepnet import api
from gepnet.api import Question

ROOT = Path(__file__).resolve().parents[2]
#: One core of this machine, no page of its own, and no more memory than so few patients need.
LOCAL = (
    "--master local[1] --driver-memory 512m --conf spark.ui.enabled=false "
    "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 pyspark-shell"
)


@pytest.fixture(scope="module")
def java_home() -> str:
    """Where the Java is that `make` found or installed."""
    found = subprocess.run(
        ["sh", str(ROOT / "scripts" / "java.sh"), "--find"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode:
        pytest.fail("no Java 17 on this machine: run `make setup`", pytrace=False)
    return str(Path(found.stdout.strip()).resolve().parent.parent)


def spark(java_home: str, folder: Path) -> dict[str, str]:
    """Return what a process that uses Spark has to find around it."""
    return {
        "JAVA_HOME": java_home,
        "PYSPARK_SUBMIT_ARGS": LOCAL,
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
    }


def assess_on_spark(registry: Path, output: Path, env: dict[str, str]) -> None:
    """Assess in a process of its own: with it ends the session, and Java."""
    words = ["registry", "assess", str(registry), "-o", str(output), "--at", "2025-06-30"]
    words += ["--knowledge-date", "2026-01-15", "--engine", "spark", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "gepnet", *words],
        capture_output=True, text=True, timeout=300, env={**os.environ, **env}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of an assessment."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_spark_writes_the_same_bytes_as_polars(tmp_path: Path, java_home: str) -> None:
    registry = tmp_path / "registry"
    api.synth_registry(api.base(), str(registry), 60, seed=4, block=30)
    env = spark(java_home, tmp_path)
    question = Question.read(at="2025-06-30", knowledge_date=datetime.date(2026, 1, 15))
    api.assess_registry(api.base(), str(registry), str(tmp_path / "polars"), question)
    assess_on_spark(registry, tmp_path / "spark", env)
    told = files(tmp_path / "polars")
    assert sum(name.endswith("-statuses.parquet") for name in told) == 2
    assert files(tmp_path / "spark") == told


#: Reads a Parquet file with Spark, in both of its ways, and says how often each status occurs.
READ = """
import json, sys
from pyspark.sql import SparkSession
session = SparkSession.builder.getOrCreate()
for at_once in ("true", "false"):
    session.conf.set("spark.sql.parquet.enableVectorizedReader", at_once)
    table = session.read.parquet(sys.argv[1])
    found = [list(row) for row in table.orderBy("patient").collect()]
    print(json.dumps([table.columns, found]))
session.stop()
"""


def test_spark_reads_the_statuses_of_a_cohort(tmp_path: Path, java_home: str) -> None:
    facts, statuses = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    day = datetime.date(2026, 1, 15)
    api.sample_facts(api.base(), 1001, facts, at=day)
    api.assess_cohort(api.base(), facts, statuses, Question.read(at=str(day)))
    done = subprocess.run(
        [sys.executable, "-c", READ, str(statuses)],
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, **spark(java_home, tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = pl.read_parquet(statuses).sort("patient")
    expected = json.dumps([told.columns, [list(row) for row in told.iter_rows()]])
    assert done.stdout.splitlines() == [expected, expected]
