"""Rules that share a limit: eligibility profiles, safety rules, release rules, labels, documents.

They are no positions on an option, so they are asked about by themselves: what each says one step
below a number, at it and one step above, whether two of them leave the number to nobody or both
claim it, and whether one profile lets pass whom another one, or a safety rule, turns away. The
limits are those of the criteria. The world has only the facts that these criteria speak of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Any

from gepnet.criteria import Compare, Node, Term, facts_of
from gepnet.criteria.smt import conj, neg
from gepnet.guidelines.assess import documents_in_force, label_in_force
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.context import Context, cited, unfinished
from gepnet.guidelines.verify.findings import Finding, Region, Tally
from gepnet.guidelines.verify.prover import Answer, Part, Prover
from gepnet.guidelines.verify.regions import deciding_facts, fewest, parts_of, texts, words
from gepnet.guidelines.verify.thresholds import ABOVE, BELOW, Around, Limit, is_bound, limits
from gepnet.guidelines.verify.witnesses import Witnesses
from gepnet.rules import Rule
from gepnet.vocabulary import plain

_TURNS_AWAY = frozenset({"stop", "withhold"})


@dataclass(frozen=True)
class Saying:
    """A criterion of a rule, what it means when it is true, and on which options it bears.

    ``owner`` is the profile, document or rule; ``topic`` what lines of profiles are compared by.
    """

    owner: str
    kind: str
    entry: str
    topic: str
    said: str
    options: tuple[str, ...]
    node: Node
    source: Mapping[str, Any]

    @property
    def id(self) -> str:
        """``owner`` and the entry in it."""
        return self.owner if self.entry == self.owner else f"{self.owner}/{self.entry}"


def sayings(context: Context) -> Iterator[Saying]:
    """Yield every criterion that is compared here."""
    base = context.base
    for profile in (*base.profiles, *base.checklists):
        owner, kind = profile.entry.id, profile.entry.purpose
        options: tuple[str, ...] = (profile.entry.option,) if profile.entry.option else ()
        for line in profile.items:
            item = line.entry
            source, topic = cited(item, owner, item.id), item.topic or ""
            yield Saying(owner, kind, item.id, topic, "met", options, line.when, source)
    listed: list[tuple[Rule[Any], str, str, tuple[str, ...]]] = [
        *((r, "safety", r.entry.severity, r.entry.options) for r in base.safety),
        *((r, "release", getattr(r.entry, "effect", "asked for"), ("prrt",)) for r in base.release),
    ]
    for rule, of, said, options in listed:
        source = cited(rule.entry, rule.full_id, rule.entry.id)
        yield Saying(rule.full_id, of, rule.full_id, "", said, options, rule.when, source)
    for label in base.labels:
        if label_in_force(label, context.day):
            owner, options = label.full_id, (label.entry.option,)
            source = {**cited(label.entry, owner, owner), "region": label.entry.region}
            yield Saying(owner, "label", owner, "", "on label", options, label.when, source)


def _documents(context: Context) -> Iterator[Saying]:
    for document in documents_in_force(context.base.documents, context.day)[0]:
        for item in document.recommendations:
            options = tuple(dict.fromkeys(p.option for p in item.entry.options))
            source = cited(item.entry, document.id, item.entry.id)
            yield Saying(
                document.id, "document", item.entry.id, "", "applies", options, item.when, source
            )


class Rules:
    """A small world of its own, so that its answers do not hang on other questions."""

    def __init__(self, context: Context, listed: Sequence[Saying]) -> None:
        """Make the axioms of the facts that the criteria speak of."""
        self.base: KnowledgeBase = context.base
        self.listed = listed
        names = {name for saying in listed for name in facts_of(saying.node)}
        self.prover = Prover(Axioms(self.base, names))
        self.prover.tally = Tally()
        self.witnesses = Witnesses(self.prover, context.day)
        self.around = Around(self.prover)

    @cached_property
    def limits(self) -> list[Limit]:
        """Every number that one of the criteria compares a number with, inside its range."""
        found = []
        for limit in limits([saying.node for saying in self.listed]):
            fact = self.base.vocabulary[limit.fact]
            ends = fact.entry.range
            if fact.type == "number" and ends and ends[0] < limit.value < ends[1]:
                found.append(limit)
        order = self.base.vocabulary.order
        return sorted(found, key=lambda limit: (order(limit.fact), limit.value))

    def region(
        self, answer: Answer, core: Sequence[Part], entries: Sequence[str], keep: str | None = None
    ) -> Region | None:
        """Return the patients of whom the parts are true, with one of them, checked again."""
        assert answer.model is not None
        parts = fewest(self.prover, core)
        kept = [] if keep is None else [keep]
        witness = self.witnesses.smallest(answer.model, core, keep=kept)
        if witness is None:
            self.prover.tally.refused.append(", ".join(texts(parts)))
            return None
        return Region(texts(parts), words(parts, self.base.vocabulary), witness, tuple(entries))

    def ask(self, parts: Iterable[Part]) -> Answer:
        """Return whether a possible patient is as all parts say."""
        return self.prover.ask(self.prover.holds(part) for part in parts)


def rules(context: Context) -> Iterator[Finding]:
    """Yield what rules outside the documents say differently of one patient, or at one limit."""
    world = Rules(context, [*sayings(context)])
    yield from _profiles(world)
    yield from _limits(world)
    yield from _shared(Rules(context, [*world.listed, *_documents(context)]))
    context.prover.tally.add(world.prover.tally)


def _profiles(world: Rules) -> Iterator[Finding]:
    """Find whom one profile lets pass in a line and another, or a safety rule, turns away."""
    lines = [s for s in world.listed if s.kind == "eligibility"]
    for one, other in permutations(lines, 2):
        if one.owner != other.owner and one.topic == other.topic:
            yield from _turned_away(world, one, other, turned=False)
    for one in lines:
        for rule in world.listed:
            if rule.kind != "safety" or rule.said not in _TURNS_AWAY:
                continue
            if _related(world.base, one, rule) and _numbers(world, one) & _numbers(world, rule):
                yield from _turned_away(world, one, rule, turned=True)


def _turned_away(world: Rules, one: Saying, other: Saying, *, turned: bool) -> Iterator[Finding]:
    core = [(one.node, True), (other.node, turned)]
    world.prover.tally.pairs += 1
    answer = world.ask(core)
    about = one.topic if one.topic == one.entry else f"{one.topic}/{one.entry}"
    if other.entry not in {one.entry, other.owner}:
        about += f"/{other.entry}"
    yield from unfinished(answer, "eligibility", [one.owner, other.owner], one.options, "")
    if not answer.found:
        return
    region = world.region(answer, core, [one.id, other.id])
    if region is not None:
        yield Finding(
            "eligibility",
            (one.owner, other.owner),
            one.options,
            "",
            {one.owner: one.said, other.owner: other.said if turned else "not met"},
            (region,),
            (one.source, other.source),  # type: ignore[arg-type]
            deciding_facts([(one.node, True), (other.node, True)]),
            detail=f"the line on {about.replace('-', ' ').split('/')[0]}",
            about=about,
        )


def _limits(world: Rules) -> Iterator[Finding]:
    """Find two rules on one option of which neither, or each, claims the limit between them."""
    for limit in world.limits:
        below = [s for s in world.listed if is_bound(s.node, limit, BELOW)]
        above = [s for s in world.listed if is_bound(s.node, limit, ABOVE)]
        for one in below:
            for other in above:
                if one.id != other.id and _related(world.base, one, other):
                    yield from _edge(world, limit, one, other)


def _edge(world: Rules, limit: Limit, one: Saying, other: Saying) -> Iterator[Finding]:
    lower, higher, places = world.around.sides(limit)
    sides = [*places, lower.true(one.node), higher.true(other.node)]
    sides += [lower.false(other.node), higher.false(one.node)]
    for kind, truth in (("hole", False), ("double", True)):
        parts = [(one.node, truth), (other.node, truth)]
        answer = world.prover.ask([*sides, *(world.prover.holds(part) for part in parts)])
        yield from unfinished(answer, kind, [one.owner, other.owner], one.options, "")
        if not answer.found:
            continue
        equal: Part = Compare((Term(limit.fact),), "=", limit.value), True
        # What else the two ask for stays: a patient at the limit on whom they bear.
        rest = [
            part
            for part in parts_of([(one.node, True), (other.node, True)])
            if limit.fact not in facts_of(part[0])
        ]
        core = [equal, *parts] if kind == "double" else [equal, *rest, *parts]
        shown = world.prover.ask([*sides, *(world.prover.holds(part) for part in core)])
        if not shown.found:
            shown, core = answer, [equal, *parts]
        region = world.region(shown, core, [one.id, other.id], keep=limit.fact)
        if region is None:
            continue
        said = "belongs to neither" if kind == "hole" else "belongs to both"
        label = world.base.vocabulary[limit.fact].entry.label
        value = plain(limit.value)
        told = "nothing at the limit" if kind == "hole" else "both at the limit"
        yield Finding(
            kind,
            tuple(dict.fromkeys((one.owner, other.owner))),
            tuple(dict.fromkeys((*one.options, *other.options))),
            "",
            dict.fromkeys((one.owner, other.owner), told),
            (region,),
            (one.source, other.source),  # type: ignore[arg-type]
            (limit.fact,),
            detail=f"{label} of exactly {value} {said}: {one.id} below, {other.id} above",
            about=f"{limit.fact}={value}/{one.entry}/{other.entry}",
        )


def _shared(world: Rules) -> Iterator[Finding]:
    """Say of each limit that several rules share on which side of it each puts the limit itself."""
    for limit in world.limits:
        value = plain(limit.value)
        found: dict[str, list[tuple[Saying, Answer, bool]]] = {}
        for saying in world.listed:
            if is_bound(saying.node, limit, BELOW | ABOVE):
                for word, answer, truth in _sides(world, limit, saying):
                    found.setdefault(word, []).append((saying, answer, truth))
        named = {saying.id for group in found.values() for saying, _, _ in group}
        if len(named) < 2:
            continue
        regions = []
        for group in found.values():
            saying, answer, truth = group[0]
            equal: Part = Compare((Term(limit.fact),), "=", limit.value), True
            region = world.region(
                answer, [equal, (saying.node, truth)], [s.id for s, _, _ in group], limit.fact
            )
            if region is not None:
                regions.append(region)
        positions: dict[str, str] = {}
        for word, group in found.items():
            for saying, _, _ in group:
                told = f"{saying.said} {word} {value}"
                before = positions.get(saying.id)
                positions[saying.id] = told if before is None else f"{before}; {told}"
        told_sources = {s.id: s.source for group in found.values() for s, _, _ in group}
        options = [o for group in found.values() for s, _, _ in group for o in s.options]
        owners = [s.owner for group in found.values() for s, _, _ in group]
        yield Finding(
            "shared_limit",
            tuple(dict.fromkeys(owners)),
            tuple(dict.fromkeys(options)),
            "",
            positions,
            tuple(regions),
            tuple(told_sources.values()),  # type: ignore[arg-type]
            (limit.fact,),
            detail=f"{world.base.vocabulary[limit.fact].entry.label} of exactly {value}: "
            + ", ".join(f"{len(group)} {word}" for word, group in found.items()),
            about=f"{limit.fact}={value}",
        )


def _sides(world: Rules, limit: Limit, saying: Saying) -> Iterator[tuple[str, Answer, bool]]:
    """Yield on which sides of a limit a criterion holds, each with a patient at the limit."""
    lower, higher, places = world.around.sides(limit)
    low, here, high = (w.true(saying.node) for w in (lower, world.prover.world, higher))
    for word, truth, parts in (
        ("below", False, [low, neg(here)]),
        ("from", True, [neg(low), here]),
        ("up to", True, [here, neg(high)]),
        ("above", False, [neg(here), high]),
    ):
        settled = world.prover.holds((saying.node, truth))
        answer = world.prover.ask([*places, conj(parts), settled])
        if answer.verdict == "timed_out":
            world.prover.tally.refused.append(f"{saying.id} at {limit.value}: timed out")
        if answer.found:
            yield word, answer, truth


def _numbers(world: Rules, saying: Saying) -> set[str]:
    vocabulary = world.base.vocabulary
    return {name for name in facts_of(saying.node) if vocabulary[name].type == "number"}


def _related(base: KnowledgeBase, one: Saying, other: Saying) -> bool:
    """Whether two rules bear on a common option, or on one and a class of it."""
    covers = base.options.covers
    return any(covers(a, b) or covers(b, a) for a in one.options for b in other.options)


__all__ = ["Rules", "Saying", "rules", "sayings"]
