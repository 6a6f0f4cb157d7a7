"""The one reading of a rule: for a patient in truths, and for any engine that can choose.

A text that can be read narrowly and broadly applies to whom it includes if read narrowly, does not
apply to whom it leaves out if read broadly, and is open between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Literal, NamedTuple, Protocol, Self, TypeVar

from gepnet.criteria import Explanation, Memo, Node, conjunction, explain, interpret
from gepnet.facts import Facts
from gepnet.rules.rule import E_co, Rule
from gepnet.vocabulary import Truth

T = TypeVar("T")
Met = Literal["met", "not met", "missing", "text ambiguous"]


# A tuple, as hundreds are made for each patient and a dataclass takes three times as long.
class Reading(NamedTuple, Generic[E_co]):
    """A rule for one patient.

    Attributes:
        rule: what was read.
        truth: whether it applies; None if that is open.
        broad: whether the broad reading applies.
        explanation: of the narrow reading.
        missing: facts that could settle an open one, those that are worked out included.
    """

    rule: Rule[E_co]
    truth: Truth
    broad: Truth
    explanation: Explanation
    missing: tuple[str, ...]

    @property
    def narrow(self) -> Truth:
        """Whether the narrow reading applies."""
        return self.explanation.truth

    @property
    def ambiguous(self) -> bool:
        """Whether no fact is missing: it is the text that leaves it open."""
        return is_ambiguous(self.narrow, self.broad)

    @property
    def met(self) -> Met:
        """The answer for a condition; one that is open lacks a fact, or a clear text."""
        if self.truth is None:
            return "text ambiguous" if self.ambiguous else "missing"
        return "met" if self.truth else "not met"

    @classmethod
    def of(cls, rule: Rule[E_co], facts: Facts, memo: Memo | None = None) -> Self:
        """Read a rule for a patient.

        Args:
            rule: the rule.
            facts: of the patient.
            memo: shared by all readings of one patient, so that common parts are evaluated once.
        """
        narrow = explain(rule.when, facts.values, memo)
        if rule.when_broad is None or narrow.truth is True:
            return cls(rule, narrow.truth, narrow.truth, narrow, narrow.missing)
        broad = explain(rule.when_broad, facts.values, memo)
        truth = between(narrow.truth, broad.truth)
        missing = () if truth is False else tuple(dict.fromkeys((*narrow.missing, *broad.missing)))
        # Open facts may still settle it; with none left it is the text that leaves it open.
        return cls(rule, truth, broad.truth, narrow, missing)


def between(narrow: Truth, broad: Truth) -> Truth:
    """Return the truth of a text from that of its two readings."""
    if narrow is True:
        return True
    return False if broad is False else None


def is_ambiguous(narrow: Truth, broad: Truth) -> bool:
    """Whether both readings are settled and disagree, so that the text alone leaves it open."""
    return narrow is False and broad is True


def holds(rule: Rule[E_co], facts: Facts, nodes: tuple[Node, ...] | None = None) -> Truth:
    """Return whether a rule applies to a patient within the scope of its document.

    Args:
        rule: the rule.
        facts: of the patient.
        nodes: put in place of its criterion, to see what a change of it would do.
    """
    narrow, *broad = nodes or rule.nodes
    truth = interpret(narrow, facts.values)
    if broad and truth is not True:
        truth = between(truth, interpret(broad[0], facts.values))
    if rule.scope is None:
        return truth
    return conjunction((interpret(rule.scope, facts.values), truth))


class Choosing(Protocol[T]):
    """What an engine must offer to read rules: Kleene's not, constants and a choice."""

    def literal(self, value: Truth) -> T:
        """Return a truth as a constant."""

    def negate(self, truth: T) -> T:
        """Return Kleene's not."""

    def choose(self, branches: Sequence[tuple[T, T]], otherwise: T) -> T:
        """Return the value of the first branch whose condition is true."""


def open_between(algebra: Choosing[T], narrow: T, broad: T) -> T:
    """Return the truth of a text from that of its two readings, in the terms of an engine."""
    return algebra.choose(
        [(narrow, algebra.literal(True)), (algebra.negate(broad), algebra.literal(False))],
        algebra.literal(None),
    )


def rule_truth(algebra: Choosing[T], rule: Rule[E_co], truth: Callable[[Node], T]) -> T:
    """Return whether a rule applies, in the terms of an engine.

    Args:
        algebra: the engine.
        rule: the rule; the scope of its document is not looked at.
        truth: gives the truth of a criterion.
    """
    if rule.when_broad is None:
        return truth(rule.when)
    return open_between(algebra, truth(rule.when), truth(rule.when_broad))
