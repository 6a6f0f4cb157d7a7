"""What readers knew before: rows of known disagreements, and judgements of findings beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from gepnet.guidelines.verify.findings import Finding
from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Checked, OptionId, Strict

#: Kinds of finding each of which somebody has to judge.
JUDGED = frozenset(
    {"opposed", "trial_only", "contradiction", "possible_contradiction", "hole", "double"}
)


class Shown(Strict):
    """Which findings show a row: of a kind, with an option, among whose documents are these."""

    kind: str
    documents: tuple[str, ...] = ()
    option: OptionId | None = None
    about: str = ""

    def fits(self, finding: Finding) -> bool:
        """Whether a finding is meant."""
        return (
            finding.kind == self.kind
            and set(self.documents) <= set(finding.documents)
            and (self.option is None or self.option in finding.options)
            and self.about in finding.about
        )


class Row(Checked):
    """A known disagreement: the findings that show it, or why no proof can."""

    id: str
    title: str
    shown_by: tuple[Shown, ...] = ()
    not_expressible: str | None = None
    beyond: str | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        unaccounted = not self.shown_by and not self.not_expressible
        yield unaccounted, "findings that show the row, or why no proof can"


class Judgement(Strict):
    """What we think of some findings after reading the entries behind them."""

    judgement: Literal["real", "wording", "encoding_question"]
    why: str
    row: str | None = None
    findings: tuple[str, ...]


class KnownRows(MeasureFile):
    """``known_disagreements.yaml``."""

    files = ("known_disagreements",)
    optional = True
    rows: tuple[Row, ...] = ()


class Judgements(MeasureFile):
    """``judgements.yaml``."""

    files = ("judgements",)
    optional = True
    judgements: tuple[Judgement, ...] = ()


def known_rows(measures: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of known disagreements.

    Raises:
        InputError: if the page is faulty.
    """
    return KnownRows.read(measures).rows


def judgements(measures: Mapping[str, Any]) -> dict[str, Judgement]:
    """Return what we think of findings, by id.

    Raises:
        InputError: if the page is faulty.
    """
    listed = Judgements.read(measures).judgements
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
