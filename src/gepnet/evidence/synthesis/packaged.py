"""Networks of the trials that come with gepnet, and whom those trials enrolled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from gepnet.criteria import And, Criteria, Node, facts_of, prose
from gepnet.evidence.figures import FigureMarks, matching
from gepnet.evidence.synthesis.contrast_table import (
    MEASURES,
    ContrastRow,
    ContrastTable,
    Measure,
    contrast_row,
    table_of,
)
from gepnet.evidence.synthesis.transitivity import Populations
from gepnet.evidence.topics import Topic, Topics
from gepnet.knowledge import Knowledge, MeasureFile, Problem, refuse
from gepnet.knowledge.models import Trial
from gepnet.knowledge.shapes import Id, Strict

#: How a metric of trials is pooled, by the end of its name.
_POOLED: Mapping[str, Measure] = {"_hr": "hr", "_odds_ratio": "or"}


class Network(Strict):
    """A network: its figures."""

    id: Id
    title: str
    figures: tuple[FigureMarks, ...]


class Networks(MeasureFile):
    """The networks that come with gepnet."""

    files: ClassVar[tuple[str, ...]] = ("networks",)
    optional: ClassVar[bool] = True
    networks: tuple[Network, ...] = ()


def packaged_network(
    name: str,
    knowledge: Knowledge,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    same: Iterable[str] = (),
) -> ContrastTable:
    """Return the contrasts of a network that comes with gepnet.

    Raises:
        InputError: for a name that no network has, and as ``table_of``.
    """
    networks = {one.id: one for one in Networks.read(knowledge.measures).networks}
    if name not in networks:
        told = f"a file, or one of {', '.join(networks)}"
        raise refuse("table", name, told, networks)
    network, trials = networks[name], {trial.id: trial for trial in knowledge.trials}
    rows = [_row(trials[one.trial], one) for one in network.figures]
    measures = {_measure(one.metric) for one in network.figures}
    return table_of(network.title, measures.pop(), rows, include, exclude, same)


def populations_of(knowledge: Knowledge, criteria: Criteria, studies: Iterable[str]) -> Populations:
    """Return what the criterion of each trial asks for, in words, by topic."""
    topics = Topics.read(knowledge.measures).topics
    trials = {trial.id: trial for trial in knowledge.trials}
    found = {}
    for study in studies:
        trial = trials.get(study)
        if trial is not None and trial.when:
            found[study] = dict(_asked(criteria(trial.when), criteria, topics))
    return Populations(found)


def _asked(node: Node, criteria: Criteria, topics: Iterable[Topic]) -> Iterator[tuple[str, str]]:
    parts = node.operands if isinstance(node, And) else (node,)
    vocabulary = criteria.vocabulary
    for topic in topics:
        texts = [
            prose(part, vocabulary)
            for part in parts
            if any(vocabulary[name].entry.group in topic.groups for name in facts_of(part))
        ]
        yield topic.label, "; ".join(sorted(texts)) or "not asked for"


def check_networks(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a problem for each figure of a network that is not one usable figure of its trial."""
    trials = {trial.id: trial for trial in knowledge.trials}
    for network in Networks.read(knowledge.measures).networks:
        measures = set()
        for one in network.figures:
            at = f"{network.id}.{one.trial}"
            measures.add(_measure(one.metric, None))
            if one.trial not in trials:
                yield _problem(at, one.trial, "a trial")
                continue
            trial = trials[one.trial]
            found = list(matching(trial, one))
            if len(found) != 1:
                yield _problem(at, f"{len(found)} figures", "marks that tell one figure")
            elif found[0].value is None or found[0].low is None or found[0].high is None:
                yield _problem(at, one.metric, "a figure with an interval")
            if _contrast(trial, one.of) is None:
                yield _problem(at, one.of, "a contrast of two arms with treatments")
        if len(measures) != 1 or None in measures:
            yield _problem(network.id, str(measures), "figures of one measure that can be pooled")


def _row(trial: Trial, wanted: FigureMarks) -> ContrastRow:
    one = next(matching(trial, wanted))
    assert one.value is not None and one.low is not None and one.high is not None
    treat1, treat2 = _contrast(trial, wanted.of) or ("", "")
    marks = [one.assessor, one.subgroup, one.note]
    return contrast_row(
        MEASURES[_measure(one.metric)][1],
        one.value,
        (one.low, one.high, one.level),
        study=trial.id,
        treat1=treat1,
        treat2=treat2,
        source=one.source,
        verification=one.verification,
        note="; ".join(mark for mark in marks if mark),
    )


def _contrast(trial: Trial, name: str) -> tuple[str, str] | None:
    treated: dict[str, Any] = {arm.id: arm.treatment for arm in trial.arms}
    for one in trial.contrasts:
        ends = treated.get(one.first), treated.get(one.second)
        if one.id == name and ends[0] and ends[1]:
            return ends[0], ends[1]
    return None


def _measure(metric: str, otherwise: Any = "hr") -> Any:
    return next((m for end, m in _POOLED.items() if metric.endswith(end)), otherwise)


def _problem(place: str, value: str, expected: str) -> Problem:
    return Problem("measures/networks.yaml", None, place, "figures", value, expected)
