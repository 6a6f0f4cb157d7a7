"""The next question: the fact worth asking, with its choices and what each settles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from gepnet.criteria import facts_of
from gepnet.guidelines.ask.answers import UNKNOWN, handed_back, is_exact
from gepnet.guidelines.ask.choose import Chooser
from gepnet.guidelines.ask.known import Left, Narrower
from gepnet.guidelines.ask.rows import Questionnaire
from gepnet.guidelines.ask.step import Brought, Choice, Kind, NextQuestion
from gepnet.guidelines.ask.telling import Teller, is_settled
from gepnet.guidelines.pathway.diagrams import Diagram
from gepnet.guidelines.pathway.space import Variable
from gepnet.vocabulary import NOT_APPLICABLE, Value, unit_words

_RECEIVED = "received_"


class Questioner:
    """Chooses what to ask."""

    def __init__(
        self, asking: Questionnaire, narrower: Narrower, chooser: Chooser, teller: Teller
    ) -> None:
        """Take the question, what narrows and weighs it, and its words."""
        self.asking, self._narrower, self._chooser, self._teller = (
            asking,
            narrower,
            chooser,
            teller,
        )
        self._base, self._at, self._space = asking.base, asking.diagrams, asking.space
        self._words = teller.words

    def next(
        self,
        left: Left,
        rests: Sequence[Diagram],
        open_: Sequence[int],
        answered: set[str],
        sure: Mapping[str, Value],
    ) -> NextQuestion | None:
        """Return what to ask next of what is ``sure``; None where nothing is left to ask."""
        at = self._at
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
        left = [n for n in names if n not in answered and not is_exact(known.get(n))]
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
                    one = self._teller.position(row, rest)
                    settles.append(
                        Brought(one.document, one.short, one.option, one.label, one.status)
                    )
            label = self._words.answer(variable, (place,))
            yield Choice(handed_back(variable, value), label, tuple(settles))
