"""A case for its pages: who, the record, and what was worked out of it, once for each version."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gepnet import api
from gepnet.board.visit import Visit

if TYPE_CHECKING:
    from gepnet.guidelines import Assessment
    from gepnet.record import Record
    from gepnet.report.evidence import Evidence

View = dict[str, Any]


@dataclass
class Looked:
    """One case, as somebody looks at it.

    Attributes:
        visit: of the request.
        case: with its identity, where the person may know it.
        kept: the version of the record that is looked at; None while there is none.
    """

    visit: Visit
    case: api.Case
    kept: api.KeptRecord | None

    @property
    def record(self) -> Record:
        """The record; refused in words where there is none yet."""
        if self.kept is None:
            raise api.refuse("record", "none yet", "facts of the patient: enter or upload them")
        return self.kept.record

    @property
    def version(self) -> int:
        """The number of the version that is looked at; 0 where there is none."""
        return 0 if self.kept is None else self.kept.version.number

    @property
    def _key(self) -> tuple[Any, ...]:
        desk = self.visit.desk
        assert self.kept is not None
        day = desk.question().knowledge_date
        return self.kept.version.digest, desk.base.knowledge.digest, day, datetime.date.today()

    @cached_property
    def assessment(self) -> Assessment:
        """What each document says; worked out once for a version of record and knowledge."""
        desk = self.visit.desk
        record = self.record
        return desk.once(
            ("assessed", *self._key),
            lambda: api.assess_record(record, desk.base, desk.question()),
        )

    def answer(self, question: str | None = None) -> View:
        """Return the answer of this patient in the language of the visit."""
        assessment, base = self.assessment, self.visit.base
        return self.visit.desk.once(
            ("answer", question, base.language, *self._key),
            lambda: api.answer_view(assessment, base, question),
        )

    def comparison(self, option: str | None = None) -> View:
        """Return how the documents stand to each other."""
        assessment, base = self.assessment, self.visit.base
        return self.visit.desk.once(
            ("comparison", option, base.language, *self._key),
            lambda: api.comparison_view(assessment, base, option),
        )

    def evidence(self) -> Evidence:
        """Return the trials for this patient, and what stands behind each position."""
        desk, base = self.visit.desk, self.visit.base
        record, assessment = self.record, self.assessment
        return desk.once(
            ("evidence", base.language, *self._key),
            lambda: api.evidence_view(record, base, desk.question(), assessment=assessment),
        )

    def once(self, name: str, make: Any) -> Any:
        """Return what was made of this version of the record before, else make it.

        A part of a page that is kept so may hold nothing of who looks at it.
        """
        key = (name, self.case.id, self.visit.words.language, *self._key)
        return self.visit.desk.once(key, make)


def look_at(visit: Visit, case_id: str, number: int | None = None) -> Looked:
    """Return a case with its record.

    Raises:
        NotFound: if there is no such case, or not for this person.
    """
    store, actor = visit.desk.store, visit.actor
    case = api.read_case(store, actor, case_id)
    kept = None
    if case.record_number:
        kept = api.read_kept(store, actor, case_id, visit.desk.base.vocabulary, number)
    return Looked(visit, case, kept)


def age(born: datetime.date | None, today: datetime.date | None = None) -> int | None:
    """Return the age in years."""
    if born is None:
        return None
    day = today or datetime.date.today()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def person(case: api.Case) -> Mapping[str, Any]:
    """Return who a case is, as the strip on top shows it."""
    who = case.identity
    if who is None:
        return {"name": case.pseudonym, "age": None, "born": None, "number": None}
    return {
        "name": f"{who.family_name}, {who.given_name}",
        "age": age(who.birth_date),
        "born": who.birth_date,
        "number": who.hospital_number,
    }
