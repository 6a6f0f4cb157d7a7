"""What programs send to the board and get from it, as types: the documentation is made of these."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

#: Text as people write it: no character that a database does not take.
_NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL, strip_whitespace=True)]
Words = Annotated[str, StringConstraints(max_length=2000, pattern=_NO_NUL, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.{}-]+$")]
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]
Value = bool | Number | Line


class Sent(BaseModel):
    """What is sent: a field that is not known is a mistake, not a wish to be passed over."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Sent):
    """Name and password of an account."""

    name: Annotated[str, StringConstraints(max_length=100, pattern=_NO_NUL)]
    password: Annotated[str, StringConstraints(max_length=1000, pattern=_NO_NUL)]


class AskRequest(Sent):
    """What is known so far; the whole of it with every request, nothing is kept."""

    answers: Annotated[dict[Key, Value], Field(max_length=200)] = Field(
        default_factory=dict, description="Fact to value, or `not known`, in the order of asking."
    )
    question: Key | None = Field(None, description="What is asked, such as `prrt`.")


class AnswerRequest(Sent):
    """A patient in a handful of answers; nothing is kept."""

    answers: Annotated[dict[Key, Line], Field(max_length=60)] = Field(
        default_factory=dict, description="Question of the quick check to the id of its answer."
    )
    facts: Annotated[dict[Key, Line], Field(max_length=30)] = Field(
        default_factory=dict, description="Further facts by id."
    )
    question: Key | None = None
    region: Key | None = None
    language: Annotated[str, StringConstraints(max_length=10)] = "en"


class RecordFile(Sent):
    """A patient file, in full."""

    file: Annotated[str, StringConstraints(max_length=200_000, pattern=_NO_NUL)]
    seen: Whole = Field(description="The version that it was made from; 0 for the first.")


class CardSent(Sent):
    """One's own card."""

    option: Key
    reason: Words
    condition: Words | None = None
    discipline: Line | None = None


class DissentSent(Sent):
    """What a discipline holds against the outcome."""

    discipline: Line
    reason: Words
    option: Key | None = None


class OutcomeSent(Sent):
    """What the board came to."""

    kind: Key
    options: Annotated[list[Key], Field(max_length=20)] = []
    condition: Words | None = None
    next_step: Words | None = None
    owner: Line | None = None
    due: datetime.date | None = None
    patient_wish: Words | None = None
    dissent: Annotated[list[DissentSent], Field(max_length=30)] = []
    seen: Whole = Field(description="The number of the outcome that stands; 0 where there is none.")
    change_reason: Words | None = None


class Told(BaseModel):
    """What is answered; more may come with later versions."""

    model_config = ConfigDict(extra="allow")


class Fault(Told):
    """Why something was not done; nothing was changed."""

    error: str
    detail: str = ""
    problems: list[dict[str, Any]] = []


class Session(Told):
    """A session: send the token as `Authorization: Bearer TOKEN`."""

    token: str
    idle_s: int
    ends: datetime.datetime


class Account(Told):
    """Who is signed in."""

    id: str
    printed_name: str
    roles: list[str]
    centres: list[str]


class Step(Told):
    """Where asking stands, and what is worth asking next."""

    question: str
    state: str
    next: dict[str, Any] | None
    positions: list[dict[str, Any]]


class Checked(Told):
    """What each document says, what decides, and what positions wait for."""

    answer: dict[str, Any]
    waits: dict[str, int]
    beyond: list[dict[str, Any]]
    positions: dict[str, dict[str, Any]]


class Case(Told):
    """A case; `identity` is null for who sees pseudonyms only."""

    id: str
    pseudonym: str
    centre: str
    record_number: int
    urgent: bool
    identity: dict[str, Any] | None


class WholeCase(Told):
    """A case with its record as a patient file, and its items on lists."""

    case: Case
    record: str | None
    items: list[dict[str, Any]]


class Version(Told):
    """A version of a record that was saved."""

    number: int
    digest: str


class Readiness(Told):
    """What a case lacks; null where there is no record yet."""

    preparation: dict[str, Any] | None


class Consensus(Told):
    """An item of a meeting: rounds of cards (of a closed one, only one's own), and outcomes."""

    item: dict[str, Any]
    rounds: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    follow_ups: list[dict[str, Any]]


class Outcome(Told):
    """An outcome that was recorded."""

    id: str
    number: int
    digest: str
