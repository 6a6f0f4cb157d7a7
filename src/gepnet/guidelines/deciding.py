"""The facts that decide between two documents: the fewest changes that make them say the same.

The search goes over every set of up to three changes of one patient. A set decides if both
documents then take the same clear position; agreeing by silence, or because one of them is no
longer about the patient, does not count. Sets without age, sex, site and grade come first: a
change that makes another tumour of it, as a Ki-67 beyond a limit of the grades, is no lever.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import product
from operator import or_
from typing import Literal

from gepnet.facts import Facts, is_given
from gepnet.facts.algebra import derived_of
from gepnet.guidelines.alternatives import Alternative, Band, Influence, Influences
from gepnet.guidelines.compare import Agreement, Pair
from gepnet.guidelines.compiled import FactSet, KnowledgeBase
from gepnet.guidelines.distances import ANY, Distances
from gepnet.guidelines.positions import DocumentPosition, document_positions
from gepnet.guidelines.status import Status
from gepnet.guidelines.variants import Choices, Truths, Variants, bits
from gepnet.vocabulary import Several, Value

MOST_CHANGES = 3
#: Up to so many changes all rows are searched at once; sets of more would fill the memory.
_TOGETHER = 2
#: Of more, questions are searched at once if that takes so many times the facts of the larger one,
#: or no more than a few.
_ALIKE = 1.3
_FEW = 40
_CHOICES = {count: Choices(count) for count in range(1, MOST_CHANGES + 1)}

# A fact with values that no criterion tells apart.
Thing = tuple[Alternative, tuple[Value, ...]]
# What each fact is changed to, with the variants in which it is.
Changes = dict[str, list[tuple[Value, int]]]
Question = frozenset[DocumentPosition]


@dataclass(frozen=True)
class Change:
    """A fact that would have to be different: each of the values ``after`` would do.

    Of a number they are the candidates within ``band``, the nearest first.
    """

    fact: str
    before: Value
    after: tuple[Value, ...]
    band: Band | None
    changeable: bool


@dataclass(frozen=True)
class DecidingFacts:
    """A smallest set of changes after which both documents take the same position."""

    changes: tuple[Change, ...]
    position: Status


@dataclass(frozen=True)
class Verdict:
    """What would bring two documents together.

    ``sets`` holds every smallest set, in vocabulary order. Without one the documents differ by
    judgement, unless one of them takes no position on the option for any patient.
    """

    outcome: Literal["facts", "judgement", "no_position"]
    sets: tuple[DecidingFacts, ...] = ()


_BY_JUDGEMENT = Verdict("judgement")
_NO_POSITION = Verdict("no_position")


class Deciding:
    """Deciding facts of one patient, each question searched once.

    Attributes:
        influences: what was looked up of the facts behind criteria.
        truths: what was worked out of atoms.
        distances: how many changes questions need at least.
    """

    def __init__(self, base: KnowledgeBase, facts: Facts) -> None:
        """Start with nothing searched."""
        self._base = base
        self._facts = facts
        self._positions = document_positions(base).by_document
        self.influences = Influences(base, facts)
        self.distances = Distances(base)
        self._of_position: dict[DocumentPosition, tuple[Influence, FactSet]] = {}
        self._known: dict[Question, Verdict] = {}
        # With how many changes each was searched in vain, and what would be a last resort.
        self._searched: dict[Question, int] = {}
        self._last_resort: dict[Question, Verdict] = {}
        self.truths = Truths()
        # What follows from other facts and yet cannot change, with what it may be now.
        known = ((fact, facts.values.get(fact.id)) for fact in base.vocabulary.values())
        self._kept = {
            fact.id: frozenset(fact.candidates(now))
            for fact, now in known
            if fact.is_derived and not fact.entry.changeable and isinstance(now, str | Several)
            if fact.type == "enum"
        }

        # Yes or no as it is told, where it could also follow and nothing contradicts it.
        self._told = [
            fact
            for fact in base.vocabulary.base_facts()
            if fact.type == "boolean" and fact.entry.derived
            if is_given(facts, fact.id, base.vocabulary) and facts[fact.id].conflict is None
        ]

    def between(self, pairs: Iterable[Pair], most: int = MOST_CHANGES) -> dict[Pair, Verdict]:
        """Return what decides between the documents of each pair that does not agree.

        With fewer than the usual ``most`` changes, pairs that need more are left out.
        """
        asked: dict[Pair, Question] = {}
        found: dict[Pair, Verdict] = {}
        for pair in pairs:
            if pair.agreement is Agreement.SAME:
                continue
            row = pair.option, pair.intent
            both = [self._positions[name].get(row) for name in pair.documents]
            question = frozenset(one for one in both if one is not None)
            if len(question) < len(both):
                found[pair] = _NO_POSITION
            else:
                asked[pair] = question
        self._search(dict.fromkeys(asked.values()), most)
        known = ((pair, self._known.get(question)) for pair, question in asked.items())
        found.update((pair, verdict) for pair, verdict in known if verdict is not None)
        return found

    def _search(self, questions: Iterable[Question], most: int) -> None:
        """Settle questions together; they share most of their facts and criteria.

        Few changes are tried for all at once; of more there are too many sets for that, and they
        are tried for questions that look at nearly the same facts, as far as these go.
        """
        asked = [q for q in questions if q not in self._known]
        self._known.update((q, _BY_JUDGEMENT) for q in asked if not _common(q))
        for count in range(1, most + 1):
            left = [q for q in asked if q not in self._known and self._searched.get(q, 0) < count]
            self._searched.update(dict.fromkeys(left, count))
            within = {q: facts for q in left if (facts := self.distances.within(q, count))}
            every = [dict.fromkeys(within, ANY)]
            for group in filter(None, self._alike(within) if count > _TOGETHER else every):
                self._known.update(self._with_changes(group, count))
        if most == MOST_CHANGES:
            for question in asked:
                last = self._last_resort.get(question, _BY_JUDGEMENT)
                self._known.setdefault(question, last)

    def _alike(self, within: Mapping[Question, FactSet]) -> list[dict[Question, FactSet]]:
        """Return questions put together with those that look at nearly the same facts, if any do.

        What is worked out of these then serves all of them, for few sets more.
        """
        looked_at = {q: self._looked_at(q) & facts for q, facts in within.items()}
        groups: list[dict[Question, FactSet]] = []
        for question in sorted(looked_at, key=lambda q: looked_at[q].bit_count(), reverse=True):
            facts = looked_at[question]
            # The smallest that fits: with more facts than it needs it costs more than alone.
            for group in reversed(groups):
                most = max(_FEW, _ALIKE * next(iter(group.values())).bit_count())
                if reduce(or_, group.values(), facts).bit_count() <= most:
                    group[question] = facts
                    break
            else:
                groups.append({question: facts})
        return groups

    def _with_changes(
        self, questions: Mapping[Question, FactSet], count: int
    ) -> dict[Question, Verdict]:
        """Return the questions that ``count`` changes settle, with all ways to settle each.

        What only a change of age, sex, site or grade would settle, or of a treatment that was
        given, is kept as the last resort.
        """
        last_resort = self._last_resort
        positions = {one for question in questions for one in question}
        alternatives = self.influences.alternatives(self._influence(positions))
        order = self._base.vocabulary.order
        facts = reduce(or_, questions.values())
        some = (one for one in alternatives if facts >> order(one.fact) & 1)
        things = [(one, group) for one in some for group in one.groups]
        choices = _CHOICES[count]
        containing, size = choices.containing(len(things)), choices.size(len(things))
        marked = list(zip(things, containing, strict=True))
        changes: Changes = {}
        for (one, values), where in marked:
            changes.setdefault(one.fact, []).append((values[0], where))
        # The last variant is the patient as is.
        variants = Variants(self._base, self._facts, size + 1, changes, self.truths)
        valid = (1 << size) - 1 ^ _twice(changes)
        fixed = valid & variants.join(where for (one, _), where in marked if not one.changeable)
        fixed |= valid & self._moved(variants)
        valid &= ~self._contradicted(variants, changes)
        fixed &= valid
        stated = {one: one.stated(variants.truth) for one in positions}
        if count <= _TOGETHER:
            self.distances.learn((positions, variants.truth, count, size))
        solved: dict[Question, Verdict] = {}
        for question in questions:
            first, second = (stated[one] for one in question)
            both = ((p, where & second[p]) for p, where in first.items() if p in second)
            agreed = {p: where for p, where in both if where}
            if not agreed:
                continue
            # Others share the run: what neither document looks at decides nothing between them.
            looked_at = self._looked_at(question)
            for found, allowed in ((solved, valid ^ fixed), (last_resort, fixed)):
                if question in found:
                    continue
                ways = {
                    position: own
                    for position, where in agreed.items()
                    if (mask := where & allowed)
                    and (
                        own := [
                            way
                            for way in map(choices.members, bits(mask))
                            if all(looked_at >> order(things[thing][0].fact) & 1 for thing in way)
                        ]
                    )
                }
                if ways:
                    found[question] = self._verdict(question, things, ways, found is last_resort)
                    break
        return solved

    def _contradicted(self, variants: Variants, changes: Changes) -> int:
        """Return the variants in which something that is told cannot be: no patient is like that.

        A tumour that is told to be silent gets no syndrome unless that word is changed as well.
        """
        found = 0
        for fact in self._told:
            derived = derived_of(fact, variants, variants.truth, self._base.criteria) or {}
            told = self._facts.values[fact.id]
            against = variants.join(w for value, w in derived.items() if value is not told)
            found |= against & ~variants.join(w for _, w in changes.get(fact.id, ()))
        return found

    def _moved(self, variants: Variants) -> int:
        """Return the variants in which what cannot change comes out as something else."""
        found = 0
        for name, possible in self._kept.items():
            fact = self._base.vocabulary[name]
            for value, where in variants.values(name).items():
                if isinstance(value, str | Several):
                    found |= where if possible.isdisjoint(fact.candidates(value)) else 0
        return found

    def _influence(self, positions: Iterable[DocumentPosition]) -> Influence:
        found = Influence()
        for one in positions:
            found.add(self._of(one)[0])
        return found

    def _looked_at(self, question: Question) -> FactSet:
        first, second = question
        return self._of(first)[1] | self._of(second)[1]

    def _of(self, position: DocumentPosition) -> tuple[Influence, FactSet]:
        """Return what influences a position, with the facts among it."""
        if position not in self._of_position:
            found = self.influences.of(position.nodes)
            facts = sum(1 << self._base.vocabulary.order(name) for name in found.looked_at)
            self._of_position[position] = found, facts
        return self._of_position[position]

    def _verdict(
        self,
        question: Question,
        things: Sequence[Thing],
        ways: dict[Status, list[tuple[int, ...]]],
        is_last_resort: bool,
    ) -> Verdict:
        influence = self._influence(question)
        behind = self.influences.behind(self._kept) if is_last_resort else frozenset()
        order = self._base.vocabulary.order
        found = [
            DecidingFacts(changes, position)
            for position in sorted(ways, key=list(Status).index)
            for changes in self._change_sets(things, ways[position], influence, behind)
        ]
        # Sorting is stable: of equal facts the stronger position stays first.
        found.sort(key=lambda one: [order(change.fact) for change in one.changes])
        return Verdict("facts", tuple(found))

    def _change_sets(
        self,
        things: Sequence[Thing],
        ways: Iterable[tuple[int, ...]],
        influence: Influence,
        behind: frozenset[str],
    ) -> Iterator[tuple[Change, ...]]:
        """Yield the ways with values that do equally well put together.

        Facts ``behind`` what cannot change count as such.
        """

        @cache
        def among(fact: str) -> tuple[Value, ...]:
            """Return the values at which the two documents themselves look."""
            return self.influences.candidates(fact, influence.looked_at[fact])

        @cache
        def values(thing: int) -> frozenset[Value]:
            one, group = things[thing]
            return frozenset(group).intersection(among(one.fact))

        @cache
        def changes(fact: str, after: frozenset[Value]) -> list[Change]:
            before = self._facts.values.get(fact)
            runs = self.influences.bands(fact, after, among(fact), influence.looked_at[fact])
            return [Change(fact, before, run, band, open_to(fact, run)) for run, band in runs]

        def open_to(fact: str, run: tuple[Value, ...]) -> bool:
            return fact not in behind and self.influences.can_become(fact, run[0])

        by_facts: dict[tuple[str, ...], set[tuple[frozenset[Value], ...]]] = {}
        for way in ways:
            afters = tuple(map(values, way))
            if all(afters):
                facts = tuple(things[thing][0].fact for thing in way)
                by_facts.setdefault(facts, set()).add(afters)
        for facts, combinations in by_facts.items():
            for afters in _merged(combinations, len(facts)):
                yield from product(*map(changes, facts, afters))


def _merged(
    combinations: set[tuple[frozenset[Value], ...]], width: int
) -> list[tuple[frozenset[Value], ...]]:
    """Put combinations together that differ in the values of one fact only."""
    for place in range(width):
        grouped: dict[tuple[frozenset[Value], ...], frozenset[Value]] = {}
        for values in combinations:
            rest = (*values[:place], *values[place + 1 :])
            grouped[rest] = grouped.get(rest, frozenset()) | values[place]
        combinations = {(*rest[:place], v, *rest[place:]) for rest, v in grouped.items()}
    return sorted(combinations, key=lambda values: [sorted(map(str, v)) for v in values])


_recent: dict[Hashable, Deciding] = {}
_RECENT = 16


def deciding(base: KnowledgeBase, facts: Facts) -> Deciding:
    """Return the search for these facts and this knowledge; what it found before is kept."""
    values = frozenset(facts.values.items())
    given = frozenset(name for name in facts if is_given(facts, name, base.vocabulary))
    silent = frozenset((name, absence.value) for name, absence in facts.absences.items())
    key = (base.knowledge.digest, facts.at, values, given, silent)
    if key not in _recent or not base.knowledge.digest:
        while len(_recent) >= _RECENT:
            del _recent[next(iter(_recent))]
        _recent[key] = Deciding(base, facts)
    return _recent[key]


def _common(question: Question) -> bool:
    """Whether both documents have a position of one kind."""
    if len(question) < 2:
        return False
    first, second = question
    return not set(first.kinds).isdisjoint(second.kinds)


def _twice(changes: Changes) -> int:
    """Return the choices that give one fact two values."""
    found = 0
    for values in changes.values():
        seen = 0
        for _, where in values:
            found |= seen & where
            seen |= where
    return found
