"""One step of asking, as a typed result: how far the question is settled, and what to ask next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gepnet.guidelines.status import Status
from gepnet.tables import also_shown

Kind = Literal["yes_no", "choice", "number"]
State = Literal["asking", "settled", "nothing_more", "not_this_patient"]


@dataclass(frozen=True)
class Position:
    """What one document says of one option, as far as the answers tell.

    Attributes:
        document: by id.
        short: its name with year.
        option: by id.
        label: of the option.
        name: of the option within a sentence.
        intent: the purpose.
        status: as in an assessment; ``quiet_either_way`` where it takes no position, for whatever
            reason; ``fact_missing`` while the answers leave several.
        possible: what it may still come to.
        settled: whether no answer can change it.
    """

    document: str
    short: str
    option: str
    label: str
    name: str
    intent: str
    status: Status
    possible: tuple[Status, ...]
    settled: bool


@dataclass(frozen=True)
class Brought:
    """A position that an answer settles."""

    document: str
    short: str
    option: str
    label: str
    status: Status


@dataclass(frozen=True)
class Choice:
    """One answer.

    Attributes:
        value: what to hand back as the answer; empty for a band of a number that takes no range.
        label: in words.
        settles: the positions that this answer settles.
    """

    value: str
    label: str
    settles: tuple[Brought, ...]


@dataclass(frozen=True)
class NextQuestion:
    """The fact that is worth asking first.

    Attributes:
        fact: by id; the key of its answer.
        label: its name.
        question: in a clinician's words.
        definition: what is meant by it.
        kind: ``yes_no``, one ``choice`` of several, or a ``number`` (a range where it takes one).
        unit: of a number, as it is written.
        takes_range: whether a number may be a range such as ``8-12`` or ``<3``.
        choices: what it can be, that it is not known among them.
        opens: positions that are open and depend on it.
    """

    fact: str
    label: str
    question: str
    definition: str
    kind: Kind
    unit: str
    takes_range: bool
    choices: tuple[Choice, ...]
    opens: int


@dataclass(frozen=True)
class Told:
    """A fact with its value, in words; a condition that stands by itself is ``says``."""

    fact: str
    label: str
    text: str
    says: str


@dataclass(frozen=True)
class Follows(Told):
    """A fact that nobody needs to ask: it follows from others.

    Attributes:
        because: the facts that it follows from.
    """

    because: tuple[Told, ...]


@dataclass(frozen=True)
class Contradiction:
    """Facts that no patient has together; none of them is used until one is mended.

    Attributes:
        facts: as few as do not go together.
        rules: the rules between facts that they break, in words.
    """

    facts: tuple[Told, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class AskStep:
    """Where asking stands.

    Attributes:
        question: by id.
        title: of the question.
        state: ``asking``; ``settled``; ``nothing_more`` where positions stay open that no answer
            to an unanswered question can settle; or ``not_this_patient``.
        note: why the question is not one about this patient; empty otherwise.
        next: what to ask; nothing unless asking.
        answered: what was asked and answered, in order.
        unknown: facts that were asked and are not known.
        positions: document by document.
        follows: facts that follow from those that are known.
        contradictions: facts that do not go together.
    """

    question: str
    title: str
    state: State
    note: str
    next: NextQuestion | None
    answered: tuple[Told, ...]
    unknown: tuple[Told, ...]
    positions: tuple[Position, ...]
    follows: tuple[Follows, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    @also_shown
    def settled(self) -> int:
        """How many positions are settled."""
        return sum(one.settled for one in self.positions)

    @property
    @also_shown
    def total(self) -> int:
        """How many positions the question has."""
        return len(self.positions)
