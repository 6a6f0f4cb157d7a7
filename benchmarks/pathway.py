"""Every document and question as a pathway: boxes, depth, time, and both proofs.

    python -m benchmarks.pathway [DOCUMENT ...]

Measured: the time to make each pathway, the exhaustive proof with diagrams and the proof by the
solver. A pathway that is not proved, or too large, is named, and the run fails; all are printed,
and each has to be one page of A4. Without a document named, 20,000 made-up patients of whom
everything is known walk pathways of single documents and an agreement pathway beside their
assessment.
"""

from __future__ import annotations

import sys
import time

from gepnet import api
from gepnet.guidelines.pathway.cut import pages
from gepnet.guidelines.pathway.proof import faults, solver_faults
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.prover import Prover

PATIENTS = 20_000


def main(wanted: list[str]) -> int:
    """Print a line for each page; return whether one of them is wrong."""
    base, wrong, total = api.base(), 0, time.perf_counter()
    settings = PathwayQuestions.read(base.knowledge.measures)
    questions = settings.questions
    print("document, question, purpose: page, boxes, depth, ends, made ms, proofs ms")
    for document in wanted or [one.id for one in base.documents]:
        for question in questions:
            for intent in question.intents:
                start = time.perf_counter()
                made = pages(base, document, question, intent)
                took = 1000 * (time.perf_counter() - start)
                for number, page in enumerate(made, 1):
                    start, tree = time.perf_counter(), page.tree
                    prover = Prover(Axioms(base, page.asked.space.closure))
                    found = [*faults(page), *solver_faults(page, prover)]
                    proved = 1000 * (time.perf_counter() - start)
                    fits = tree.boxes <= settings.most_boxes and tree.depth <= settings.most_depth
                    wrong += bool(found) or not fits
                    print(
                        f"{document}, {question.id}, {intent}: {number}/{len(made)} {tree.boxes} "
                        f"{tree.depth} {tree.leaves} {took:.0f} {proved:.0f}"
                        + (f" NOT PROVED: {found[0]}" if found else "")
                        + ("" if fits else " TOO LARGE")
                    )
        printed = api.every_pathway(base, [document])
        if printed.pathways and len(api.pathway_sheets(printed, base)) != len(printed.pathways):
            wrong += 1
            print(f"{document}: NOT A PAGE EACH")
    if not wanted:
        walk(PATIENTS)
    print(f"all in {time.perf_counter() - total:.0f} s, {wrong} wrong")
    return 1 if wrong else 0


def walk(count: int) -> None:
    """Let patients walk; stops at the first of whom a pathway says something else."""
    import benchmarks._checkout  # noqa: F401 - says where `tests` is
    from tests.guidelines.pathway.made_up import facts, patients
    from tests.guidelines.pathway.test_agreement import Compared
    from tests.guidelines.pathway.test_pathway import ASKED, Seen

    both, one_each = Compared(), Seen(list(ASKED[1:]))
    for seen in (both, one_each):
        names = frozenset(seen.names)
        for given in patients(count, 11, names):
            whole = facts(given, names)
            seen.compare(whole, whole)
        print(f"{count} patients: {dict(seen.counts)}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
