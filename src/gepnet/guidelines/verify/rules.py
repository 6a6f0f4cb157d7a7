"""Rules that share a limit: eligibility profiles, safety rules, release rules, labels, documents.

They are no positions on an option, so they are asked about by themselves: what each says one step
below a number, at it and one step above, whether two of them leave the number to nobody or both
claim it, and whether one profile lets pass whom another one, or a safety rule, turns away. The
limits are those of the criteria. The world has only the facts that these criteria speak of.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from gepnet.guidelines.verify.once import once
from gepnet.guidelines.verify.prover import Answer
from gepnet.guidelines.verify.regions import deciding_facts, parts_of
from gepnet.vocabulary import Vocabulary, plain

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


@once
def sayings(base: KnowledgeBase, day: datetime.date) -> list[Saying]:
    """Return every criterion outside the documents that is compared here."""
    return [*_sayings(base, day)]


def _sayings(base: KnowledgeBase, day: datetime.date) -> Iterator[Saying]:
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
        if in_force(label, day):
            owner = f"label/{label.entry.id}"
            source = {**source_of(label.entry, owner, owner), "region": label.entry.region}
            options = (label.entry.option,)
            yield Saying(owner, "label", owner, "", "on label", options, label.when, source)


@once
def all_sayings(base: KnowledgeBase, day: datetime.date) -> list[Saying]:
    """Return the same with the criteria of every document in force."""
    return [*_sayings(base, day), *_documents(base, day)]


def _documents(base: KnowledgeBase, day: datetime.date) -> Iterator[Saying]:
    for document in documents_in_force(base.documents, day)[0]:
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

    @classmethod
    def of(cls, context: Context, which: Callable[..., list[Saying]]) -> Rules:
        """Return the world of some criteria, made once for a context, whose questions it counts."""
        found = context.beside.get(which)
        if found is None:
            found = context.beside[which] = cls(context, which(context.base, context.day))
        assert isinstance(found, Rules)
        found.prover.tally = context.prover.tally
        return found

    def draft(self, kind: str, *sayings: Saying) -> Draft:
        """Return a draft about some criteria."""
        owners = tuple(dict.fromkeys(saying.owner for saying in sayings))
        options = tuple(dict.fromkeys(o for saying in sayings for o in saying.options))
        return Draft(self, kind, owners, options)


def limits_of(listed: Iterable[Saying], vocabulary: Vocabulary) -> list[Limit]:
    """Return every number that a criterion compares a number with, inside its range."""
    found = limits([saying.node for saying in listed], vocabulary)
    return sorted(found, key=lambda limit: (vocabulary.order(limit.fact), limit.value))


def bounded(
    listed: Iterable[Saying], limit: Limit, operators: frozenset[str] = BELOW | ABOVE
) -> list[Saying]:
    """Return the criteria in which a limit is a bound of some kind."""
    return [s for s in listed if limit.is_bound_in([s.node], operators)]


def profiles(context: Context) -> Iterator[Finding]:
    """Find whom one profile lets pass in a line and another, or a safety rule, turns away."""
    world = Rules.of(context, sayings)
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


def edges(context: Context) -> Iterator[Finding]:
    """Find two rules on one option of which neither, or each, claims the limit between them."""
    world = Rules.of(context, sayings)
    for limit in limits_of(world.listed, world.base.vocabulary):
        sides = (bounded(world.listed, limit, operators) for operators in (BELOW, ABOVE))
        for one, other in product(*sides):
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


@once
def shared_limits(base: KnowledgeBase, day: datetime.date) -> dict[Limit, list[Saying]]:
    """Return the limits that bound more than one criterion, with these."""
    listed = all_sayings(base, day)
    every = {limit: bounded(listed, limit) for limit in limits_of(listed, base.vocabulary)}
    return {limit: found for limit, found in every.items() if len({s.id for s in found}) > 1}


def shared_limit(context: Context, limit: Limit, sharing: Sequence[Saying]) -> Iterator[Finding]:
    """Say on which side of a limit each of those that share it puts the limit itself."""
    world = Rules.of(context, all_sayings)
    value = plain(limit.value)
    found: dict[str, list[tuple[Saying, Answer, bool]]] = {}
    for saying in sharing:
        for word, answer, truth in _sides(world, limit, saying):
            found.setdefault(word, []).append((saying, answer, truth))
    told = [(word, saying) for word, group in found.items() for saying, _, _ in group]
    if len({saying.id for _, saying in told}) < 2:
        return
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
