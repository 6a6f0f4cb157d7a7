"""How long the proofs about the knowledge take, with a peer in the same run.

    python -m benchmarks.verify [--processes 2]

Measured: every pair of documents asked whether one supports what the other opposes, by one solver
that holds the axioms and is asked again and again, against a solver that is made anew for each
question; the whole run from cold; one changed recommendation, the rest as it was proved.
"""

from __future__ import annotations

import argparse
import datetime
import os
import resource
import tempfile
import time
from itertools import combinations

import z3

from gepnet import api
from gepnet.criteria.smt import conj, formula
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.status import FOR, Status
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.run import prove

PEER_QUESTIONS = 60
#: A short document, one of middle length and the longest.
CHANGED = ("nice-ta539", "esmo-2020", "review-gi-net-2025")


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
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GEPNET_CACHE_DIR"] = folder
        measure()


def measure() -> None:
    """Measure with a cache of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    processes = parser.parse_args().processes
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

    for name in CHANGED:
        edited = with_one_change(base, name)
        started, worked = time.perf_counter(), processor_seconds()
        proofs = prove(edited, day, document=name)
        whole, worked = time.perf_counter() - started, processor_seconds() - worked
        print(f"one recommendation of {name} changed: {whole:.1f} s on one process, ", end="")
        print(f"{worked:.1f} s of processor time, {proofs.tally.questions} questions")


def with_one_change(base: KnowledgeBase, name: str) -> KnowledgeBase:
    """Return the knowledge with a further condition in the last entry of a document."""
    knowledge = base.knowledge
    files = []
    for file in knowledge.documents:
        if file.document.id == name:
            *others, last = file.recommendations
            last = last.model_copy(update={"when": f"({last.when}) and metastatic"})
            file = file.model_copy(update={"recommendations": (*others, last)})
        files.append(file)
    return KnowledgeBase(
        knowledge.model_copy(update={"documents": tuple(files), "digest": f"{name} changed"})
    )


if __name__ == "__main__":
    main()
