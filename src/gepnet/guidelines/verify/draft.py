"""A finding in the making: what is asked for it, and the regions of patients found so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gepnet.criteria import Node
from gepnet.criteria.smt import Formula, conj, neg
from gepnet.guidelines.compiled import CompiledRecommendation
from gepnet.guidelines.positions import DocumentPosition, Holding
from gepnet.guidelines.verify.context import Context, source_of
from gepnet.guidelines.verify.findings import Claim, Finding, Region
from gepnet.guidelines.verify.limits import Limit
from gepnet.guidelines.verify.prover import Answer, Part
from gepnet.guidelines.verify.regions import implicant
from gepnet.vocabulary import plain

_LATE = "The solver ran out of time: neither shown nor excluded."


@dataclass
class Draft:
    """Collects the regions of one finding, and says if the solver ran out of time.

    Attributes:
        context: who is asked.
        kind: of the finding.
        documents: that it is about.
        options: that it is about.
        intent: of these options.
        most: regions beyond this many say nothing new and are left out.
        claims: what every region's witness must come out as.
        regions: found so far.
        sources: of what holds in these regions, each once.
        more: whether ``spread`` left out some patients.
    """

    context: Context
    kind: str
    documents: tuple[str, ...]
    options: tuple[str, ...] = ()
    intent: str = ""
    most: int = 1
    claims: tuple[Claim, ...] = ()
    regions: list[Region] = field(default_factory=list)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    more: bool = False
    _late: bool = False

    @classmethod
    def on(
        cls,
        context: Context,
        kind: str,
        *positions: DocumentPosition,
        options: Sequence[str] = (),
        most: int = 1,
        claims: Sequence[Claim] = (),
    ) -> Draft:
        """Return a draft about documents on some options, by default all those of the first."""
        documents = tuple(position.document.id for position in positions)
        chosen = tuple(options or positions[0].options)
        return cls(context, kind, documents, chosen, positions[0].intent, most, tuple(claims))

    def ask(self, parts: Iterable[Part], *formulas: Formula) -> Answer:
        """Return whether a possible patient is as all parts and formulas say."""
        answer = self.context.ask(parts, *formulas)
        self._late |= answer.verdict == "timed_out"
        return answer

    def show(
        self, core: Sequence[Part], also: Sequence[Part] = (), held: Sequence[Holding] = ()
    ) -> bool:
        """Add the patients of whom all parts are true, if there are any; return whether so."""
        answer = self.ask([*core, *also])
        if not answer.found or len(self.regions) >= self.most:
            return False
        ids = [holding.id for holding in held]
        return self.add(self.context.region(answer, core, also, ids, self.claims), *held)

    def spread(
        self, wanted: Formula, nodes: Sequence[Node], settled: Sequence[Part] = ()
    ) -> list[Part]:
        """Describe a set by regions that hold no other patient, one after the other.

        Args:
            wanted: that a patient is in the set.
            nodes: criteria from whose atoms the regions may be described.
            settled: what the record of a witness must settle besides its region.

        Returns:
            The parts of all regions.
        """
        prover = self.context.prover
        blocked: list[Formula] = []
        told: list[Part] = []
        for count in range(self.most + 1):
            answer = self.ask([], wanted, *blocked)
            self.more = answer.found
            if answer.model is None or count == self.most:
                break
            parts = implicant(prover, answer.model, nodes, wanted)
            blocked.append(neg(conj(map(prover.holds, parts))))
            region = self.context.described(answer, parts, [*parts, *settled], claims=self.claims)
            told += parts if self.add(region) else []
        return told

    def add(self, region: Region | None, *held: Holding) -> bool:
        """Add a region and what holds in it; return whether there is one."""
        if region is None:
            return False
        self.regions.append(region)
        self.rest_on(*(holding.recommendation for holding in held))
        return True

    def show_at(
        self,
        limit: Limit,
        answer: Answer,
        wanted: Sequence[Part],
        least: Sequence[Part],
        recommendations: Sequence[str],
        *formulas: Formula,
        also: Sequence[Part] = (),
    ) -> None:
        """Add a patient at a limit, if possible one as wanted, else one with the least parts."""
        shown = self.context.ask([*wanted, *also], *formulas)
        if not shown.found:
            shown, wanted = answer, least
        keep = [limit.fact]
        self.add(self.context.region(shown, wanted, also, recommendations, keep=keep))

    def done_at(
        self, limit: Limit, told: str, said: str, names: tuple[str, str], about: str, **more: Any
    ) -> Iterator[Finding]:
        """Yield what two entries, one below a limit and one above it, say of the limit itself."""
        label = self.context.base.vocabulary[limit.fact].entry.label
        yield from self.done(
            dict.fromkeys(self.documents, f"{told} at the limit"),
            deciding=(limit.fact,),
            detail=f"{label} of exactly {plain(limit.value)} {said}: {names[0]} below, "
            f"{names[1]} above",
            about=f"{limit.name}/{about}",
            **more,
        )

    def rest_on(self, *rules: CompiledRecommendation) -> None:
        """Name the recommendations that the finding rests on."""
        for rule in rules:
            self.sources[rule.full_id] = source_of(rule.entry, rule.owner)

    def done(self, positions: Mapping[str, str], **more: Any) -> Iterator[Finding]:
        """Yield the finding if it has a region, and that the search was not finished, if so.

        Args:
            positions: what each document says.
            **more: fields of the finding.
        """
        if self._late:
            yield self.finding({}, regions=(), sources=(), detail=_LATE, verdict="timed_out")
        if self.regions:
            yield self.finding(positions, **more)

    def finding(self, positions: Mapping[str, str], **more: Any) -> Finding:
        """Return the finding, whether it has a region or not; see ``done``."""
        fields: dict[str, Any] = {
            "regions": tuple(self.regions),
            "sources": tuple(self.sources.values()),
            "claims": self.claims,
            **more,
        }
        about = self.kind, self.documents, self.options, self.intent
        return Finding(*about, dict(positions), **fields)
