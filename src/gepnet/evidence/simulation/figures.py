"""Numbers of a scenario that stand in the entry of a trial: taken from there, each in one place.

In the file of a scenario ``{figure: {trial: erasmus, metric: pfs_median_months, of: lu_eff}}`` is
an input: its value, interval, source and badge are those of the figure. What is printed of a trial
in percent is a share here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import ValidationError

from gepnet.evidence.figures import FigureMarks, matching
from gepnet.knowledge import Knowledge, Problem, read_text, read_yaml
from gepnet.knowledge.load import PACKAGED
from gepnet.knowledge.models import Trial
from gepnet.knowledge.trial_models import Figure

Path = tuple[str | int, ...]
#: Units of figures that an input can have, and by what they are divided.
_UNITS: dict[str | None, int] = {None: 1, "months": 1, "%": 100}
_BESIDE = {"figure", "note"}


class Fault(NamedTuple):
    """What is wrong at a place of a scenario."""

    path: Path
    value: str
    expected: str
    known: tuple[str, ...] = ()


class Figures:
    """The figures of trials, for scenarios."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Take trials and metrics of the knowledge."""
        self.trials = {trial.id: trial for trial in knowledge.trials}
        self.metrics = {metric.id: metric for metric in knowledge.trial_metrics}

    def put(self, data: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        """Return a scenario with every figure in its place, and the trials among its sources."""
        faults: list[Fault] = []
        found: dict[str, Any] = self._put(data, (), faults)
        titles = dict(data.get("sources") or {})
        for name in titles:
            if name in self.trials:
                told = "no title: this is a trial, whose name and reference are known"
                faults.append(Fault(("sources", name), name, told))
        named = {str(one["source"]) for _, one in _inputs(found) if "source" in one}
        for name in sorted(named & set(self.trials)):
            titles[name] = {"title": f"{self.trials[name].name}: {self.trials[name].reference}"}
        return {**found, "sources": titles}, faults

    def _put(self, value: Any, path: Path, faults: list[Fault]) -> Any:
        if isinstance(value, list):
            return [self._put(item, (*path, at), faults) for at, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if "figure" not in value:
            return {key: self._put(item, (*path, key), faults) for key, item in value.items()}
        found = self._input(value, path)
        if isinstance(found, Fault):
            faults.append(found)
            return {"value": 1.0, "assumption": "the figure is at fault"}
        # Shares of a fact are bare numbers; source and place stand beside them.
        return found["value"] if "shares" in path[-2:] else found

    def _input(self, value: dict[str, Any], path: Path) -> dict[str, Any] | Fault:
        more = sorted(set(value) - _BESIDE)
        if more:
            return Fault((*path, more[0]), more[0], "no more than figure and note")
        place = (*path, "figure")
        try:
            marks = FigureMarks.model_validate(value["figure"])
        except ValidationError as error:
            return Fault(place, str(value["figure"]), str(error.errors()[0]["msg"]))
        trial = self.trials.get(marks.trial)
        if trial is None:
            return Fault((*place, "trial"), marks.trial, "a trial", tuple(self.trials))
        found = list(matching(trial, marks))
        if len(found) != 1:
            told = f"marks that tell one figure of {trial.name}"
            return Fault(place, f"{len(found)} figures", told)
        metric = self.metrics[found[0].metric]
        if metric.unit not in _UNITS or found[0].value is None:
            return Fault(place, metric.label, "a number in months, in percent, or a ratio")
        return self._taken(trial, found[0], value.get("note"))

    def _taken(self, trial: Trial, one: Figure, note: str | None) -> dict[str, Any]:
        metric = self.metrics[one.metric]
        by = Decimal(_UNITS[metric.unit])
        taken: dict[str, Any] = {"value": _number(one.value, by)}
        if one.low is not None and one.high is not None and one.interval == "confidence":
            ends = {"low": _number(one.low, by), "high": _number(one.high, by)}
            taken |= {**ends, "level": float(one.level)}
        arms = {arm.id: arm.label for arm in trial.arms}
        marks = [metric.label, arms.get(one.of, one.of), one.event, one.subgroup, one.assessor]
        told = ", ".join(mark for mark in marks if mark)
        read = f"{told}; read in {one.source}" if one.source != trial.id else told
        taken |= {
            "source": trial.id,
            "locator": f"{read}, {one.locator}" if one.locator else read,
            "verification": one.verification,
        }
        said = note or one.note
        return {**taken, "note": said} if said else taken

    def known(self, name: str, value: Any) -> Figure | None:
        """Return a figure of a trial that a number could be taken from."""
        trial = self.trials.get(name)
        if trial is None or not isinstance(value, int | float | Decimal):
            return None
        asked = Decimal(str(value))
        for one in trial.figures:
            by = _UNITS.get(self.metrics[one.metric].unit)
            if one.counts and one.value is not None and by and one.value / by == asked:
                return one
        return None


def _number(value: Decimal | None, by: Decimal) -> float:
    return float((value or Decimal(0)) / by)


def _inputs(value: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every mapping of a scenario with its place."""
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _inputs(item, (*path, at))
    elif isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from _inputs(item, (*path, key))


def check_scenarios(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a problem for each number of a packaged scenario that a trial has, or has not.

    A figure that is named has to be there; a number that stands in the trial it is said to come
    from has to be named as a figure, so that it stands once.
    """
    figures = Figures(knowledge)
    for file in sorted((PACKAGED / "scenarios").glob("*.yaml")):
        document = read_yaml(read_text(file, "scenario"), f"scenarios/{file.name}")
        faults = list(figures.put(document.data)[1])
        for path, one in _inputs(document.data):
            for key, value in (("value", one.get("value")), *(one.get("shares") or {}).items()):
                stands = figures.known(str(one.get("source")), value)
                if stands is not None:
                    told = f"figure: {{trial: {one['source']}, metric: {stands.metric}, of: "
                    faults.append(Fault((*path, key), str(value), f"{told}{stands.of}, ...}}"))
        for fault in faults:
            field = ".".join(map(str, fault.path))
            line = document.line(fault.path)
            yield Problem(document.file, line, "", field, fault.value, fault.expected)
