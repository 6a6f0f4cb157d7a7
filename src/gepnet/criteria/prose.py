"""A criterion as prose in the language of its vocabulary, from the same tree that is evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gepnet.criteria.ast import (
    FLIPPED,
    Always,
    And,
    Certain,
    Compare,
    Holds,
    IsKnown,
    Node,
    Not,
    OneOf,
    Or,
    Term,
)
from gepnet.vocabulary import Fact, Vocabulary, plain, unit_words

_SIGNS = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least", "=": "equal_to"}


def prose(node: Node, vocabulary: Vocabulary) -> str:
    """Return the criterion in words, with labels and units of the vocabulary."""
    return _Writer(vocabulary).text(node, top=True)


class _Writer:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary, self.said = vocabulary, vocabulary.phrases

    def text(self, node: Node, top: bool = False) -> str:
        match node:
            case Always(value):
                return self.said.always if value else self.said.never
            case Holds(fact):
                return self.label(fact)
            case IsKnown(fact):
                return self.said.known.format(self.label(fact))
            case OneOf(fact, values, written):
                return f"{self.label(fact)} {self.choices(fact, (*values, *written))}"
            case Compare():
                return self.comparison(node)
            case Not(operand):
                return self.negated(operand)
            case Certain(operand):
                return self.said.certainly.format(self.text(operand))
            case And(operands):
                separator = "; " if top else f" {self.said.and_word} "
                return self.joined(self.with_ranges(operands), separator, top)
            case Or(operands):
                told = [self.text(operand) for operand in operands]
                return self.joined(told, f" {self.said.or_word} ", top)

    def label(self, name: str) -> str:
        fact = self.vocabulary.get(name)
        return name if fact is None else fact.entry.label

    def choices(self, name: str, values: tuple[str, ...]) -> str:
        fact = self.vocabulary.get(name)
        shown = [value_label(fact, value) for value in values]
        return listed(shown, self.said.or_word)

    def unit(self, node: Compare) -> str:
        fact = self.vocabulary.get(node.terms[0].fact)
        unit = "" if fact is None else unit_words(fact.entry.unit, self.said.units)
        return unit if unit in {"", "%"} else f" {unit}"

    def sum(self, terms: Sequence[Term]) -> str:
        text = ""
        for term in terms:
            size = abs(term.factor)
            product = f"{'' if size == 1 else f'{self.number(size)} x '}{self.label(term.fact)}"
            sign = self.said.minus if term.factor < 0 else self.said.plus if text else ""
            text = " ".join(part for part in (text, sign, product) if part)
        return text

    def comparison(self, node: Compare, sign: str = "") -> str:
        phrase: str = getattr(self.said, sign or _SIGNS[node.operator])
        minus = [Term(term.fact, -term.factor) for term in node.terms if term.factor < 0]
        if node.constant == 0 and 0 < len(minus) < len(node.terms):
            # `a - b < 0` is how `a < b` is kept.
            plus = [term for term in node.terms if term.factor > 0]
            return f"{self.sum(plus)} {phrase.format(self.sum(minus))}"
        end = phrase.format(f"{self.number(node.constant)}{self.unit(node)}")
        return f"{self.sum(node.terms)} {end}"

    def number(self, number: Decimal) -> str:
        return self.said.number(plain(number))

    def negated(self, operand: Node) -> str:
        match operand:
            case IsKnown(fact):
                return self.said.not_known.format(self.label(fact))
            case OneOf(fact, values, written):
                choices = self.choices(fact, (*values, *written))
                return f"{self.label(fact)} {self.said.not_word.format(choices)}"
            case Compare(operator="="):
                return self.comparison(operand, "not_equal_to")
            case Compare(terms, operator, constant) if self.always_applies(terms):
                return self.comparison(Compare(terms, FLIPPED[operator], constant))
            case Not(inner):
                return self.text(inner)
            case Certain(Not(inner)):
                return self.said.provided_that.format(self.text(inner))
            case Certain():
                return self.said.not_word.format(self.text(operand))
        text = self.text(operand)
        plain_one = isinstance(operand, Holds | And | Or)
        return self.said.does_not_hold.format(text if plain_one else f"({text})")

    def always_applies(self, terms: Sequence[Term]) -> bool:
        """Whether "not below 3" says the same as "at least 3".

        It does not where the number may not apply: then nothing is below and nothing at least.
        """
        facts = [self.vocabulary.get(term.fact) for term in terms]
        return all(fact is None or fact.entry.absence != "not_applicable" for fact in facts)

    def with_ranges(self, operands: tuple[Node, ...]) -> list[str]:
        """Write a lower and an upper bound on one fact as a range."""
        shown: list[str] = []
        rest = list(operands)
        while rest:
            match rest:
                case [
                    Compare(terms, ">=", low) as lower,
                    Compare(same, "<=" | "<" as sign, high),
                    *_,
                ] if terms == same:
                    phrase = self.said.low_to_high if sign == "<=" else self.said.low_to_below
                    ends = phrase.format(low=self.number(low), high=self.number(high))
                    shown.append(f"{self.sum(terms)} {ends}{self.unit(lower)}")
                    rest = rest[2:]
                case _:
                    shown.append(self.text(rest[0]))
                    rest = rest[1:]
        return shown

    @staticmethod
    def joined(parts: list[str], separator: str, top: bool) -> str:
        if len(parts) == 1:
            return parts[0]
        text = separator.join(parts)
        return text if top else f"({text})"


def listed(parts: Sequence[str], word: str) -> str:
    """Return "a, b or c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def value_label(fact: Fact | None, value: str) -> str:
    """Return the words for a value of an enumerated fact."""
    return value.replace("_", " ") if fact is None else fact.label_of(value)
