"""One generic way from typed results to JSON."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel

from gepnet.knowledge.models import Source
from gepnet.tables import Shown, also_shown, plain
from gepnet.vocabulary import Interval, parse_date


class Word(StrEnum):
    YES = "yes"


@dataclass(frozen=True)
class Inner:
    low: Decimal
    high: float


@dataclass(frozen=True)
class Outer:
    date: datetime.date
    inner: Annotated[Inner, Shown(flat=True)]
    truth: Annotated[bool | None, Shown("applies", by={True: "yes", False: "no", None: "unknown"})]
    rate: Annotated[Fraction | None, Shown(digits=2)]
    source: Annotated[Source, Shown(take="id title:name", flat=True)]
    secret: Annotated[str, Shown(hidden=True)]
    second: Annotated[Source | None, Shown(take="id:second_id locator", flat=True)] = None
    third: Annotated[Source | None, Shown(optional=True)] = None
    words: tuple[Word, ...] = (Word.YES,)

    @property
    @also_shown
    def sentence(self) -> str:
        return f"on {self.date}"


def outer(truth: bool | None = None, rate: Fraction | None = Fraction(1, 3)) -> Outer:
    source = Source.model_construct(id="s", title="A title", file="x.yaml", line=3)
    return Outer(datetime.date(2026, 1, 2), Inner(Decimal("1.5"), 2.0), truth, rate, source, "x")


def test_a_result_becomes_its_keys_in_the_order_of_its_fields() -> None:
    data = plain(outer())
    assert data == {
        "date": "2026-01-02",
        "low": 1.5,
        "high": 2.0,
        "applies": "unknown",
        "rate": 0.33,
        "id": "s",
        "name": "A title",
        "second_id": None,
        "locator": None,
        "words": ["yes"],
        "sentence": "on 2026-01-02",
    }
    assert list(data)[:4] == ["date", "low", "high", "applies"]
    json.dumps(data, allow_nan=False)


def test_only_an_entry_of_the_knowledge_hides_its_place() -> None:
    class Data(BaseModel):
        file: str

    assert plain(Data(file="cohort.csv")) == {"file": "cohort.csv"}


def test_what_is_unknown_stays_none() -> None:
    assert plain(outer(rate=None))["rate"] is None
    assert plain(None) is None


def test_a_number_without_end_is_no_json_number() -> None:
    assert plain([float("inf"), float("nan"), Decimal("NaN")]) == [None, None, None]


def test_values_of_the_vocabulary_are_shown_as_people_write_them() -> None:
    known = [Interval(Decimal(2), Decimal(5)), parse_date("2024-05"), Path("a/b"), {"b", "a"}]
    assert plain(known) == ["2-5", "2024-05", "a/b", ["a", "b"]]


def test_an_unknown_kind_of_object_never_reaches_a_reader() -> None:
    with pytest.raises(TypeError, match="object has no plain form"):
        plain(object())


@dataclass(frozen=True)
class Ordered:
    first: Annotated[int, Shown(after="second")]
    second: int
    third: Annotated[int, Shown("3rd", detail=True)]

    @property
    @also_shown
    def half(self) -> Annotated[float, Shown("1/2", after="second")]:
        return self.second / 2


def test_a_field_or_property_may_be_shown_behind_another_and_only_as_a_detail() -> None:
    assert list(plain(Ordered(1, 2, 3)).items()) == [
        ("second", 2), ("1/2", 1.0), ("first", 1), ("3rd", 3)
    ]  # fmt: skip
    assert plain({"a": [Ordered(1, 2, 3)]}, details=False) == {
        "a": [{"second": 2, "1/2": 1.0, "first": 1}]
    }
