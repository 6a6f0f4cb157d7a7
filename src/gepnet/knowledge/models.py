"""The shapes of gepnet's knowledge: one pydantic model for each kind of entry.

A statement is data: every model that makes a clinical claim carries its source, the place in it
(locator) and how far it was verified. Criteria stay text here; ``gepnet.criteria`` compiles them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gepnet.knowledge.course_models import (
    AdvisoryLimit,
    KidneyReference,
    MarrowRisk,
    MarrowSignal,
    PlanProfile,
)
from gepnet.knowledge.rule_models import (
    Checklist,
    Limit,
    ReleaseAmount,
    ReleaseItem,
    ReleaseRule,
    RetreatmentRule,
    RuleEntry,
    SafetyRule,
)
from gepnet.knowledge.shapes import (
    Ageing,
    Entry,
    Id,
    Kind,
    Names,
    OptionId,
    RegionId,
    Sourced,
    SourceId,
    Strict,
    Verification,
)
from gepnet.knowledge.trial_models import ExcludedStudy, TrialFields, TrialMetric
from gepnet.knowledge.vocabulary_models import EnumValue, FactEntry, FactFamily, OptionEntry

PositionKind = Literal["recommended", "option", "trial_only", "against"]
DocumentId = Annotated[Id, Names(("documents", "sources"))]
RecommendationId = Annotated[str, Names(("recommendations",))]
HeldOptionId = Annotated[Id, Names(("options",), by_holder=True)]
Intent = Literal["tumour_control", "symptom_control", "downsizing", "staging", "monitoring"]


class Source(Entry):
    """A document, label, trial or definition that entries cite."""

    id: Id
    title: str
    authors: str | None = None
    year: int | None = None
    published: str | None = None
    doi: str | None = None
    url: str | None = None
    kind: Literal[
        "guideline",
        "expert_opinion",
        "review",
        "panel",
        "label",
        "payer",
        "trial",
        "classification",
        "definition",
        "case_collection",
        "fact_sheet",
    ]
    read: Literal["full", "partial", "abstract", "secondary", "not_read"]
    note: str | None = None


class Study(Strict):
    """A study behind a position or against it, and where that is said."""

    study: SourceId
    locator: str | None = None


class Position(Strict):
    """What a recommendation says of one option, for one purpose.

    ``rests_on`` are the studies that the document itself names; ``contradicted_by`` are later ones
    whose results speak against the position.
    """

    option: HeldOptionId
    intent: Intent
    position: PositionKind
    with_: tuple[HeldOptionId, ...] = Field(default=(), alias="with")
    preferred_over: tuple[HeldOptionId, ...] = ()
    equivalent_to: tuple[HeldOptionId, ...] = ()
    rests_on: tuple[Study, ...] = ()
    contradicted_by: tuple[Study, ...] = ()
    note: str | None = None


class Strength(Strict):
    """Strength of a recommendation exactly as its document prints it."""

    scheme: str
    level: str | None = None
    grade: str | None = None


class Recommendation(RuleEntry):
    """Who a document speaks about (``when``) and what it says of which options.

    ``as`` names the recommendation of another document that this one refers to: its criterion and
    options are filled in while reading, for the patients of this one's ``when``.
    """

    as_: RecommendationId | None = Field(default=None, alias="as")
    options: tuple[Position, ...]
    strength: Strength | None = None
    dissent: bool = False
    requires_approval: tuple[RegionId, ...] | None = None
    note: str


class Statement(Entry):
    """Something a document says that takes no position; ``options`` are those that it is about."""

    id: Id
    text: str
    topic: str
    options: tuple[OptionId, ...] = ()
    fact_ids: tuple[str, ...] = ()
    locator: str | None = None
    source: SourceId | None = None
    read_in: SourceId | None = None
    verification: Verification = "unverified"


class NotEncoded(Strict):
    """A fact-sheet item left without an entry, with the reason."""

    fact_id: str
    reason: str


class Coverage(Strict):
    """How much of a document was read for one topic."""

    topic: str
    when: str
    level: Literal["complete", "partial", "none"]
    note: str | None = None


class DocumentHeader(Entry, Ageing):
    """A guideline, review or opinion: identity, place in time, scope and what was read of it."""

    id: Id
    title: str
    short: str
    body: str
    year: int
    published: str | None = None
    kind: Literal["guideline", "expert_opinion", "review_topic", "panel"]
    region: tuple[Annotated[Id, Names(("regions", "no_region"))], ...]
    supersedes: tuple[DocumentId, ...] = ()
    source: SourceId
    scope: str
    scope_note: str
    counts_as_line: dict[str, bool] = Field(default_factory=dict)
    reviewers: tuple[str, ...] = ()
    model_schema: int = Field(alias="schema")
    coverage: tuple[Coverage, ...]
    covers: tuple[OptionId, ...] | None = None


class DocumentFile(Strict):
    """One file of ``guidelines/``."""

    document: DocumentHeader
    recommendations: tuple[Recommendation, ...] = ()
    statements: tuple[Statement, ...] = ()
    not_encoded: tuple[NotEncoded, ...] = ()

    @property
    def id(self) -> str:
        """Id of the document."""
        return self.document.id


class LabelEntry(RuleEntry, Ageing):
    """The authorised indication of a medicine in one region, under the name of the product.

    ``from_verification`` says how its first day is known, where that is otherwise than the rest.
    """

    option: OptionId
    product: str | None = None
    region: RegionId
    authority: str
    from_: str | None = Field(default=None, alias="from")
    from_verification: Verification | None = None
    to: str | None = None
    indication: str

    @property
    def ages(self) -> bool:
        """Whether the indication is in force."""
        return self.to is None


class FundingPosition(RuleEntry, Ageing):
    """What a payer decided on an option in one region: no guideline's position and no label.

    ``when`` says whom the decision is about. Where ``conditions_read`` is false nobody knows for
    whom exactly, and where it would hold it is open.
    """

    option: OptionId
    product: str | None = None
    region: RegionId
    payer: str
    short: str
    decision: Literal["funded", "not_funded"]
    draft: bool = False
    conditions_read: bool = True
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    says: str

    @property
    def ages(self) -> bool:
        """Whether the decision is in force."""
        return self.to is None


class RegulatoryEvent(Sourced, Ageing):
    """What a regulator or a payer did on a day, where it is no indication in force."""

    id: Id
    date: str
    event: Literal[
        "approval",
        "tentative_approval",
        "complete_response_letter",
        "revision",
        "warning",
        "draft",
    ]
    option: OptionId
    product: str
    region: RegionId
    authority: str
    what: str


class Trial(RuleEntry, TrialFields):
    """A study: ``when`` says whom it would have enrolled, as far as the vocabulary can say it."""


_RELEASED = Kind(owner="release", counted=("release rules and items", ""))


class Knowledge(BaseModel):
    """Everything gepnet knows, as read from its files and checked for shape and references.

    Each field is a kind of entry, and what its model and its ``Kind`` do not say of a kind is said
    nowhere: reading, references, criteria, examples and counts are loops over the fields.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)
    digest: str
    facts: Annotated[tuple[FactEntry, ...], Kind(counted=("facts", ""))] = ()
    families: Annotated[tuple[FactFamily, ...], Kind()] = ()
    sites: Annotated[tuple[EnumValue, ...], Kind()] = ()
    options: Annotated[tuple[OptionEntry, ...], Kind(counted=("options", ""))] = ()
    sources: Annotated[tuple[Source, ...], Kind(counted=("sources", ""))] = ()
    documents: Annotated[
        tuple[DocumentFile, ...], Kind(counted=("documents", "recommendations"), whole_file=True)
    ] = ()
    labels: Annotated[tuple[LabelEntry, ...], Kind(owner="label", counted=("labels", ""))] = ()
    funding: Annotated[
        tuple[FundingPosition, ...], Kind(owner="funding", counted=("decisions of payers", ""))
    ] = ()
    events: Annotated[
        tuple[RegulatoryEvent, ...], Kind(owner="event", counted=("regulatory events", ""))
    ] = ()
    plan_profiles: Annotated[tuple[PlanProfile, ...], Kind(owner="plan")] = ()
    advisory_limits: Annotated[tuple[AdvisoryLimit, ...], Kind(owner="after")] = ()
    kidney_references: Annotated[tuple[KidneyReference, ...], Kind(owner="after")] = ()
    marrow_signals: Annotated[tuple[MarrowSignal, ...], Kind(owner="after")] = ()
    marrow_risks: Annotated[tuple[MarrowRisk, ...], Kind(owner="after")] = ()
    limits: Annotated[tuple[Limit, ...], Kind()] = ()
    safety: Annotated[
        tuple[SafetyRule, ...], Kind("rules", owner="safety", counted=("safety rules", ""))
    ] = ()
    retreatment_rules: Annotated[
        tuple[RetreatmentRule, ...], Kind(owner="retreatment", counted=("retreatment rules", ""))
    ] = ()
    checklists: Annotated[tuple[Checklist, ...], Kind(counted=("", "checklist items"))] = ()
    release_rules: Annotated[tuple[ReleaseRule, ...], _RELEASED] = ()
    release_items: Annotated[tuple[ReleaseItem, ...], _RELEASED] = ()
    release_amounts: Annotated[tuple[ReleaseAmount, ...], Kind(owner="release")] = ()
    trial_metrics: Annotated[tuple[TrialMetric, ...], Kind()] = ()
    trials: Annotated[tuple[Trial, ...], Kind(owner="trial", counted=("trials", ""))] = ()
    excluded_studies: Annotated[tuple[ExcludedStudy, ...], Kind(owner="excluded")] = ()
    measures: dict[str, Any] = Field(default_factory=dict)
