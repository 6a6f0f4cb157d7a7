"""A registry: made up, looked at, assessed at scale."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, need, refuse
from gepnet.tables import taken
from gepnet.vocabulary import Accepting, Question

if TYPE_CHECKING:
    from gepnet.registry.points import Points

View = dict[str, Any]
Progress = Callable[[int], None]
#: Patients of a block: with them memory stays low, and a block is soon done.
BLOCK = 20_000


def synth_registry(
    base: KnowledgeBase,
    output: str,
    patients: int,
    seed: int = 1,
    force: bool = False,
    progress: Progress | None = None,
    block: int = BLOCK,
) -> View:
    """Write a registry of made-up histories: the same for the same seed, marked as made up.

    Args:
        base: the knowledge; the recipe is ``measures/registry_synthetic.yaml``.
        output: folder or URL of the registry.
        patients: how many; a smaller number gives the first of them.
        seed: of the random numbers.
        force: replace a registry that is there.
        progress: called with the number of patients so far.
        block: patients of a block.

    Raises:
        InputError: if there is a registry already, or for a number below one.
    """
    need("polars", "numpy")
    from gepnet.registry.recipe import SyntheticRegistry
    from gepnet.registry.store import Commit, Manifest, Writer, columns_seen
    from gepnet.registry.synth import SyntheticBlocks

    if patients < 1:
        raise refuse("patients", str(patients), "a whole number from 1")
    recipe = SyntheticRegistry.read(base.knowledge.measures)
    writer = Writer(output, base.vocabulary, force)
    seen: dict[str, set[str]] = {}
    blocks = []
    for number, made in enumerate(SyntheticBlocks(recipe, patients, seed, block)):
        tables = made()
        blocks.append(writer.block(number, tables))
        columns_seen(seen, tables)
        if progress is not None:
            progress(sum(one.patients for one in blocks))
    what = f"gepnet registry synth --patients {patients} --seed {seed}"
    rows = sum(part.rows for one in blocks for part in one.parts)
    manifest = Manifest(
        f"synthetic registry of {patients}, seed {seed}: made up, for no finding",
        True,
        tuple(blocks),
        (Commit(0, what, rows, patients, recipe.patients.locked.isoformat()),),
        {"seed": seed, "knowledge_digest": base.knowledge.digest},
    )
    writer.finish(manifest, seen)
    return registry_view(output)


def add_to_registry(
    base: KnowledgeBase,
    source: Path,
    registry: str,
    title: str = "",
    on: datetime.date | None = None,
    accept: Iterable[str] = (),
    pseudonyms: Path | None = None,
) -> View:
    """Add a folder of event tables to a registry, which is begun if there is none.

    A row with the ``id`` of an earlier event of the same patient takes its place. A row that cannot
    be used is set aside with what was expected; the rest is added.

    Args:
        base: the knowledge.
        source: folder of event tables.
        registry: folder or URL of the registry.
        title: of a registry that is begun.
        on: the day of the addition, for the history (default: today).
        accept: values outside their plausible range that somebody stands by.
        pseudonyms: a file with a secret key: patients are kept under names that only it makes.

    Raises:
        InputError: if there is no table, nothing that can be used, or no key in the file.
    """
    need("polars")
    from gepnet.io import read_usable_tables
    from gepnet.registry.adding import add_records
    from gepnet.registry.pseudonyms import Pseudonyms

    accepting = Accepting.read(accept)
    day = on or datetime.date.today()
    usable = read_usable_tables(source, base.vocabulary, accepting=accepting)
    accepting.refuse_unused()
    if not usable.records:
        raise InputError(usable.problems)
    names = None if pseudonyms is None else Pseudonyms.read(pseudonyms)
    records = [record if names is None else names.of(record) for record in usable.records]
    what = f"gepnet registry add {source.name}"
    add_records(registry, records, base.vocabulary, what, title or source.name, day.isoformat())
    return {
        **registry_view(registry),
        "rows_read": usable.rows,
        "rows_used": usable.rows - usable.rows_aside,
        "rows_aside": usable.rows_aside,
        "problem_list": [str(problem) for problem in usable.problems],
    }


def write_pseudonym_key(path: Path) -> View:
    """Write a new secret key for pseudonyms, readable by its owner alone.

    Raises:
        InputError: if the file is there already: with another key nobody is found again.
    """
    from gepnet.registry.pseudonyms import write_key

    write_key(path)
    return {"file": str(path)}


def registry_view(place: str) -> View:
    """Return what a registry holds: title, patients, rows by kind, history."""
    need("polars")
    from gepnet.registry.store import Registry

    registry = Registry.open(place)
    manifest = registry.manifest
    rows: Counter[str] = Counter()
    for one in manifest.blocks:
        for part in one.parts:
            rows[part.kind] += part.rows
    return {
        "registry": registry.folder.place,
        **taken(manifest, "title synthetic digest patients rows:events"),
        "blocks": len(manifest.blocks),
        "kinds": rows,
        "history": [vars(commit) for commit in manifest.history],
    }


def assess_registry(
    base: KnowledgeBase,
    registry: str,
    output: str,
    question: Question,
    points: Points = "day",
    engine: Literal["polars", "spark"] = "polars",
    progress: Progress | None = None,
) -> View:
    """Write facts and statuses of every patient of a registry; what is there is not redone.

    Args:
        base: the knowledge.
        registry: folder or URL of the registry.
        output: folder or URL of the assessment.
        question: the day of the facts and that of the knowledge (default: today).
        points: ``day``: every patient as of the day; ``treatments``: the day before each treatment
            began, with the documents of every day, so that those of its time can be chosen.
        engine: ``polars``, or ``spark`` for a cluster: the same rows.
        progress: called with the number of patients so far.

    Raises:
        InputError: if there is no such registry.
    """
    need("polars")
    from gepnet.registry.assess import Asked, Assessor, assess_blocks, finish
    from gepnet.registry.files import Folder
    from gepnet.registry.store import Registry

    at = question.day() or datetime.date.today()
    asked = Asked(at, question.knowledge_date, points, every=points == "treatments")
    assessor = Assessor(base, Registry.open(registry), asked, question.with_files)
    folder = Folder(output)
    if engine == "spark":
        need("pyspark", "pyarrow")
        from gepnet.registry.spark import assess_on_spark

        told = assess_on_spark(assessor, output, progress)
        return {"assessment": output, **finish(assessor, folder, told)}
    return {
        "assessment": output,
        **finish(assessor, folder, assess_blocks(assessor, folder, progress)),
    }
