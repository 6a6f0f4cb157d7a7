"""How long the proofs about the knowledge take, with a peer in the same run.

    python -m benchmarks.verify [--processes 2] [--document ID ...]

Measured: every pair of documents asked whether one supports what the other opposes, by one solver
that holds the axioms and is asked again and again, against a solver that is made anew for each
question; the whole run from cold; and what is proved after one change of a document, the rest as
it was: a limit, a condition, a further entry, and the scope, on which all that it says rests. By
default the five documents with most entries are changed.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from typing import Any

import z3

from gepnet import api
from gepnet.criteria.smt import conj, formula
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.status import FOR, Status
from gepnet.guidelines.verify.cache import Proved
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.run import _only_thread, prove
from gepnet.knowledge.models import Recommendation

_STARTED = time.perf_counter()
PEER_QUESTIONS = 60


def questions(context: Context) -> list[z3.BoolRef]:
    """Return, for every pair of documents and shared stand, the question of opposition."""
    world = context.prover.world
    found = []
    for one, other in combinations(context.in_force, 2):
        for left, right, _ in context.positions.shared(one, other):
            for first, second in ((left, right), (right, left)):
                for status in (Status.AGAINST, Status.TRIAL_ONLY, Status.SILENT):
                    parts = [world.status(first, *FOR), world.status(second, status)]
                    found.append(formula(conj(parts)))
    return found


def processor_seconds() -> float:
    """Return the processor time of this process and of workers that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Measure and print; what was proved before is not used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--change", choices=CHANGES, help="in one document, what is kept used")
    parser.add_argument("--document", action="append", default=[], help="to change")
    parser.add_argument("--alone", action="store_true", help="only what concerns the document")
    asked = parser.parse_args()
    if asked.change:
        for name in asked.document:
            one_change(asked.change, name, asked.processes, asked.alone)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GEPNET_CACHE_DIR"] = folder
        measure(asked.processes, asked.document)


def measure(processes: int, names: list[str]) -> None:
    """Measure with a cache of its own."""
    base = api.base()
    day = datetime.date.today()

    started = time.perf_counter()
    context = Context(base, day)
    asked = questions(context)
    answers = [context.prover.ask([one]).verdict for one in asked]
    shared = time.perf_counter() - started
    pairs = len(list(combinations(context.in_force, 2)))
    print(f"{pairs} pairs of documents, {len(asked)} questions: {shared:.1f} s, one solver")
    print(f"  found {answers.count('found')}, none {answers.count('none')}, ", end="")
    print(f"timed out {answers.count('timed_out')}")

    step = max(1, len(asked) // PEER_QUESTIONS)
    started = time.perf_counter()
    some = asked[::step]
    for one in some:
        solver = z3.SolverFor("QF_LIA")
        solver.add([formula(axiom) for axiom in context.prover.world.axioms])
        solver.add(one)
        solver.check()
    peer = (time.perf_counter() - started) / len(some)
    print(f"  a new solver for each question: {peer / (shared / len(asked)):.1f} times as long")

    started, worked = time.perf_counter(), processor_seconds()
    proofs = prove(base, day, processes=processes)
    whole, worked = time.perf_counter() - started, processor_seconds() - worked
    print(f"whole run from cold: {whole:.1f} s on {processes} processes, ", end="")
    print(f"{worked:.1f} s of processor time, ", end="")
    print(
        f"{proofs.jobs} jobs, {proofs.tally.questions} questions, {len(proofs.findings)} findings"
    )

    print("after one change, with all else proved before; what is shown on a screen is left out:")
    for name in names or largest(base):
        for kind in CHANGES:
            for about in ((), ("--alone",)):
                # A process of its own each, as on the command line.
                asked = ["--change", kind, "--document", name, "--processes", str(processes)]
                told = [sys.executable, "-m", "benchmarks.verify", *asked, *about]
                subprocess.run(told, check=True)


def largest(base: KnowledgeBase, count: int = 5) -> list[str]:
    """Return the documents with most entries."""
    files = sorted(base.knowledge.documents, key=lambda file: len(file.recommendations))
    return [file.document.id for file in files[: -count - 1 : -1]]


def one_change(kind: str, name: str, processes: int, alone: bool) -> None:
    """Prove what is new after one change, of everything or of the document alone; keep nothing."""
    edited = with_change(api.base(), name, kind)
    read = time.perf_counter() - _STARTED
    Proved.store = lambda _: None  # type: ignore[method-assign]
    # Another process would read the files again, unless it is a copy of this one.
    processes = processes if _only_thread() else 1
    about = name if alone else None
    started, worked = time.perf_counter(), processor_seconds()
    proofs = prove(edited, datetime.date.today(), document=about, processes=processes)
    took, worked = time.perf_counter() - started, processor_seconds() - worked
    print(
        f"  {name}, {kind}, {'its own proofs' if alone else 'every proof'}: {took:.1f} s on "
        f"{processes} processes after {read:.1f} s to read, {worked:.1f} s of processor time, "
        f"{proofs.tally.questions} questions",
        flush=True,
    )


def _threshold(entry: Recommendation) -> dict[str, Any]:
    """Move the first limit of a criterion by one; where it has none, ask for something more."""
    moved = re.sub(r"(?<=[<>=] )\d+", lambda found: str(int(found[0]) + 1), entry.when, count=1)
    return {"when": moved if moved != entry.when else f"({entry.when}) and metastatic"}


def _provided(entry: Recommendation) -> dict[str, Any]:
    before = entry.provided
    return {"provided": "metastatic" if before is None else f"({before}) and metastatic"}


CHANGES = ("threshold", "provided", "entry", "scope")


def with_change(base: KnowledgeBase, name: str, kind: str) -> KnowledgeBase:
    """Return the knowledge with one change of the last entry of a document, or of its scope."""
    files = {file.document.id: file for file in base.knowledge.documents}
    head, (*others, last) = files[name].document, files[name].recommendations
    entries = [*others, last]
    match kind:
        case "threshold":
            limits = [one for one in entries if re.search(r"[<>=] \d", one.when)] or entries
            place = entries.index(limits[-1])
            entries[place] = entries[place].model_copy(update=_threshold(entries[place]))
        case "provided":
            entries[-1] = last.model_copy(update=_provided(last))
        case "entry":
            more = {"id": "further", "when": f"({last.when}) and not metastatic"}
            entries.append(last.model_copy(update=more))
        case "scope":
            head = head.model_copy(update={"scope": f"({head.scope}) and metastatic"})
    update = {"document": head, "recommendations": tuple(entries)}
    files[name] = files[name].model_copy(update=update)
    changed = {"documents": tuple(files.values()), "digest": f"{name} {kind} changed"}
    return KnowledgeBase(base.knowledge.model_copy(update=changed))


if __name__ == "__main__":
    main()
