"""The blocks of a registry over a Spark cluster: each executor runs what one computer would.

Spark hands out the blocks, moves what fails to another executor and keeps count; an executor reads
the events of its block, works out facts and statuses by the same functions on Arrow, and writes the
same files. Registry and assessment have to lie where every executor reaches them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from gepnet.registry.assess import Assessor
from gepnet.registry.files import Folder

if TYPE_CHECKING:
    import pyarrow as pa

_NOTE = "block string, note string"


def assess_on_spark(
    assessor: Assessor, output: str, progress: Callable[[int], None] | None = None
) -> list[dict[str, Any]]:
    """Assess every block of a registry on a Spark cluster, by ``mapInArrow``.

    The session is the one that is running, or the one that Spark's own settings make; there is a
    partition for each block.
    """
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("gepnet registry").getOrCreate()
    Folder(output).sweep()
    blocks = assessor.registry.manifest.blocks
    rows = [(block.id,) for block in blocks]
    names = spark.createDataFrame(rows, "block string").repartition(max(1, len(blocks)), "block")
    work = _Work(assessor, output)
    told = names.mapInArrow(work, _NOTE).collect()
    by_block = {row["block"]: json.loads(row["note"]) for row in told}
    if progress is not None:
        progress(assessor.registry.manifest.patients)
    return [by_block[block.id] for block in blocks]


class _Work:
    """What an executor does with the names of its blocks."""

    def __init__(self, assessor: Assessor, output: str) -> None:
        """Keep what is needed to begin: the knowledge is read again where the work is done."""
        self.place = assessor.registry.folder.place
        self.output = output
        self.asked = assessor.asked
        self.digest = assessor.base.knowledge.digest
        self.files = tuple(str(path) for path in assessor.extra)

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield what is told of each block."""
        import pyarrow as pa

        assessor = _assessor(self.place, self.files, self.asked, self.digest)
        by_name = {block.id: block for block in assessor.registry.manifest.blocks}
        output = Folder(self.output)
        for batch in batches:
            names = batch.column(0).to_pylist()
            notes = [json.dumps(assessor.block(by_name[name], output)) for name in names]
            yield pa.RecordBatch.from_pydict({"block": names, "note": notes})


_assessors: dict[tuple[Any, ...], Assessor] = {}


def _assessor(place: str, files: tuple[str, ...], asked: Any, digest: str) -> Assessor:
    """Return the assessor of this process, with the knowledge that was asked by."""
    from pathlib import Path

    from gepnet.guidelines import load_base
    from gepnet.knowledge import refuse
    from gepnet.registry.store import Registry

    key = (place, files, asked, digest)
    if key not in _assessors:
        base = load_base(*map(Path, files))
        if base.knowledge.digest != digest:
            told = f"the same knowledge on every executor (digest {digest[:12]}…)"
            raise refuse("engine", base.knowledge.digest[:12], told)
        _assessors[key] = Assessor(base, Registry.open(place), asked)
    return _assessors[key]
