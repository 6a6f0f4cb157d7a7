"""What somebody stands by of values outside their plausible range: the one grammar of ``--accept``.

A value of a table is accepted on the command line, by quantity and value as they are told, with who
stands by it and why. What was accepted and met is kept with the result. In a patient file the same
is written at the value itself (:mod:`gepnet.record.accepted`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from gepnet.knowledge import Problem, asked, nearest, refuse_all
from gepnet.vocabulary.plausible import Plausible, number_of
from gepnet.vocabulary.values import Interval

#: ``PATIENT`` and ``PART`` (a region, a lesion) may be left out: then it is accepted of every one.
ACCEPT_FORM = "[PATIENT:[PART:]]QUANTITY=VALUE by WHO: WHY"
_GIVEN = re.compile(
    r"\s*(?:([^=]*):)?\s*([\w.{}-]+)\s*=\s*(.+?)\s+by\s+([^:]+?)\s*:\s*(\S.*)", re.DOTALL
)
#: What was accepted before without the value and without who stands by it.
_REASON_ALONE = re.compile(r"\s*((?:[^=]*:)?\s*[\w.{}-]+)\s*=\s*(\S.*?)\s*", re.DOTALL)


@dataclass(frozen=True)
class Accepted:
    """A value outside its plausible range that somebody stands by; of whom, where it was said."""

    quantity: str
    value: str
    accepted_by: str
    reason: str
    patient: str = ""
    part: str = ""

    def __str__(self) -> str:
        """What was accepted, of whom, by whom and why."""
        of = " ".join(filter(None, (self.patient, self.part)))
        about = f" of {of}" if of else ""
        return f"{self.quantity} {self.value}{about} by {self.accepted_by} ({self.reason})"

    def covers(self, quantity: str, written: Iterable[object], patient: str, part: str) -> bool:
        """Return whether it is about a value, which may be spelt in several ways."""
        about = ":".join(filter(None, (self.patient, self.part)))
        return (
            self.quantity == quantity
            and about in ("", patient, f"{patient}:{part}")
            and any(_same(self.value, one) for one in written)
        )


@dataclass
class Accepting:
    """What is accepted in the tables of one question, and which of it was met there."""

    given: tuple[Accepted, ...] = ()
    used: list[Accepted] = field(default_factory=list)
    _met: set[Accepted] = field(default_factory=set)

    @classmethod
    def of(cls, given: Accepting | Iterable[str], known: Collection[str] = ()) -> Accepting:
        """Return what is accepted, read where it is in texts; see ``read``."""
        return given if isinstance(given, Accepting) else cls.read(given, known)

    @classmethod
    def read(cls, texts: Iterable[str], known: Collection[str] = ()) -> Accepting:
        """Read what the options of a command accept.

        Args:
            texts: each as ``[PATIENT:[PART:]]QUANTITY=VALUE by WHO: WHY``.
            known: the quantities that are asked about, where the command knows them.

        Raises:
            InputError: naming each that is not of this form, or of no such quantity.
        """
        found: list[Accepted] = []
        problems: list[Problem] = []
        for text in texts:
            parts = _GIVEN.fullmatch(text)
            if parts is None:
                problems.append(asked("--accept", text, _form(text)))
                continue
            about, quantity, value, who, why = parts.groups()
            if known and quantity not in known:
                near = nearest(quantity, known)
                expected = f"{ACCEPT_FORM}, of {', '.join(known)}"
                problems.append(asked("--accept", text, expected, [near] if near else ()))
            found.append(Accepted(quantity, value, who, why, (about or "").strip()))
        refuse_all(problems)
        return cls(tuple(found))

    def find(
        self, quantity: str, *written: object, patient: str = "", part: str = ""
    ) -> Accepted | None:
        """Return who accepts a value, named as it is written in the table or as it is told."""
        for one in self.given:
            if one.covers(quantity, written, patient, part):
                met = replace(one, patient=patient, part=part)
                self._met.add(one)
                if met not in self.used:
                    self.used.append(met)
                return met
        return None

    def refuse_unused(self, but: Collection[str] = ()) -> None:
        """Refuse what accepts a value that is not there, or that nobody doubts.

        Args:
            but: quantities that were not looked at.

        Raises:
            InputError: naming each.
        """
        told = "a value that is outside its plausible range, as it is written or told"
        left = (one for one in self.given if one not in self._met and one.quantity not in but)
        refuse_all(asked("--accept", f"{one.quantity}={one.value}", told) for one in left)


@dataclass(frozen=True)
class Asking:
    """Asks about the values of tables, and knows what of them is accepted."""

    plausible: Plausible
    accepting: Accepting

    @classmethod
    def of(cls, plausible: Plausible, given: Accepting | Iterable[str]) -> Asking:
        """Return the question by the ranges of a knowledge, and what was accepted."""
        return cls(plausible, Accepting.of(given))

    def doubt(
        self,
        quantity: str,
        value: Interval,
        written: object,
        *,
        patient: str = "",
        part: str = "",
        unit: str | None = None,
        step: Decimal = Decimal(0),
    ) -> str | None:
        """Return what is said of a value that is doubted and that nobody accepts, or None.

        Args:
            quantity: its name.
            value: in the unit of the quantity.
            written: as the table has it.
            patient: whose.
            part: the lesion or region that it is of.
            unit: of the quantity, where a fact stands for it.
            step: the precision of the value.
        """
        told = self.plausible.doubt(quantity, value, written, unit, step)
        if told is None or self.accepting.find(quantity, written, patient=patient, part=part):
            return None
        return told + how_to_accept(quantity, written)


def how_to_accept(quantity: str, written: object) -> str:
    """Say how a value of a table is accepted."""
    return f"; if it is right: --accept '{quantity}={written} by WHO: WHY'"


def _form(text: str) -> str:
    """Return the grammar, and how what was written would be said in it."""
    old = _REASON_ALONE.fullmatch(text)
    if old is None:
        return ACCEPT_FORM
    about, reason = old.groups()
    if number_of(reason) is not None:
        return f"{ACCEPT_FORM}, so '{about.strip()}={reason} by WHO: WHY'"
    return f"{ACCEPT_FORM}, so '{about.strip()}=VALUE by WHO: {reason}'"


def _same(given: str, written: object) -> bool:
    text = str(written).strip()
    one, other = number_of(given), number_of(text)
    return given == text or (one is not None and one == other and given[0] not in "<>≤≥")
