"""What is asked of the record of a patient: as of when, with which knowledge, for which region."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from gepnet.vocabulary.dates import PartialDate, parse_date

if TYPE_CHECKING:
    from gepnet.knowledge import Problem
    from gepnet.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True)
class Asked:
    """How a field is asked for.

    Attributes:
        help: of its option.
        metavar: what its value is called.
        flag: where it is not the name of the field.
    """

    help: str
    metavar: str | None = None
    flag: str | None = None


@dataclass(frozen=True)
class Question:
    """One question, which goes through every layer as one value.

    Each field is an option of every command that assesses, with the help and the default that are
    given here: a field that is added here is an option of all of them.

    Attributes:
        at: date of the question; None is the record's own ``as_of``, else today.
        knowledge_date: documents, labels and approvals in force on this day count.
        region: region of care; None is the region of the record.
        with_files: knowledge files and folders beside those of the package.
    """

    at: Annotated[
        PartialDate | None,
        Asked("Date of the question (YYYY[-MM[-DD]]); default: as_of, else today.", "DATE"),
    ] = None
    knowledge_date: Annotated[
        datetime.date, Asked("Documents in force on this day; default: today.", "DATE")
    ] = field(default_factory=datetime.date.today)
    region: Annotated[str | None, Asked("Region of care, e.g. EU, US, IT.", "REGION")] = None
    with_files: Annotated[
        tuple[Path, ...],
        Asked("More knowledge: a YAML file or a folder of them.", "PATH", "--with"),
    ] = ()

    @classmethod
    def read(cls, at: PartialDate | str | None = None, **fields: Any) -> Question:
        """Return a question whose date is a text such as ``2024-05-17``, ``2024-05`` or ``2024``.

        Raises:
            InputError: if it is no date.
        """
        try:
            return cls(parse_date(at) if isinstance(at, str) else at, **fields)
        except ValueError as error:
            from gepnet.knowledge import refuse

            expected = "a date such as 2024-05-17, 2024-05 or 2024"
            raise refuse("at", repr(at), expected) from error

    def day(self) -> datetime.date | None:
        """Return ``at`` where it has to be one day.

        Raises:
            InputError: if ``at`` is a month or a year.
        """
        if self.at is None:
            return None
        if self.at.first != self.at.last:
            from gepnet.knowledge import refuse

            raise refuse("at", repr(self.at.text), "a day such as 2024-05-17")
        return self.at.first

    def problems(self, vocabulary: Vocabulary) -> list[Problem]:
        """Return what is wrong with the question for this vocabulary: a region that is none."""
        from gepnet.knowledge import asked
        from gepnet.vocabulary.fact import ValueProblem

        if self.region is None or "region" not in vocabulary:
            return []
        try:
            vocabulary["region"].parse(self.region)
        except ValueProblem as fault:
            known = vocabulary["region"].values
            return [asked("region", repr(self.region), fault.expected, known)]
        return []
