"""The facts that decide between two documents: the fewest changes that make them say the same.

The search goes over every set of up to three changes of one patient. A set decides if both
documents then take the same clear position; agreeing by silence, or because one of them is no
longer about the patient, does not count. Sets without age, sex, site and grade come first: a
change that makes another tumour of it, as a Ki-67 beyond a limit of the grades, is no lever.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

from gepnet.facts import Facts, is_given
from gepnet.facts.algebra import derived_of
from gepnet.guidelines.alternatives import Alternative, Band, Influence, Influences
from gepnet.guidelines.compare import Agreement, Pair
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition, document_positions
from gepnet.guidelines.status import Status
from gepnet.guidelines.variants import Choices, Truths, Variants, bits
from gepnet.vocabulary import Several, Value

MOST_CHANGES = 3
#: Up to so many changes all rows are searched at once; sets of more would fill the memory.
_TOGETHER = 2
#: Of more, rows are searched at once if that takes so many times the facts of the larger one.
_ALIKE = 1.05
_CHOICES = {count: Choices(count) for count in range(1, MOST_CHANGES + 1)}

# A fact with values that no criterion tells apart.
Thing = tuple[Alternative, tuple[Value, ...]]
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
    """

    def __init__(self, base: KnowledgeBase, facts: Facts) -> None:
        """Start with nothing searched."""
        self._base = base
        self._facts = facts
        self._positions = document_positions(base).by_document
        self.influences = Influences(base, facts)
        self._of_position: dict[DocumentPosition, Influence] = {}
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
        rows: dict[tuple[str, str], dict[Pair, Question]] = {}
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
                rows.setdefault(row, {})[pair] = question
        self._search([list(questions.values()) for questions in rows.values()], most)
        for questions in rows.values():
            known = {pair: self._known.get(question) for pair, question in questions.items()}
            found.update((pair, verdict) for pair, verdict in known.items() if verdict is not None)
        return found

    def _search(self, rows: Iterable[Iterable[Question]], most: int) -> None:
        """Settle questions together; they share most of their facts and criteria.

        Few changes are tried for all rows at once; of more there are too many sets for that, and
        they are tried for rows that look at nearly the same facts, as far as these go.
        """
        open_: list[list[Question]] = []
        taken = set(self._known)
        for row in rows:
            open_.append([q for q in dict.fromkeys(row) if q not in taken])
            taken.update(open_[-1])
        for row in open_:
            self._known.update((q, _BY_JUDGEMENT) for q in row if not _common(q))
        for count in range(1, most + 1):
            left = [
                [q for q in row if q not in self._known and self._searched.get(q, 0) < count]
                for row in open_
            ]
            parts = self._alike(left) if count > _TOGETHER else [[q for row in left for q in row]]
            for wanted in filter(None, parts):
                self._known.update(self._with_changes(wanted, count))
                self._searched.update(dict.fromkeys(wanted, count))
        if most == MOST_CHANGES:
            for question in (q for row in open_ for q in row):
                last = self._last_resort.get(question, _BY_JUDGEMENT)
                self._known.setdefault(question, last)

    def _alike(self, rows: Iterable[Sequence[Question]]) -> list[list[Question]]:
        """Return rows put together with the one that looks at nearly the same facts, if any does.

        What is worked out of these then serves all of them, for few sets more.
        """
        of_row = [
            ({fact for q in row for one in q for fact in self._influence([one]).looked_at}, row)
            for row in rows
        ]
        groups: list[tuple[set[str], float, list[Question]]] = []
        for facts, row in sorted(of_row, key=lambda one: len(one[0]), reverse=True):
            # The smallest that fits: with more facts than it needs a row costs more than alone.
            for others, most, questions in reversed(groups):
                if len(facts | others) <= most:
                    others |= facts
                    questions += row
                    break
            else:
                groups.append((facts, _ALIKE * len(facts), list(row)))
        return [questions for _, _, questions in groups]

    def _with_changes(self, questions: Sequence[Question], count: int) -> dict[Question, Verdict]:
        """Return the questions that ``count`` changes settle, with all ways to settle each.

        What only a change of age, sex, site or grade would settle, or of a treatment that was
        given, is kept as the last resort.
        """
        last_resort = self._last_resort
        positions = {one for question in questions for one in question}
        alternatives = self.influences.alternatives(self._influence(positions))
        things = [(one, group) for one in alternatives for group in one.groups]
        choices = _CHOICES[count]
        containing = choices.containing(len(things))
        variants = self._variants(things, containing, choices.size(len(things)))
        valid = variants.everywhere ^ _twice(things, containing)
        marked = zip(things, containing, strict=True)
        fixed = valid & variants.join(where for (one, _), where in marked if not one.changeable)
        fixed |= valid & self._moved(variants)
        valid &= ~self._contradicted(variants, things, containing)
        fixed &= valid
        stated = {one: one.stated(variants.truth) for one in positions}
        solved: dict[Question, Verdict] = {}
        for question in questions:
            first, second = (stated[one] for one in question)
            both = ((p, where & second[p]) for p, where in first.items() if p in second)
            agreed = {p: where for p, where in both if where}
            if not agreed:
                continue
            # Others share the run: what neither document looks at decides nothing between them.
            looked_at = self._influence(question).looked_at
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
                            if all(things[thing][0].fact in looked_at for thing in way)
                        ]
                    )
                }
                if ways:
                    found[question] = self._verdict(question, things, ways, found is last_resort)
                    break
        return solved

    def _contradicted(
        self, variants: Variants, things: Sequence[Thing], containing: Sequence[int]
    ) -> int:
        """Return the variants in which something that is told cannot be: no patient is like that.

        A tumour that is told to be silent gets no syndrome unless that word is changed as well.
        """
        changed: dict[str, int] = {}
        for (one, _), where in zip(things, containing, strict=True):
            changed[one.fact] = changed.get(one.fact, 0) | where
        found = 0
        for fact in self._told:
            derived = derived_of(fact, variants, variants.truth, self._base.criteria) or {}
            told = self._facts.values[fact.id]
            against = variants.join(w for value, w in derived.items() if value is not told)
            found |= against & ~changed.get(fact.id, 0)
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

    def _variants(
        self,
        things: Sequence[Thing],
        containing: Sequence[int],
        size: int,
    ) -> Variants:
        changes: dict[str, list[tuple[Value, int]]] = {}
        for (one, group), where in zip(things, containing, strict=True):
            changes.setdefault(one.fact, []).append((group[0], where))
        return Variants(self._base, self._facts, size, changes, self.truths)

    def _influence(self, positions: Iterable[DocumentPosition]) -> Influence:
        found = Influence()
        for one in positions:
            if one not in self._of_position:
                self._of_position[one] = self.influences.of(one.nodes)
            found.add(self._of_position[one])
        return found

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


def _twice(things: Sequence[Thing], containing: Sequence[int]) -> int:
    """Return the choices that give one fact two values."""
    found = 0
    seen: dict[str, int] = {}
    for (one, _), where in zip(things, containing, strict=True):
        found |= seen.get(one.fact, 0) & where
        seen[one.fact] = seen.get(one.fact, 0) | where
    return found
