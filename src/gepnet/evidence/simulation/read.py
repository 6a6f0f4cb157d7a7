"""Reading a scenario: its shape, what its names name, and what of it is missing or unverified."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gepnet.criteria import Criteria, CriterionError
from gepnet.evidence.simulation.eligibility import Eligibility, code
from gepnet.evidence.simulation.figures import Figures
from gepnet.evidence.simulation.inputs import Placed, placed
from gepnet.evidence.simulation.scenario import Line, Scenario, Time
from gepnet.knowledge import (
    Document,
    InputError,
    Knowledge,
    Problem,
    nearest,
    read_text,
    read_yaml,
    refuse_all,
)
from gepnet.knowledge.read import faults
from gepnet.vocabulary import ValueProblem


@dataclass(frozen=True)
class Read:
    """A scenario that can be simulated, with its inputs and the criteria it names."""

    scenario: Scenario
    inputs: list[Placed]
    eligibility: Eligibility


def read_scenario(
    source: Path,
    criteria: Criteria,
    knowledge: Knowledge,
    include: Collection[str] = (),
) -> Read:
    """Read the file of a scenario.

    Args:
        source: YAML.
        criteria: of the knowledge, to read the criteria of the scenario.
        knowledge: with its trials, whose figures the scenario names.
        include: places of unverified inputs that are used all the same.

    Raises:
        InputError: with every fault: a key, a name, a value that a fact cannot have, a number
            without origin, a number that is missing, an unverified one that is not named.
    """
    document = read_yaml(read_text(source, "scenario"), str(source))
    if not isinstance(document.data, dict):
        raise InputError([Problem(str(source), 1, "", "", "", "a scenario: keys and values")])
    data, wrong = Figures(knowledge).put(_plain(document.data))
    if wrong:
        raise InputError(
            _problem(document, one.path, one.value, one.expected, one.known) for one in wrong
        )
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        found = faults(error, Scenario, document.data, document.file, document.line)
        raise InputError(_needed(problem) for problem in found) from error
    supplied = frozenset(item.fact for item in scenario.population.facts)
    eligibility = Eligibility(criteria, knowledge.measures, supplied)
    inputs = placed(scenario)
    problems = [
        *_names(scenario, document),
        *_facts(scenario, eligibility, document),
        *_criteria(scenario, eligibility, document),
        *_origins(scenario, inputs, include, document),
    ]
    refuse_all(problems)
    return Read(scenario, inputs, eligibility)


def _plain(value: Any) -> Any:
    """Return data with binary numbers for decimal ones."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def _needed(problem: Problem) -> Problem:
    if problem.expected != "Field required":
        return problem
    told = "this input: give it with its source, or as an assumption in words"
    return Problem(problem.file, problem.line, problem.entry, problem.field, "", told)


def _names(scenario: Scenario, document: Document) -> Iterator[Problem]:
    lines = [line.id for line in scenario.lines]
    strategies = [one.id for one in scenario.strategies]
    for what, names in (("lines", lines), ("strategies", strategies)):
        for at, name in enumerate(names):
            if name in names[:at] or name == "after":
                yield _problem(document, (what, at, "id"), name, "an id of its own")
    if not strategies:
        yield _problem(document, ("strategies",), "", "at least one strategy")
    for at, one in enumerate(scenario.strategies):
        for place, name in enumerate(one.lines):
            if name not in lines:
                here = ("strategies", at, "lines", place)
                yield _problem(document, here, name, "a line of the scenario", lines)
    for at, line in enumerate(scenario.lines):
        other = line.time.relative_to
        if other is not None and (other not in lines or _in_circle(scenario, line)):
            place_of_it = ("lines", at, "time", "relative_to")
            yield _problem(document, place_of_it, other, "another line, not this one again", lines)
    for at, item in enumerate(scenario.published):
        if item.strategy not in strategies:
            held = ("published", at, "strategy")
            yield _problem(document, held, item.strategy, "a strategy", strategies)
    if scenario.horizon_years <= 0 or scenario.horizon_years > 100:
        told = "years above 0, at most 100"
        yield _problem(document, ("horizon_years",), scenario.horizon_years, told)


def _in_circle(scenario: Scenario, line: Line) -> bool:
    seen = {line.id}
    at: str | None = line.time.relative_to
    while at is not None:
        if at in seen:
            return True
        seen.add(at)
        time: Time | None = next((one.time for one in scenario.lines if one.id == at), None)
        at = None if time is None else time.relative_to
    return False


def _facts(scenario: Scenario, eligibility: Eligibility, document: Document) -> Iterator[Problem]:
    vocabulary = eligibility.vocabulary
    given = [item.fact for item in scenario.population.facts]
    for at, item in enumerate(scenario.population.facts):
        path = ("population", "facts", at, "fact")
        if item.fact not in vocabulary:
            yield _problem(document, path, item.fact, "a fact", list(vocabulary))
            continue
        fact = vocabulary[item.fact]
        if item.fact in given[:at]:
            yield _problem(document, path, item.fact, "each fact once")
        words: list[object] = [*(item.shares or ())]
        words += [] if item.value is None else [item.value]
        if item.mean is not None and fact.type != "number":
            yield _problem(document, path, item.fact, f"shares of values, as it is {fact.type}")
        if fact.type not in ("number", "enum", "boolean"):
            yield _problem(document, path, item.fact, "a number, a truth or a word of a list")
            continue
        for word in words:
            try:
                code(fact, word)
            except ValueProblem as fault:
                key = "shares" if item.shares else "value"
                yield _problem(document, (*path[:-1], key), word, fault.expected)
    for at, line in enumerate(scenario.lines):
        for place, change in enumerate(line.changes):
            if change.fact not in given:
                here = ("lines", at, "changes", place, "fact")
                told = "a fact that the population has"
                yield _problem(document, here, change.fact, told, given)
        for place, option in enumerate(line.options):
            if option not in vocabulary.options:
                ours, told = ("lines", at, "options", place), "an option of the vocabulary"
                yield _problem(document, ours, option, told, vocabulary.options)
    if scenario.background_mortality is not None and "age_years" not in given:
        told = "the fact age_years in the population, which background mortality needs"
        yield _problem(document, ("background_mortality",), "", told)


def _criteria(
    scenario: Scenario, eligibility: Eligibility, document: Document
) -> Iterator[Problem]:
    for at, line in enumerate(scenario.lines):
        texts: list[tuple[tuple[str | int, ...], str]] = []
        if line.eligible:
            texts.append((("lines", at, "eligible"), line.eligible))
        texts += [
            (("lines", at, "time", "modifiers", n, "when"), one.when)
            for n, one in enumerate(line.time.modifiers)
        ]
        for path, text in texts:
            try:
                missing = eligibility.unknown_facts(text)
            except CriterionError as error:
                for fault in error.faults:
                    yield _problem(document, path, fault.value, fault.expected)
                continue
            for name in missing:
                told = "given by the population: nothing is assumed of it"
                yield _problem(document, path, name, told)


def _origins(
    scenario: Scenario, inputs: list[Placed], include: Collection[str], document: Document
) -> Iterator[Problem]:
    known = [one.place for one in inputs]
    known += [f"population.facts.{item.fact}" for item in scenario.population.facts]
    for name in include:
        if name not in known:
            told = "the place of an input, as lines.prrt.time.median_months"
            yield Problem("command line", None, "", "include", name, told, nearest(name, known))
    stated = [(one.place, one.input.source, one.input.verification) for one in inputs]
    stated += [
        (f"population.facts.{item.fact}", item.source, item.verification)
        for item in scenario.population.facts
    ]
    for place, source, verification in stated:
        if source is not None and source not in scenario.sources:
            told = "a trial that gepnet has, or a key of the sources of the scenario"
            near = nearest(source, scenario.sources)
            yield Problem(document.file, None, place, "source", source, told, near)
        if verification == "unverified" and place not in include:
            told = f"a verified figure, or to be named: --include {place}"
            yield Problem(document.file, None, place, "verification", "unverified", told)


def _problem(
    document: Document,
    path: tuple[str | int, ...],
    value: object,
    told: str,
    known: Collection[str] = (),
) -> Problem:
    field = ".".join(map(str, path))
    near = nearest(str(value), known) if known else None
    return Problem(document.file, document.line(path), "", field, str(value), told, near)
