"""Asks: from what is known of a patient to the question that is worth asking next.

Nothing is kept between steps: the same facts and answers give the same step.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from gepnet.criteria import And, Node, facts_of, interpret, prose
from gepnet.facts import Facts, facts_of_values, facts_with, may_turn, needed_for, show
from gepnet.guidelines.ask.choose import Chooser
from gepnet.guidelines.ask.known import Left, Narrower
from gepnet.guidelines.ask.mix import reference_mix
from gepnet.guidelines.ask.rows import End, Questionnaire, named_columns, questionnaire
from gepnet.guidelines.ask.step import (
    AskStep,
    Brought,
    Choice,
    Contradiction,
    Follows,
    Kind,
    NextQuestion,
    Position,
    State,
    Told,
)
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.pathway.diagrams import Diagram
from gepnet.guidelines.pathway.questions import PathwayQuestion
from gepnet.guidelines.pathway.space import Variable
from gepnet.guidelines.pathway.words import Words
from gepnet.guidelines.status import FOR, Status
from gepnet.knowledge import refuse
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    Fact,
    Interval,
    PartialDate,
    Value,
    ValueProblem,
    exact,
    plain,
    unit_words,
)

#: What is answered where nobody knows. A primary can be unknown: that is an answer.
UNKNOWN = "not known"
_RECEIVED = "received_"
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
        self._words = Words(asking.base)
        self._narrower = Narrower(asking)
        self._needed = needed_for([*self._space.closure], self._base.criteria)

    @cached_property
    def _chooser(self) -> Chooser:
        return Chooser(self.asking, reference_mix(self._narrower, PATIENTS, SEED, _DAY))

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
        positions = [self._position(i, rest) for i, rest in enumerate(rests)]
        open_ = [i for i, one in enumerate(positions) if not one.settled]
        following = None
        if open_ and not note:
            following = self._next(left, rests, open_, set(answers), known, taken)
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
            follows=tuple(self._follows(left, known, set(answers))),
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
            facts = tuple(self._told_of(level, allowed[level], known) for level in levels)
            found.append(Contradiction(facts, tuple(self._rule(one) for one in rules)))
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

    def _rule(self, rule: str | Node) -> str:
        vocabulary = self._base.vocabulary
        if isinstance(rule, str):
            return f"definition of: {vocabulary[rule].entry.label}"
        return prose(rule, vocabulary)

    # --- positions -------------------------------------------------------------------------------

    def _position(self, place: int, rest: Diagram) -> Position:
        column = self.asking.rows[place].column
        head = column.document.file.document
        assert column.option is not None and column.intent is not None
        status, possible = status_of(self._narrower.ends(rest))
        return Position(
            document=head.id,
            short=head.short,
            option=column.option,
            label=self._base.options[column.option].label,
            name=self._words.option(column.option),
            intent=column.intent,
            status=status,
            possible=possible,
            settled=is_settled(self._narrower.ends(rest)),
        )

    # --- the next question -----------------------------------------------------------------------

    def _next(
        self,
        left: Left,
        rests: Sequence[Diagram],
        open_: Sequence[int],
        answered: set[str],
        known: Facts,
        taken: set[str],
    ) -> NextQuestion | None:
        at, sure = self._at, self._sure(known, taken)
        live = {place: at.support(at.shortest(rests[place])) for place in open_}
        askable = {
            level: name
            for level in frozenset[int]().union(*live.values())
            if (name := self._askable(level, answered, sure)) is not None
        }
        if not askable:
            return None
        best = self._chooser.worths(left.allowed, open_, askable)[0]
        name, level = askable[best.level], best.level
        if name in self._space.variables:
            level = self._space.variables[name].level
        opens = sum(best.level in levels for levels in live.values())
        return self._question(level, name, left, (rests, open_), opens)

    def _askable(self, level: int, answered: set[str], known: Mapping[str, Value]) -> str | None:
        """Return the fact to ask for a variable; None where it was asked already.

        Of a therapy it is asked first whether it was given.
        """
        variable = self._space.variables[self._space.names[level]]
        names = facts_of(variable.atom) if variable.atom is not None else (variable.name,)
        left = [n for n in names if n not in answered and not _is_exact(known.get(n))]
        given = self._given_first.get(level)
        if left and given not in (None, *left) and given not in answered:
            return left[0] if known.get(given or "") is not None else given
        return left[0] if left else None

    @cached_property
    def _given_first(self) -> dict[int, str]:
        """Return whether a therapy was given, for what is only asked of one that was."""
        space, found = self._space, {}
        received = {
            one.level: one.name
            for name in space.asked
            if (one := space.variables[name]).name.startswith(_RECEIVED)
        }
        for name in space.asked:
            one = space.variables[name]
            own = f"{_RECEIVED}{one.fact.subject}" if one.fact and one.fact.subject else ""
            if one.level not in received and own in received.values():
                found[one.level] = own
            elif NOT_APPLICABLE in one.values:
                near = (self._at.support(c) for c in self.asking.possible)
                levels = [lv for both in near if one.level in both for lv in both & {*received}]
                if levels:
                    found[one.level] = received[levels[0]]
        return found

    def _question(
        self,
        level: int,
        name: str,
        left: Left,
        open_rests: tuple[Sequence[Diagram], Sequence[int]],
        opens: int,
    ) -> NextQuestion:
        fact = self._base.vocabulary[name]
        variable = self._space.variables[self._space.names[level]]
        whole = variable.fact is not None
        wording = self._words.wording(fact)
        question = self._words.question(variable) if whole else ""
        asked = question or (wording.ask if wording else f"{fact.entry.label}?")
        kinds: dict[str, Kind] = {"boolean": "yes_no", "enum": "choice"}
        choices = list(self._choices(variable, left, open_rests)) if whole else []
        return NextQuestion(
            fact=name,
            label=fact.entry.label,
            question=asked,
            definition=" ".join((fact.entry.definition or "").split()),
            kind=kinds.get(fact.type, "number"),
            unit=unit_words(fact.entry.unit),
            takes_range=fact.type == "number" and fact.takes_range,
            choices=(*choices, Choice(UNKNOWN, "not known", ())),
            opens=opens,
        )

    def _choices(
        self, variable: Variable, left: Left, open_rests: tuple[Sequence[Diagram], Sequence[int]]
    ) -> Iterator[Choice]:
        rests, open_ = open_rests
        level = variable.level
        possible = self._narrower.follows(level, left)
        maybe = self._chooser.may_settle(left.allowed, open_, level)
        for place in sorted(possible):
            value = variable.values[place]
            if value is None:
                continue  # nobody answers that it is not recorded
            settles = []
            chosen = self._narrower.narrowed({**left.allowed, level: frozenset({place})})
            for row in maybe[place] if chosen is not None else ():
                assert chosen is not None
                rest = self._narrower.rest(rests[row], chosen)
                if is_settled(self._narrower.ends(rest)):
                    one = self._position(row, rest)
                    settles.append(
                        Brought(one.document, one.short, one.option, one.label, one.status)
                    )
            label = self._words.answer(variable, (place,))
            yield Choice(_handed_back(variable, value), label, tuple(settles))

    # --- words -----------------------------------------------------------------------------------

    def told(self, name: str, value: Value) -> Told:
        """Return a fact with its value in words."""
        fact = self._base.vocabulary[name]
        variable = self._space.variables.get(name)
        text = show(value)
        says = f"{fact.entry.label}: {text}"
        if variable is not None and not isinstance(value, Interval):
            places = [i for i, one in enumerate(variable.values) if one == value]
            if places:
                says = self._words.condition(variable, places)
                text = self._words.answer(variable, places)
        elif isinstance(value, Interval):
            unit = unit_words(fact.entry.unit)
            says = text = f"{value}{' ' if unit else ''}{unit}"
            says = f"{fact.entry.label} {text}"
        return Told(name, fact.entry.label, text, says)

    def _told_of(self, level: int, places: Iterable[int], known: Facts) -> Told:
        """Return a variable as it is known, or else as the values that are left."""
        variable = self._space.variables[self._space.names[level]]
        if variable.fact is not None and known.values.get(variable.name) is not None:
            return self.told(variable.name, known.values[variable.name])
        label = variable.fact.entry.label if variable.fact is not None else variable.name
        answer, says = (f(variable, places) for f in (self._words.answer, self._words.condition))
        return Told(variable.name, label, answer, says)

    def _follows(self, left: Left, known: Facts, answered: set[str]) -> Iterator[Follows]:
        """Yield the facts of the question that follow from others."""
        if not self.asking.rows:
            return  # no document in force names an option of the question
        may_follow = set(self._chooser.may_follow(left.allowed))
        for level in self._narrower.nodes:
            variable = self._space.variables[self._space.names[level]]
            if variable.fact is None or variable.name in {*answered, *self._space.through}:
                continue
            entry = known[variable.name]
            if entry.origin == "derived" and level in left.allowed:
                behind = tuple(self.told(one.fact, one.value) for one in known.behind(entry.fact))
                told = self.told(variable.name, entry.value)
                yield Follows(told.fact, told.label, told.text, told.says, behind)
            elif level not in left.allowed and level in may_follow:
                places = self._narrower.follows(level, left)
                if len(places) == 1 and variable.values[min(places)] is not None:
                    told = self._told_of(level, places, known)
                    behind = tuple(
                        self._told_of(one, left.allowed[one], known)
                        for one in self._narrower.reasons(level, left)
                    )
                    yield Follows(told.fact, told.label, told.text, told.says, behind)


def _is_exact(value: Value) -> bool:
    """Whether a value leaves nothing to ask."""
    if isinstance(value, Interval):
        return value.is_point
    return value is NOT_APPLICABLE or isinstance(value, str | bool)


def _handed_back(variable: Variable, value: Value) -> str:
    """Return an answer as a program hands it back; nothing where only a number will do."""
    if value is NOT_APPLICABLE:
        return "not applicable"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Interval):
        if value.is_point:
            return plain(value.low)
        assert variable.fact is not None
        return f"{plain(value.low)}-{plain(value.high)}" if variable.fact.takes_range else ""
    return str(value)


def read_answer(fact: Fact, raw: Any) -> Value:
    """Return the value of an answer; None where nobody knows.

    Raises:
        InputError: for an answer that is none.
    """
    text = raw.strip().lower() if isinstance(raw, str) else raw
    if text is None or text in (UNKNOWN, "") or (text == "unknown" and text not in fact.values):
        return None
    if raw is NOT_APPLICABLE or text == "not applicable":
        return NOT_APPLICABLE
    if fact.type == "boolean" and text in ("yes", "no"):
        return text == "yes"
    try:
        return fact.parse(raw)
    except ValueProblem as problem:
        expected = "yes, no" if fact.type == "boolean" else problem.expected
        known = fact.values if fact.type == "enum" else ()
        raise refuse(fact.id, raw, f"{expected}, or {UNKNOWN}", known) from problem


def status_of(ends: Sequence[End]) -> End:
    """Return what a position comes to, of everything that it can end in."""
    found = {status for end in ends for status in (end[1] or (end[0],))}
    possible = tuple(status for status in Status if status in found)
    if len(possible) == 1:
        return possible[0], ()
    if found <= FOR:
        return Status.IN_FAVOUR, possible
    kinds = {status for status, _ in ends}
    return (Status.TEXT_OPEN if kinds == {Status.TEXT_OPEN} else Status.FACT_MISSING), possible


def is_settled(ends: Sequence[End]) -> bool:
    """Whether a position comes to the same whatever else is answered."""
    return len({status for status, _ in ends}) < 2


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
