"""The file of published cases: its shape, and a reader that reports every problem at once.

The shape is described in words at the top of ``knowledge/cases/published_cases.yaml``.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)

from gepnet.knowledge import (
    Document,
    InputError,
    Problem,
    nearest,
    read_text,
    read_yaml,
    refuse_all,
)
from gepnet.knowledge.load import PACKAGED
from gepnet.knowledge.read import faults
from gepnet.knowledge.yaml_io import Path as YamlPath
from gepnet.vocabulary import PartialDate, parse_date

FOLDER = PACKAGED / "cases"
PACKAGED_CASES = FOLDER / "published_cases.yaml"


def _text(value: Any) -> Any:
    plain = value is None or isinstance(value, str | bool | list | dict)
    return value if plain else str(value)


def _date(value: Any, info: ValidationInfo) -> PartialDate | None:
    if value is None:
        return None
    try:
        day = parse_date(str(value))
    except ValueError as error:
        raise ValueError("a date such as 2024-05-17, 2024-05 or 2024") from error
    if info.context is not None and day.first > info.context:
        raise ValueError(f"a date not after {info.context}")
    return day


def _one_of(*known: str) -> AfterValidator:
    """Return the check of a word: a misspelt one is a fault, any other is left to the importer."""

    def check(word: str) -> str:
        near = difflib.get_close_matches(word, known, 1, _ALIKE)
        if word not in known and near:
            raise ValueError(f"one of {', '.join(known)}")
        return word

    return AfterValidator(check)


_ALIKE = 0.85
Text = Annotated[str, BeforeValidator(_text)]
Date = Annotated[PartialDate, BeforeValidator(_date)]


class Part(BaseModel):
    """A mapping of the case file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class CaseSource(Part):
    """Where a case was published. Titles often tell the decision."""

    title: str | None = None
    url: str | None = None
    kind: Text | None = None
    year: int | None = None
    language: str | None = None
    extent_read: Annotated[Text | None, _one_of("full_text", "abstract", "opening_excerpt")] = None


class Patient(Part):
    """Who the patient is."""

    age: Text | None = None
    sex: Text | None = None
    comorbidities: tuple[Text, ...] = ()
    genetic_syndrome: Text | None = None


class Tumour(Part):
    """The tumour as the whole report describes it; single values may be of a later date."""

    primary_site: Text | None = None
    primary_subsite: Text | None = None
    functioning: bool | None = None
    syndrome: Text | None = None
    differentiation: Text | None = None
    grade_who: Text | None = None
    grade_bin: Text | None = None
    ki67_pct: Text | None = None
    ki67_text: Text | None = None
    mitoses: Text | None = None
    pathology_notes: Text | None = None

    @property
    def has_pathology(self) -> bool:
        """Whether anything is said of histology."""
        return any((self.ki67_text, self.grade_who, self.differentiation, self.mitoses))


class SstrImaging(Part):
    """Somatostatin receptor imaging known at the decision."""

    result: Text | None = None
    krenning: Text | None = None
    tracer: Text | None = None
    text: Text | None = None


class FdgPet(Part):
    """FDG-PET known at the decision."""

    result: Text | None = None
    text: Text | None = None


class PriorTherapy(Part):
    """One earlier treatment."""

    treatment_class: Text
    detail: Text | None = None
    best_response: Text | None = None
    duration_months: float | None = Field(default=None, ge=0)
    stop_reason: Text | None = None


class Decision(Part):
    """What the treating team decided. Never used for the facts of its own decision point."""

    classes: tuple[Text, ...] = ()
    text: Text | None = None
    decided_by: Text | None = None
    options_rejected: tuple[Text, ...] = ()


class DecisionPoint(Part):
    """What was known when a decision was made, the decision and what came of it."""

    dp_id: str
    date: Date | None = None
    disease_state: Annotated[
        Text,
        _one_of(
            "new_diagnosis_localised", "new_diagnosis_metastatic", "recurrence",
            "residual_after_surgery", "progression_radiological", "progression_clinical",
            "refractory_symptoms", "stable_on_treatment", "responding", "complication",
            "pathology_revision",
        ),
    ] | None = None  # fmt: skip
    systemic_line: int | None = None
    stage: Text | None = None
    metastatic_sites: tuple[Text, ...] | None = None
    liver_burden: Text | None = None
    sstr_imaging: SstrImaging = SstrImaging()
    fdg_pet: FdgPet = FdgPet()
    ki67_pct_at_decision: Text | None = None
    functioning_at_decision: bool | None = None
    symptoms: tuple[Text, ...] = ()
    ecog: Text | None = None
    karnofsky: Text | None = None
    labs: dict[str, Text | None] = Field(default_factory=dict)
    prior_therapies: tuple[PriorTherapy, ...] = ()
    growth_rate: Text | None = None
    resectability: Text | None = None
    constraints: tuple[Text, ...] = ()
    decision: Decision = Decision()
    outcome: dict[str, Any] | None = None
    prrt: dict[str, Any] | None = None
    lesion_measurements: tuple[dict[str, Any], ...] = ()
    carried_forward: tuple[str, ...] = ()
    note: Text | None = None


class Case(Part):
    """One published patient with decision points in time order."""

    case_id: str
    stratum: Text | None = None
    source: CaseSource = CaseSource()
    patient: Patient = Patient()
    tumour: Tumour = Tumour()
    decision_points: tuple[DecisionPoint, ...] = Field(min_length=1)
    data_quality: dict[str, Any] | None = None


@dataclass(frozen=True)
class CaseFile:
    """A case file that was read: its cases and the document, for the lines of later problems."""

    cases: tuple[Case, ...]
    document: Document


@lru_cache(maxsize=4)
def table(name: str) -> dict[str, Any]:
    """Return ``knowledge/cases/{name}.yaml``."""
    path = FOLDER / f"{name}.yaml"
    data: dict[str, Any] = read_yaml(read_text(path), f"cases/{name}.yaml").data
    return data


def treatment_classes() -> list[str]:
    """Return every class that a treatment or a decision of a case may have."""
    classes = table("classes")
    return [*classes["classes"], *classes["not_an_option"]]


def read_case_file(path: Path | None = None, today: datetime.date | None = None) -> CaseFile:
    """Read a file of published cases, by default the packaged one.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    chosen = path or PACKAGED_CASES
    return parse_case_file(read_text(chosen, "case file"), str(chosen), today)


def parse_case_file(text: str, name: str, today: datetime.date | None = None) -> CaseFile:
    """Read published cases from their text; see ``read_case_file``."""
    document = read_yaml(text, name)
    items = document.data.get("cases") if isinstance(document.data, dict) else None
    if not isinstance(items, list):
        raise InputError([Problem(name, 1, "", "cases", "", "a list of cases under 'cases'")])
    problems: list[Problem] = []
    cases: list[Case] = []
    for index, item in enumerate(items):
        try:
            cases.append(Case.model_validate(item, context=today or datetime.date.today()))
        except ValidationError as error:
            problems.extend(_faults(error, item, document, ("cases", index)))
    problems.extend(_repeated(items, document))
    refuse_all(problems)
    return CaseFile(tuple(cases), document)


def _faults(
    error: ValidationError, item: Any, document: Document, path: YamlPath
) -> Iterator[Problem]:
    told = faults(error, Case, item, document.file, lambda at: document.line((*path, *at)))
    for fault, problem in zip(error.errors(include_url=False), told, strict=True):
        if fault["type"] == "too_short" and fault["input"]:
            continue  # only because the faulty items, reported each, do not count
        is_key = fault["type"] == "extra_forbidden"
        expected, near = "a key of the case file" if is_key else problem.expected, problem.nearest
        if expected.startswith("one of "):
            near = near or nearest(
                str(fault["input"]), expected.removeprefix("one of ").split(", ")
            )
        entry = _entry(item, fault["loc"])
        yield replace(problem, entry=entry, expected=expected, nearest=near)


def _entry(item: Any, location: YamlPath) -> str:
    """Return the decision point, or else the case, in which ``location`` of a case lies."""
    if not isinstance(item, dict):
        return ""
    points = item.get("decision_points")
    index = location[1] if len(location) > 1 and location[0] == "decision_points" else None
    point = points[index] if isinstance(index, int) and isinstance(points, list) else None
    own = point.get("dp_id") if isinstance(point, dict) else None
    return str(own or item.get("case_id", ""))


def _repeated(items: list[Any], document: Document) -> Iterator[Problem]:
    names: list[tuple[Any, YamlPath]] = []
    for index, item in enumerate(items):
        case = item if isinstance(item, dict) else {}
        names.append((case.get("case_id"), ("cases", index, "case_id")))
        points = case.get("decision_points")
        for number, point in enumerate(points if isinstance(points, list) else ()):
            if isinstance(point, dict):
                place = ("cases", index, "decision_points", number, "dp_id")
                names.append((point.get("dp_id"), place))
    first: dict[tuple[str, str], int | None] = {}
    for name, path in names:
        key, line = (str(path[-1]), repr(name)), document.line(path)
        if name is not None and key in first:
            told = f"an id that is used once (first used on line {first[key]})"
            yield Problem(document.file, line, str(name), *key, told)
        first.setdefault(key, line)
