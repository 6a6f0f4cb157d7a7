"""The shapes of gepnet's knowledge: one pydantic model for each kind of entry.

A statement is data: every model that makes a clinical claim carries its source, the place in it
(locator) and how far it was verified. Criteria stay text here; ``gepnet.criteria`` compiles them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gepnet.knowledge.course_models import (
    AdvisoryLimit,
    KidneyReference,
    MarrowRisk,
    MarrowSignal,
    PlanProfile,
)
from gepnet.knowledge.shapes import (
    Ageing,
    Checked,
    Cited,
    Entry,
    FactId,
    Id,
    Kind,
    Labelled,
    Names,
    OptionId,
    RegionId,
    Sourced,
    SourceId,
    Strict,
    Verification,
)
from gepnet.knowledge.trial_models import ExcludedStudy, TrialFields, TrialMetric

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
    select: Literal["latest", "highest", "ever", "sum", "first"] = "latest"
    lookback_days: int | None = None
    stale_days: int | None = None
    absence: Literal["unknown", "false", "not_applicable"] = "unknown"
    complete: str | None = None
    order: str | None = None
    changeable: bool = True
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


class Examples(Strict):
    """Example patients that hold a criterion in place.

    ``applies`` is a complete patient; every other example is that patient with one change.
    """

    applies: dict[str, Any]
    also_applies: tuple[dict[str, Any], ...] = ()
    does_not_apply: tuple[dict[str, Any], ...]
    undetermined: tuple[str | dict[str, Any], ...]


class Limit(Entry, Cited, Checked):
    """A limit that several entries name in braces, so that it is written once.

    Either a number of one fact, as ``platelets_10e9_l >= {platelets}``, or a condition in which
    several facts belong together, as ``not {liver-synthesis}``. Who holds a limit that entries
    share, and where that was read, is said by those that name it; a parameter of one document's
    definition, which derived facts name, says it itself.
    """

    id: Id
    label: str
    fact: FactId | None = None
    value: Decimal | None = None
    when: str | None = None
    limits: tuple[Annotated[Id, Names(("limits",))], ...] = ()

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        yield (self.fact is None) != (self.value is None), "'fact' and 'value' belong together"
        yield (self.value is None) == (self.when is None), "a limit needs 'value' or 'when'"


class RuleEntry(Sourced, Checked):
    """An entry that holds for the patients whom its criterion includes.

    ``when`` is the narrow reading of the text and ``when_broad``, only where the text is ambiguous,
    the broad one. ``provided`` is a condition that is no prerequisite: the entry holds unless it is
    known to be false, and says so where it is not known. Examples hold the criterion in place; only
    "everybody" needs none. ``limits`` are those that the criterion names; reading fills them in.
    """

    id: Id
    when: str
    when_broad: str | None = None
    provided: str | None = None
    limits: tuple[Annotated[Id, Names(("limits",))], ...] = ()
    examples: Examples | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        everybody = self.when == "true" and self.provided is None
        loose = self.examples is None and not everybody
        yield loose, "a criterion needs 'examples' that hold it in place"


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


class SafetyRule(RuleEntry):
    """A rule that warns, withholds or stops; it fires whatever its verification.

    ``off_label`` rules only say that a use is outside a label. ``start_only`` rules are limits for
    the start of a course, within which other limits hold. With ``asked`` false an unknown condition
    is not worth a question: the rule speaks once it is known.
    """

    options: tuple[OptionId, ...] = ()
    severity: Literal["stop", "withhold", "warn"]
    message: str
    off_label: bool = False
    start_only: bool = False
    asked: bool = True


class ChecklistItem(RuleEntry):
    """One line of a named checklist; ``when`` says that it is met.

    ``topic`` is what lines of several checklists are compared by, ``limit`` the limit in words, and
    ``max_age_days`` how old a dated value may be for this line.
    """

    label: str
    topic: Id | None = None
    limit: str | None = None
    max_age_days: int | None = Field(default=None, gt=0)


class Checklist(Entry):
    """A named list of conditions shown as met, not met or missing.

    One for the ``report_head`` stands in every report; an ``eligibility`` profile is asked for by
    name, and profiles are never mixed. ``regions`` are those in which a profile is the default.
    """

    id: Id
    title: str
    option: OptionId
    source: SourceId
    purpose: Literal["report_head", "eligibility"] = "report_head"
    regions: tuple[RegionId, ...] = ()
    note: str | None = None
    items: tuple[ChecklistItem, ...]


Phase = Literal["every", "first", "later"]


class ReleaseRule(RuleEntry):
    """A rule about the release of a cycle; it fires whatever its verification.

    ``toxicity`` is a row of a dose-modification table: present it holds the cycle, having occurred
    since the last dose it reduces the next one, and recurring after a reduced dose it ends the
    course; rules of one ``row`` count as one toxicity. ``hold``, ``stop`` and ``warn`` say it at
    once, ``reduced`` is told with a reduced dose. Where ``required``, a rule that missing facts
    leave open makes the review undecidable. ``analyte`` is the value whose grade is shown.
    """

    label: str
    effect: Literal["toxicity", "hold", "stop", "warn", "reduced"]
    row: Id | None = None
    phase: Phase = "every"
    required: bool = True
    analyte: FactId | None = None
    message: str

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        yield from super().faults()
        differs = (self.effect == "toxicity") != (self.row is not None)
        yield differs, "a 'toxicity', and nothing else, needs its 'row'"


class ReleaseItem(RuleEntry):
    """Something that has to be known before a cycle is released.

    Known means that one of ``facts`` is, no older than ``max_age_days`` and, with
    ``since_last_dose``, dated after the last dose. ``when`` says for whom; where it is open the
    item is asked for. Without ``required`` what is missing only warns.
    """

    label: str
    facts: tuple[FactId, ...] = Field(min_length=1)
    phase: Phase = "every"
    required: bool = True
    when: str = "true"
    max_age_days: int | None = Field(default=None, gt=0)
    since_last_dose: bool = False


class ReleaseAmount(Labelled):
    """A number that the course is planned and reviewed by."""

    value: Decimal
    unit: str


class RetreatmentRule(RuleEntry):
    """From how long a benefit a text supports another course, where it is no recommendation.

    Recommendations on the option itself stand in their documents and are not repeated here.
    """

    label: str


class Trial(RuleEntry, TrialFields):
    """A study: ``when`` says whom it would have enrolled, as far as the vocabulary can say it."""


_RELEASED = Kind(owner="release", counted=("release rules and items", ""))


class Knowledge(BaseModel):
    """Everything gepnet knows, as read from its files and checked for shape and references.

    Each field is a kind of entry, and what its model and its ``Kind`` do not say of a kind is said
    nowhere: reading, references, criteria, examples and counts are loops over the fields.
    """

    model_config = ConfigDict(frozen=True)
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
