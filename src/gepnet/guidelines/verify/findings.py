"""What a proof finds, as plain data that can be cached, printed and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter

from gepnet.tables import taken

Verdict = Literal["found", "timed_out"]

#: Every kind of finding, and what it says.
KINDS = {
    "never_applies": "a recommendation that applies to no possible patient",
    "implied": "a recommendation that applies only where another one with the same position does",
    "contradiction": "one document for and against the same option for one patient",
    "possible_contradiction": "a contradiction if an ambiguous text is read broadly",
    "gap": "patients in a completely read scope for whom a document says nothing",
    "encoding_gap": "the same where the document was not read completely: a reading list",
    "ambiguous": "patients for whom a text leaves a position open although everything is known",
    "hole": "a value exactly at a limit that belongs to neither side",
    "double": "a value exactly at a limit that belongs to both sides",
    "shared_limit": "what each rule and document says exactly at a limit that several share",
    "opposed": "one document recommends or allows what another is against",
    "trial_only": "one document recommends or allows what another keeps to trials",
    "ranking": "one document prefers another option to what a second one supports",
    "sequence": "one document supports an option in a line in which another does not yet",
    "condition": "one document asks for something more than another before it supports an option",
    "eligibility": "a patient whom one profile lets pass and another, or a safety rule, turns away",
    "undivided": "one position for two patients whom other documents tell apart by one fact",
    "left_out": "patients whom a document leaves out for one value of a fact alone",
    "spread": "patients for whom one has to read several documents of a body, or finds none",
    "off_label": "a position for patients whom no label in force in a region includes",
    "dissent": "a minority note beside the position of its own document",
    "unplaced_label": "patients on label for whom no document of the region has any position",
    "superseded": "a position that a document takes and the one it replaced did not, or another",
    "no_position": "patients in some document's scope for whom no document has any position",
    "unverified_only": "a position of which nothing but remembered text knows",
    "secondary_only": "a position that rests on second-hand reading only",
}
#: Kinds that are a disagreement between two sources.
DISAGREEMENTS = (
    "opposed",
    "trial_only",
    "ranking",
    "sequence",
    "condition",
    "contradiction",
    "possible_contradiction",
    "ambiguous",
    "hole",
    "dissent",
    "eligibility",
    "undivided",
    "left_out",
    "spread",
    "off_label",
    "unplaced_label",
)


@dataclass(frozen=True)
class Claim:
    """One status that a witness must have: checked by assessing it."""

    document: str
    option: str
    intent: str
    statuses: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A set of patients by the fewest facts, and one of them.

    Every fully known patient of whom all ``criteria`` are true is in the region. ``linked`` is
    a second patient beside the first, where a finding is about two.
    """

    words: tuple[str, ...]
    criteria: tuple[str, ...]
    witness: dict[str, Any]
    recommendations: tuple[str, ...] = ()
    share: float | None = None
    linked: Region | None = None


@dataclass(frozen=True)
class Finding:
    """One thing that was proved, with the patients it concerns."""

    kind: str
    documents: tuple[str, ...]
    options: tuple[str, ...]
    intent: str
    positions: dict[str, str]
    regions: tuple[Region, ...]
    sources: tuple[dict[str, Any], ...] = ()
    deciding: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    detail: str = ""
    verdict: Verdict = "found"
    about: str = ""
    # How ``deciding`` was found: the facts that would bring the two documents together, none of
    # them (they differ by judgement), or, where empty, the facts that the finding itself is about.
    decided: str = ""
    linked_claims: tuple[Claim, ...] = ()

    @property
    def id(self) -> str:
        """The same text for the same finding, whatever else is found."""
        # What many share is told apart by what it is about.
        documents = () if self.kind in {"shared_limit", "spread"} else self.documents
        if not documents:
            return f"{self.kind}~{self.about}"
        parts = [self.kind, *documents, *self.options[:1], self.intent, self.about]
        return "~".join(part for part in parts if part)

    @property
    def region(self) -> Region | None:
        """The first region."""
        return self.regions[0] if self.regions else None

    def with_shares(self, shares: Mapping[tuple[str, ...], float]) -> Finding:
        """Return the finding with the size of each region."""
        regions = tuple(replace(r, share=shares.get(r.criteria, r.share)) for r in self.regions)
        return replace(self, regions=regions)

    def plain(self) -> dict[str, Any]:
        """Return the finding as JSON-able data.

        ``region``, ``witness`` and ``share`` repeat those of the first of ``regions``; ``share`` of
        a finding with several regions is that of the greatest.
        """
        first = self.region
        sizes = [r.share for r in self.regions if r.share is not None]
        return {
            **taken(self, "id kind documents"),
            "option": self.options[0] if self.options else None,
            "options": list(self.options),
            "intent": self.intent or None,
            "positions": dict(self.positions),
            "region": list(first.words) if first else [],
            "criteria": list(first.criteria) if first else [],
            "witness": dict(first.witness) if first else {},
            **taken(self, "regions sources deciding decided claims linked_claims"),
            "share": max(sizes) if sizes else None,
            **taken(self, "detail about verdict"),
        }


_READER = TypeAdapter(Finding)


def from_plain(data: dict[str, Any]) -> Finding:
    """Return the finding that ``plain`` wrote."""
    return _READER.validate_python({**data, "intent": data["intent"] or ""})


@dataclass
class Tally:
    """How much was asked of the solver."""

    questions: int = 0
    pairs: int = 0
    timed_out: int = 0
    refused: list[str] = field(default_factory=list)
    #: Parts of the proofs in which a question was not answered in time.
    unfinished: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in the counts of another worker."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)
