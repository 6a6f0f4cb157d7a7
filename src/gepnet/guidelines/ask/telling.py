"""What asking tells: facts and positions in words, and what follows from answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gepnet.criteria import Node, prose
from gepnet.facts import Facts, show
from gepnet.guidelines.ask.choose import Chooser
from gepnet.guidelines.ask.known import Left, Narrower
from gepnet.guidelines.ask.rows import End, Questionnaire
from gepnet.guidelines.ask.step import Follows, Position, Told
from gepnet.guidelines.pathway.diagrams import Diagram
from gepnet.guidelines.pathway.words import Words
from gepnet.guidelines.status import FOR, Status
from gepnet.vocabulary import Interval, Value, unit_words


class Teller:
    """Tells of one question to some documents."""

    def __init__(self, asking: Questionnaire, narrower: Narrower) -> None:
        """Take the question and what narrows it."""
        self.asking, self._narrower = asking, narrower
        self._base, self._space = asking.base, asking.space
        self.words = Words(asking.base)

    def told(self, name: str, value: Value) -> Told:
        """Return a fact with its value in words."""
        fact = self._base.vocabulary[name]
        variable = self._space.variables.get(name)
        text = show(value)
        says = f"{fact.entry.label}: {text}"
        if variable is not None and not isinstance(value, Interval):
            places = [i for i, one in enumerate(variable.values) if one == value]
            if places:
                says = self.words.condition(variable, places)
                text = self.words.answer(variable, places)
        elif isinstance(value, Interval):
            unit = unit_words(fact.entry.unit)
            says = text = f"{value}{' ' if unit else ''}{unit}"
            says = f"{fact.entry.label} {text}"
        return Told(name, fact.entry.label, text, says)

    def told_of(self, level: int, places: Iterable[int], known: Facts) -> Told:
        """Return a variable as it is known, or else as the values that are left."""
        variable = self._space.variables[self._space.names[level]]
        if variable.fact is not None and known.values.get(variable.name) is not None:
            return self.told(variable.name, known.values[variable.name])
        label = variable.fact.entry.label if variable.fact is not None else variable.name
        answer, says = (f(variable, places) for f in (self.words.answer, self.words.condition))
        return Told(variable.name, label, answer, says)

    def rule(self, rule: str | Node) -> str:
        """Return a rule between facts in words."""
        vocabulary = self._base.vocabulary
        if isinstance(rule, str):
            return f"definition of: {vocabulary[rule].entry.label}"
        return prose(rule, vocabulary)

    def position(self, place: int, rest: Diagram) -> Position:
        """Return what is left of a position."""
        column = self.asking.rows[place].column
        head = column.document.file.document
        assert column.option is not None and column.intent is not None
        status, possible = status_of(self._narrower.ends(rest))
        return Position(
            document=head.id,
            short=head.short,
            option=column.option,
            label=self._base.options[column.option].label,
            name=self.words.option(column.option),
            intent=column.intent,
            status=status,
            possible=possible,
            settled=is_settled(self._narrower.ends(rest)),
        )

    def follows(
        self, left: Left, known: Facts, answered: set[str], chooser: Chooser
    ) -> Iterator[Follows]:
        """Yield the facts of the question that follow from others."""
        if not self.asking.rows:
            return  # no document in force names an option of the question
        may_follow = set(chooser.may_follow(left.allowed))
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
                    told = self.told_of(level, places, known)
                    behind = tuple(
                        self.told_of(one, left.allowed[one], known)
                        for one in self._narrower.reasons(level, left)
                    )
                    yield Follows(told.fact, told.label, told.text, told.says, behind)


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
