"""A criterion as English prose, from the same tree that is evaluated."""

from __future__ import annotations

from collections.abc import Sequence

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

_SIGNS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "=": "equal to"}


def prose(node: Node, vocabulary: Vocabulary) -> str:
    """Return the criterion in words, with labels and units of the vocabulary."""
    return _Writer(vocabulary).text(node, top=True)


class _Writer:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def text(self, node: Node, top: bool = False) -> str:
        match node:
            case Always(value):
                return "always" if value else "never"
            case Holds(fact):
                return self.label(fact)
            case IsKnown(fact):
                return f"{self.label(fact)} known"
            case OneOf(fact, values, written):
                return f"{self.label(fact)} {self.choices(fact, (*values, *written))}"
            case Compare():
                return self.comparison(node)
            case Not(operand):
                return self.negated(operand)
            case Certain(operand):
                return f"certainly {self.text(operand)}"
            case And(operands):
                return self.joined(self.with_ranges(operands), "and", top)
            case Or(operands):
                return self.joined([self.text(operand) for operand in operands], "or", top)

    def label(self, name: str) -> str:
        fact = self.vocabulary.get(name)
        return name if fact is None else fact.entry.label

    def choices(self, name: str, values: tuple[str, ...]) -> str:
        fact = self.vocabulary.get(name)
        shown = [value_label(fact, value) for value in values]
        return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"

    def unit(self, node: Compare) -> str:
        fact = self.vocabulary.get(node.terms[0].fact)
        unit = "" if fact is None else unit_words(fact.entry.unit)
        return unit if unit in {"", "%"} else f" {unit}"

    def sum(self, terms: Sequence[Term]) -> str:
        text = ""
        for term in terms:
            size = abs(term.factor)
            product = f"{'' if size == 1 else f'{plain(size)} x '}{self.label(term.fact)}"
            sign = "minus " if term.factor < 0 else "plus " if text else ""
            text = f"{text} {sign}{product}".lstrip()
        return text

    def comparison(self, node: Compare, sign: str = "") -> str:
        sign = sign or _SIGNS[node.operator]
        minus = [Term(term.fact, -term.factor) for term in node.terms if term.factor < 0]
        if node.constant == 0 and 0 < len(minus) < len(node.terms):
            # `a - b < 0` is how `a < b` is kept.
            plus = [term for term in node.terms if term.factor > 0]
            return f"{self.sum(plus)} {sign} {self.sum(minus)}"
        return f"{self.sum(node.terms)} {sign} {plain(node.constant)}{self.unit(node)}"

    def negated(self, operand: Node) -> str:
        match operand:
            case IsKnown(fact):
                return f"{self.label(fact)} not known"
            case OneOf(fact, values, written):
                return f"{self.label(fact)} not {self.choices(fact, (*values, *written))}"
            case Compare(operator="="):
                return self.comparison(operand, "not equal to")
            case Compare(terms, operator, constant) if self.always_applies(terms):
                return self.comparison(Compare(terms, FLIPPED[operator], constant))
            case Not(inner):
                return self.text(inner)
            case Certain(Not(inner)):
                return f"provided that {self.text(inner)}"
            case Certain():
                return f"not {self.text(operand)}"
        text = self.text(operand)
        return f"not {text}" if isinstance(operand, Holds | And | Or) else f"not ({text})"

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
                    ends = f"{plain(low)} {'to' if sign == '<=' else 'to below'} {plain(high)}"
                    shown.append(f"{self.sum(terms)} {ends}{self.unit(lower)}")
                    rest = rest[2:]
                case _:
                    shown.append(self.text(rest[0]))
                    rest = rest[1:]
        return shown

    @staticmethod
    def joined(parts: list[str], word: str, top: bool) -> str:
        if len(parts) == 1:
            return parts[0]
        separator = "; " if top and word == "and" else f" {word} "
        text = separator.join(parts)
        return text if top else f"({text})"


def value_label(fact: Fact | None, value: str) -> str:
    """Return the words for a value of an enumerated fact."""
    return value.replace("_", " ") if fact is None else fact.label_of(value)
