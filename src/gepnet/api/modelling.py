"""Mid-treatment assessment, models of a registry, published scores and adverse events.

Every view is plain data that JSON can hold. Charts take the odds ratios of ``forest``, and the
curve of ``calibration``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import write_atomically
from gepnet.record import Record
from gepnet.tables import ENDINGS, as_file, check_ending, plain, taken
from gepnet.vocabulary import Accepting, Question

if TYPE_CHECKING:
    from gepnet.response.fit import StoredModel

View = dict[str, Any]


def _facts(
    record: Record, base: KnowledgeBase, question: Question | None, names: Iterable[str]
) -> Facts:
    wanted = (*base.facts_named, *names)
    return facts_of_record(record, base.knowledge, base.criteria, question, wanted=wanted)


def midtreatment_view(
    record: Record, base: KnowledgeBase, question: Question | None = None, model: Path | None = None
) -> View:
    """Return a patient's mid-treatment assessment beside the published findings.

    Args:
        record: the patient.
        base: knowledge.
        question: its date and region.
        model: a file that ``fit_cohort`` wrote; without one nothing is predicted.

    Raises:
        InputError: if the region is none or ``model`` no model.
    """
    from gepnet.response.fit import Spec, predict_for, read_model
    from gepnet.response.midtreatment import Evidence, assess_midtreatment

    facts = _facts(record, base, question, ("primary_site", "grade"))
    found = assess_midtreatment(record, facts, Evidence.read(base.knowledge.measures))
    if model is not None:
        spec = Spec.read(base.knowledge.measures)
        predicted = predict_for(read_model(model), spec, facts, found.category)
        found = replace(found, prediction=predicted)
    return dict(plain(found))


def scores_view(record: Record, base: KnowledgeBase, question: Question | None = None) -> View:
    """Return a patient's published scores; where facts are missing each is a range.

    Raises:
        InputError: if the region is none.
    """
    from gepnet.response.scores import Scores, names_of, patient_scores

    scores = Scores.read(base.knowledge.measures)
    facts = _facts(record, base, question, names_of(scores, base.criteria))
    found = patient_scores(record, facts, scores, base.criteria)
    base.criteria.store()
    return dict(plain(found))


def fit_cohort(
    base: KnowledgeBase,
    cohort: Path,
    output: Path | None = None,
    seed: int = 1,
    resamples: int | None = None,
) -> View:
    """Fit further response on a registry's cohort; write the model if ``output`` is given.

    Returns:
        The model as it is stored, with ``fitted_model: true``; or the reason of a refusal and the
        counts, with ``fitted_model: false``. After a refusal nothing is written.

    Raises:
        InputError: if the cohort has a fault.
    """
    from gepnet.response.fit import Spec, StoredModel
    from gepnet.response.fit.cohort import read_cohort
    from gepnet.response.fit.fitting import Fitting, fit

    spec = Spec.read(base.knowledge.measures)
    table = read_cohort(cohort, spec)
    result = fit(table, spec, seed, resamples)
    is_model = isinstance(result, StoredModel)
    if is_model and output is not None:
        write_atomically(output, json.dumps(plain(result), indent=1) + "\n")
    view: View = plain(Fitting(is_model, result, tuple(table.ignored), spec.thresholds))
    return view | {"file": plain(output)} if is_model else view


def stored_model(path: Path) -> StoredModel:
    """Read a model that ``fit_cohort`` wrote.

    Raises:
        InputError: if the file is none.
    """
    from gepnet.response.fit import read_model

    return read_model(path)


def forest(model: StoredModel) -> list[View]:
    """Return the odds ratios of a model with their intervals, in order, for a forest plot."""
    return list(taken(model.coefficients, "label odds_ratio:estimate low high patients events"))


def calibration(model: StoredModel) -> list[View]:
    """Return the calibration curve of a model on its own data, by group."""
    return list(plain(model.calibration))


def write_made_up_cohort(base: KnowledgeBase, output: Path, patients: int, seed: int) -> None:
    """Write a cohort drawn from invented coefficients; its column ``origin`` says so."""
    from gepnet.response.fit import Spec
    from gepnet.response.fit.made_up import made_up_cohort

    check_ending(output, *ENDINGS[:3])
    table = made_up_cohort(Spec.read(base.knowledge.measures), patients, seed)
    write_atomically(output, as_file(table))


def toxicity_view(
    base: KnowledgeBase,
    events: Path,
    patients: Path,
    periods: Path | None = None,
    labs: Path | None = None,
    ctcae: str = "5",
    accept: Iterable[str] = (),
) -> View:
    """Count adverse events by maximum grade and rate, with laboratory grades where given.

    Args:
        base: knowledge.
        events: patient_id, term, start, end, grade, ctcae.
        patients: patient_id, start, end and perhaps group: the denominators.
        periods: patient_id, period, start, end.
        labs: a laboratory table, as ``gepnet labs grade`` reads it.
        ctcae: edition by which laboratory values are graded.
        accept: laboratory values outside their plausible range that somebody stands by, each as
            ``QUANTITY=VALUE by WHO: WHY``; the result holds them.

    Raises:
        InputError: with every faulty cell of a table.
    """
    from gepnet.io.laboratory import of_patients, read_laboratory
    from gepnet.io.laboratory_grades import laboratory_events
    from gepnet.measures.ctcae import edition
    from gepnet.response.toxicity import CountingSpec
    from gepnet.response.toxicity.counting import (
        Counts,
        all_events,
        count,
        event_table,
        with_one_spelling,
    )
    from gepnet.response.toxicity.tables import (
        followed_after_death,
        read_events,
        read_patients,
        read_periods,
    )

    spec = CountingSpec.read(base.knowledge.measures)
    who = read_patients(patients)
    reported = read_events(events, spec, who)
    spans = None if periods is None else read_periods(periods, who)
    graded, official = None, list[str]()
    accepting = Accepting.of(accept)
    if labs is not None:
        terms = edition(base.knowledge.measures, ctcae)
        official = [term.term for name in terms.analytes for term in terms.of(name)]
        begun = dict(who.select("patient_id", "start").iter_rows())
        rows = read_laboratory(labs, base.vocabulary, units_needed=False, accepting=accepting)
        known = of_patients(rows, begun, labs)
        graded = event_table(laboratory_events(known, begun, base.vocabulary, terms))
    accepting.refuse_unused()
    every, written = with_one_spelling(all_events(reported, graded, spec), official, spec.american)
    found = count(every, who, spans, spec)
    named = ctcae if labs is not None else None
    late = followed_after_death(reported, who, spec)
    view = dict(plain(Counts(len(who), found, written, named, late, spec)))
    return {**view, "accepted": plain(accepting.used)}
