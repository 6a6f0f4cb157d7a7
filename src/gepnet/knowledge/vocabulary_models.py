"""The shapes of the vocabulary: facts, how each is worked out, and the tree of options."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gepnet.knowledge.shapes import Checked, Cited, Entry, Id, Names, OptionId, Strict


class Code(Strict):
    """A code of a public terminology, with how sure we are of it."""

    system: str
    code: str
    display: str | None = None
    status: Literal["verified", "recalled"] = "recalled"
    note: str | None = None


class EnumValue(Strict):
    """One allowed value of an enumerated fact; a mere word is its id."""

    id: Id
    label: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        return data if isinstance(data, dict | EnumValue) else {"id": data}


class Derivation(Strict):
    """One step of a decision list: a value, several of an enumeration, or with [] no other one.

    ``law`` names what every patient obeys (``measures/dependencies.yaml``) where the step follows
    from that: the step asks what is certain, so that it never stands in the way of a later one.
    """

    value: Any
    when: str
    limits: tuple[Annotated[Id, Names(("limits",))], ...] | None = None
    law: str | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        """What it leaves possible: one value, several, or none of its own."""
        return tuple(self.value) if isinstance(self.value, list | tuple) else (self.value,)


class Bound(Strict):
    """A named function that bounds an interval fact for which nothing was measured."""

    function: str
    inputs: tuple[str, ...]


class FactShape(Entry, Cited, Checked):
    """What a single fact and a family of facts have in common."""

    label: str
    group: str
    type: Literal["number", "boolean", "enum", "date"]
    unit: str | None = None
    precision: Decimal | None = None
    range: tuple[Decimal, Decimal] | None = None
    interval: bool = False
    values: tuple[EnumValue, ...] = ()
    unresolved: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    event: str | None = None
    select: Literal["latest", "highest", "ever", "sum", "first", "agreed"] = "latest"
    lookback_days: int | None = None
    stale_days: int | None = None
    absence: Literal["unknown", "false", "not_applicable"] = "unknown"
    complete: str | None = None
    order: str | None = None
    changeable: bool = True
    #: Once true it stays so, and a number of them never falls: a treatment that was given.
    lasting: bool = False
    definition: str
    codes: tuple[Code, ...] = ()

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        number, span, known = self.type == "number", self.range, {v.id for v in self.values}
        lacking = self.precision is None or span is None
        yield number and lacking, "a number needs 'precision' and 'range'"
        yield self.precision is not None and self.precision <= 0, "'precision' must be above zero"
        yield span is not None and span[0] >= span[1], "'range' needs its lower end first"
        yield len(known) < len(self.values), "each of 'values' may be named once"
        yield self.type == "enum" and not self.values, "an enum needs 'values'"
        yield self.interval and not number, "only a number can be an interval"
        unproved = self.absence != "unknown" and self.complete is None
        yield unproved, "absence other than unknown needs the domain that proves it"
        for name, candidates in self.unresolved.items():
            unlisted = sorted({name, *candidates} - known)
            yield bool(unlisted), f"unresolved values not listed in 'values': {unlisted}"


class FactEntry(FactShape):
    """One fact of the vocabulary."""

    id: Id
    derived: tuple[Derivation, ...] = ()
    narrowed: tuple[Derivation, ...] = ()
    function: str | None = None
    inputs: tuple[str, ...] = ()
    bound: Bound | None = None

    @property
    def rules(self) -> tuple[Derivation, ...]:
        """The rules of both decision lists."""
        return (*self.derived, *self.narrowed)


class FactFamily(FactShape):
    """Facts of one form over the therapies of the option tree or over metastatic sites."""

    pattern: str
    over: Literal["therapies", "sites"]


class Toxicity(Cited):
    """One published toxicity figure."""

    term: str
    grade: str | None = None
    percent: Decimal | None = None
    population: str | None = None


class OptionEntry(Entry, Cited):
    """A node of the option tree: something that a document can take a position on.

    ``contains`` are the medicines that it gives, where they are options of their own elsewhere.
    ``not_by_class``: what is said for its class does not hold for it, what is said against it does.
    ``done`` says of a test, as a criterion over the facts, that it is on record.
    """

    id: Id
    label: str
    parent: OptionId | None = None
    kind: Literal["treatment", "test", "follow_up", "supportive"]
    level: Literal["class", "agent", "regimen"]
    systemic: bool = False
    dose: str | None = None
    route: str | None = None
    interval: str | None = None
    contains: tuple[OptionId, ...] = ()
    not_by_class: bool = False
    done: str | None = None
    synonyms: tuple[str, ...] = ()
    toxicities: tuple[Toxicity, ...] = ()
    codes: tuple[Code, ...] = ()
