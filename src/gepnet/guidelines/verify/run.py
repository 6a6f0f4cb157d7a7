"""All proofs about the knowledge: the questions that are new, on as many processes as wanted."""

from __future__ import annotations

import datetime
import gc
import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import KnowledgeBase, load_base
from gepnet.guidelines.verify.cache import Proved
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.findings import DISAGREEMENTS, KINDS, Finding, Tally
from gepnet.guidelines.verify.prover import DEFAULT_TIMEOUT_MS
from gepnet.guidelines.verify.sizes import with_shares
from gepnet.guidelines.verify.units import Unit, answer, units_of

# So many parts go to a worker at once: enough to keep it busy, few enough for a smooth progress.
_MANY = 24
# With so few a copy of this process is not worth it, and with no more than a batch no new one.
_FEW = 2
#: Kinds of parts of which one may take a second.
_LONG = frozenset({"across", "gaps", "profiles", "edges", "moved", "shared", "label"})


@dataclass(frozen=True)
class Proofs:
    """Everything that was found, and how much was asked for it."""

    findings: tuple[Finding, ...]
    tally: Tally
    jobs: int
    proved_now: int

    def of(self, kinds: Collection[str] = (), document: str | None = None) -> list[Finding]:
        """Return the findings of some kinds that concern a document."""
        return [
            finding
            for finding in self.findings
            if (not kinds or finding.kind in kinds)
            and (document is None or document in finding.documents)
        ]

    @property
    def disagreements(self) -> list[Finding]:
        """Return the findings in which two sources, or two parts of one, differ."""
        return self.of(DISAGREEMENTS)


#: The kinds of finding that each kind of job can bring.
_BRINGS = {
    "document": {
        "never_applies", "implied", "contradiction", "possible_contradiction", "gap",
        "encoding_gap", "ambiguous", "hole", "double", "off_label", "dissent",
    },
    "pair": {"opposed", "trial_only", "ranking", "sequence", "condition"},
    "superseded": {"superseded"},
    "label": {"ambiguous", "unplaced_label"},
    "across": {"no_position"},
    "basis": {"unverified_only", "secondary_only"},
    "rules": {"eligibility", "shared_limit", "hole", "double"},
    "one_fact_apart": {"undivided", "left_out", "spread"},
}  # fmt: skip


def jobs_of(
    base: KnowledgeBase,
    day: datetime.date,
    document: str | None = None,
    kinds: Collection[str] = (),
) -> list[Unit]:
    """Return every job that can bring some kinds of finding, or those about one document."""
    jobs = _all_jobs(base, day, document)
    return [job for job in jobs if not kinds or _BRINGS[job[0]].intersection(kinds)]


def _all_jobs(base: KnowledgeBase, day: datetime.date, document: str | None) -> list[Unit]:
    in_force = [d.id for d in documents_in_force(base.documents, day)[0]]
    known = {d.id for d in base.documents}
    jobs: list[Unit] = [("document", d.id) for d in base.documents]
    jobs += [("pair", one, other) for one, other in combinations(in_force, 2)]
    jobs += [
        ("superseded", old, new.id)
        for new in base.documents
        for old in new.file.document.supersedes
        if old in known
    ]
    if document is not None:
        return [job for job in jobs if document in job[1:]]
    jobs += [("label", label.entry.id) for label in base.labels]
    return [*jobs, ("across",), ("basis",), ("rules",), ("one_fact_apart",)]


def prove(
    base: KnowledgeBase,
    day: datetime.date,
    *,
    document: str | None = None,
    kinds: Collection[str] = (),
    extra: Sequence[Path] = (),
    processes: int = 1,
    cache: bool = True,
    timeout_ms: int = DEFAULT_TIMEOUT_MS,
    shares: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Proofs:
    """Prove everything about the knowledge that was not proved before.

    Args:
        base: the knowledge.
        day: documents and labels in force on this day.
        document: only what concerns this one.
        kinds: only these kinds of finding and those that come with them.
        extra: files from which a worker reads the same knowledge again; without workers unused.
        processes: how many of them; more than one needs knowledge that was read from files.
        cache: keep and use what earlier runs proved.
        timeout_ms: for one question; one that is not answered in time is reported as such.
        shares: measure regions on the made-up sample.
        progress: called with the jobs done and their number.
    """
    proved = Proved(base, day, cache)
    jobs = jobs_of(base, day, document, kinds)
    parts = {job: units_of(base, job, day) for job in jobs}
    keys = {unit: proved.key(unit) for job in jobs for unit in parts[job]}
    kept = {unit: found for unit in keys if (found := proved.get(keys[unit])) is not None}
    new = [unit for unit in keys if unit not in kept]
    fresh: dict[Unit, list[Finding]] = {}

    def told() -> None:
        if progress is not None:
            open_ = {unit for unit in new if unit not in fresh}
            progress(sum(open_.isdisjoint(units) for units in parts.values()), len(jobs))

    told()
    tally = Tally()
    for some, counted in _worked(base, day, new, tuple(extra), processes, timeout_ms):
        fresh.update(some)
        tally.add(counted)
        told()
    if shares:
        found = [f for unit in new for f in fresh[unit]]
        sized = iter(with_shares(base, found, day, proved.shares))
        fresh = {unit: [next(sized) for _ in fresh[unit]] for unit in new}
    for unit in fresh.keys() - set(tally.unfinished):
        proved.put(keys[unit], fresh[unit])
    if fresh:
        proved.store()
    every = kept | fresh
    findings = [f for job in jobs for unit in parts[job] for f in every[unit]]
    order = {kind: index for index, kind in enumerate(KINDS)}
    findings.sort(key=lambda f: (order[f.kind], f.documents, f.options, f.about))
    proved_now = sum(not kept.keys() >= set(units) for units in parts.values())
    return Proofs(tuple(findings), tally, len(jobs), proved_now)


def _worked(
    base: KnowledgeBase,
    day: datetime.date,
    units: list[Unit],
    extra: tuple[Path, ...],
    processes: int,
    timeout_ms: int,
) -> Iterator[tuple[dict[Unit, list[Finding]], Tally]]:
    forked = _only_thread()
    if len(units) <= (_FEW if forked else _MANY):
        processes = 1  # to start another process would take longer
    # Those that take longest come first, so that no process waits for the last of them.
    units = sorted(units, key=lambda unit: unit[0] not in _LONG)
    size = max(1, min(_MANY, len(units) // (16 * processes)))
    batches = [units[start : start + size] for start in range(0, len(units), size)]
    if processes <= 1:
        context = Context(base, day, timeout_ms) if batches else None
        for batch in batches:
            assert context is not None
            yield _done(context, batch)
        return
    begin = _begin if forked else _begin_anew
    about: Any = base if forked else extra
    method = multiprocessing.get_context("fork" if forked else "spawn")
    with ProcessPoolExecutor(processes, method, begin, (about, day, timeout_ms)) as pool:
        running = [pool.submit(_in_worker, batch) for batch in batches]
        for finished in as_completed(running):
            yield finished.result()


def _only_thread() -> bool:
    """Whether this process has one thread, so that a copy of it is whole.

    Others, such as those of the table engine, do not survive a fork. Where nobody can tell, there
    may be others.
    """
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


_context: Context | None = None


def _begin(base: KnowledgeBase, day: datetime.date, timeout_ms: int) -> None:
    global _context  # noqa: PLW0603 - one solver for the life of a worker
    # What is loaded stays for the life of the worker: not looked through again for what is left.
    gc.freeze()
    _context = Context(base, day, timeout_ms)


def _begin_anew(extra: tuple[Path, ...], day: datetime.date, timeout_ms: int) -> None:
    _begin(load_base(*extra), day, timeout_ms)


def _in_worker(batch: list[Unit]) -> tuple[dict[Unit, list[Finding]], Tally]:
    assert _context is not None
    return _done(_context, batch)


def _done(context: Context, batch: list[Unit]) -> tuple[dict[Unit, list[Finding]], Tally]:
    tally = context.prover.tally = Tally()
    found: dict[Unit, list[Finding]] = {}
    for unit in batch:
        late = tally.timed_out
        found[unit] = list(answer(context, unit))
        if tally.timed_out > late:
            tally.unfinished.append(unit)
    return found, tally
