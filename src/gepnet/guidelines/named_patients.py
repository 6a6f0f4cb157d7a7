"""The patients that the knowledge names, and where the documents differ on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from gepnet.facts import facts_of_values
from gepnet.guidelines.assess import assess
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.model import Assessment, Cell
from gepnet.guidelines.status import STATED, Status
from gepnet.knowledge.models import Recommendation
from gepnet.tables import Shown
from gepnet.vocabulary import Question


@dataclass(frozen=True)
class Source:
    """The entry behind a position of a document."""

    document: str
    entry: Annotated[
        Recommendation, Shown(take="id:recommendation source locator verification", flat=True)
    ]


@dataclass(frozen=True)
class Differing:
    """An option on which documents state different positions, and theirs."""

    option: str
    intent: str
    positions: dict[str, Status]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class NamedPatient:
    """A patient that the knowledge names, with the options on which documents differ."""

    id: str
    label: str
    facts: dict[str, Any]
    differing: int
    options: tuple[Differing, ...]


def named_patients(base: KnowledgeBase, question: Question) -> list[NamedPatient]:
    """Return each named patient with the options on which documents differ."""
    found = []
    for patient in base.knowledge.measures.get("named_patients", {}).get("patients", []):
        facts = facts_of_values(patient["facts"], base.knowledge, base.criteria, patient["id"])
        options = _differing(assess(base, facts, question))
        count = len(options)
        found.append(
            NamedPatient(patient["id"], patient["label"], patient["facts"], count, options)
        )
    return found


def _differing(assessment: Assessment) -> tuple[Differing, ...]:
    found = []
    for row in assessment.rows():
        cells = [document.cells[row] for document in assessment.documents.values()]
        stated = [cell for cell in cells if cell.status in STATED]
        if len({cell.status for cell in stated}) > 1:
            positions = {cell.document: cell.status for cell in stated}
            sources = tuple(source for cell in stated for source in _sources(cell))
            found.append(Differing(*row, positions, sources))
    return tuple(found)


def _sources(cell: Cell) -> list[Source]:
    holding = [reason.judged for reason in cell.reasons if reason.judged.truth is True]
    return [Source(cell.document, judged.recommendation.entry) for judged in holding]
