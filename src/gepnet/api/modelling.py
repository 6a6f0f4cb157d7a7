"""Mid-treatment assessment, models of a registry, published scores and adverse events.

Every view is plain data that JSON can hold. Charts take the odds ratios of ``forest``, and the
curve of ``calibration``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import write_atomically
from gepnet.record import Record
from gepnet.tables import ENDINGS, as_file, check_ending
from gepnet.vocabulary import Absent, Question

if TYPE_CHECKING:
    from gepnet.response.fit import Predictor, Spec, StoredModel
    from gepnet.response.fit.fitting import Refusal

View = dict[str, Any]
_WORDS = {True: "yes", False: "no", None: "unknown"}


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
    from gepnet.response.midtreatment import assess_midtreatment, evidence

    known = evidence(base.knowledge.measures)
    facts = _facts(record, base, question, ("primary_site", "grade"))
    found = assess_midtreatment(record, facts, known)
    view = asdict(found)
    view["findings"] = [
        {**finding.model_dump(), "applies": _WORDS[applies]} for finding, applies in found.findings
    ]
    view["notes"] = list(found.notes)
    for name in ("source", "locator", "verification", "aim", "after_cycle"):
        view[name] = getattr(known, name)
    view["limits"], view["never"] = list(known.limits), list(known.never)
    view["positions"] = [position.model_dump() for position in known.positions]
    view["prediction"] = None if model is None else _prediction(facts, found.category, base, model)
    return view


def _prediction(facts: Facts, category: str | None, base: KnowledgeBase, path: Path) -> View:
    from gepnet.response.fit import model_spec, predict, read_model

    model, spec = read_model(path), model_spec(base.knowledge.measures)
    levels = {
        predictor.column: (
            predictor.level_of(category)
            if predictor.fact == "response_ct"
            else _level(facts, predictor)
        )
        for predictor in spec.predictors
    }
    return {
        **predict(model, levels).model_dump(),
        "levels": levels,
        "outcome": model.outcome,
        "fitted": model.fitted,
        "data": model.data.model_dump(),
        "weaknesses": list(model.weaknesses),
    }


def _level(facts: Facts, predictor: Predictor) -> str | None:
    value = facts.values.get(predictor.fact)
    return None if value is None or isinstance(value, Absent) else predictor.level_of(str(value))


def scores_view(record: Record, base: KnowledgeBase, question: Question | None = None) -> View:
    """Return a patient's published scores; where facts are missing each is a range.

    Raises:
        InputError: if ``at`` is no date.
    """
    from gepnet.response.scores import names_of, published_scores, score_facts

    scores = published_scores(base.knowledge.measures)
    facts = _facts(record, base, question, names_of(scores, base.criteria))
    found, recorded = score_facts(facts, scores, base.criteria)
    base.criteria.store()
    cycles = [c for c in record.cycles if c.date.first <= facts.at.last]
    rows = []
    for result in found:
        score = result.score
        late = score.timing == "before_prrt" and bool(cycles)
        rows.append(
            {
                **score.model_dump(exclude={"items", "categories", "effects", "limits"}),
                "limits": list(score.limits),
                "effects": [effect.model_dump() for effect in score.effects],
                "known": result.is_known,
                "nothing_known": result.nothing_known,
                "low": result.low,
                "high": result.high,
                "possible": list(result.possible),
                "possible_labels": list(result.labels),
                "items": [asdict(item) for item in result.items],
                "missing": list(result.missing),
                "caution": (
                    "made before PRRT: ask with --at before the first cycle" if late else None
                ),
            }
        )
    return {
        "patient": record.patient,
        "at": str(facts.at),
        "scores": rows,
        "recorded": [
            {
                "id": item.test.id,
                "label": item.test.label,
                "value": item.value,
                "version": item.version,
                "band": item.band,
                "date": item.date,
                "reason": item.test.reason,
                "source": item.test.source,
                "verification": item.test.verification,
            }
            for item in recorded
        ],
    }


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
    from gepnet.response.fit import model_spec
    from gepnet.response.fit.cohort import read_cohort
    from gepnet.response.fit.fitting import Refusal, fit

    spec = model_spec(base.knowledge.measures)
    table = read_cohort(cohort, spec)
    result = fit(table, spec, seed, resamples)
    ignored = list(table.ignored)
    if isinstance(result, Refusal):
        return _refusal(result, ignored, spec)
    if output is not None:
        write_atomically(output, json.dumps(result.model_dump(mode="json"), indent=1) + "\n")
    return {
        "fitted_model": True,
        **result.model_dump(mode="json"),
        "ignored_columns": ignored,
        "thresholds": spec.thresholds.model_dump(),
        "file": None if output is None else str(output),
    }


def _refusal(refusal: Refusal, ignored: list[str], spec: Spec) -> View:
    return {
        "fitted_model": False,
        **asdict(refusal),
        "ignored_columns": ignored,
        "thresholds": spec.thresholds.model_dump(),
    }


def stored_model(path: Path) -> StoredModel:
    """Read a model that ``fit_cohort`` wrote.

    Raises:
        InputError: if the file is none.
    """
    from gepnet.response.fit import read_model

    return read_model(path)


def forest(model: StoredModel) -> list[View]:
    """Return the odds ratios of a model with their intervals, in order, for a forest plot."""
    return [
        {
            "label": f"{item.predictor} {item.level} v {item.reference}",
            "estimate": item.odds_ratio,
            "low": item.low,
            "high": item.high,
            "patients": item.patients,
            "events": item.events,
        }
        for item in model.coefficients
    ]


def calibration(model: StoredModel) -> list[View]:
    """Return the calibration curve of a model on its own data, by group."""
    return [group.model_dump() for group in model.calibration]


def write_made_up_cohort(base: KnowledgeBase, output: Path, patients: int, seed: int) -> None:
    """Write a cohort drawn from invented coefficients; its column ``origin`` says so."""
    from gepnet.response.fit import model_spec
    from gepnet.response.fit.made_up import made_up_cohort

    check_ending(output, *ENDINGS[:3])
    table = made_up_cohort(model_spec(base.knowledge.measures), patients, seed)
    write_atomically(output, as_file(table))


def toxicity_view(
    base: KnowledgeBase,
    events: Path,
    patients: Path,
    periods: Path | None = None,
    labs: Path | None = None,
    ctcae: str = "5",
) -> View:
    """Count adverse events by maximum grade and rate, with laboratory grades where given.

    Args:
        base: knowledge.
        events: patient_id, term, start, end, grade, ctcae.
        patients: patient_id, start, end and perhaps group: the denominators.
        periods: patient_id, period, start, end.
        labs: patient_id, date, fact, value and perhaps lln, uln.
        ctcae: edition by which laboratory values are graded.

    Raises:
        InputError: with every faulty cell of a table.
    """
    from gepnet.measures.ctcae import edition
    from gepnet.response.toxicity import counting_spec
    from gepnet.response.toxicity.counting import all_events, count
    from gepnet.response.toxicity.laboratory import laboratory_events
    from gepnet.response.toxicity.tables import read_events, read_labs, read_patients, read_periods

    spec = counting_spec(base.knowledge.measures)
    who = read_patients(patients)
    reported = read_events(events, spec, who)
    spans = None if periods is None else read_periods(periods, who)
    graded = None
    if labs is not None:
        terms = edition(base.knowledge.measures, ctcae)
        graded = laboratory_events(read_labs(labs, terms.analytes, who), who, terms)
    found = count(all_events(reported, graded, spec), who, spans, spec)
    return {
        "patients": len(who),
        "table": found.table.to_dicts(),
        "rates": found.rates.to_dicts(),
        "maximum": found.maximum.to_dicts(),
        "before_start": found.before_start,
        "outside_periods": found.outside,
        "laboratory_ctcae": ctcae if labs is not None else None,
        "severe_from": spec.severe_from,
        "rate_per_years": spec.rate_per_years,
        "confidence": spec.confidence,
        "note": spec.note,
    }
