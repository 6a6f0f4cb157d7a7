"""Proofs about the knowledge as plain data, for the command line and for pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, nearest
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from gepnet.guidelines.verify import Proofs
    from gepnet.guidelines.verify.judgements import Judgement

View = dict[str, Any]


def prove_knowledge(
    base: KnowledgeBase,
    *,
    document: str | None = None,
    kinds: Collection[str] = (),
    question: Question | None = None,
    processes: int = 2,
    cache: bool = True,
    timeout_ms: int | None = None,
    known: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> View:
    """Return everything that a solver finds about the knowledge.

    Args:
        base: the knowledge, as read from the packaged files and those of the question.
        document: only what concerns this one.
        kinds: only these kinds of finding (default: all).
        question: its day of the knowledge, and the files that ``base`` was read from beside the
            packaged ones.
        processes: how many processes search.
        cache: keep and use what earlier runs proved.
        timeout_ms: for one question of the solver.
        known: say of each known disagreement which findings show it.
        progress: called with the jobs done and their number.

    Returns:
        ``findings``: a list of mappings with ``id``, ``kind``, ``documents``, ``option`` (the
        widest), ``options``, ``intent``, ``positions`` (by document), ``region`` (readable facts of
        the first region), ``criteria`` (the same in the criteria language), ``witness`` (fact to
        value, as a patient file has it), ``share`` (of ``sample``, None where not measured),
        ``regions`` (all of them, each with ``words``, ``criteria``, ``witness``,
        ``recommendations``, ``share`` and ``linked``, a second patient where it takes two),
        ``sources`` (document or label, entry, source, locator, verification, note), ``deciding``
        (facts) and ``decided`` (``facts`` that would bring two documents together, ``judgement``,
        ``no_position``, or empty where the facts are those that the finding is about), ``claims``
        (statuses that the witness has), ``linked_claims``, ``judgement`` (ours, where one was
        made: ``judgement``, ``why``, ``row``), ``detail`` and ``verdict`` (``found`` or
        ``timed_out``). Beside it ``kinds`` with what each kind says, ``counts``, ``timed_out``,
        ``refused`` (answers of the solver that the interpreter did not confirm and that are not
        listed), ``questions``, ``pairs``, ``sample``, and without a choice of document or kind
        ``patients`` (see ``named_patients``).

    Raises:
        InputError: for an unknown document or kind.
    """
    from gepnet.guidelines.verify import KINDS, prove
    from gepnet.guidelines.verify.prover import DEFAULT_TIMEOUT_MS

    names = [d.id for d in base.documents]
    _check("document", [document] if document else [], names)
    _check("kind", kinds, list(KINDS))
    asked = question or Question()
    proofs = prove(
        base,
        asked.knowledge_date,
        document=document,
        kinds=kinds,
        extra=asked.with_files,
        processes=processes,
        cache=cache,
        timeout_ms=timeout_ms or DEFAULT_TIMEOUT_MS,
        progress=progress,
    )
    view = _view(base, proofs, kinds, document)
    if known and document is None:
        from gepnet.guidelines.verify.judgements import accounted

        view["known"] = accounted(base.knowledge.measures, proofs.findings)
    if document is None and not kinds:
        view["patients"] = named_patients(base, asked)
    return view


def disagreements(base: KnowledgeBase, **options: Any) -> View:
    """Return the findings in which sources differ, or two parts of one; see ``prove_knowledge``.

    Beside it ``known``: each row of the list of known disagreements with the ids of the
    ``findings`` that show it, or with ``kind`` ``not_expressible`` and the ``reason``.
    """
    from gepnet.guidelines.verify import DISAGREEMENTS

    return prove_knowledge(base, kinds=DISAGREEMENTS, known=True, **options)


def _view(
    base: KnowledgeBase, proofs: Proofs, kinds: Collection[str], document: str | None
) -> View:
    from gepnet.guidelines.verify import KINDS
    from gepnet.guidelines.verify.judgements import judgements
    from gepnet.guidelines.verify.sizes import SAMPLE

    judged = judgements(base.knowledge.measures)
    findings = [
        {**finding.plain(), "judgement": _judgement(judged.get(finding.id))}
        for finding in proofs.of(kinds, document)
    ]
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


def _judgement(judged: Judgement | None) -> View | None:
    return None if judged is None else judged.model_dump(include={"judgement", "why", "row"})


def _check(field: str, given: Collection[str], known: list[str]) -> None:
    wrong = [name for name in given if name not in known]
    if wrong:
        raise InputError(
            [
                Problem("command line", None, "", field, name, f"a {field}", nearest(name, known))
                for name in wrong
            ]
        )


def named_patients(base: KnowledgeBase, question: Question | None = None) -> list[View]:
    """Return, for each patient that the knowledge names, the options on which documents differ.

    Returns:
        For each ``id``, ``label``, ``facts``, ``differing`` (how many options) and ``options``:
        option, intent, the stated ``positions`` by document, and their ``sources``.
    """
    from gepnet.facts import facts_of_values
    from gepnet.guidelines import STATED, assess
    from gepnet.guidelines.atlas.plan import NamedPatients

    found = []
    for patient in NamedPatients.read(base.knowledge.measures).patients:
        facts = facts_of_values(patient.facts, base.knowledge, base.criteria, patient.id)
        assessment = assess(base, facts, question or Question())
        options = []
        for row in assessment.rows():
            cells = [document.cells[row] for document in assessment.documents.values()]
            stated = [cell for cell in cells if cell.status in STATED]
            if len({cell.status for cell in stated}) < 2:
                continue
            entries = [
                (cell, reason.judged.recommendation.entry)
                for cell in stated
                for reason in cell.reasons
                if reason.judged.truth is True
            ]
            options.append(
                {
                    "option": row[0],
                    "intent": row[1],
                    "positions": {cell.document: cell.status.value for cell in stated},
                    "sources": [
                        {
                            "document": cell.document,
                            "recommendation": entry.id,
                            "source": entry.source,
                            "locator": entry.locator,
                            "verification": entry.verification,
                        }
                        for cell, entry in entries
                    ],
                }
            )
        found.append(
            {
                "id": patient.id,
                "label": patient.label,
                "facts": dict(patient.facts),
                "differing": len(options),
                "options": options,
            }
        )
    return found


def describe_finding(
    base: KnowledgeBase,
    findings: Sequence[View],
    identifier: str,
    question: Question | None = None,
) -> View:
    """Return one finding with its regions described in full.

    Args:
        base: the knowledge.
        findings: as ``disagreements`` gives them; the first is enough.
        identifier: ``id`` of a finding.
        question: its day of the knowledge (default: today).

    Raises:
        InputError: if there is no such finding.
    """
    from gepnet.guidelines.verify.between import described
    from gepnet.guidelines.verify.context import Context
    from gepnet.guidelines.verify.findings import from_plain
    from gepnet.guidelines.verify.sizes import with_shares

    known = {finding["id"]: finding for finding in findings}
    _check("finding", [identifier], list(known))
    found = known[identifier]
    day = (question or Question()).knowledge_date
    if found["regions"] or found["kind"] not in {"condition", "sequence"}:
        return found
    finding = described(Context(base, day), from_plain(found))
    full = with_shares(base, [finding], day)[0].plain()
    return {**full, "judgement": found.get("judgement")}


def knowledge_diff(
    before: str,
    after: str,
    *,
    without: Collection[str] = (),
    question: Question | None = None,
) -> View:
    """Return what changed between two documents, or two states of the knowledge.

    Args:
        before: the id of a document, ``packaged``, or a file or folder added to the packaged
            knowledge.
        after: the same; two documents, or two states.
        without: labels that the second side is to lack.
        question: its day of the knowledge (default: today).

    Returns:
        ``entries``: mappings with ``change`` (added, removed, changed), ``entry`` and ``what``;
        ``findings`` as ``prove_knowledge`` gives them, of kind ``superseded``, each with the status
        before and after, regions and witnesses; ``counts``, ``kinds``, ``sample``.

    Raises:
        InputError: for what is neither a document nor a file.
    """
    from gepnet.guidelines.verify import KINDS
    from gepnet.guidelines.verify.changed import compare_documents, compare_states
    from gepnet.guidelines.verify.sizes import SAMPLE, with_shares

    day = (question or Question()).knowledge_date
    base, old = _state(after), _state(before)
    documents = {d.id for d in base.documents}
    if before in documents and after in documents:
        entries, findings = compare_documents(base, before, after, day)
    else:
        _check("label", without, [label.entry.id for label in base.labels])
        entries, findings = compare_states(old, base, frozenset(without), day)
    listed = [finding.plain() for finding in with_shares(base, findings, day)]
    return {
        "before": before,
        "after": after,
        "without": list(without),
        "entries": entries,
        "findings": listed,
        "counts": {"superseded": len(listed)},
        "kinds": dict(KINDS),
        "timed_out": sum(f["verdict"] == "timed_out" for f in listed),
        "sample": SAMPLE,
    }


def _state(name: str) -> KnowledgeBase:
    """Return the packaged knowledge, with a file or folder where ``name`` is one."""
    from gepnet.api.knowing import base

    packaged = base()
    documents = [d.id for d in packaged.documents]
    if name == "packaged" or name in documents:
        return packaged
    if not Path(name).exists():
        expected = "a document, 'packaged', or a file or folder"
        near = nearest(name, [*documents, "packaged"])
        raise InputError([Problem("command line", None, "", "document", name, expected, near)])
    return base(Path(name))


def status_grid(
    base: KnowledgeBase,
    document: str,
    option: str,
    intent: str,
    patient: dict[str, Any],
    across: tuple[str, Sequence[Any]],
    down: tuple[str, Sequence[Any]],
    question: Question | None = None,
) -> View:
    """Return the status of an option in a document for patients that differ in two facts.

    Args:
        base: the knowledge.
        document: whose status.
        option: of which option.
        intent: for which purpose.
        patient: fact to value, as a patient file has it, for everything that stays the same.
        across: a fact and its values, from left to right.
        down: a fact and its values, from top to bottom.
        question: its day of the knowledge (default: today).

    Returns:
        ``statuses``: a row for each value of ``down``, a status for each of ``across``.

    Raises:
        InputError: for an unknown document, option or fact, or a value that a fact cannot have.
    """
    from gepnet.guidelines.verify.grid import grid

    _check("document", [document], [d.id for d in base.documents])
    _check("option", [option], list(base.options))
    _check("fact", [*patient, across[0], down[0]], list(base.vocabulary))
    day = (question or Question()).knowledge_date
    statuses = grid(base, (document, option, intent), patient, across, down, day)
    return {
        "document": document,
        "option": option,
        "intent": intent,
        "across": {"fact": across[0], "values": list(across[1])},
        "down": {"fact": down[0], "values": list(down[1])},
        "statuses": statuses,
    }


def proofs_page(view: View, title: str) -> str:
    """Return findings as one page of HTML that works from a file."""
    from gepnet.report.proofs import proofs_page as page

    return page(view, title)
