"""Proofs about the knowledge as plain data, for the command line and for pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, nearest

if TYPE_CHECKING:
    from gepnet.guidelines.verify import Proofs

View = dict[str, Any]


def prove_knowledge(
    base: KnowledgeBase,
    *,
    document: str | None = None,
    kinds: Collection[str] = (),
    knowledge_date: datetime.date | None = None,
    extra: Sequence[Path] = (),
    processes: int = 2,
    cache: bool = True,
    timeout_ms: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> View:
    """Return everything that a solver finds about the knowledge.

    Args:
        base: the knowledge, as read from the packaged files and ``extra``.
        document: only what concerns this one.
        kinds: only these kinds of finding (default: all).
        knowledge_date: documents and labels in force on this day (default: today).
        extra: the files and folders that ``base`` was read from beside the packaged ones.
        processes: how many processes search.
        cache: keep and use what earlier runs proved.
        timeout_ms: for one question of the solver.
        progress: called with the jobs done and their number.

    Returns:
        ``findings``: a list of mappings with ``id``, ``kind``, ``documents``, ``option`` (the
        widest), ``options``, ``intent``, ``positions`` (by document), ``region`` (readable facts of
        the first region), ``criteria`` (the same in the criteria language), ``witness`` (fact to
        value, as a patient file has it), ``share`` (of ``sample``, None where not measured),
        ``regions`` (all of them, each with ``words``, ``criteria``, ``witness``,
        ``recommendations`` and ``share``), ``sources`` (document or label, entry, source, locator,
        verification, note), ``deciding`` (facts), ``claims`` (statuses that the witness has),
        ``detail`` and ``verdict`` (``found`` or ``timed_out``). Beside it ``kinds`` with what each
        kind says, ``counts``, ``timed_out``, ``refused`` (answers of the solver that the
        interpreter did not confirm and that are not listed), ``questions``, ``pairs``, ``sample``.

    Raises:
        InputError: for an unknown document or kind.
    """
    from gepnet.guidelines.verify import KINDS, prove
    from gepnet.guidelines.verify.prover import DEFAULT_TIMEOUT_MS

    names = [d.id for d in base.documents]
    _check("document", [document] if document else [], names)
    _check("kind", kinds, list(KINDS))
    proofs = prove(
        base,
        knowledge_date or datetime.date.today(),
        document=document,
        extra=extra,
        processes=processes,
        cache=cache,
        timeout_ms=timeout_ms or DEFAULT_TIMEOUT_MS,
        progress=progress,
    )
    return _view(proofs, kinds, document)


def disagreements(base: KnowledgeBase, **options: Any) -> View:
    """Return the findings in which sources differ, or two parts of one; see ``prove_knowledge``."""
    from gepnet.guidelines.verify import DISAGREEMENTS

    return prove_knowledge(base, kinds=DISAGREEMENTS, **options)


def _view(proofs: Proofs, kinds: Collection[str], document: str | None) -> View:
    from gepnet.guidelines.verify import KINDS
    from gepnet.guidelines.verify.sizes import SAMPLE

    findings = [finding.plain() for finding in proofs.of(kinds, document)]
    counts = {kind: sum(f["kind"] == kind for f in findings) for kind in KINDS}
    return {
        "findings": findings,
        "counts": {kind: count for kind, count in counts.items() if count},
        "kinds": dict(KINDS),
        "timed_out": sum(f["verdict"] == "timed_out" for f in findings),
        "refused": list(proofs.tally.refused),
        "questions": proofs.tally.questions,
        "pairs": proofs.tally.pairs,
        "jobs": proofs.jobs,
        "proved_now": proofs.proved_now,
        "sample": SAMPLE,
    }


def _check(field: str, given: Collection[str], known: list[str]) -> None:
    wrong = [name for name in given if name not in known]
    if wrong:
        raise InputError(
            [
                Problem("command line", None, "", field, name, f"a {field}", nearest(name, known))
                for name in wrong
            ]
        )
