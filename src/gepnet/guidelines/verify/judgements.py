"""What readers knew before: rows of known disagreements, and judgements of findings beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from gepnet.guidelines.verify.findings import Finding
from gepnet.knowledge import InputError, Problem

#: Kinds of finding each of which somebody has to judge.
JUDGED = frozenset(
    {"opposed", "trial_only", "contradiction", "possible_contradiction", "hole", "double"}
)

_M = TypeVar("_M", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(_Part):
    """Which findings show a row: of a kind, with an option, among whose documents are these."""

    kind: str
    documents: tuple[str, ...] = ()
    option: str | None = None
    about: str = ""

    def fits(self, finding: Finding) -> bool:
        """Whether a finding is meant."""
        return (
            finding.kind == self.kind
            and set(self.documents) <= set(finding.documents)
            and (self.option is None or self.option in finding.options)
            and self.about in finding.about
        )


class Row(_Part):
    """A known disagreement: the findings that show it, or why no proof can."""

    id: str
    title: str
    shown_by: tuple[Shown, ...] = ()
    not_expressible: str | None = None
    beyond: str | None = None

    @model_validator(mode="after")
    def _accounted_for(self) -> Row:
        if not self.shown_by and not self.not_expressible:
            raise ValueError("findings that show the row, or why no proof can")
        return self


class Judgement(_Part):
    """What we think of some findings after reading the entries behind them."""

    judgement: Literal["real", "wording", "encoding_question"]
    why: str
    row: str | None = None
    findings: tuple[str, ...]


class _Rows(BaseModel):
    rows: tuple[Row, ...] = ()


class _Judgements(BaseModel):
    judgements: tuple[Judgement, ...] = ()


def known_rows(measures: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of known disagreements.

    Raises:
        InputError: if the page is faulty.
    """
    return _read(_Rows, measures, "known_disagreements").rows


def judgements(measures: Mapping[str, Any]) -> dict[str, Judgement]:
    """Return what we think of findings, by id.

    Raises:
        InputError: if the page is faulty.
    """
    listed = _read(_Judgements, measures, "judgements").judgements
    return {name: one for one in listed for name in one.findings}


def accounted(measures: Mapping[str, Any], findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return every known row with the ids of the findings that show it, or why none can.

    ``kind`` is ``shown``, ``not_expressible`` (see ``reason``) or ``not_found``, where the
    knowledge no longer has what the row speaks of.
    """
    listed = list(findings)
    found = []
    for row in known_rows(measures):
        ids = [f.id for shown in row.shown_by for f in listed if shown.fits(f)]
        missing = [s for s in row.shown_by if not any(s.fits(f) for f in listed)]
        kind = "not_found" if missing else "shown" if row.shown_by else "not_expressible"
        found.append(
            {
                "id": row.id,
                "title": row.title,
                "kind": kind,
                "findings": list(dict.fromkeys(ids)),
                "reason": row.not_expressible,
                "beyond": row.beyond,
            }
        )
    return found


def _read(model: type[_M], measures: Mapping[str, Any], stem: str) -> _M:
    try:
        return model.model_validate(measures.get(stem, {}))
    except ValidationError as error:
        file = f"measures/{stem}.yaml"
        raise InputError(
            [
                Problem(file, None, "", ".".join(map(str, e["loc"])), str(e["input"]), e["msg"])
                for e in error.errors()
            ]
        ) from error


__all__ = ["JUDGED", "Judgement", "Row", "accounted", "judgements", "known_rows"]
