"""Response over time: RECIST 1.1, growth, Choi and the course of markers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import need, refuse, write_files
from gepnet.response.recist import (
    Finding,
    Patient,
    Result,
    Rules,
    assess,
    read_options,
    read_patients,
)
from gepnet.tables import as_file, check_ending, plain, taken
from gepnet.vocabulary import Asking

View = dict[str, Any]


def assess_response(
    base: KnowledgeBase,
    lesions: Path | None = None,
    responses: Path | None = None,
    patients: Path | None = None,
    options: Mapping[str, str | int] | None = None,
    progress: Callable[[int], None] | None = None,
    accept: Iterable[str] = (),
) -> list[Result]:
    """Return the response of each patient by RECIST 1.1, every result with its reason.

    Args:
        base: the knowledge.
        lesions: CSV of lesions, one row a lesion and date.
        responses: CSV of responses already given, for patients without lesions.
        patients: CSV with reference and baseline dates and markers.
        options: named choices that the paper leaves open, where not the default.
        progress: called with the number of patients done.
        accept: values outside their plausible range that somebody stands by, each as
            ``[PATIENT:[LESION:]]QUANTITY=VALUE by WHO: WHY``; the result holds them.

    Raises:
        InputError: with every problem of the files and options.
    """
    if lesions is None and responses is None and patients is None:
        raise refuse("", "", "a file of lesions or of responses")
    rules = Rules.read(base.knowledge.measures)
    chosen = read_options(rules, options)
    found = []
    asking = _asking(base, accept)
    read = read_patients(rules, lesions, responses, patients, asking)
    asking.accepting.refuse_unused()
    for count, patient in enumerate(read, 1):
        found.append(_told(assess(patient, rules, chosen), asking))
        if progress is not None:
            progress(count)
    return found


def _asking(base: KnowledgeBase, accept: Iterable[str]) -> Asking:
    return Asking.of(base.vocabulary.plausible, accept)


def _told(result: Result, asking: Asking) -> Result:
    """Return a result with who accepted which size, as findings of its data."""
    findings = [
        Finding(
            result.patient, None, one.part,
            f"{one.quantity} {one.value} accepted by {one.accepted_by}: {one.reason}",
        )
        for one in asking.accepting.used
        if one.patient == result.patient
    ]  # fmt: skip
    return replace(result, findings=(*result.findings, *findings)) if findings else result


def response_view(results: Iterable[Result], details: bool = False) -> list[View]:
    """Return results as plain data: one object a patient.

    With ``details`` also dates and reasons of best response, durations, PFS and findings.
    """
    return [plain(result, details) for result in results]


def response_options(base: KnowledgeBase) -> list[View]:
    """Return the named choices that RECIST 1.1 leaves open, with their defaults and sources."""
    shown = "id:option default allowed:values says source locator verification"
    return list(taken(Rules.read(base.knowledge.measures).options, shown))


def findings_of(results: Sequence[Result]) -> list[str]:
    """Return what a reader should look at in the data, one line each."""
    return [str(finding) for result in results for finding in result.findings]


def write_responses(
    base: KnowledgeBase,
    output: Path,
    lesions: Path | None = None,
    responses: Path | None = None,
    patients: Path | None = None,
    options: Mapping[str, str | int] | None = None,
    accept: Iterable[str] = (),
) -> View:
    """Write the response of many patients: time points to ``output``, best responses beside it.

    The same rules as :func:`assess_response`, column by column. ``output`` ends in ``.parquet`` or
    ``.csv``; the best responses go to the same name with ``-best``. Reasons are not written: ask
    for a patient of interest with :func:`assess_response`.

    Raises:
        InputError: with what is wrong with files or options; nothing is written then.
    """
    check_ending(output, ".parquet", ".csv")
    need("polars", "numpy")
    from gepnet.response.recist.columns import assess_table, shown_points

    rules = Rules.read(base.knowledge.measures)
    asking = _asking(base, accept)
    table = assess_table(rules, read_options(rules, options), lesions, responses, patients, asking)
    asking.accepting.refuse_unused()
    files = (output, output.with_name(f"{output.stem}-best{output.suffix}"))
    frames = (shown_points(table.points), table.best)
    write_files({file: as_file(frame) for frame, file in zip(frames, files, strict=True)})
    order = {word: place for place, word in enumerate(rules.best.order)}

    def counts(column: str) -> dict[str, int]:
        found = dict(table.best.group_by(column).len().iter_rows())
        return dict(sorted(found.items(), key=lambda item: order[item[0]]))

    why = table.points["not_counted"].drop_nulls().value_counts(sort=True)
    return {
        "patients": len(table.best),
        "timepoints": len(table.points),
        "not_counted": dict(why.iter_rows()),
        "best_overall": counts("best_overall"),
        "best_overall_confirmed": counts("best_overall_confirmed"),
        "files": [str(file) for file in files],
        "accepted": plain(asking.accepting.used),
    }


def growth_view(
    base: KnowledgeBase,
    lesions: Path,
    patients: Path | None = None,
    accept: Iterable[str] = (),
) -> list[View]:
    """Return growth of each patient's targets before and from baseline, with the cut-offs.

    Raises:
        InputError: with every problem of the files.
    """
    from gepnet.response.growth import GrowthRules, growth_courses

    rules, read, asking = _measured(base, lesions, patients, accept)
    courses = growth_courses(read, rules, GrowthRules.read(base.knowledge.measures))
    return _with_accepted(plain(courses), asking)


def _measured(
    base: KnowledgeBase, lesions: Path, patients: Path | None, accept: Iterable[str]
) -> tuple[Rules, list[Patient], Asking]:
    """Return the rules, the patients with their lesions, and what was accepted of their sizes."""
    rules, asking = Rules.read(base.knowledge.measures), _asking(base, accept)
    read = read_patients(rules, lesions, None, patients, asking)
    asking.accepting.refuse_unused()
    return rules, read, asking


def _with_accepted(views: Iterable[View], asking: Asking) -> list[View]:
    """Return what is said of each patient, with what somebody accepted of its sizes."""
    used = asking.accepting.used
    return [
        {**one, "accepted": plain([a for a in used if a.patient == one["patient_id"]])}
        for one in views
    ]


def choi_view(
    base: KnowledgeBase,
    lesions: Path,
    patients: Path | None = None,
    options: Mapping[str, str | int] | None = None,
    accept: Iterable[str] = (),
) -> list[View]:
    """Return the response by Choi of patients with Hounsfield units (column ``hu``).

    Raises:
        InputError: with every problem of the files.
    """
    from gepnet.response.choi import ChoiRules, choi_courses

    rules, read, asking = _measured(base, lesions, patients, accept)
    chosen, choi = read_options(rules, options), ChoiRules.read(base.knowledge.measures)
    courses = choi_courses(read, rules, chosen, choi)
    return _with_accepted(plain(courses), asking)


def marker_view(base: KnowledgeBase, markers: Path, accept: Iterable[str] = ()) -> View:
    """Return the course of tumour markers, and what they never are.

    Raises:
        InputError: with every problem of the file.
    """
    from gepnet.response.markers import marker_courses, never_progression, read_markers

    asking = _asking(base, accept)
    read = read_markers(markers, asking)
    asking.accepting.refuse_unused()
    return {
        "values": plain(list(marker_courses(read))),
        "notes": never_progression(Rules.read(base.knowledge.measures)),
        "accepted": plain(asking.accepting.used),
    }
