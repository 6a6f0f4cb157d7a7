"""Whether trials are whole: what figures are of, what differs is explained, nothing retracted."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from gepnet.evidence.differences import differing
from gepnet.evidence.simulation.figures import check_scenarios
from gepnet.evidence.synthesis.packaged import Networks, check_networks
from gepnet.evidence.topics import Topics
from gepnet.knowledge import Knowledge, Problem, check_files
from gepnet.knowledge.models import Trial
from gepnet.rules import Rulebook

FILES = (Topics, Networks)
_SHARE = 100  # percent


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of the trials."""
    faults = list(check_files(book.knowledge, book.vocabulary, FILES))
    yield from faults
    if not faults:
        yield from _topics_cover(book)
        yield from check_networks(book.knowledge)
        yield from check_scenarios(book.knowledge)
    for trial in book.knowledge.trials:
        yield from _figures(trial, book.knowledge)
        yield from _differences(trial)
        yield from _curves(trial, book.knowledge)


def _topics_cover(book: Rulebook) -> Iterator[Problem]:
    """Every fact that a trial asks for belongs to a topic."""
    topics = Topics.read(book.knowledge.measures).topics
    known = {group for topic in topics for group in topic.groups}
    for rule in book.of(Trial):
        for name in rule.facts:
            group = book.vocabulary[name].entry.group
            if group not in known:
                expected = "a fact whose group is in measures/trial_topics.yaml"
                yield Problem.at(rule.entry, "when", f"{name} ({group})", expected)


def _figures(trial: Trial, knowledge: Knowledge) -> Iterator[Problem]:
    arms = {arm.id for arm in trial.arms}
    kinds = {metric.id: metric.kind for metric in knowledge.trial_metrics}
    retracted = {study.doi for study in knowledge.excluded_studies if study.doi} | {
        study.url for study in knowledge.excluded_studies if study.url
    }
    sources = {source.id: source for source in knowledge.sources}
    for contrast in trial.contrasts:
        for end in (contrast.first, contrast.second):
            if end not in arms:
                yield Problem.at(trial, f"contrasts.{contrast.id}", end, "an arm of the trial")
    for one in trial.figures:
        at = f"figures.{one.metric}"
        kind = kinds.get(one.metric)
        ends = [v for v in (one.value, one.low, one.high) if v is not None]
        if kind == "share" and any(not 0 <= v <= _SHARE for v in ends):
            yield Problem.at(trial, at, str(ends), "percent from 0 to 100")
        if kind in ("ratio", "median", "count") and any(v < 0 for v in ends):
            yield Problem.at(trial, at, str(ends), "no negative number")
        if kind == "statement" and (ends or not one.note):
            yield Problem.at(trial, at, str(ends), "words in 'note' and no number")
        source = sources.get(one.source)
        if source is not None and {source.doi, source.url} & retracted:
            yield Problem.at(trial, at, one.source, "a source that is not excluded")


def _differences(trial: Trial) -> Iterator[Problem]:
    """What differs is explained, and what is explained is there."""
    for found in differing(trial):
        if found.says is None:
            values = ", ".join(f"{one.value} ({one.source})" for one in found.figures)
            expected = f"an entry of 'disagreements' that explains {found.metric} of {found.of}"
            yield Problem.at(trial, "figures", values, expected)
    there = {(one.metric, one.of) for one in trial.figures}
    for said in trial.disagreements:
        if (said.metric, said.of) not in there:
            where = f"disagreements.{said.metric}"
            yield Problem.at(trial, where, said.of, "a figure of this metric and arm")


def _curves(trial: Trial, knowledge: Knowledge) -> Iterator[Problem]:
    endpoints = {metric.of for metric in knowledge.trial_metrics}
    folder = files("gepnet.knowledge") / "trials" / "curves"
    for endpoint, name in trial.curves.items():
        if endpoint not in endpoints:
            yield Problem.at(trial, "curves", endpoint, "an endpoint of trials/metrics.yaml")
        if not (folder / f"{name}.csv").is_file():
            yield Problem.at(trial, f"curves.{endpoint}", name, "a file of trials/curves")
