"""All proofs about the knowledge: the questions that are new, on as many processes as wanted."""

from __future__ import annotations

import datetime
import multiprocessing
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from gepnet.guidelines.assess import documents_in_force
from gepnet.guidelines.compiled import KnowledgeBase, knowledge_base
from gepnet.guidelines.verify.basis import basis
from gepnet.guidelines.verify.between import between
from gepnet.guidelines.verify.cache import Proved
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.decided import with_deciding
from gepnet.guidelines.verify.diff import changes
from gepnet.guidelines.verify.findings import DISAGREEMENTS, KINDS, Finding, Tally
from gepnet.guidelines.verify.gaps import gaps, unplaced
from gepnet.guidelines.verify.labels import label_texts, off_label
from gepnet.guidelines.verify.one_fact_apart import one_fact_apart
from gepnet.guidelines.verify.prover import DEFAULT_TIMEOUT_MS
from gepnet.guidelines.verify.rules import rules
from gepnet.guidelines.verify.sizes import with_shares
from gepnet.guidelines.verify.thresholds import thresholds
from gepnet.guidelines.verify.within import within
from gepnet.knowledge import load_knowledge

Job = tuple[str, ...]
# So many jobs go to a worker at once: enough to keep it busy, few enough for a smooth progress.
_BATCH = 24


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
) -> list[Job]:
    """Return every job that can bring some kinds of finding, or those about one document."""
    jobs = _all_jobs(base, day, document)
    return [job for job in jobs if not kinds or _BRINGS[job[0]].intersection(kinds)]


def _all_jobs(base: KnowledgeBase, day: datetime.date, document: str | None) -> list[Job]:
    in_force = [d.id for d in documents_in_force(base.documents, day)[0]]
    known = {d.id for d in base.documents}
    jobs: list[Job] = [("document", d.id) for d in base.documents]
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
    keys = {job: proved.key(job) for job in jobs}
    kept = {job: found for job in jobs if (found := proved.get(keys[job])) is not None}
    new = [job for job in jobs if job not in kept]
    tally = Tally()
    done = len(kept)
    if progress is not None:
        progress(done, len(jobs))
    fresh: dict[Job, list[Finding]] = {}
    for some, counted in _worked(base, day, new, tuple(extra), processes, timeout_ms):
        fresh.update(some)
        tally.add(counted)
        done += len(some)
        if progress is not None:
            progress(done, len(jobs))
    if shares:
        flat = with_shares(base, [f for job in fresh for f in fresh[job]], day)
        sized = iter(flat)
        fresh = {job: [next(sized) for _ in found] for job, found in fresh.items()}
    for job, found in fresh.items():
        proved.put(keys[job], found)
    if fresh:
        proved.store()
    findings = [f for job in jobs for f in {**kept, **fresh}[job]]
    order = {kind: index for index, kind in enumerate(KINDS)}
    findings.sort(key=lambda f: (order[f.kind], f.documents, f.options, f.about))
    return Proofs(tuple(findings), tally, len(jobs), len(new))


def _worked(
    base: KnowledgeBase,
    day: datetime.date,
    jobs: list[Job],
    extra: tuple[Path, ...],
    processes: int,
    timeout_ms: int,
) -> Iterator[tuple[dict[Job, list[Finding]], Tally]]:
    batches = [jobs[start : start + _BATCH] for start in range(0, len(jobs), _BATCH)]
    if processes <= 1 or len(batches) <= 1:
        context = Context(base, day, timeout_ms) if batches else None
        for batch in batches:
            assert context is not None
            yield _done(context, batch)
        return
    # Started anew and not forked: the threads of the table engine do not survive a fork.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, _begin, (extra, day, timeout_ms)) as pool:
        running = [pool.submit(_in_worker, batch) for batch in batches]
        for finished in as_completed(running):
            yield finished.result()


_context: Context | None = None


def _begin(extra: tuple[Path, ...], day: datetime.date, timeout_ms: int) -> None:
    global _context  # noqa: PLW0603 - one solver for the life of a worker
    _context = Context(knowledge_base(load_knowledge(*extra)), day, timeout_ms)


def _in_worker(batch: list[Job]) -> tuple[dict[Job, list[Finding]], Tally]:
    assert _context is not None
    return _done(_context, batch)


def _done(context: Context, batch: list[Job]) -> tuple[dict[Job, list[Finding]], Tally]:
    context.prover.tally = Tally()
    found = {job: list(_answer(context, job)) for job in batch}
    return found, context.prover.tally


def _answer(context: Context, job: Job) -> Iterator[Finding]:
    match job:
        case ("document", name):
            yield from within(context, name)
            yield from gaps(context, name)
            yield from thresholds(context, name)
            if name in context.in_force:
                yield from off_label(context, name)
        case ("pair", one, other):
            yield from with_deciding(context, between(context, one, other))
        case ("superseded", old, new):
            stands = context.positions.by_document
            yield from changes(context, stands[old], stands[new], (old, new), only_both=True)
        case ("label", name):
            yield from label_texts(context, name)
        case ("across",):
            yield from unplaced(context)
        case ("basis",):
            yield from basis(context)
        case ("rules",):
            yield from rules(context)
        case ("one_fact_apart",):
            yield from one_fact_apart(context)


__all__ = ["Job", "Proofs", "jobs_of", "prove"]
