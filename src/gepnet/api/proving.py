"""Proofs about the knowledge, for the command line and for pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from gepnet.api.knowing import base as base_with
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known, refuse
from gepnet.tables import plain
from gepnet.vocabulary import Question

View = dict[str, Any]


def prove_knowledge(
    base: KnowledgeBase,
    question: Question,
    *,
    document: str | None = None,
    kinds: Collection[str] = (),
    processes: int = 2,
    cache: bool = True,
    timeout_ms: int | None = None,
    known: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> View:
    """Return everything that a solver finds about the knowledge.

    Args:
        base: the knowledge, as read from the packaged files and those of the question.
        question: its day of the knowledge, and the files beside the packaged ones.
        document: only what concerns this one.
        kinds: only these kinds of finding (default: all).
        processes: how many processes search.
        cache: keep and use what earlier runs proved.
        timeout_ms: for one question of the solver.
        known: say of each known disagreement which findings show it.
        progress: called with the jobs done and their number.

    Returns:
        ``findings``, each as ``Finding.plain`` gives it with our ``judgement`` where one was made;
        ``kinds`` with what each kind says, ``counts``, ``timed_out``, ``refused`` (answers of the
        solver that the interpreter did not confirm and that are not listed), ``questions``,
        ``pairs``, ``sample``, and without a choice of document or kind ``patients`` (see
        ``named_patients``).

    Raises:
        InputError: for an unknown document or kind.
    """
    from gepnet.guidelines.verify import KINDS, prove
    from gepnet.guidelines.verify.judgements import accounted, judgements
    from gepnet.guidelines.verify.prover import DEFAULT_TIMEOUT_MS

    check_known("document", [document] if document else [], [d.id for d in base.documents])
    check_known("kind", kinds, KINDS)
    proofs = prove(
        base,
        question.knowledge_date,
        document=document,
        kinds=kinds,
        extra=question.with_files,
        processes=processes,
        cache=cache,
        timeout_ms=timeout_ms or DEFAULT_TIMEOUT_MS,
        progress=progress,
    )
    measures = base.knowledge.measures
    judged = judgements(measures)
    findings = [
        {**found.plain(), "judgement": _judgement(judged.get(found.id))}
        for found in proofs.of(kinds, document)
    ]
    counts = {kind: sum(f["kind"] == kind for f in findings) for kind in KINDS}
    view = {
        **_found(findings, {kind: count for kind, count in counts.items() if count}),
        "refused": list(proofs.tally.refused),
        "questions": proofs.tally.questions,
        "pairs": proofs.tally.pairs,
        "jobs": proofs.jobs,
        "proved_now": proofs.proved_now,
    }
    if known and document is None:
        view["known"] = accounted(measures, proofs.findings)
    if document is None and not kinds:
        view["patients"] = named_patients(base, question)
    return view


def _found(findings: list[View], counts: dict[str, int]) -> View:
    from gepnet.guidelines.verify import KINDS
    from gepnet.guidelines.verify.sizes import SAMPLE

    timed_out = sum(f["verdict"] == "timed_out" for f in findings)
    told = {"kinds": dict(KINDS), "timed_out": timed_out, "sample": SAMPLE}
    return {"findings": findings, "counts": counts, **told}


def _judgement(judged: Any) -> View | None:
    return None if judged is None else judged.model_dump(include={"judgement", "why", "row"})


def disagreements(base: KnowledgeBase, question: Question, **options: Any) -> View:
    """Return the findings in which sources differ, or two parts of one; see ``prove_knowledge``.

    Beside it ``known``: each row of the list of known disagreements with the ids of the
    ``findings`` that show it, or with ``kind`` ``not_expressible`` and the ``reason``.
    """
    from gepnet.guidelines.verify import DISAGREEMENTS

    return prove_knowledge(base, question, kinds=DISAGREEMENTS, known=True, **options)


def named_patients(base: KnowledgeBase, question: Question) -> list[View]:
    """Return, for each patient that the knowledge names, the options on which documents differ."""
    from gepnet.guidelines.named_patients import named_patients as found

    return list(plain(found(base, question)))


def describe_finding(
    base: KnowledgeBase, findings: Sequence[View], identifier: str, question: Question
) -> View:
    """Return one of the ``findings`` of ``disagreements`` with its regions described in full.

    Raises:
        InputError: if none has this ``id``.
    """
    from gepnet.guidelines.verify.between import described
    from gepnet.guidelines.verify.context import Context
    from gepnet.guidelines.verify.findings import from_plain
    from gepnet.guidelines.verify.sizes import with_shares

    known = {finding["id"]: finding for finding in findings}
    check_known("finding", [identifier], known)
    found, day = known[identifier], question.knowledge_date
    if found["regions"] or found["kind"] not in {"condition", "sequence"}:
        return found
    finding = described(Context(base, day), from_plain(found))
    full = with_shares(base, [finding], day)[0].plain()
    return {**full, "judgement": found.get("judgement")}


def knowledge_diff(
    before: str, after: str, question: Question, *, without: Collection[str] = ()
) -> View:
    """Return what changed between two documents, or two states of the knowledge.

    Args:
        before: the id of a document, ``packaged``, or a file or folder added to the packaged
            knowledge.
        after: the same; two documents, or two states.
        question: its day of the knowledge, and files that both sides have.
        without: labels that the second side is to lack.

    Returns:
        ``entries``: mappings with ``change`` (added, removed, changed), ``entry`` and ``what``;
        ``findings`` as ``prove_knowledge`` gives them, of kind ``superseded``, each with the status
        before and after, regions and witnesses; ``corrections``: what the compared documents (all,
        of two states) are known to have been said wrongly; ``counts``, ``kinds``, ``sample``.

    Raises:
        InputError: for what is neither a document nor a file.
    """
    from gepnet.guidelines.corrections import corrections_of
    from gepnet.guidelines.verify.changed import compare_documents, compare_states
    from gepnet.guidelines.verify.sizes import with_shares

    day = question.knowledge_date
    base, old = _state(after, question), _state(before, question)
    documents = {d.id for d in base.documents}
    if before in documents and after in documents:
        entries, findings = compare_documents(base, before, after, day)
    else:
        check_known("label", without, [label.entry.id for label in base.labels])
        entries, findings = compare_states(old, base, frozenset(without), day)
    listed = [finding.plain() for finding in with_shares(base, findings, day)]
    named = {before, after} & documents
    sides = {"before": before, "after": after, "without": list(without), "entries": entries}
    sides["corrections"] = plain(corrections_of(base, named))
    return {**sides, **_found(listed, {"superseded": len(listed)})}


def _state(name: str, question: Question) -> KnowledgeBase:
    """Return the packaged knowledge, with a file or folder where ``name`` is one."""
    packaged = base_with(*question.with_files)
    known = [*(d.id for d in packaged.documents), "packaged"]
    if name in known:
        return packaged
    if not Path(name).exists():
        raise refuse("document", name, "a document, 'packaged', or a file or folder", known)
    return base_with(*question.with_files, Path(name))


def status_grid(
    base: KnowledgeBase,
    cell: tuple[str, str, str],
    patient: dict[str, Any],
    across: tuple[str, Sequence[Any]],
    down: tuple[str, Sequence[Any]],
    question: Question,
) -> View:
    """Return the status of an option in a document for patients that differ in two facts.

    Args:
        base: the knowledge.
        cell: the document, the option and the intent.
        patient: fact to value, as a patient file has it, for everything that stays the same.
        across: a fact and its values, from left to right.
        down: a fact and its values, from top to bottom.
        question: its day of the knowledge.

    Returns:
        ``statuses``: a row for each value of ``down``, a status for each of ``across``.

    Raises:
        InputError: for an unknown document, option or fact, or a value that a fact cannot have.
    """
    from gepnet.guidelines.verify.grid import grid

    check_known("document", cell[:1], [d.id for d in base.documents])
    check_known("option", cell[1:2], base.options)
    check_known("fact", [*patient, across[0], down[0]], base.vocabulary)
    statuses = grid(base, cell, patient, across, down, question.knowledge_date)
    axes = {"across": across, "down": down}
    return {
        **dict(zip(("document", "option", "intent"), cell, strict=True)),
        **{name: {"fact": fact, "values": list(given)} for name, (fact, given) in axes.items()},
        "statuses": statuses,
    }
