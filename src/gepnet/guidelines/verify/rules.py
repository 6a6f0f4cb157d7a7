"""Rules that share a limit: eligibility profiles, safety rules, release rules, labels, documents.

They are no positions on an option, so they are asked about by themselves: what each says one step
below a number, at it and one step above, whether two of them leave the number to nobody or both
claim it, and whether one profile lets pass whom another one, or a safety rule, turns away. The
limits are those of the criteria. The world has only the facts that these criteria speak of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from typing import Any

from gepnet.criteria import Node, facts_of
from gepnet.criteria.smt import conj, neg
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.verify.context import Context, source_of
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.limits import ABOVE, BELOW, Limit, limits
from gepnet.guidelines.verify.prover import Answer
from gepnet.guidelines.verify.regions import deciding_facts, parts_of
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
            source = source_of(item, owner)
            yield Saying(owner, kind, item.id, item.topic or "", "met", options, line.when, source)
    for rule in base.safety:
        owner, options = f"safety/{rule.entry.id}", tuple(rule.entry.options)
        source = source_of(rule.entry, owner)
        yield Saying(owner, "safety", owner, "", rule.entry.severity, options, rule.when, source)
    for release in base.release:
        owner = f"release/{release.entry.id}"
        said = str(getattr(release.entry, "effect", "asked for"))
        source = source_of(release.entry, owner)
        yield Saying(owner, "release", owner, "", said, ("prrt",), release.when, source)
    for label in base.labels:
        if in_force(label, context.day):
            owner = f"label/{label.entry.id}"
            source = {**source_of(label.entry, owner, owner), "region": label.entry.region}
            options = (label.entry.option,)
            yield Saying(owner, "label", owner, "", "on label", options, label.when, source)


def _documents(context: Context) -> Iterator[Saying]:
    for document in documents_in_force(context.base.documents, context.day)[0]:
        for item in document.recommendations:
            options = tuple(dict.fromkeys(p.option for p in item.entry.options))
            source = source_of(item.entry, document.id)
            yield Saying(
                document.id, "document", item.entry.id, "", "applies", options, item.when, source
            )


class Rules(Context):
    """A small world of its own, so that its answers do not hang on other questions."""

    def __init__(self, context: Context, listed: Sequence[Saying]) -> None:
        """Make the axioms of the facts that the criteria speak of."""
        names = {name for saying in listed for name in facts_of(saying.node)}
        super().__init__(context.base, context.day, names=names)
        self.listed = listed

    @cached_property
    def limits(self) -> list[Limit]:
        """Every number that one of the criteria compares a number with, inside its range."""
        vocabulary = self.base.vocabulary
        found = limits([saying.node for saying in self.listed], vocabulary)
        return sorted(found, key=lambda limit: (vocabulary.order(limit.fact), limit.value))

    def bounded(self, limit: Limit, operators: frozenset[str]) -> list[Saying]:
        """Return the criteria in which a limit is a bound of one kind."""
        return [s for s in self.listed if limit.is_bound_in([s.node], operators)]

    def draft(self, kind: str, *sayings: Saying) -> Draft:
        """Return a draft about some criteria."""
        owners = tuple(dict.fromkeys(saying.owner for saying in sayings))
        options = tuple(dict.fromkeys(o for saying in sayings for o in saying.options))
        return Draft(self, kind, owners, options)


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
    world.prover.tally.pairs += 1
    draft = Draft(world, "eligibility", (one.owner, other.owner), one.options)
    core = [(one.node, True), (other.node, turned)]
    answer = draft.ask(core)
    about = one.topic if one.topic == one.entry else f"{one.topic}/{one.entry}"
    if other.entry not in {one.entry, other.owner}:
        about += f"/{other.entry}"
    if answer.found:
        draft.add(world.region(answer, core, [], [one.id, other.id]))
    yield from draft.done(
        {one.owner: one.said, other.owner: other.said if turned else "not met"},
        sources=(one.source, other.source),
        deciding=deciding_facts([(one.node, True), (other.node, True)]),
        detail=f"the line on {about.replace('-', ' ').split('/')[0]}",
        about=about,
    )


def _limits(world: Rules) -> Iterator[Finding]:
    """Find two rules on one option of which neither, or each, claims the limit between them."""
    for limit in world.limits:
        for one, other in product(world.bounded(limit, BELOW), world.bounded(limit, ABOVE)):
            if one.id != other.id and _related(world.base, one, other):
                yield from _edge(world, limit, one, other)


def _edge(world: Rules, limit: Limit, one: Saying, other: Saying) -> Iterator[Finding]:
    lower, higher, places = world.around(limit)
    sides = [*places, lower.true(one.node), higher.true(other.node)]
    sides += [lower.false(other.node), higher.false(one.node)]
    for kind, truth, told, said in (
        ("hole", False, "nothing", "belongs to neither"),
        ("double", True, "both", "belongs to both"),
    ):
        draft = world.draft(kind, one, other)
        parts = [(one.node, truth), (other.node, truth)]
        answer = draft.ask(parts, *sides)
        if answer.found:
            # What else the two ask for stays: a patient at the limit on whom they bear.
            rest = [
                part
                for part in parts_of([(one.node, True), (other.node, True)])
                if kind == "hole" and limit.fact not in facts_of(part[0])
            ]
            least = [limit.equals, *parts]
            wanted = [limit.equals, *rest, *parts]
            draft.show_at(limit, answer, wanted, least, [one.id, other.id], *sides)
        ids, about = (one.id, other.id), f"{one.entry}/{other.entry}"
        sources = one.source, other.source
        yield from draft.done_at(limit, told, said, ids, about, sources=sources)


def _shared(world: Rules) -> Iterator[Finding]:
    """Say of each limit that several rules share on which side of it each puts the limit itself."""
    for limit in world.limits:
        value = plain(limit.value)
        found: dict[str, list[tuple[Saying, Answer, bool]]] = {}
        for saying in world.bounded(limit, BELOW | ABOVE):
            for word, answer, truth in _sides(world, limit, saying):
                found.setdefault(word, []).append((saying, answer, truth))
        told = [(word, saying) for word, group in found.items() for saying, _, _ in group]
        if len({saying.id for _, saying in told}) < 2:
            continue
        draft = world.draft("shared_limit", *(saying for _, saying in told))
        for group in found.values():
            saying, answer, truth = group[0]
            core = [limit.equals, (saying.node, truth)]
            ids = [s.id for s, _, _ in group]
            draft.add(world.region(answer, core, [], ids, keep=[limit.fact]))
        positions: dict[str, list[str]] = {}
        for word, saying in told:
            positions.setdefault(saying.id, []).append(f"{saying.said} {word} {value}")
        yield draft.finding(
            {name: "; ".join(words) for name, words in positions.items()},
            sources=tuple({s.id: s.source for _, s in told}.values()),
            deciding=(limit.fact,),
            detail=f"{world.base.vocabulary[limit.fact].entry.label} of exactly {value}: "
            + ", ".join(f"{len(group)} {word}" for word, group in found.items()),
            about=limit.name,
        )


def _sides(world: Rules, limit: Limit, saying: Saying) -> Iterator[tuple[str, Answer, bool]]:
    """Yield on which sides of a limit a criterion holds, each with a patient at the limit."""
    lower, higher, places = world.around(limit)
    low, here, high = (w.true(saying.node) for w in (lower, world.prover.world, higher))
    for word, truth, parts in (
        ("below", False, [low, neg(here)]),
        ("from", True, [neg(low), here]),
        ("up to", True, [here, neg(high)]),
        ("above", False, [neg(here), high]),
    ):
        answer = world.ask([(saying.node, truth)], *places, conj(parts))
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
