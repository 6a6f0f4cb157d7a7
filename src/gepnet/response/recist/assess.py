"""Everything that is said of one patient: the reference for the columnar engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gepnet.response.recist.best import best_response, cr_then_less, first_response, settle
from gepnet.response.recist.model import BestResponse, Finding, Patient, Result, TimePoint
from gepnet.response.recist.order import is_observed, not_counted, out_of_order, told
from gepnet.response.recist.pfs import survival
from gepnet.response.recist.rules import Options, Rules
from gepnet.response.recist.selection import findings
from gepnet.response.recist.timepoint import CR, NE, PD, SD, marker_elevated, time_points


def assess(patient: Patient, rules: Rules, options: Options) -> Result:
    """Assess one patient.

    Confirmation is judged on the literal response of each time point: a PR that is only carried
    forward confirms nothing. Duration of response runs from its first CR or PR, that of stable
    disease from the reference date. What lies before the reference date, after a death or after a
    new therapy is shown and not counted.
    """
    disorder = out_of_order(patient)
    left_out = not_counted(disorder, options)
    baseline_sum, points = time_points(patient, rules, options, left_out)
    reference = patient.reference
    counted = [point for point in points if point.not_counted is None]
    course = settle([(point.date, point.overall) for point in counted], options)
    literal = settle([(point.date, point.literal) for point in counted], options)
    if points and not counted:
        best = sure = BestResponse(NE, None, "no assessment that counts, by its date")
    else:
        best = best_response(course, reference, rules, options, confirmed=False)
        sure = best_response(literal, reference, rules, options, confirmed=True)
    watched = settle(
        [(p.date, p.overall) for p in points if is_observed(p.date, disorder, options)], options
    )
    pfs = survival(watched, reference, patient.head, options)
    durations = [
        None if start is None else survival(watched, start, patient.head, options)
        for start in (first_response(literal, options, sure) for sure in (False, True))
    ]
    noted = list(findings(patient, rules)) if patient.lesions else []
    noted += told(patient, disorder, options)
    if not patient.lesions:
        noted += _complete_beside_markers(patient, counted)
    less = cr_then_less([(point.date, point.overall) for point in counted])
    if less is not None:
        asked = "less than CR after a CR: was the CR real (then this is PD) or a PR?"
        noted.append(Finding(patient.id, less, "", asked))
    return Result(
        patient=patient.id,
        baseline=patient.baseline,
        baseline_sum=baseline_sum,
        reference=reference,
        timepoints=tuple(points),
        best=best,
        best_confirmed=sure,
        progression=next((date for date, response in watched if response == PD), None),
        pfs=pfs,
        duration_of_response=durations[0],
        duration_of_confirmed_response=durations[1],
        duration_of_stable_disease=pfs if best.response == SD else None,
        findings=tuple(noted),
        death=patient.head.death,
    )


def _complete_beside_markers(patient: Patient, counted: Iterable[TimePoint]) -> Iterator[Finding]:
    """Yield each CR that was given while markers, once raised, are not known to be normal again."""
    said = "CR as given, and the tumour markers are not known to be normal again: by RECIST no CR"
    for point in counted:
        if point.overall == CR and marker_elevated(patient, point.date):
            yield Finding(patient.id, point.date, "", said)
