"""Asks: from what is known of a patient to the question that is worth asking next.

Nothing is kept between steps: the same facts and answers give the same step.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from gepnet.criteria import And, interpret, prose
from gepnet.facts import Facts, facts_of_values, facts_with, may_turn, needed_for
from gepnet.guidelines.ask.answers import read_answer
from gepnet.guidelines.ask.choose import Chooser
from gepnet.guidelines.ask.known import Left, Narrower
from gepnet.guidelines.ask.mix import reference_mix
from gepnet.guidelines.ask.questioner import Questioner
from gepnet.guidelines.ask.rows import Questionnaire, named_columns, questionnaire
from gepnet.guidelines.ask.step import (
    AskStep,
    Contradiction,
    Follows,
    State,
    Told,
)
from gepnet.guidelines.ask.telling import Teller
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.questions import PathwayQuestion
from gepnet.knowledge import refuse
from gepnet.vocabulary import (
    PartialDate,
    Value,
    exact,
)

#: Patients of the reference mix, and which ones.
PATIENTS, SEED = 2000, 1
#: The day of their dates: they are the same every day.
_DAY = datetime.date(2026, 1, 1)


class Asker:
    """Asks one question of the documents in force on one day."""

    def __init__(self, asking: Questionnaire) -> None:
        """Prepare the words."""
        self.asking = asking
        self._base, self._at, self._space = asking.base, asking.diagrams, asking.space
        self._narrower = Narrower(asking)
        self._teller = Teller(asking, self._narrower)
        self._needed = needed_for([*self._space.closure], self._base.criteria)

    @cached_property
    def _chooser(self) -> Chooser:
        return Chooser(self.asking, reference_mix(self._narrower, PATIENTS, SEED, _DAY))

    @cached_property
    def _questioner(self) -> Questioner:
        return Questioner(self.asking, self._narrower, self._chooser, self._teller)

    def told(self, name: str, value: Value) -> Told:
        """Return a fact with its value in words."""
        return self._teller.told(name, value)

    # --- what is known ---------------------------------------------------------------------------

    def known(
        self, answers: Mapping[str, Any], facts: Facts | None = None, at: PartialDate | None = None
    ) -> tuple[Facts, tuple[str, ...]]:
        """Return the facts with some answers, and the facts that are said to be unknown.

        Raises:
            InputError: for an answer that is none.
        """
        base, vocabulary = self._base, self._base.vocabulary
        given: dict[str, Value] = {}
        unknown = []
        for name, raw in answers.items():
            if name not in vocabulary:
                raise refuse("answer", name, "the id of a fact", list(vocabulary))
            value = read_answer(vocabulary[name], raw)
            if value is None:
                unknown.append(name)
            else:
                given[name] = value
        start = facts
        if start is None:
            when = at or exact(datetime.date.today())
            start = facts_of_values({}, base.knowledge, base.criteria, "asked", when, self._needed)
        if given:
            start = facts_with(start, given, base.knowledge, base.criteria, self._needed)
        return start, tuple(unknown)

    def step(
        self, answers: Mapping[str, Any], facts: Facts | None = None, at: PartialDate | None = None
    ) -> AskStep:
        """Return where asking stands.

        Args:
            answers: fact to value, as a patient file has it, or ``unknown``; in the order asked.
            facts: of a patient, if there is a record.
            at: the date of the answers where there is no record.

        Raises:
            InputError: for an answer that is none.
        """
        known, unknown = self.known(answers, facts, at)
        note = self._not_asked_of(known)
        told = [self.told(n, known.values.get(n)) for n in answers if n not in unknown]
        taken = {*unknown, *(() if facts is None else facts.values)}
        known, left, contradictions = self._consistent(known, unknown, taken)
        rests = [self._narrower.rest(row.statuses, left) for row in self.asking.rows]
        positions = [self._teller.position(i, rest) for i, rest in enumerate(rests)]
        open_ = [i for i, one in enumerate(positions) if not one.settled]
        following = None
        if open_ and not note:
            sure = self._sure(known, taken)
            following = self._questioner.next(left, rests, open_, set(answers), sure)
        follows: Iterable[Follows] = ()
        if self.asking.rows:  # else no document in force names an option of the question
            follows = self._teller.follows(left, known, set(answers), self._chooser)
        state: State = "asking" if following else "nothing_more" if open_ else "settled"
        vocabulary = self._base.vocabulary
        return AskStep(
            question=self.asking.question.id,
            title=self.asking.question.title,
            state="not_this_patient" if note else state,
            note=note,
            next=following,
            answered=tuple(told),
            unknown=tuple(Told(n, vocabulary[n].entry.label, "not known", "") for n in unknown),
            positions=tuple(positions),
            follows=tuple(follows),
            contradictions=tuple(contradictions),
        )

    def _not_asked_of(self, known: Facts) -> str:
        """Return what of the question is not so of a patient; nothing where it is theirs."""
        for node in self.asking.given:
            for part in node.operands if isinstance(node, And) else (node,):
                if interpret(part, known.values) is False:
                    told = prose(part, self._base.vocabulary)
                    return f"not a question about this patient, of whom this is not so: {told}"
        return ""

    def _sure(self, known: Facts, taken: set[str]) -> dict[str, Value]:
        """Return what is known for good.

        What follows from answers only as long as nothing more is said is asked for, unless it is
        ``taken`` so: it is in the record, or nobody knows more.
        """
        criteria, vocabulary = self._base.criteria, self._base.vocabulary
        found: dict[str, bool] = {}

        def turns(name: str) -> bool:
            if name not in found:
                found[name] = False
                if known[name].origin == "derived" and name not in taken:
                    fact = vocabulary[name]
                    found[name] = may_turn(fact, known.values, criteria) or any(
                        turns(one) for one in known[name].inputs
                    )
            return found[name]

        named = self._space.closure
        return {n: v for n in named if (v := known.values.get(n)) is not None and not turns(n)}

    def _consistent(
        self, known: Facts, unknown: Sequence[str], taken: set[str]
    ) -> tuple[Facts, Left, list[Contradiction]]:
        """Set aside what does not go together, with all that follows from it, and say it."""
        found: list[Contradiction] = []
        aside: set[int] = set()
        while True:
            allowed = self._narrower.allowed(self._sure(known, taken), unknown)
            allowed = {level: left for level, left in allowed.items() if level not in aside}
            left = self._narrower.narrowed(allowed)
            if left is not None:
                return known, left, found
            levels = self._narrower.contradiction(allowed)
            rules = self._narrower.rules(allowed, levels)
            facts = tuple(self._teller.told_of(level, allowed[level], known) for level in levels)
            found.append(Contradiction(facts, tuple(self._teller.rule(one) for one in rules)))
            aside.update(levels)
            known = self._without(known, [one.fact for one in facts])

    def _without(self, known: Facts, names: Iterable[str]) -> Facts:
        """Return facts without some of them and without what these were worked out from."""
        base, dropped = self._base, dict[str, Value]()
        for name in names:
            if name in base.vocabulary:
                dropped[name] = None
                dropped.update((one.fact, None) for one in known.behind(name))
        return facts_with(known, dropped, base.knowledge, base.criteria, self._needed)


_askers: WeakKeyDictionary[KnowledgeBase, dict[tuple[object, ...], Asker]] = WeakKeyDictionary()


def asker_of(
    base: KnowledgeBase,
    question: PathwayQuestion,
    day: datetime.date,
    documents: Sequence[str] = (),
) -> Asker:
    """Return what asks a question of the documents in force on a day, or of some of them.

    Raises:
        InputError: for a document that is not known.
    """
    known = [document.id for document in base.documents]
    for document in documents:
        if document not in known:
            raise refuse("document", document, "the id of a document", known)
    made = _askers.setdefault(base, {})
    key = question, day, tuple(documents)
    if key not in made:
        columns = named_columns(base, question, day, documents)
        made[key] = Asker(questionnaire(base, question, columns))
    return made[key]
